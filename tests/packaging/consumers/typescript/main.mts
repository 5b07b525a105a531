import verto, { Verto, VertoCallcenter, VertoError } from "verto-wasm";
import "./play.js";

declare function play(sdk: object, socketUrl: string | undefined, done: (seen: unknown) => void): void;
declare const process: { argv: string[] };

const own: Verto = new Verto();
if (!(verto instanceof Verto)) throw new Error("the default export is no Verto");
if (own.state !== "idle") throw new Error(own.state);
play({ Verto, VertoCallcenter, VertoError }, process.argv[2], (seen) => console.log(JSON.stringify(seen)));

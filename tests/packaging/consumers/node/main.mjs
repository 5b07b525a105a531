import verto, { Verto, VertoCallcenter, VertoError } from "verto-wasm";
import "./play.js";

if (!(verto instanceof Verto)) throw new Error("the default export is no Verto");
play({ Verto, VertoCallcenter, VertoError }, process.argv[2], (seen) => console.log(JSON.stringify(seen)));

import rtc = require("verto-wasm");
require("./play.js");

declare function require(path: string): unknown;
declare function play(sdk: object, socketUrl: string | undefined, done: (seen: unknown) => void): void;
declare const process: { argv: string[] };

const own: rtc.Verto = new rtc.Verto();
if (!(rtc.default instanceof rtc.Verto)) throw new Error("the default export is no Verto");
if (own.state !== "idle") throw new Error(own.state);
play(rtc, process.argv[2], (seen) => console.log(JSON.stringify(seen)));

import "verto-wasm/verto-min.js";
import "./play.js";

play(globalThis, socketUrl(), report);

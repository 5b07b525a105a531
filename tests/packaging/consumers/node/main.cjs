const { default: verto, Verto, VertoCallcenter, VertoError } = require("verto-wasm");
require("./play.js");

if (!(verto instanceof Verto)) throw new Error("the default export is no Verto");
play({ Verto, VertoCallcenter, VertoError }, process.argv[2], (seen) => console.log(JSON.stringify(seen)));

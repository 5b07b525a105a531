import verto, { Verto, VertoCallcenter, VertoError } from "verto-wasm";
import "./play.js";

if (!(verto instanceof Verto)) throw new Error("the default export is no Verto");
play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report);

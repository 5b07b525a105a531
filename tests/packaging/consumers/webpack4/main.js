import { Verto, VertoCallcenter, VertoError, verto } from "verto-wasm";
import "./play.js";

if (!(verto instanceof Verto)) throw new Error("verto is no Verto");
play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report);

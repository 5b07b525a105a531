import init, { Verto, VertoCallcenter, VertoError } from "verto-wasm/slim";
import "./play.js";

init().then(
  () => play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report),
  (error) => report({ error: String(error) }),
);

import init, { Verto, VertoCallcenter, VertoError } from "verto-wasm/slim";
import address from "verto-wasm/verto_bg.wasm";
import "./play.js";

init(address).then(
  () => play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report),
  (error) => report({ error: String(error) }),
);

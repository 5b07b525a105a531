// A page with the script tag.
import type {} from "verto-wasm/verto-legacy-min.js";

const page = new Verto();
const vcc: VertoCallcenter = new VertoCallcenter(page);
verto.connect({ login: "a@b", socketUrl: "ws://c", passwd: "x" });
try {
  vcc.setGroup("default");
} catch (error) {
  if (error instanceof VertoError && error.kind === "invalid-argument") void error.message;
}
const typed: Verto = window.verto;
void typed;

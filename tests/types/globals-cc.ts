// A page with the script tag of the call centre's own build.
import type {} from "verto-wasm/verto-cc-min.js";

const page = new Verto();
const vcc: VertoCallcenter = new VertoCallcenter(page);
verto.connect({ login: "a@b", socketUrl: "ws://c", passwd: "x" });
vcc.setGroup("default");
// @ts-expect-error: it makes no calls
page.newCall({ destination_number: "9196" });
const typed: Verto = window.verto;
void [typed, VertoError];

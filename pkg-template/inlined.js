// The wasm module inside the script, compiled synchronously. To be imported last: gzip packs
// the rest better where this long text doesn't stand in between.
import binary from "verto-wasm-binary";
import { unpack } from "./packed.js";

export function instantiate(imports) {
  return new WebAssembly.Instance(new WebAssembly.Module(unpack(binary)), imports);
}

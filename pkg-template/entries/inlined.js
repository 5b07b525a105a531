// The wasm module inside the script, compiled synchronously. To be imported last: gzip packs
// the rest better where this long text doesn't stand in between.
import { bytes } from "verto-wasm-binary";

export function instantiate(imports) {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes()), imports);
}

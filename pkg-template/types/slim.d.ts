export * from "./index.js";

/** Where `verto_bg.wasm` is: an address, a response, its bytes, or a compiled module. */
export type WasmSource =
  | string
  | URL
  | Request
  | Response
  | ArrayBuffer
  | ArrayBufferView
  | (WebAssembly.Module & object);

/**
 * Loads `verto_bg.wasm` and compiles it while it loads. Before that has ended everything else
 * of this module fails with `wasm-unavailable`; a second call waits for the first.
 *
 * @param source - Or a promise of it. Without it: the file beside `slim.mjs`, which bundlers
 *   that know `new URL("…", import.meta.url)` copy by themselves (webpack, Vite).
 * @throws VertoError of kind `wasm-unavailable`: it cannot be loaded or compiled, and the next
 *   call tries again.
 *
 * @example
 * import init, { Verto } from "verto-wasm/slim";
 * await init();
 * const verto = new Verto();
 *
 * @example
 * // Vite, in development as well:
 * import init from "verto-wasm/slim";
 * import address from "verto-wasm/verto_bg.wasm?url";
 * await init(address);
 *
 * @example
 * // esbuild, with `--loader:.wasm=file`:
 * import init from "verto-wasm/slim";
 * import address from "verto-wasm/verto_bg.wasm";
 * await init(address);
 */
export default function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;

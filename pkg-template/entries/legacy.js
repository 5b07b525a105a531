import { failure } from "../sdk/error.js";
import { provide } from "../host/wasm.js";
// The module that wasm2js made of the wasm module.
import { instantiate } from "verto-wasm-as-script";
import "./globals.js";

provide((imports) => {
  try {
    return instantiate(imports);
  } catch (cause) {
    // Nothing is compiled here, so a RangeError can only mean that the core's memory, which is an
    // ArrayBuffer, could not be allocated.
    const why = cause instanceof RangeError ? "no memory is left for it" : cause?.message;
    const message = `the client could not be started: ${why}`;
    throw failure("wasm-unavailable", message, { data: cause, cause });
  }
});

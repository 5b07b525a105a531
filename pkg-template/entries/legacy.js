import { VertoError } from "../sdk/error.js";
import { provide } from "../host/wasm.js";
// wasm2js made it of the wasm module.
import { instantiate } from "verto-wasm-as-script";
import "./globals.js";

provide((imports) => {
  try {
    return instantiate(imports);
  } catch (cause) {
    // Nothing is compiled here: what can be out of range is the memory to begin with.
    const why = cause instanceof RangeError ? "no memory is left for it" : cause?.message;
    const message = `the client could not be started: ${why}`;
    throw new VertoError("wasm-unavailable", -9, message, { data: cause, cause });
  }
});

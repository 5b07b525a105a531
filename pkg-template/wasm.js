// Compiles the core when it is first used. Importing this compiles nothing, so that a
// page (or a server that renders one) may import the package and never use it.
import * as bindings from "verto-wasm-bindgen";
import binary from "verto-wasm-binary";
import { VertoError } from "./error.js";
import { decode } from "./printable.js";

let exports;

function start() {
  if (exports) return exports;
  let instance;
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(decode(binary)), {
      "./verto_bg.js": bindings,
    });
  } catch (cause) {
    throw unavailable(cause);
  }
  exports = instance.exports;
  bindings.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return exports;
}

// Until then every access to the exports starts it.
bindings.__wbg_set_wasm(new Proxy({}, { get: (_, name) => start()[name] }));

function unavailable(cause) {
  let message = "WebAssembly could not be started: ";
  if (typeof WebAssembly === "undefined") {
    message += "this browser has none";
  } else if (cause instanceof WebAssembly.CompileError) {
    message +=
      "if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src";
  } else if (cause instanceof RangeError) {
    message += "this browser compiles no module of this size synchronously (Chromium before 115)";
  } else {
    message += cause?.message;
  }
  return new VertoError("wasm-unavailable", -9, message, { data: cause });
}

export const { Client } = bindings;

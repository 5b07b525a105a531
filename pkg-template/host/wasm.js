// Starts the core when it is first used. Importing this module starts nothing, so a page (or a
// server that renders pages) may import the package and never use it.
import { Client, __wbg_set_wasm } from "verto-wasm-bindgen";
import { imports, start as startModule } from "verto-wasm-link";
import { VertoError, failure } from "../sdk/error.js";

export { Client, imports };

let exports;
let instantiate = () => {
  throw failure("wasm-unavailable", "WebAssembly isn't loaded: `await init()` first");
};

/** Sets the function that makes the instance when one is needed; with init() there is none. */
export function provide(makes) {
  instantiate = makes;
}

/** Takes an instance into use. */
export function begin(instance) {
  if (exports) return;
  // Where there is none, this says so before anything of the core runs.
  new TextDecoder().decode(new Uint8Array(1));
  exports = instance.exports;
  __wbg_set_wasm(exports);
  startModule(exports);
}

function start() {
  try {
    if (!exports) begin(instantiate(imports));
  } catch (cause) {
    throw unavailable(cause);
  }
  return exports;
}

// Until begin() sets the true exports, every access to one of them starts the core.
__wbg_set_wasm(new Proxy({}, { get: (_, name) => start()[name] }));

/** The error of kind `wasm-unavailable` for what the browser threw: it says what to do. */
export function unavailable(cause) {
  if (cause instanceof VertoError) return cause;
  const { name, message } = cause ?? {};
  let why = message;
  if (typeof WebAssembly !== "object") {
    why =
      "this browser has none, or its settings forbid it (Lockdown Mode, enhanced security); " +
      "use verto-legacy-min.js";
  } else if (name === "CompileError") {
    why =
      "if the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src, " +
      "or use verto-legacy-min.js";
  } else if (name === "RangeError" && !/memory/i.test(message)) {
    why =
      "this browser (Chromium before 115) compiles no module of this size synchronously; " +
      "of this package use slim (slim.mjs) with `await init()`, or verto-legacy-min.js";
  }
  return failure("wasm-unavailable", `WebAssembly could not be started: ${why}`, { data: cause, cause });
}

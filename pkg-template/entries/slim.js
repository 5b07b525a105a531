import { begin, imports, unavailable } from "../host/wasm.js";

export * from "../sdk/index.js";

let started;

/** Compiles verto_bg.wasm while it loads; see slim.d.ts. */
export default function init(source) {
  started ??= load(source).catch((cause) => {
    // The next call of init() tries again.
    started = undefined;
    throw unavailable(cause);
  });
  return started;
}

async function load(source) {
  source = await (source ?? new URL("./verto_bg.wasm", import.meta.url));
  // Node.js before 18 and jsdom lack some of these classes.
  const isA = (Class) => typeof Class === "function" && source instanceof Class;
  if (typeof source === "string" || isA(globalThis.URL) || isA(globalThis.Request)) source = await read(source);
  if (isA(globalThis.Response)) {
    const { url, ok, status, headers } = source;
    if (!ok) throw new Error(`${url} cannot be loaded: HTTP ${status}`);
    // instantiateStreaming() accepts no other type.
    if (headers.get("content-type")?.trim().toLowerCase() === "application/wasm") {
      const { instance } = await WebAssembly.instantiateStreaming(source, imports);
      return begin(instance);
    }
    source = await source.arrayBuffer();
    // Some servers answer every unknown address with the page itself. The second byte of a module
    // is an "a" (0x61).
    if (new Uint8Array(source)[1] !== 0x61) throw new Error(`${url} holds no WebAssembly`);
  }
  const made = await WebAssembly.instantiate(source, imports);
  begin(made.instance ?? made);
}

// Node's fetch() doesn't read files.
function read(source) {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs");
  const isFile = fs && String(source).startsWith("file:");
  return isFile ? fs.readFileSync(new URL(source)) : fetch(source);
}

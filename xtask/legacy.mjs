// What becomes of wasm2js's module and of wasm-bindgen's glue for it in verto-legacy-min.js.

import { readFile } from "node:fs/promises";
import path from "node:path";

/** The year of the newest ECMAScript whose syntax may stand in it: Chromium 73 knows it all. */
export const ECMA = 2019;

/** Replaces what must be there once. */
function replaced(text, from, to) {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`wasm2js writes ${JSON.stringify(from)} ${parts.length - 1} times`);
  return parts.join(to);
}

// A memory of wasm2js that grows leaves its old buffer as it is, so that wasm-bindgen would not
// see that it is the old one.
export function byIdentity(glue) {
  const check = /if \((cached\w+Memory0) === null \|\| .*\) \{/g;
  const views = glue.match(/function get\w+ArrayMemory0\(|function getDataViewMemory0\(/g).length;
  if (glue.match(check)?.length !== views) {
    throw new Error("wasm-bindgen looks at its views of the memory in another way");
  }
  return glue.replace(check, "if ($1?.buffer !== wasm.memory.buffer) {");
}

// Where no memory is left wasm2js throws, or says that there is more: what is written there
// would be lost, and read as zero.
function refusingMemory(script) {
  const made = "var newBuffer = new ArrayBuffer(newPages << 16);";
  const grown = /(bufferView = HEAPU8;\n  \})\n  return oldPages;/;
  if (!grown.test(script)) throw new Error("wasm2js grows its memory in another way");
  const refused = "var newBuffer;\n   try {\n    newBuffer = new ArrayBuffer(newPages << 16);\n   } catch (e) {\n    return -1;\n   }";
  return replaced(script, made, refused).replace(grown, "$1 else if (pagesToAdd) return -1;\n  return oldPages;");
}

// A page may have added `get` or `value` to Object.prototype, and a property is not both.
function ownDescriptors(script) {
  const bare = replaced(script, '"grow": {', '"grow": { __proto__: null,');
  return replaced(bare, '"buffer": {', '"buffer": { __proto__: null,');
}

const INSTANTIATE = "export const instantiate = (imports) => ({ exports: asmFunc(imports) });";

/** wasm2js's module in this directory, started when it is needed. */
export const asScript = (dir) => ({
  name: "wasm2js's module",
  setup(build) {
    const file = path.join(dir, "verto_bg.wasm.js");
    build.onResolve({ filter: /^verto-wasm-as-script$/ }, () => ({ path: file }));
    build.onLoad({ filter: /\.wasm\.js$/ }, async ({ path }) => {
      const script = (await readFile(path, "utf8")).replace(/^import .*$/m, "");
      const end = script.indexOf("var retasmFunc = asmFunc(");
      if (end < 0) throw new Error("wasm2js ends its module in another way");
      return { contents: ownDescriptors(refusingMemory(script.slice(0, end))) + INSTANTIATE };
    });
  },
});

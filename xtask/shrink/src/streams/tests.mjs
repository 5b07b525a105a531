// Whether a module does the same as before it was packed: node tests.mjs DIR, where DIR holds the
// module, original.wasm, and the script that holds it, packed.mjs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [dir] = process.argv.slice(2);
const original = await readFile(path.join(dir, "original.wasm"));
const { bytes } = await import(pathToFileURL(path.join(dir, "packed.mjs")));

const results = [original, bytes()].map((module) => {
  const seen = [];
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module), {
    host: { seen: (number) => seen.push(number) },
  });
  const { call, choose, floats, saturate, memory, references, vectors, long } = instance.exports;
  return [
    call(21, 0), call(21, 1), choose(0), choose(1), choose(9), floats(2.5), saturate(-1e20),
    memory(0x5a), references({}), references(null), references({}), vectors(), long(),
    seen,
  ];
});
assert.deepEqual(results[1], results[0]);
assert.deepEqual(results[0].slice(0, 5), [42, -21, -7n, 0x123456789abcdefn, 2n]);
assert.deepEqual(results[0].at(-1), [300, -300]);

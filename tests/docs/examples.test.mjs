// The examples in the declarations, each checked by tsc as a module of its own.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { FILE, FILE_ZH } from "./api.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const options = {
  strict: true,
  noEmit: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  paths: {
    "verto-wasm": [here("../../pkg-template/types/index.d.ts")],
    "verto-wasm/slim": [here("../../pkg-template/types/slim.d.ts")],
    // What Vite and esbuild make of it.
    "verto-wasm/verto_bg.wasm?url": [here("address.d.ts")],
    "verto-wasm/verto_bg.wasm": [here("address.d.ts")],
  },
};

async function check(examples) {
  const dir = await mkdtemp(path.join(tmpdir(), "verto-examples-"));
  try {
    const files = examples.map((_, index) => path.join(dir, `${index}.ts`));
    await Promise.all(files.map((file, index) => writeFile(file, `${examples[index]}\nexport {};\n`)));
    const program = ts.createProgram([here("examples.d.ts"), ...files], options);
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.text ?? ""}${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function examplesOf(page) {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/^#+ (?:Examples?|示例)\n+((?:```ts\n[^]*?^```\n*)+)/gm)]
    .flatMap(([, blocks]) => blocks.split(/^```(?:ts)?\n*/m))
    .filter((example) => example.trim());
}

test("the examples type-check", async () => {
  const examples = await examplesOf(FILE);
  assert.ok(examples.length > 50, `${examples.length}`);
  assert.deepEqual(await check(examples), []);
});

test("a wrong example is found", async () => {
  const [error, ...others] = await check(['vcc.ccLogout("test");']);
  assert.match(error, /Expected 2-5 arguments, but got 1/);
  assert.deepEqual(others, []);
});

test("the Chinese page has the same examples", async () => {
  const code = (example) => example.replace(/^\s*\/\/.*$/gm, "//");
  const [english, chinese] = await Promise.all([FILE, FILE_ZH].map(examplesOf));
  assert.deepEqual(chinese.map(code), english.map(code));
});

// The declarations of pkg/, checked by tsc on what must type and what must not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const pkg = (name) => [file(`../../pkg/${name}`)];

const options = {
  strict: true,
  noEmit: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  paths: {
    "verto-wasm": pkg("index.d.ts"),
    "verto-wasm/slim": pkg("slim.d.ts"),
    "verto-wasm/cc": pkg("cc.d.ts"),
    "verto-wasm/verto-cc-min.js": pkg("verto-cc-min.d.ts"),
    "verto-wasm/verto-min.js": pkg("verto-min.d.ts"),
    "verto-wasm/verto-legacy-min.js": pkg("verto-legacy-min.d.ts"),
  },
};

function check(names, more) {
  const program = ts.createProgram(names.map(file), { ...options, ...more });
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const { line } = one.file ? one.file.getLineAndCharacterOfPosition(one.start) : { line: 0 };
    return `${one.file?.fileName}:${line + 1} ${ts.flattenDiagnosticMessageText(one.messageText, "\n")}`;
  });
}

const page = { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] };

test("usage, positive and negative", () => assert.deepEqual(check(["usage.ts"], page), []));

test("the call centre's own build types no telephone calls", () => {
  assert.deepEqual(check(["cc.ts"], page), []);
  assert.deepEqual(check(["globals-cc.ts"], page), []);
});

test("slim", () => assert.deepEqual(check(["slim.ts"], page), []));

test("the globals of a page with the script tag", () => {
  assert.deepEqual(check(["globals.ts"], page), []);
  assert.deepEqual(check(["globals-legacy.ts"], page), []);
});

test("the declarations need no DOM, and no newer library than ES2015", () => {
  const lib = ["lib.es2015.d.ts"];
  assert.deepEqual(check(["../../pkg/index.d.ts"], { lib }), []);
});

test("CommonJS has the same", () => {
  const paths = { "verto-wasm": pkg("index.d.cts") };
  const module = ts.ModuleKind.Node16;
  const moduleResolution = ts.ModuleResolutionKind.Node16;
  assert.deepEqual(check(["usage.ts"], { ...page, paths, module, moduleResolution }), []);
});

test("a wrong line is found", () => {
  const [line, ...others] = check(["wrong.ts"], page);
  assert.match(line, /wrong\.ts:3 .*not assignable to parameter of type 'string/);
  assert.deepEqual(others, []);
});

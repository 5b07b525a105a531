// The kinds of failure and their codes stand in three places, which must agree: the core's table,
// the glue's table, and the declarations that a page's author reads.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { CODES, failure } from "../../pkg-template/sdk/error.js";

const read = (name) => readFile(new URL(`../../${name}`, import.meta.url), "utf8");
const sorted = (table) => Object.fromEntries(Object.entries(table).sort());

test("the core has the same codes, but for wasm-unavailable, which it cannot tell", async () => {
  const rust = await read("src/core/error.rs");
  const rows = [...rust.matchAll(/\(Kind::[^,]+, "([a-z-]+)", (-\d+)\)/g)];
  const core = Object.fromEntries(rows.map(([, name, code]) => [name, Number(code)]));
  const { "wasm-unavailable": _, ...rest } = CODES;
  assert.deepEqual(sorted(core), sorted(rest));
});

test("the declarations have the same kinds, and their comment the same codes", async () => {
  const types = await read("pkg-template/types/index.d.ts");
  const kinds = [...types.matchAll(/readonly kind: ([^;]+);/g)].flatMap(([, kinds]) => kinds.split(" | "));
  assert.deepEqual(kinds.map((kind) => JSON.parse(kind)).sort(), Object.keys(CODES).sort());
  const [comment] = types.match(/The server's code, or ours:[^]*?\*\//);
  const codes = [...comment.matchAll(/(-\d+) ([a-z-]+)/g)].map(([, code, kind]) => [kind, Number(code)]);
  assert.deepEqual(sorted(Object.fromEntries(codes)), sorted(CODES));
});

test("a failure of ours has the code of its kind", () => {
  for (const [kind, code] of Object.entries(CODES)) {
    const error = failure(kind, "what to do", { cause: 1 });
    assert.deepEqual([error.kind, error.code, error.message, error.cause], [kind, code, "what to do", 1]);
  }
});

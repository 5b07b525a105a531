// The budget of what a page downloads. docs/size.md says what the bytes are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const BUDGET = 35_000;

test("verto-min.js is no larger than its budget after gzip -9", () => {
  const script = readFileSync(new URL("../../pkg/verto-min.js", import.meta.url));
  const size = gzipSync(script, { level: 9 }).length;
  assert.ok(size <= BUDGET, `${size} bytes are ${size - BUDGET} above the budget of ${BUDGET}`);
});

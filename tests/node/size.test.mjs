// The budgets of what a page downloads. docs/size.md says what the bytes are.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const BUDGETS = { "verto-min.js": 48_000, "verto-cc-min.js": 35_000 };

for (const [name, budget] of Object.entries(BUDGETS)) {
  test(`${name} is no larger than its budget after gzip -9`, () => {
    const script = readFileSync(new URL(`../../pkg/${name}`, import.meta.url));
    const size = gzipSync(script, { level: 9 }).length;
    assert.ok(size <= budget, `${size} bytes are ${size - budget} above the budget of ${budget}`);
  });
}

// The reference of the Rust core, which rustdoc makes: each public function has an example there,
// which `cargo test` compiles and runs.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const CORE = new URL("../../src/core/", import.meta.url);
/** What `core/mod.rs` shows; the other files are the core's own. */
const PUBLIC = /^(callcenter|error|frame|random|value|session\/\w+)\.rs$/;

/** The public functions of a file, each with whether its comment has an example. */
function functions(source) {
  const found = source.matchAll(/((?:^ *(?:\/\/\/|#\[).*\n)*)^ *pub (?:const )?fn (\w+)/gm);
  return [...found].map(([, comment, name]) => ({ name, hasExample: /^ *\/\/\/ ```$/m.test(comment) }));
}

test("every public function of the core has an example", async () => {
  const files = (await readdir(CORE, { recursive: true })).map((name) => name.replaceAll("\\", "/")).filter((name) => PUBLIC.test(name));
  const without = [];
  let count = 0;
  for (const file of files) {
    for (const { name, hasExample } of functions(await readFile(new URL(file, CORE), "utf8"))) {
      count += 1;
      if (!hasExample) without.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(without, []);
  assert.ok(count > 40, `${count}`);
});

test("a function without an example is found", () => {
  const source = "/// Does.\npub fn one() {}\n\n    /// Does.\n    ///\n    /// ```\n    /// two();\n    /// ```\n    #[must_use]\n    pub fn two() {}\n";
  assert.deepEqual(functions(source), [
    { name: "one", hasExample: false },
    { name: "two", hasExample: true },
  ]);
});

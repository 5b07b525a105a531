// The reference of the Rust core, which rustdoc makes: each public function has an example there,
// which `cargo test` compiles and runs, but for those whose example would only repeat their name.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const CORE = new URL("../../src/core/", import.meta.url);
/** What `core/mod.rs` shows; the other files are the core's own. */
const PUBLIC = /^(callcenter|error|frame|random|value|session\/\w+)\.rs$/;

/** A sentence says all of these. Whatever is new gets an example, or a place in this list. */
const SELF_EVIDENT = [
  "session/connecting.rs: opened",
  "session/connecting.rs: unusable",
  "session/effect.rs: name",
  "session/incoming.rs: garbage",
  "session/mod.rs: has_notice",
  "session/mod.rs: is_active",
  "session/mod.rs: new",
  "session/mod.rs: next_io",
  "session/mod.rs: sessid",
  "session/mod.rs: state",
  "session/mod.rs: uses",
  "session/requesting.rs: has_room",
  "session/requesting.rs: refuse",
  "session/subscribing.rs: login_callback_ended",
  "session/subscribing.rs: unsubscribe_all",
  "value.rs: name",
];

/** The public functions of a file, each with whether its comment has an example. */
function functions(source) {
  const found = source.matchAll(/((?:^ *(?:\/\/\/|#\[).*\n)*)^ *pub (?:const )?fn (\w+)/gm);
  return [...found].map(([, comment, name]) => ({ name, hasExample: /^ *\/\/\/ ```$/m.test(comment) }));
}

test("every public function of the core has an example, or is self-evident", async () => {
  const files = (await readdir(CORE, { recursive: true })).map((name) => name.replaceAll("\\", "/")).filter((name) => PUBLIC.test(name));
  const without = [];
  let count = 0;
  for (const file of files) {
    for (const { name, hasExample } of functions(await readFile(new URL(file, CORE), "utf8"))) {
      count += 1;
      if (!hasExample) without.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(without.sort(), SELF_EVIDENT);
  assert.ok(count > 40, `${count}`);
});

test("a function without an example is found", () => {
  const source = "/// Does.\npub fn one() {}\n\n    /// Does.\n    ///\n    /// ```\n    /// two();\n    /// ```\n    #[must_use]\n    pub fn two() {}\n";
  assert.deepEqual(functions(source), [
    { name: "one", hasExample: false },
    { name: "two", hasExample: true },
  ]);
});

// Each file that a comment or a document names is there: in this repository, or in what it makes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const git = (...args) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" });
const files = git("ls-files", "--cached", "--others", "--exclude-standard").trim().split("\n");

// A name with one of these endings is a file's.
const ENDINGS = "rs|js|mjs|cjs|ts|cts|md|html|css|toml|lock|json|svg|png|wasm|jsonl|yml";
const NAME = new RegExp(String.raw`(?<![\w@$%{}*<>/.:-])[\w.-][\w./-]*\.(?:${ENDINGS})(?![\w*<{-])`, "g");

// What of a file is text for people.
const COMMENT = { rs: /\/\/.*$/gm, toml: /#.*$/gm, html: /<!--[\s\S]*?-->/g };
const JS_COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
function prose(file, text) {
  const ending = path.extname(file).slice(1);
  if (ending === "md") return [text];
  const comment = COMMENT[ending] ?? (/^(c|m)?js$|^c?ts$/.test(ending) ? JS_COMMENT : null);
  return comment ? (text.match(comment) ?? []) : [];
}

// What isn't in the repository, though a text may name it.
const ELSEWHERE = new Set([
  // Projects and a library, which are called like files.
  "Node.js",
  "Next.js",
  "adapter.js",
  // What `cargo xtask build` makes: the package, and what its steps write on the way.
  "verto-min.js",
  "verto-cc-min.js",
  "verto-legacy-min.js",
  "index.mjs",
  "index.cjs",
  "cc.mjs",
  "slim.mjs",
  "verto_bg.wasm",
  "verto_bg.js",
  "verto_bg.wasm.js",
  "integrity.json",
  "module.wasm",
  "reader.wasm",
  "names.json",
  // What a test of the unpacker writes.
  "original.wasm",
  "packed.mjs",
  // A document and its translation, in a sentence about all of them.
  "NAME.md",
  "NAME.zh.md",
]);
// A file of the package may be named with the package.
const inPackage = /^(pkg|verto-wasm)\//;

test("each file that a comment or a document names is there", () => {
  const missing = [];
  for (const file of files) {
    if (file === "tests/docs/references.test.mjs") continue;
    for (const part of prose(file, readFileSync(path.join(root, file), "utf8"))) {
      for (const [name] of part.matchAll(NAME)) {
        const plain = path.posix.normalize(name).replace(/^(\.\.\/)+/, "");
        const there = files.some((one) => one === plain || one.endsWith(`/${plain}`));
        if (!there && !ELSEWHERE.has(plain.replace(inPackage, ""))) missing.push(`${file}: ${name}`);
      }
    }
  }
  assert.deepEqual([...new Set(missing)], []);
});

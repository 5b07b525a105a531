// Takes out of a wasm module what only describes a panic: node trim.mjs IN OUT [LEAN]
//
// A panic ends in a trap, and on this target its message goes nowhere. Yet the functions that
// write it, with all of core::fmt, are a tenth of the module: the standard library comes
// compiled, and calls them. Here they become traps at once, and wasm-opt drops what they called.
// Nothing else may format; where something does, the build fails and names it.
//
// LEAN is the same without the values that were for a panic alone, for src/dead_data.rs.

import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [from, to, lean] = process.argv.slice(2);
const tests = createRequire(path.join(import.meta.dirname, "..", "tests", "package.json"));
const { default: binaryen } = await import(pathToFileURL(tests.resolve("binaryen")));

const PANICS =
  /panicking::|handle_alloc_error|default_alloc_error|handle_error|capacity_overflow|unwrap_failed|expect_failed|slice_error_fail|slice_index_fail|len_mismatch_fail|panic_already|rust_panic|rust_begin_unwind|wasm_bindgen::throw_str/;
const FORMATTING = /\bfmt::|do_count_chars/;

const module = binaryen.readBinary(await readFile(from));

function trap(names) {
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const ref = module.getFunctionByIndex(i);
    const info = binaryen.getFunctionInfo(ref);
    if (!info.module && names.test(info.name)) binaryen.Function.setBody(ref, module.unreachable());
  }
  module.runPasses(["remove-unused-module-elements"]);
}

// The functions that call a formatting one and are none themselves.
function formatters() {
  const found = new Set();
  let caller = "";
  for (const line of module.emitText().split("\n")) {
    const name = (word) => new RegExp(`\\(${word} \\$("[^"]*"|[^\\s()]+)`).exec(line)?.[1];
    caller = name("func") ?? caller;
    if (FORMATTING.test(name("call")) && !FORMATTING.test(caller)) found.add(caller);
  }
  return [...found];
}

// The linker's own, which nobody needs.
for (const name of ["__data_end", "__heap_base"]) {
  if (module.getExport(name)) module.removeExport(name);
}
trap(PANICS);
const wrong = formatters();
if (wrong.length) {
  console.error(`these functions format text, which costs 4 KB: ${wrong.join(", ")}`);
  process.exit(1);
}
trap(FORMATTING);
// The names help whoever measures; wasm-opt strips them.
binaryen.setDebugInfo(true);
await writeFile(to, module.emitBinary());
// These passes drop what nobody reads and compute nothing, so the addresses that are left are as
// the linker wrote them. OUT goes without: -Oz does worse after them.
if (lean) {
  module.runPasses(["dae", "coalesce-locals", "vacuum"]);
  await writeFile(lean, module.emitBinary());
}

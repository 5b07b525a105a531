// The module inside the script: every kind of operand comes back from its stream.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import binaryen from "binaryen";

import { unpack } from "../../pkg-template/packed.js";
import { pack } from "../../xtask/pack.mjs";

const { BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SIMD128, SignExt } =
  binaryen.Features;
const FEATURES =
  BulkMemory | BulkMemoryOpt | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SIMD128 | SignExt;

// Made by `cargo xtask build`.
const unpacker = await readFile(new URL("../../target/pkg-build/wasm/unpack.wasm", import.meta.url));

function assemble(text) {
  const module = binaryen.parseText(text);
  module.setFeatures(FEATURES);
  assert.ok(module.validate());
  return module.emitBinary();
}

const KINDS = `(module
  (import "host" "seen" (func $seen (param i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1 2)
  (table $functions 2 funcref)
  (table $values 1 externref)
  (elem (table $functions) (i32.const 0) func $double $negate)
  (global $count (mut i32) (i32.const 300))
  (data (i32.const 16) "\\00\\80\\ff text")
  (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
  (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (func (export "call") (param i32 i32) (result i32)
    (call_indirect $functions (type $unary) (local.get 0) (local.get 1)))
  (func (export "choose") (param i32) (result i64)
    (block $two
      (block $one
        (block $zero (br_table $zero $one $two (local.get 0)))
        (return (i64.const -7)))
      (return (i64.const 0x123456789abcdef)))
    (i64.const 2))
  (func (export "floats") (param f64) (result f64)
    (f64.add (f64.mul (local.get 0) (f64.const 1234.56789)) (f64.promote_f32 (f32.const 0.1))))
  (func (export "saturate") (param f64) (result i32) (i32.trunc_sat_f64_s (local.get 0)))
  (func (export "memory") (param i32) (result i32) (local i64 f32)
    (memory.fill (i32.const 4096) (local.get 0) (i32.const 300))
    (memory.copy (i32.const 8000) (i32.const 4100) (i32.const 200))
    (i32.store16 offset=2 (i32.const 8000) (i32.const -2))
    (drop (memory.grow (i32.const 1)))
    (i32.add (memory.size) (i32.load offset=1 align=1 (i32.const 7999))))
  (func (export "references") (param externref) (result i32)
    (table.set $values (i32.const 0) (local.get 0))
    (drop (table.grow $values (ref.null extern) (i32.const 3)))
    (if (ref.is_null (table.get $values (i32.const 0))) (then (return (i32.const -1))))
    (call $seen (global.get $count))
    (global.set $count (i32.const -300))
    (select (table.size $values) (i32.const 0) (i32.const 1)))
  (func (export "long") (result i32) ${"(drop (i32.const 70000))".repeat(100)} (i32.const 5))
)`;

test("a module with every kind of operand does the same after packing", () => {
  const original = assemble(KINDS);
  const results = [original, unpack(pack(original, unpacker))].map((bytes) => {
    const seen = [];
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      host: { seen: (number) => seen.push(number) },
    });
    const { call, choose, floats, saturate, memory, references, long } = instance.exports;
    return [
      call(21, 0), call(21, 1), choose(0), choose(1), choose(9), floats(2.5), saturate(-1e20),
      memory(0x5a), references({}), references(null), references({}), long(),
      seen,
    ];
  });
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[0].slice(0, 5), [42, -21, -7n, 0x123456789abcdefn, 2n]);
  assert.deepEqual(results[0].at(-1), [300, -300]);
});

test("what can't be packed is refused", () => {
  const long = `(module (func (export "f") ${"(drop (i32.const 70000))".repeat(4000)}))`;
  assert.throws(() => pack(assemble(long), unpacker), /size has more than two bytes/);
  const large = `(module (memory 2) (data (i32.const 0) "${"x".repeat(70_000)}") (func))`;
  assert.throws(() => pack(assemble(large), unpacker), /the module is too large/);
  const simd = `(module (func (export "f") (result v128) (v128.const i32x4 1 2 3 4)))`;
  assert.throws(() => pack(assemble(simd), unpacker), /opcode 0xfd .* is not known here/);
});

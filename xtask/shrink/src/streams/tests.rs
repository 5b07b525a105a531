use std::path::PathBuf;
use std::process::Stdio;

use anyhow::bail;

use super::*;
use crate::{Tuning, script};

/// Every kind of operand.
const KINDS: &str = r#"(module
  (import "host" "seen" (func $seen (param i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1 2)
  (table $functions 2 funcref)
  (table $values 1 externref)
  (elem (table $functions) (i32.const 0) func $double $negate)
  (global $count (mut i32) (i32.const 300))
  (data (i32.const 16) "\00\80\ff text")
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
  (func (export "vectors") (result i32) (i32x4.extract_lane 2 (v128.const i32x4 1 2 3 4)))
  (func (export "long") (result i32) LONG (i32.const 5))
)"#;

fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn characters() -> String {
    Tuning::default().characters
}

fn constants(count: usize) -> String {
    "(drop (i32.const 70000))".repeat(count)
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{command:?} has failed");
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// binaryen is where this repository keeps it.
fn tools() -> Tools<'static> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Tools {
        node_modules: here.join("../../tests/node_modules"),
        run: &run,
    }
}

#[test]
fn a_module_with_every_kind_of_operand_does_the_same_after_packing() {
    let dir = std::env::temp_dir().join(format!("shrink-streams-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    // Functions of 800 bytes and of 28,000.
    for count in [100, 4_000] {
        let module = assemble(&KINDS.replace("LONG", &constants(count)));
        let reader = reader(&tools(), &dir).unwrap();
        fs::write(dir.join("original.wasm"), &module).unwrap();
        let script = script::of_streams(&module, &reader, &characters()).unwrap();
        fs::write(dir.join("packed.mjs"), script).unwrap();
        let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/src/streams/tests.mjs");
        run(Command::new("node").arg(tests).arg(&dir)).unwrap();
    }
    fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn what_cannot_be_packed_is_refused() {
    let error = |text: &str| {
        pack(&assemble(text), &characters())
            .unwrap_err()
            .to_string()
    };
    let large = format!(
        r#"(module (memory 9) (data (i32.const 0) "{}") (func))"#,
        "x".repeat(300_000)
    );
    assert!(error(&large).starts_with("the module is too large"));
    let float = "(module (func (drop (f64.const -1))))";
    assert!(error(float).starts_with("opcode 0x44 has a float"));
    let table = format!(
        "(module (func (br_table{} (i32.const 0))))",
        " 0".repeat(300)
    );
    assert!(error(&table).starts_with("opcode 0x0e has more than 255"));
    let kinds = format!("(module (func{}))", " (local i32) (local i64)".repeat(70));
    assert!(error(&kinds).contains("more kinds than fit"));
    assert!(error("(module)").contains("no code"));
    let module = assemble("(module (func))");
    let twice = pack(&module, &characters().replace('e', "t")).unwrap_err();
    assert!(twice.to_string().contains("each once"));
}

#[test]
fn a_text_has_only_characters_that_a_string_and_an_inline_script_may_have() {
    let packed = pack(
        &assemble(&KINDS.replace("LONG", &constants(1))),
        &characters(),
    )
    .unwrap();
    let text = packed.text;
    assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    assert!(!text.contains(['"', '\'', '`', '\\', '<']));
}

#[test]
fn reading_ends_whatever_the_text_is() {
    // No byte ends a number, no opcode ends a function, and every byte is one that begins a pair.
    for value in [0xff, 0x80, 0x41, 0x00] {
        let mut memory = Box::new(read::Memory {
            at: [0; 16],
            values: [value; read::VALUES],
            text: [b' '; read::SIZE],
            module: [0; read::SIZE],
        });
        memory.at[read::CODE + 1] = 1;
        assert!(read::read(&mut memory) as usize >= read::SIZE, "{value:#x}");
    }
}

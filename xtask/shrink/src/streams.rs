//! A module as text in a script, of which gzip makes as little as it can.
//!
//! It is printable ASCII. Unlike base64, in which a repeated sequence of bytes looks different each
//! time, a byte is one character, and a rare byte two. And like stands beside like: there is a stream of
//! the opcodes of all functions, one of the locals that they name, and so on. After gzip that is a
//! tenth less than the module itself, and three tenths less than its base64.
//!
//! It saves 10 KB of gzip in the place of base64. It costs 2 ms at the start of each page: what puts the
//! streams together (`read.rs`, which is compiled to WebAssembly, and `read.js`) has to run first.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{Tools, panics};

pub use write::{Packed, pack};

/// The JavaScript half of what reads the streams: it exports `read`.
pub const SCRIPT: &str = include_str!("streams/read.js");

/// Makes `reader.wasm` in `dir`: the WebAssembly half, 0.5 KB.
pub fn reader(tools: &Tools<'_>, dir: &Path) -> Result<Vec<u8>> {
    let source = dir.join("reader.rs");
    let wasm = dir.join("reader.wasm");
    fs::write(&source, include_str!("streams/read.rs"))
        .with_context(|| format!("{} cannot be written", source.display()))?;
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--target=wasm32-unknown-unknown"]);
    rustc.args([
        "--crate-type=cdylib",
        "-Copt-level=z",
        "-Clto",
        "-Cpanic=abort",
    ]);
    // Its own stack, then the memory that read.js fills. Each function once: a call less is not
    // worth its bytes.
    rustc.arg("-Clink-args=-zstack-size=4096 --stack-first --initial-memory=655360");
    rustc.arg("-Cllvm-args=-inline-threshold=0");
    (tools.run)(rustc.arg(&source).arg("-o").arg(&wasm))?;
    crate::write(&wasm, panics::trap(&crate::read(&wasm)?)?)?;
    let mut optimise = tools.wasm_opt(&wasm);
    optimise.args(["-Oz", "--converge", "--strip-debug", "--strip-producers"]);
    (tools.run)(optimise.arg("--strip-target-features"))?;
    crate::read(&wasm)
}

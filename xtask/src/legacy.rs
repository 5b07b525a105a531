//! The core as JavaScript, for browsers that compile no WebAssembly synchronously and pages
//! whose policy allows none.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::dead_data;
use crate::package::{self, WASM_FEATURES};
use crate::process::{MINUTE, run};
use crate::project::Project;

/// What wasm2js cannot say is said by other means.
const LOWERING: [&str; 3] = [
    "--signext-lowering",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
];

/// From what was compiled for release makes `verto_bg.js` and `verto_bg.wasm.js` in `out`.
pub fn build(project: &Project, out: &Path) -> Result<()> {
    let plain = out.join("library.wasm");
    // wasm-bindgen uses no feature that it isn't told of; wasm2js knows no externref.
    dead_data::strip(
        &package::library(project, false),
        &["target_features"],
        &plain,
    )?;
    package::bind_library(project, &plain, out)?;
    let wasm = out.join("verto_bg.wasm");

    let mut trim = Command::new("node");
    trim.arg(project.root.join("xtask").join("trim.mjs"));
    run(trim.arg(&wasm).arg(&wasm), 5 * MINUTE)?;
    let mut opt = binaryen(project, "wasm-opt");
    opt.args(WASM_FEATURES).arg("-Oz").args(LOWERING);
    opt.args(["--strip-debug", "--strip-producers"]);
    run(opt.arg(&wasm).arg("-o").arg(&wasm), 10 * MINUTE)?;
    package::clear_dead_data(project, &wasm)?;
    let mut wasm2js = binaryen(project, "wasm2js");
    wasm2js.arg("-Oz").arg(&wasm).arg("-o");
    run(wasm2js.arg(out.join("verto_bg.wasm.js")), 10 * MINUTE)
}

fn binaryen(project: &Project, program: &str) -> Command {
    let binaryen = project.npm().join("node_modules").join("binaryen");
    let mut command = Command::new("node");
    command.arg(binaryen.join("bin").join(program));
    command
}

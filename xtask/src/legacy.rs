//! The core as JavaScript, for browsers that compile no WebAssembly synchronously and pages
//! whose policy allows none.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::dead_data;
use crate::package;
use crate::process::{MINUTE, run};
use crate::project::Project;

/// The script that pages include in the place of `verto-min.js`.
pub const SCRIPT: &str = "verto-legacy-min.js";

/// As a module: the script's globals by the names of the package's exports.
const MODULE: &str = r#"import "./verto-legacy-min.js";
export const { verto, Verto, VertoCallcenter, VertoError } = globalThis;
export default verto;
"#;

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

    package::trim(project, &wasm)?;
    let mut opt = package::wasm_opt(project, &wasm);
    opt.arg("-Oz").args(LOWERING);
    opt.args(["--strip-debug", "--strip-producers"]);
    run(&mut opt, 10 * MINUTE)?;
    let mut wasm2js = package::binaryen(project, "wasm2js");
    wasm2js.arg("-Oz").arg(&wasm).arg("-o");
    run(wasm2js.arg(out.join("verto_bg.wasm.js")), 10 * MINUTE)
}

/// Makes `target/pkg-legacy`: the package as it is in `pkg/`, but whatever loads `verto-min.js` or
/// `index.mjs` of it gets this script.
pub fn stand_in(project: &Project) -> Result<PathBuf> {
    let dir = project.root.join("target").join("pkg-legacy");
    package::empty_dir(&dir)?;
    package::copy_files(&project.pkg(), &dir, |_| true)?;
    fs::copy(dir.join(SCRIPT), dir.join(package::SCRIPT)).context(package::SCRIPT)?;
    fs::write(dir.join("index.mjs"), MODULE).context("index.mjs")?;
    Ok(dir)
}

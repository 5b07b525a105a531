//! The core as JavaScript, for browsers that compile no WebAssembly synchronously and pages
//! whose policy allows none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use shrink::{Names, Shrink};

use crate::library;
use crate::process::{MINUTE, run};
use crate::project::Project;

/// The script that pages include in the place of `verto-min.js`.
pub const SCRIPT: &str = "verto-legacy-min.js";

/// What wasm2js cannot say is said by other means.
const LOWERING: [&str; 3] = [
    "--signext-lowering",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
];

/// From what was compiled for release makes `verto_bg.js`, `verto_bg.wasm.js` and the names of
/// what it imports and exports in `out`.
pub fn build(project: &Project, library: &Path, shrink: &Shrink<'_>, out: &Path) -> Result<()> {
    // wasm-bindgen uses no feature that it isn't told of; wasm2js knows no externref.
    let hidden = |name: &str| name == "target_features";
    let wasm = library::bind(project, library, hidden, out)?;
    shrink.trim(library, &wasm)?;
    let mut opt = shrink.tools.wasm_opt(&wasm);
    opt.arg("-Oz").args(LOWERING);
    opt.args(["--strip-debug", "--strip-producers"]);
    run(&mut opt, 10 * MINUTE)?;
    let names = Names::of(&fs::read(&wasm).context("wasm-opt left nothing")?)?;
    fs::write(out.join("names.json"), serde_json::to_string(&names)?)
        .context("the names cannot be written")?;
    let mut wasm2js = shrink.tools.node("binaryen", "wasm2js");
    wasm2js.arg("-Oz").arg(&wasm).arg("-o");
    run(wasm2js.arg(out.join("verto_bg.wasm.js")), 10 * MINUTE)
}

//! binaryen's optimiser.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{Names, Tools, Tuning};

/// What wasm-opt may assume of the browser. Not `--all-features`: that emits
/// compact imports, which Chromium refuses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// Custom sections that are of no use in a browser.
pub const UNUSED_SECTIONS: [&str; 3] = ["name", "producers", "target_features"];

/// What becomes of the names of functions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DebugInfo {
    /// They are left out.
    Stripped,
    /// They stay, for whoever measures what the module is made of.
    Kept,
}

impl Tools<'_> {
    /// wasm-opt from one module to another, without a pass.
    fn wasm_opt_to(&self, from: &Path, to: &Path) -> Command {
        let mut command = self.node("binaryen", "wasm-opt");
        command.args(FEATURES).arg(from).arg("-o").arg(to);
        command
    }

    /// wasm-opt in place, without a pass.
    pub fn wasm_opt(&self, wasm: &Path) -> Command {
        self.wasm_opt_to(wasm, wasm)
    }
}

/// Writes the module without the values that its code only passes around, for `dead_data`.
///
/// These passes drop what nobody reads and compute nothing, so the addresses that are left are as
/// the linker wrote them. They are not run on the module that is shipped, because `-Oz` makes a larger
/// one after them.
pub fn lean(tools: &Tools<'_>, from: &Path, to: &Path) -> Result<()> {
    let mut command = tools.wasm_opt_to(from, to);
    command.args(["--dae", "--coalesce-locals", "--vacuum"]);
    (tools.run)(&mut command).map(drop)
}

/// The passes for size, again and again until nothing changes.
///
/// A large function that is inlined where it alone is called makes the module smaller, but what
/// gzip makes of it larger: by 2 KB. `tuning` has the limits; without it wasm-opt has its own. Like functions stand side
/// by side, since gzip looks back no further than 32 KB.
pub fn optimise(tools: &Tools<'_>, wasm: &Path, tuning: Option<&Tuning>) -> Result<()> {
    let mut command = tools.wasm_opt(wasm);
    command.args(["-Oz", "--converge", "--reorder-functions-by-name", "-g"]);
    if let Some(tuning) = tuning {
        let (one_caller, always) = (tuning.one_caller_inline, tuning.always_inline);
        command.arg(format!(
            "--one-caller-inline-max-function-size={one_caller}"
        ));
        command.arg(format!("--always-inline-max-function-size={always}"));
    }
    (tools.run)(&mut command).map(drop)
}

/// Gives imports and exports names of one or two letters. Whoever starts the module then needs the list
/// of the names, `names.json`.
pub fn shorten_names(tools: &Tools<'_>, wasm: &Path, debug: DebugInfo) -> Result<Names> {
    // In a run of its own: where wasm-opt converges it would rename again and again.
    let mut command = tools.wasm_opt(wasm);
    command.arg("--minify-imports-and-exports-and-modules");
    match debug {
        DebugInfo::Kept => command.arg("--debuginfo"),
        DebugInfo::Stripped => command.args([
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ]),
    };
    Names::of_wasm_opt(&(tools.run)(&mut command)?)
}

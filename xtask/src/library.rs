//! The Rust library as WebAssembly, and its JavaScript by wasm-bindgen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use shrink::Shrink;

use crate::process::{MINUTE, run};
use crate::project::{Project, WASM_TARGET};
use crate::tools::WasmBindgen;

/// Which library it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edition {
    /// With telephone calls.
    Whole,
    /// The call centre's own, without them.
    CallCentre,
}

/// How rustc compiles it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Profile {
    /// Quickly.
    Dev,
    /// For size.
    Release,
}

/// Compiles the library; returns where it is until the next is compiled.
pub fn compile(
    project: &Project,
    edition: Edition,
    profile: Profile,
    shrink: &Shrink<'_>,
) -> Result<PathBuf> {
    let mut cargo = project.cargo();
    cargo.args(["build", "--lib", "-p", "verto-wasm"]);
    if edition == Edition::CallCentre {
        cargo.arg("--no-default-features");
    }
    cargo.args(["--target", WASM_TARGET]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    // The text of a panic names its source file. Where this machine keeps it is nobody's
    // business, and the same sources shall make the same package everywhere.
    let dirs = project.crate_dirs()?;
    let remap = |dir: &PathBuf| format!("--remap-path-prefix={}/=", dir.display());
    let mut flags: Vec<_> = dirs.iter().map(remap).collect();
    // Nothing here is recursive: the usual stack of 1 MB is memory for nothing in each page.
    // Below everything else an overflow is a trap.
    flags.push("-Clink-args=-zstack-size=65536 --stack-first".to_owned());
    flags.extend(shrink.rustflags());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    run(&mut cargo, 20 * MINUTE)?;
    Ok(compiled(project, profile))
}

/// Where [`compile`] has put the library.
pub fn compiled(project: &Project, profile: Profile) -> PathBuf {
    let profile = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    let dir = project.target.join(WASM_TARGET).join(profile);
    dir.join("verto_wasm.wasm")
}

/// From a compiled library makes `verto_bg.wasm` and its JavaScript in the directory `out`;
/// returns where the former is. Of the library's custom sections it sees none that `hidden` names.
pub fn bind(
    project: &Project,
    library: &Path,
    hidden: impl Fn(&str) -> bool,
    out: &Path,
) -> Result<PathBuf> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let linked = fs::read(library).with_context(|| format!("{}", library.display()))?;
    let plain = out.join("library.wasm");
    fs::write(&plain, shrink::without_sections(&linked, hidden)?)
        .with_context(|| format!("{} cannot be written", plain.display()))?;
    let mut command = Command::new(WasmBindgen::ensure(project)?.cli);
    command.args(["--target", "bundler", "--no-typescript"]);
    command.args(["--out-name", "verto", "--out-dir"]).arg(out);
    run(command.arg(plain), 5 * MINUTE)?;
    Ok(out.join("verto_bg.wasm"))
}

//! Makes `pkg/` from the Rust library and `pkg-template/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::dead_data;
use crate::legacy;
use crate::process::{self, MINUTE, run, step};
use crate::project::{Project, WASM_TARGET};
use crate::tools::{self, WasmBindgen};

/// The classic script, which pages in any encoding include.
pub const SCRIPT: &str = "verto-min.js";

/// What wasm-opt may assume of the browser. Not `--all-features`: that emits
/// compact imports, which Chromium refuses.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// What of the module is of no use in a browser.
const STRIP: [&str; 3] = [
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Builds the whole package; `dev` for quick rather than small.
pub fn build(project: &Project, dev: bool) -> Result<()> {
    tools::wasm_target()?;
    tools::npm_tools(project)?;

    let scratch = project.root.join("target").join("pkg-build");
    let wasm = scratch.join("wasm");
    let staged = scratch.join("pkg");
    let without_wasm = scratch.join("legacy");
    for dir in [&wasm, &staged, &without_wasm] {
        empty_dir(dir)?;
    }
    step("compiling Rust to WebAssembly", || compile(project, dev))?;
    step("wasm-bindgen", || match dev {
        true => bind_library(project, &library(project, dev), &wasm),
        false => bind(project, &wasm),
    })?;
    if !dev {
        step("wasm-opt", || {
            optimise(project, &wasm.join("verto_bg.wasm"), &STRIP)
        })?;
        step("the unpacker", || unpacker(project, &wasm))?;
        step("wasm2js", || legacy::build(project, &without_wasm))?;
    }
    step("bundling", || bundle(project, &scratch, dev))?;
    let scripts: &[&str] = if dev {
        &[SCRIPT]
    } else {
        &[SCRIPT, legacy::SCRIPT]
    };
    for name in scripts {
        check_ascii(name, &fs::read(staged.join(name)).context(*name)?)?;
    }
    copy_rest(project, &staged, dev)?;

    // Only a whole package replaces the previous one.
    let pkg = project.pkg();
    empty_dir(&pkg)?;
    copy_files(&staged, &pkg, |_| true)?;
    sizes(project, &pkg, dev)
}

fn compile(project: &Project, dev: bool) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args([
        "build",
        "--lib",
        "-p",
        "verto-wasm",
        "--target",
        WASM_TARGET,
    ]);
    if !dev {
        cargo.arg("--release");
    }
    // The text of a panic names its source file. Where this machine keeps it is nobody's
    // business, and the same sources shall make the same package everywhere.
    let dirs = project.crate_dirs()?;
    let remap = |dir: &PathBuf| format!("--remap-path-prefix={}/=", dir.display());
    let mut flags: Vec<_> = dirs.iter().map(remap).collect();
    // Nothing here is recursive: the usual stack of 1 MB is memory for nothing in each page.
    // Below everything else an overflow is a trap.
    let mut link_args = "-Clink-args=-zstack-size=65536 --stack-first".to_owned();
    if !dev {
        link_args.push(' ');
        link_args.push_str(dead_data::LINK_ARG);
    }
    flags.push(link_args);
    // What LLVM inlines for `opt-level = "z"` is less; 0.25 KB of gzip more than with this.
    flags.push("-Cllvm-args=-inline-threshold=30".to_owned());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    run(&mut cargo, 20 * MINUTE)
}

/// Makes `verto_bg.wasm` and its JavaScript from what was compiled for release.
pub fn bind(project: &Project, out: &Path) -> Result<()> {
    let plain = out.join("library.wasm");
    dead_data::strip(&library(project, false), &[], &plain)?;
    bind_library(project, &plain, out)
}

/// The same for any `library`.
pub fn bind_library(project: &Project, library: &Path, out: &Path) -> Result<()> {
    let mut command = Command::new(WasmBindgen::ensure(project)?.cli);
    command.args(["--target", "bundler", "--no-typescript"]);
    command.args(["--out-name", "verto", "--out-dir"]).arg(out);
    run(command.arg(library), 5 * MINUTE)
}

/// What was compiled.
pub fn library(project: &Project, dev: bool) -> PathBuf {
    let profile = if dev { "debug" } else { "release" };
    let dir = project.target.join(WASM_TARGET).join(profile);
    dir.join("verto_wasm.wasm")
}

/// Makes the module small, and writes beside it how its imports and exports are called now.
/// `debug` says what becomes of the names of functions and the like.
pub fn optimise(project: &Project, wasm: &Path, debug: &[&str]) -> Result<()> {
    trim(project, wasm)?;
    let wasm_opt = || wasm_opt(project, wasm);
    // A large function that is inlined where it alone is called makes the module smaller, but
    // what gzip makes of it larger: by 2 KB. These sizes, and the order of the names, which puts
    // like beside like, were the best of those tried.
    let mut optimise = wasm_opt();
    optimise.args([
        "-Oz",
        "--converge",
        "--one-caller-inline-max-function-size=20",
        "--always-inline-max-function-size=3",
        "--reorder-functions-by-name",
        "-g",
    ]);
    run(&mut optimise, 10 * MINUTE)?;
    // In a run of its own: where it converges it would rename again and again.
    let mut rename = wasm_opt();
    rename
        .arg("--minify-imports-and-exports-and-modules")
        .args(debug);
    let names = process::capture(&mut rename, 10 * MINUTE)?;
    fs::write(wasm.with_extension("names.json"), names).context("the names cannot be written")
}

/// Takes out what only describes a panic: code, and the constants that it alone read.
pub fn trim(project: &Project, wasm: &Path) -> Result<()> {
    let lean = wasm.with_extension("lean.wasm");
    run(trim_code(project).args([wasm, wasm, &lean]), 5 * MINUTE)?;
    let read = |path: &Path| fs::read(path).with_context(|| format!("{}", path.display()));
    let mut module = read(wasm)?;
    dead_data::clear(&read(&library(project, false))?, &read(&lean)?, &mut module)?;
    fs::write(wasm, module).context("the module cannot be written")
}

fn trim_code(project: &Project) -> Command {
    let mut trim = Command::new("node");
    trim.arg(project.root.join("xtask").join("trim.mjs"));
    trim
}

/// Makes `unpack.wasm`, which puts the packed module together.
fn unpacker(project: &Project, dir: &Path) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args([
        "build",
        "--release",
        "-p",
        "unpack",
        "--target",
        WASM_TARGET,
    ]);
    // Its own stack, then the memory that packed.js fills. Each function once: a call less is not
    // worth its bytes.
    let flags = "-Clink-args=-zstack-size=4096 --stack-first --initial-memory=327680\u{1f}\
                 -Cllvm-args=-inline-threshold=0";
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
    run(&mut cargo, 5 * MINUTE)?;
    let wasm = dir.join("unpack.wasm");
    let built = project.target.join(WASM_TARGET).join("release");
    run(
        trim_code(project).args([built.join("unpack.wasm"), wasm.clone()]),
        MINUTE,
    )?;
    let mut optimise = wasm_opt(project, &wasm);
    optimise.args(["-Oz", "--converge"]);
    run(optimise.args(STRIP), MINUTE)
}

/// wasm-opt in place, without a pass.
pub fn wasm_opt(project: &Project, wasm: &Path) -> Command {
    let mut command = binaryen(project, "wasm-opt");
    command.args(WASM_FEATURES).arg(wasm).arg("-o").arg(wasm);
    command
}

/// One of binaryen's programs.
pub fn binaryen(project: &Project, program: &str) -> Command {
    let binaryen = project.npm().join("node_modules").join("binaryen");
    let mut command = Command::new("node");
    command.arg(binaryen.join("bin").join(program));
    command
}

fn bundle(project: &Project, scratch: &Path, dev: bool) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(project.root.join("xtask").join("bundle.mjs"));
    node.arg(&project.root).arg(scratch);
    if dev {
        node.arg("--dev");
    }
    run(&mut node, 5 * MINUTE)
}

fn sizes(project: &Project, pkg: &Path, dev: bool) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(project.root.join("xtask").join("sizes.mjs"));
    node.arg(pkg);
    node.args([
        SCRIPT,
        "index.mjs",
        "index.cjs",
        "slim.mjs",
        "verto_bg.wasm",
    ]);
    if !dev {
        node.arg(legacy::SCRIPT);
    }
    process::run(&mut node, MINUTE)
}

fn copy_rest(project: &Project, out: &Path, dev: bool) -> Result<()> {
    let template = project.root.join("pkg-template");
    copy_files(&template, out, |name| name.starts_with("README"))?;
    let types = template.join("types");
    copy_files(&types, out, |name| name.ends_with(".d.ts"))?;
    // To TypeScript the types of a CommonJS file are other ones.
    copy(&types.join("index.d.ts"), &out.join("index.d.cts"))?;
    copy_files(&project.root, out, |name| name.starts_with("LICENSE"))?;
    let manifest = fs::read_to_string(template.join("package.json"))
        .context("pkg-template/package.json cannot be read")?;
    let manifest = with_version(&manifest, &project.version)?;
    fs::write(out.join("package.json"), &manifest).context("package.json cannot be written")?;
    if dev {
        // The build without WebAssembly takes too long for it.
        return Ok(());
    }
    check_paths(&serde_json::from_str(&manifest)?, out)
}

/// The template's package.json with the version of Cargo.toml.
fn with_version(manifest: &str, version: &str) -> Result<String> {
    let mut manifest: Value =
        serde_json::from_str(manifest).context("pkg-template/package.json is not JSON")?;
    let Some(fields) = manifest.as_object_mut() else {
        bail!("pkg-template/package.json is not an object");
    };
    fields.insert("version".to_owned(), version.into());
    Ok(format!("{manifest:#}\n"))
}

/// Every `./file` that the manifest names must have been made.
fn check_paths(manifest: &Value, dir: &Path) -> Result<()> {
    match manifest {
        Value::String(path) if path.starts_with("./") && !dir.join(path).is_file() => {
            bail!("pkg-template/package.json names {path}, which the build does not make");
        }
        Value::Object(fields) => fields.values().try_for_each(|v| check_paths(v, dir))?,
        Value::Array(items) => items.iter().try_for_each(|v| check_paths(v, dir))?,
        _ => {}
    }
    Ok(())
}

/// A page may be in GBK or any other encoding; only ASCII reads the same in all.
fn check_ascii(name: &str, script: &[u8]) -> Result<()> {
    match script.iter().position(|byte| !byte.is_ascii()) {
        Some(at) => bail!("{name} must be ASCII only, but its byte {at} is not"),
        None => Ok(()),
    }
}

pub fn empty_dir(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("{} cannot be emptied", dir.display()))?;
    }
    fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))
}

pub fn copy_files(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("{}", from.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| path.is_file() && wanted(name)) {
            copy(&path, &to.join(name))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} cannot be copied", from.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_with_any_other_byte_than_ascii_is_refused() {
        assert!(check_ascii(SCRIPT, b"var verto = '\\u4f60\\u597d';\n").is_ok());
        let error = check_ascii(legacy::SCRIPT, "var \u{e9}".as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "verto-legacy-min.js must be ASCII only, but its byte 4 is not"
        );
    }

    #[test]
    fn a_manifest_that_names_a_file_which_is_not_there_is_refused() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let naming = |path: &str| serde_json::json!({ "exports": { ".": [path] } });
        assert!(check_paths(&naming("./Cargo.toml"), here).is_ok());
        let error = check_paths(&naming("./index.d.cts"), here).unwrap_err();
        assert_eq!(
            error.to_string(),
            "pkg-template/package.json names ./index.d.cts, which the build does not make"
        );
    }

    #[test]
    fn the_manifest_gets_the_version_and_keeps_its_order() {
        let made = with_version(r#"{"name":"n","version":"0.0.0","main":"m"}"#, "1.2.3").unwrap();
        assert_eq!(
            made,
            "{\n  \"name\": \"n\",\n  \"version\": \"1.2.3\",\n  \"main\": \"m\"\n}\n"
        );
        assert!(with_version("[]", "1.2.3").is_err());
        assert!(with_version("{", "1.2.3").is_err());
    }
}

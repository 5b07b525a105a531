//! `cargo xtask build`: makes the npm package, `pkg/`, from the Rust library and `pkg-template/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::Value;
use shrink::{Shrink, Stage, Tools, Tuning};

use crate::files::{copy, copy_files, empty_dir};
use crate::legacy;
use crate::library::{self, Edition, Profile};
use crate::process::{self, MINUTE, run, step};
use crate::project::Project;
use crate::tools;

/// The classic script, which pages in any encoding include.
pub const SCRIPT: &str = "verto-min.js";

/// The same without telephone calls.
pub const CALL_CENTRE_SCRIPT: &str = "verto-cc-min.js";

#[derive(clap::Args, Default)]
pub struct Args {
    /// Builds quickly: nothing is made small, and verto-legacy-min.js is left out
    #[arg(long)]
    pub dev: bool,
    /// Leaves out these stages of making it small, separated by commas
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    pub without: Vec<Stage>,
    /// Leaves out all of them
    #[arg(long, conflicts_with = "without")]
    pub no_shrink: bool,
}

impl Args {
    /// The stages that are left out.
    fn without(&self) -> BTreeSet<Stage> {
        match self.dev || self.no_shrink {
            true => Stage::value_variants().iter().copied().collect(),
            false => self.without.iter().copied().collect(),
        }
    }

    /// What makes the package small then.
    pub fn shrink(&self, project: &Project) -> Shrink<'static> {
        Shrink {
            tools: Tools {
                node_modules: project.npm().join("node_modules"),
                run: &|command| process::capture(command, 10 * MINUTE),
            },
            without: self.without(),
            tuning: Tuning::default(),
        }
    }
}

/// Builds the whole package.
pub fn build(project: &Project, args: &Args) -> Result<()> {
    let scratch = project.root.join("target").join("pkg-build");
    let shrink = args.shrink(project);
    let parts = if args.dev { Parts::Quick } else { Parts::All };
    let staged = make(project, parts, &shrink, &scratch)?;
    sizes(project, &staged, parts)?;
    copy_rest(project, &staged, args.dev)?;

    // Only a whole package replaces the previous one.
    let pkg = project.pkg();
    empty_dir(&pkg)?;
    copy_files(&staged, &pkg, |_| true)
}

/// What of the package is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts {
    /// Everything.
    All,
    /// Everything but what takes long, and without optimisation.
    Quick,
    /// Everything but `verto-legacy-min.js`.
    Modern,
}

/// Makes the scripts and the module of the package in a directory of `scratch`, and says which.
pub fn make(
    project: &Project,
    parts: Parts,
    shrink: &Shrink<'_>,
    scratch: &Path,
) -> Result<PathBuf> {
    tools::wasm_target()?;
    tools::npm_tools(project)?;
    let [without_wasm, staged] = ["legacy", "pkg"].map(|name| scratch.join(name));
    for dir in [&without_wasm, &staged] {
        empty_dir(dir)?;
    }
    let profile = match parts {
        Parts::Quick => Profile::Dev,
        Parts::All | Parts::Modern => Profile::Release,
    };
    // The whole library last: others find it where the compiler put it.
    core(
        project,
        Edition::CallCentre,
        profile,
        shrink,
        &scratch.join("cc"),
    )?;
    let library = core(project, Edition::Whole, profile, shrink, scratch)?;
    if parts == Parts::All {
        step("wasm2js", || {
            legacy::build(project, &library, shrink, &without_wasm)
        })?;
    }
    step("bundling", || bundle(project, scratch, parts))?;
    for (name, ecma) in scripts(parts) {
        let script = staged.join(name);
        if parts != Parts::Quick {
            step(&format!("shrinking {name}"), || {
                shrink.script(&script, *ecma)
            })?;
        }
        // Some pages put their scripts together into one file, and the one before this may end
        // without a semicolon.
        let text = [b";", &*fs::read(&script).context(*name)?].concat();
        check_ascii(name, &text)?;
        fs::write(&script, text).context(*name)?;
    }
    Ok(staged)
}

/// Compiles the core and makes it small, in `wasm/` and `small/` of a directory; returns where the
/// compiled library is.
fn core(
    project: &Project,
    edition: Edition,
    profile: Profile,
    shrink: &Shrink<'_>,
    dir: &Path,
) -> Result<PathBuf> {
    let [bound, small] = ["wasm", "small"].map(|name| dir.join(name));
    for dir in [&bound, &small] {
        empty_dir(dir)?;
    }
    let library = step("compiling Rust to WebAssembly", || {
        library::compile(project, edition, profile, shrink)
    })?;
    let wasm = step("wasm-bindgen", || {
        library::bind(project, &library, |_| false, &bound)
    })?;
    step("shrinking the module", || {
        shrink.module(&library, &wasm, &small)
    })?;
    Ok(library)
}

/// The scripts for a script tag, and the year of the ECMAScript that each is written in.
fn scripts(parts: Parts) -> &'static [(&'static str, u32)] {
    // xtask/bundle.mjs has these years too. Chromium 73 knows all of 2019.
    let all = &[
        (SCRIPT, 2022),
        (CALL_CENTRE_SCRIPT, 2022),
        (legacy::SCRIPT, 2019),
    ];
    match parts {
        Parts::All => all,
        Parts::Quick | Parts::Modern => all.split_at(2).0,
    }
}

fn bundle(project: &Project, scratch: &Path, parts: Parts) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(project.root.join("xtask").join("bundle.mjs"));
    node.arg(&project.root).arg(scratch);
    match parts {
        Parts::All => {}
        Parts::Quick => _ = node.arg("--dev"),
        Parts::Modern => _ = node.arg("--modern"),
    }
    run(&mut node, 5 * MINUTE)
}

/// Writes the files' hashes, and prints them and their sizes.
fn sizes(project: &Project, staged: &Path, parts: Parts) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(project.root.join("xtask").join("sizes.mjs"));
    node.arg(staged);
    node.args(scripts(parts).iter().map(|(name, _)| name));
    node.args([
        "index.mjs",
        "index.cjs",
        "cc.mjs",
        "slim.mjs",
        "verto_bg.wasm",
    ]);
    run(&mut node, MINUTE)
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn args(words: &[&str]) -> Result<Args, clap::Error> {
        let words = ["build"].iter().chain(words);
        Cli::try_parse_from(words).map(|cli| cli.args)
    }

    #[test]
    fn stages_are_left_out_by_their_names() {
        assert_eq!(args(&[]).unwrap().without(), BTreeSet::new());
        let two = args(&["--without", "dead-data,pack"]).unwrap();
        assert_eq!(two.without(), [Stage::DeadData, Stage::Streams].into());
        for all in ["--no-shrink", "--dev"] {
            let all = args(&[all]).unwrap().without();
            assert_eq!(all.len(), Stage::value_variants().len());
        }
        assert!(args(&["--without", "everything"]).is_err());
        assert!(args(&["--without", "names", "--no-shrink"]).is_err());
    }

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

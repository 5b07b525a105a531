//! Where things are in the repository, and what its manifests say.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{self, MINUTE};

/// The target that the library is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The repository and what `cargo metadata` says of it.
pub struct Project {
    pub root: PathBuf,
    /// Cargo's own output, which `CARGO_TARGET_DIR` may have moved.
    pub target: PathBuf,
    /// The version of the package that we publish.
    pub version: String,
    /// Integration tests that are made for the browser: `tests/browser*`.
    pub browser_tests: Vec<String>,
}

/// The part of `cargo metadata` that we read.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
}

impl Project {
    pub fn load() -> Result<Self> {
        // Asked at run time: clones that share CARGO_TARGET_DIR share this binary too.
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .context("xtask must be started by cargo: `cargo xtask ...`")?;
        let root = Path::new(&manifest_dir)
            .parent()
            .context("the crate xtask has no parent directory")?
            .to_path_buf();
        let text = process::capture(
            cargo(&root).args(["metadata", "--format-version=1", "--no-deps"]),
            5 * MINUTE,
        )?;
        let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
        let library = metadata
            .packages
            .into_iter()
            .find(|package| package.name == "verto-wasm")
            .context("Cargo.toml has no package verto-wasm")?;
        Ok(Self {
            target: metadata.target_directory,
            browser_tests: browser_tests(&library.targets),
            version: library.version,
            root,
        })
    }

    /// Tools that are installed for this repository alone.
    pub fn tools(&self) -> PathBuf {
        self.root.join("target").join("tools")
    }

    /// Directory of the npm tools' manifest.
    pub fn npm(&self) -> PathBuf {
        self.root.join("tests")
    }

    /// The finished package.
    pub fn pkg(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// Version of a crate as `Cargo.lock` has it.
    pub fn locked(&self, krate: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let text = fs::read_to_string(&path).context("Cargo.lock cannot be read")?;
        locked_version(&text, krate)
    }

    /// Directories that hold the sources of the crates which the library is made from.
    pub fn crate_dirs(&self) -> Result<BTreeSet<PathBuf>> {
        let mut cargo = self.cargo();
        cargo.args(["metadata", "--format-version=1"]);
        cargo.args(["--filter-platform", WASM_TARGET]);
        let text = process::capture(&mut cargo, 10 * MINUTE)?;
        let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
        Ok(metadata
            .packages
            .iter()
            .filter_map(|package| package.manifest_path.parent()?.parent())
            .filter(|dir| !dir.starts_with(&self.root) && !self.root.starts_with(dir))
            .map(Path::to_path_buf)
            .collect())
    }

    pub fn cargo(&self) -> Command {
        cargo(&self.root)
    }
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

fn browser_tests(targets: &[Target]) -> Vec<String> {
    targets
        .iter()
        .filter(|target| target.kind.iter().any(|kind| kind == "test"))
        .filter(|target| target.name.starts_with("browser"))
        .map(|target| target.name.clone())
        .collect()
}

fn locked_version(lock: &str, krate: &str) -> Result<String> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock is not valid")?;
    lock.package
        .into_iter()
        .find(|package| package.name == krate)
        .map(|package| package.version)
        .with_context(|| format!("Cargo.lock has no crate {krate}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.76"

[[package]]
name = "wasm-bindgen"
version = "0.2.126"
dependencies = ["cfg-if"]
"#;

    #[test]
    fn the_version_is_that_of_the_crate_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").unwrap(), "0.2.126");
    }

    #[test]
    fn a_crate_that_is_not_locked_is_named() {
        let error = locked_version(LOCK, "wasm").unwrap_err();
        assert_eq!(error.to_string(), "Cargo.lock has no crate wasm");
        assert!(locked_version("version = ", "wasm").is_err());
    }

    #[test]
    fn browser_tests_are_told_by_kind_and_name() {
        let target = |kind: &str, name: &str| Target {
            kind: vec![kind.to_owned()],
            name: name.to_owned(),
        };
        let targets = [
            target("cdylib", "browser_lib"),
            target("test", "core"),
            target("test", "browser"),
        ];
        assert_eq!(browser_tests(&targets), ["browser"]);
    }
}

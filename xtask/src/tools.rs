//! What a build or a test needs from outside, found or installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{self, MINUTE, capture, run, step};
use crate::project::{Project, WASM_TARGET};

const NODE_MAJOR: u32 = 20;

/// Adds the wasm target to the toolchain in use.
pub fn wasm_target() -> Result<()> {
    let libdir = capture(
        Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]),
        MINUTE,
    )?;
    if Path::new(libdir.trim()).exists() {
        return Ok(());
    }
    step(&format!("rustup target add {WASM_TARGET}"), || {
        let mut rustup = Command::new("rustup");
        run(rustup.args(["target", "add", WASM_TARGET]), 10 * MINUTE)
            .context("the wasm target is missing and could not be added")
    })
}

/// wasm-bindgen's two programs, which must be of the crate's version.
pub struct WasmBindgen {
    pub cli: PathBuf,
    pub test_runner: PathBuf,
}

impl WasmBindgen {
    pub fn ensure(project: &Project) -> Result<Self> {
        let version = project.locked("wasm-bindgen")?;
        let own = project.tools().join("bin");
        if let Some(found) = Self::in_dir(&own, &version) {
            return Ok(found);
        }
        let path = env::var_os("PATH").unwrap_or_default();
        if let Some(found) = env::split_paths(&path).find_map(|dir| Self::in_dir(&dir, &version)) {
            return Ok(found);
        }
        cargo_install(project, "wasm-bindgen-cli", &version)?;
        Self::in_dir(&own, &version)
            .with_context(|| format!("wasm-bindgen-cli {version} was installed but does not run"))
    }

    fn in_dir(dir: &Path, version: &str) -> Option<Self> {
        let program = |name: &str| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        let found = Self {
            cli: program("wasm-bindgen"),
            test_runner: program("wasm-bindgen-test-runner"),
        };
        let right = [&found.cli, &found.test_runner]
            .into_iter()
            .all(|path| is_of_version(path, version));
        right.then_some(found)
    }
}

/// cargo-mutants of this version.
pub fn cargo_mutants(project: &Project, version: &str) -> Result<PathBuf> {
    let name = format!("cargo-mutants{}", env::consts::EXE_SUFFIX);
    let program = project.tools().join("bin").join(name);
    // As a command of cargo's it wants its own name before any option.
    let says = capture(
        Command::new(&program).args(["mutants", "--version"]),
        MINUTE,
    );
    if !says.is_ok_and(|text| text.trim() == format!("cargo-mutants {version}")) {
        cargo_install(project, "cargo-mutants", version)?;
    }
    Ok(program)
}

/// Whether this program is there, and `name version ...` is what it says of itself.
pub fn is_of_version(program: &Path, version: &str) -> bool {
    program.is_file()
        && capture(Command::new(program).arg("--version"), MINUTE)
            .is_ok_and(|text| text.split_whitespace().nth(1) == Some(version))
}

/// Installs the programs of a crate into the project's own tools.
pub fn cargo_install(project: &Project, krate: &str, version: &str) -> Result<()> {
    let install = |locked: bool| {
        let mut cargo = project.cargo();
        // With `=` no other version fits, with --locked or without.
        cargo.args(["install", krate, "--version", &format!("={version}")]);
        cargo.arg("--root").arg(project.tools());
        if locked {
            cargo.arg("--locked");
        }
        run(&mut cargo, 30 * MINUTE)
    };
    step(
        &format!("installing {krate} {version} (some minutes, once)"),
        || locked_or_not(krate, version, install, |why| eprintln!("{why}")),
    )
}

/// Installs with the crate's own Cargo.lock. Where that fails it says so and why, and tries once more
/// without.
fn locked_or_not(
    krate: &str,
    version: &str,
    install: impl Fn(bool) -> Result<()>,
    say: impl FnOnce(String),
) -> Result<()> {
    install(true).or_else(|error| {
        say(format!(
            "xtask: {error:#}\n\
             xtask: trying once more without --locked: {krate} stays at version {version}, but \
             its dependencies may be newer than those it was released with. (Its \
             Cargo.lock may name a crate that a registry mirror does not have yet.)"
        ));
        install(false)
    })
}

/// Node.js of a version that can run our scripts.
pub fn node() -> Result<()> {
    let hint = format!("install Node.js {NODE_MAJOR} or newer");
    if find_program(&["node"]).is_none() {
        bail!("node is missing: {hint}");
    }
    let version = capture(Command::new("node").arg("--version"), MINUTE)?;
    match major_version(&version) {
        Some(major) if major >= NODE_MAJOR => Ok(()),
        _ => bail!("node is {}: {hint}", version.trim()),
    }
}

fn major_version(text: &str) -> Option<u32> {
    text.trim()
        .trim_start_matches('v')
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// Installs the npm tools of `tests/package-lock.json`, when they are not those already.
pub fn npm_tools(project: &Project) -> Result<()> {
    npm_ci(&project.npm(), "tests/")
}

/// The same for the libraries that ours is measured against.
pub fn bench_peers(project: &Project) -> Result<()> {
    npm_ci(&project.npm().join("bench"), "tests/bench/")
}

/// The same for the bundlers of the packaging tests, which nothing else needs.
pub fn packaging_tools(project: &Project) -> Result<()> {
    npm_ci(&project.npm().join("packaging"), "tests/packaging/")
}

/// npm, which comes with Node.js.
pub fn npm() -> Result<PathBuf> {
    find_program(&["npm"])
        .with_context(|| format!("npm is missing: install Node.js {NODE_MAJOR} or newer with npm"))
}

fn npm_ci(dir: &Path, name: &str) -> Result<()> {
    node()?;
    let lock = fs::read(dir.join("package-lock.json"))
        .with_context(|| format!("{name}package-lock.json"))?;
    // Written last, so that an install that was cut short is not taken for a whole one.
    let stamp = dir.join("node_modules").join(".installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let npm = npm()?;
    step(&format!("npm ci ({name})"), || {
        let mut npm = Command::new(npm);
        // No package of ours needs its install script.
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        run(npm.current_dir(dir), 10 * MINUTE)
    })?;
    fs::write(&stamp, lock).with_context(|| format!("{name}node_modules cannot be written"))
}

/// A browser and its driver.
pub struct Chromium {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

impl Chromium {
    /// Finds them; on Debian, as root, they are installed when missing.
    pub fn ensure() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        apt_install(&["chromium", "chromium-driver"])?;
        Self::find().context("chromium was installed but is not on the PATH")
    }

    fn find() -> Option<Self> {
        Some(Self {
            browser: find_program(&["chromium", "chromium-browser", "google-chrome"])?,
            driver: find_program(&["chromedriver"])?,
        })
    }
}

/// Installs the libraries of old pages that npm doesn't have (`tests/node/lib/libraries.mjs` knows
/// where they are). Where that cannot be done their tests are skipped, by name.
pub fn page_libraries() {
    let missing = |name: &&str| !Path::new("/usr/share/javascript").join(name).exists();
    if ["prototype", "mootools"].iter().any(missing)
        && let Err(error) = apt_install(&["libjs-prototype", "libjs-mootools"])
    {
        println!("xtask: pages with Prototype and MooTools aren't tested: {error}");
    }
}

/// Installs packages on Debian as root; elsewhere it says which are missing.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_root() || find_program(&["apt-get"]).is_none() {
        bail!("install what is missing (Debian: apt-get install {names})");
    }
    step(&format!("apt-get install {names}"), || {
        let apt = |words: &[&str]| {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            // A pseudo-terminal would stop us: the child isn't in the terminal's group.
            apt.args(["-qq", "-o", "Dpkg::Use-Pty=0"]).args(words);
            run(&mut apt, 15 * MINUTE)
        };
        apt(&["update"])?;
        apt(&[&["install", "-y"], packages].concat())
    })
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// The first of these programs that the PATH holds.
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    // npm is a script on Windows.
    let endings: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd"]
    } else {
        &[""]
    };
    names.iter().find_map(|name| {
        env::split_paths(&path)
            .flat_map(|dir| {
                endings
                    .iter()
                    .map(move |end| dir.join(format!("{name}{end}")))
            })
            .find(|file| file.is_file())
    })
}

/// Builds the simulator and says where it is.
pub fn simulator(project: &Project) -> Result<PathBuf> {
    step("building the simulator", || {
        process::run(project.cargo().args(["build", "-p", "sim"]), 20 * MINUTE)
    })?;
    let name = format!("sim{}", env::consts::EXE_SUFFIX);
    Ok(project.target.join("debug").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_understood() {
        assert_eq!(major_version("v20.20.2\n"), Some(20));
        assert_eq!(major_version("v9.0.0"), Some(9));
        assert_eq!(major_version("what?"), None);
    }

    #[test]
    fn an_install_that_fails_with_the_lock_says_why_before_it_goes_without() {
        let tries = std::cell::RefCell::new(Vec::new());
        let mut said = String::new();
        let made = locked_or_not(
            "some-tool",
            "1.2.3",
            |locked| {
                tries.borrow_mut().push(locked);
                anyhow::ensure!(!locked, "the registry has no such crate");
                Ok(())
            },
            |why| said = why,
        );
        assert!(made.is_ok());
        assert_eq!(tries.into_inner(), [true, false]);
        for words in [
            "the registry has no such crate",
            "without --locked",
            "1.2.3",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let silent = locked_or_not("some-tool", "1.2.3", |_| Ok(()), |why| panic!("{why}"));
        assert!(silent.is_ok());
    }

    #[test]
    fn another_version_of_wasm_bindgen_is_not_taken() {
        let nowhere = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(WasmBindgen::in_dir(nowhere, "0.2.126").is_none());
    }
}

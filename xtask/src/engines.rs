//! The browser engines that the tests run in, found or installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde_json::{Value, json};

use crate::project::Project;
use crate::tools::{Chromium, apt_install, cargo_install, find_program, is_of_version};

/// Debian has no geckodriver.
const GECKODRIVER: &str = "0.37.1";

/// An engine that the tests know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Chromium, by its own driver
    Chromium,
    /// Firefox, by geckodriver
    Firefox,
    /// `WebKitGTK`'s `MiniBrowser`, on a display of its own
    Webkit,
}

/// An engine with the programs that drive it.
#[derive(Debug)]
pub struct Browser {
    pub engine: Engine,
    browser: PathBuf,
    driver: PathBuf,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKitGTK",
        }
    }

    /// Finds browser and driver; what is missing is installed (on Debian, as root).
    pub fn ensure(self, project: &Project) -> Result<Browser> {
        let (browser, driver) = match self {
            Self::Chromium => {
                let Chromium { browser, driver } = Chromium::ensure()?;
                (browser, driver)
            }
            Self::Firefox => (firefox()?, geckodriver(project)?),
            Self::Webkit => webkit()?,
        };
        Ok(Browser {
            engine: self,
            browser,
            driver,
        })
    }
}

fn firefox() -> Result<PathBuf> {
    let find = || find_program(&["firefox-esr", "firefox"]);
    if let Some(found) = find() {
        return Ok(found);
    }
    apt_install(&["firefox-esr"])?;
    find().context("firefox-esr was installed but is not on the PATH")
}

fn geckodriver(project: &Project) -> Result<PathBuf> {
    let name = format!("geckodriver{}", std::env::consts::EXE_SUFFIX);
    let own = project.tools().join("bin").join(name);
    let right = |path: &Path| is_of_version(path, GECKODRIVER);
    if right(&own) {
        return Ok(own);
    }
    if let Some(found) = find_program(&["geckodriver"]).filter(|path| right(path)) {
        return Ok(found);
    }
    cargo_install(project, "geckodriver", GECKODRIVER)?;
    Ok(own)
}

fn webkit() -> Result<(PathBuf, PathBuf)> {
    let find = || {
        find_program(&["xvfb-run"])?;
        find_program(&["xauth"])?;
        Some((minibrowser()?, find_program(&["WebKitWebDriver"])?))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    apt_install(&["webkit2gtk-driver", "xvfb", "xauth"])?;
    find().context("webkit2gtk-driver was installed but has no MiniBrowser")
}

/// It lies beside the library, wherever a distribution keeps that:
/// `/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1`, `/usr/libexec/webkit2gtk-4.1`.
fn minibrowser() -> Option<PathBuf> {
    let subdirs = |dir: &Path| -> Vec<PathBuf> {
        fs::read_dir(dir)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default()
    };
    let mut libraries = subdirs(Path::new("/usr/lib"));
    libraries.extend(["/usr/lib", "/usr/libexec"].map(PathBuf::from));
    libraries
        .iter()
        .flat_map(|dir| subdirs(dir))
        .filter(|dir| dir.file_name().is_some_and(is_webkit))
        .map(|dir| dir.join("MiniBrowser"))
        .find(|file| file.is_file())
}

fn is_webkit(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with("webkit")
}

impl Browser {
    /// A command that may drive the browser, with what it must know for that.
    pub fn command(&self, program: &str) -> Command {
        let (browser, driver) = match self.engine {
            Engine::Chromium => ("CHROME_BIN", "CHROMEDRIVER"),
            Engine::Firefox => ("FIREFOX_BIN", "GECKODRIVER"),
            Engine::Webkit => ("MINIBROWSER", "WEBKIT_DRIVER"),
        };
        let mut command = if self.engine == Engine::Webkit {
            let mut xvfb = Command::new("xvfb-run");
            xvfb.args([
                "--auto-servernum",
                "--server-args",
                "-screen 0 1280x1024x24 -nolisten tcp",
                program,
            ]);
            xvfb
        } else {
            Command::new(program)
        };
        let name = self.engine.to_possible_value();
        command.env(
            "VERTO_BROWSER",
            name.as_ref().map_or("", |one| one.get_name()),
        );
        command
            .env(browser, &self.browser)
            .env(driver, &self.driver);
        command
    }

    /// The variable by which wasm-bindgen-test-runner finds the driver, and the browser's
    /// capabilities; none for an engine that it does not know.
    pub fn for_wasm_bindgen_test(&self) -> Option<(&'static str, &Path, Value)> {
        match self.engine {
            Engine::Chromium => Some((
                "CHROMEDRIVER",
                &self.driver,
                json!({
                    "goog:chromeOptions": {
                        "binary": self.browser,
                        "args": [
                            "--headless=new",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--disable-background-networking",
                        ],
                    },
                }),
            )),
            Engine::Firefox => Some((
                "GECKODRIVER",
                &self.driver,
                json!({ "moz:firefoxOptions": { "binary": self.browser, "args": ["-headless"] } }),
            )),
            Engine::Webkit => None,
        }
    }
}

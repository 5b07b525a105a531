//! `cargo xtask test`: every test, step by step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::package;
use crate::process::{MINUTE, run as run_limited, seconds, step};
use crate::project::{Project, WASM_TARGET};
use crate::tools::{self, Chromium, WasmBindgen};

/// What a selection of tests comes to.
#[derive(Debug, Default, PartialEq)]
struct Plan {
    native: bool,
    browser: bool,
    /// Test files below `tests/`, such as `e2e/shift.test.mjs`.
    pages: Vec<String>,
}

impl Plan {
    /// Everything without filters; else each step, and each file, that one of them fits.
    fn new(filters: &[String], files: &[String]) -> Result<Self> {
        if filters.is_empty() {
            return Ok(Self {
                native: true,
                browser: true,
                pages: files.to_vec(),
            });
        }
        let mut plan = Self::default();
        for filter in filters {
            let fitting: Vec<_> = files.iter().filter(|file| file.contains(filter)).collect();
            match filter.as_str() {
                "native" => plan.native = true,
                "browser" => plan.browser = true,
                "pages" => plan.pages = files.to_vec(),
                _ if fitting.is_empty() => bail!(
                    "no test fits `{filter}`: there are native, browser, pages and {}",
                    files.join(", ")
                ),
                _ => plan.pages.extend(fitting.into_iter().cloned()),
            }
        }
        plan.pages.sort();
        plan.pages.dedup();
        Ok(plan)
    }
}

/// Runs the tests that the filters select, and stops at the first step that fails.
pub fn run(project: &Project, filters: &[String]) -> Result<()> {
    let start = Instant::now();
    let plan = Plan::new(filters, &page_tests(project)?)?;
    tools::node()?;
    let chromium = Chromium::ensure()?;
    if plan.native {
        step("native tests", || {
            run_limited(project.cargo().args(["test", "--workspace"]), 30 * MINUTE)
        })?;
    }
    if plan.browser {
        browser_tests(project, &chromium)?;
    }
    if !plan.pages.is_empty() {
        package::build(project, false)?;
        page_suite(project, &chromium, &plan.pages)?;
    }
    println!(
        "xtask: all selected tests passed in {}",
        seconds(start.elapsed())
    );
    Ok(())
}

/// wasm-bindgen-test, in the browser.
fn browser_tests(project: &Project, chromium: &Chromium) -> Result<()> {
    tools::wasm_target()?;
    let runner = WasmBindgen::ensure(project)?.test_runner;
    let capabilities = project.root.join("target").join("webdriver.json");
    fs::write(&capabilities, webdriver_json(&chromium.browser))
        .context("target/webdriver.json cannot be written")?;
    step("tests in the browser (wasm-bindgen-test)", || {
        let mut cargo = project.cargo();
        cargo.args(["test", "-p", "verto-wasm", "--target", WASM_TARGET, "--lib"]);
        for name in &project.browser_tests {
            cargo.args(["--test", name]);
        }
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner);
        cargo.env("CHROMEDRIVER", &chromium.driver);
        // For tests that name no environment; _ONLY_WEB would skip them and call that a success.
        cargo.env("WASM_BINDGEN_USE_BROWSER", "1");
        cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities);
        // Seconds; the defaults of 5 and 20 are short for a busy machine.
        cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        run_limited(&mut cargo, 30 * MINUTE)
    })
}

/// How the browser is started for wasm-bindgen-test.
fn webdriver_json(browser: &Path) -> String {
    let capabilities = json!({
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
            ],
        },
    });
    format!("{capabilities:#}\n")
}

/// The tests that drive pages and the package; each starts the simulators that it needs.
fn page_suite(project: &Project, chromium: &Chromium, files: &[String]) -> Result<()> {
    let simulator = tools::simulator(project)?;
    step("tests of pages and package (node --test)", || {
        let mut node = Command::new("node");
        node.args(["--test", "--test-reporter=spec"]);
        node.args(files.iter().map(|file| project.npm().join(file)));
        node.env("VERTO_ROOT", &project.root);
        node.env("VERTO_SIM", &simulator);
        node.env("CHROME_BIN", &chromium.browser);
        node.env("CHROMEDRIVER", &chromium.driver);
        run_limited(node.current_dir(project.npm()), 30 * MINUTE)
    })
}

/// `tests/*/*.test.mjs`, relative to `tests/`.
fn page_tests(project: &Project) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for dir in entries(&project.npm())? {
        if !dir.is_dir() || dir.ends_with("node_modules") {
            continue;
        }
        for file in entries(&dir)? {
            let name = file.strip_prefix(project.npm())?.to_string_lossy();
            if name.ends_with(".test.mjs") {
                found.push(name.replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(dir)
        .with_context(|| format!("{} cannot be read", dir.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(filters: &[&str]) -> Result<Plan> {
        let files = ["e2e/es5.test.mjs", "e2e/shift.test.mjs"].map(str::to_owned);
        let filters: Vec<_> = filters.iter().map(|&word| word.to_owned()).collect();
        Plan::new(&filters, &files)
    }

    #[test]
    fn without_filters_everything_runs() {
        let all = plan(&[]).unwrap();
        assert!(all.native && all.browser);
        assert_eq!(all.pages.len(), 2);
    }

    #[test]
    fn a_filter_selects_a_step_or_files() {
        let native = plan(&["native"]).unwrap();
        assert!(native.native && !native.browser && native.pages.is_empty());
        assert_eq!(plan(&["shift"]).unwrap().pages, ["e2e/shift.test.mjs"]);
        assert_eq!(plan(&["e2e/", "shift"]).unwrap().pages.len(), 2);
    }

    #[test]
    fn a_filter_that_fits_nothing_is_an_error() {
        let error = plan(&["shfit"]).unwrap_err().to_string();
        assert!(error.starts_with("no test fits `shfit`"), "{error}");
    }
}

//! `cargo xtask test`: every test, step by step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::engines::{Browser, Engine};
use crate::files::{copy, copy_files, empty_dir};
use crate::legacy;
use crate::package;
use crate::process::{MINUTE, run as run_limited, seconds, step};
use crate::project::{Project, WASM_TARGET};
use crate::tools::{self, WasmBindgen};

#[derive(clap::Args)]
pub struct Args {
    /// A step (native, browser, pages) or part of a test file's name (e2e/shift)
    filters: Vec<String>,
    /// The tests that need a browser, in this one instead of Chromium
    #[arg(long)]
    engine: Option<Engine>,
    /// The tests that load the package, with verto-legacy-min.js in the place of the others
    #[arg(long)]
    legacy: bool,
    /// Everything, in every engine, and with verto-legacy-min.js in Chromium
    #[arg(long, conflicts_with_all = ["engine", "legacy"])]
    all: bool,
    /// Tests pkg/ as it is there, from a `cargo xtask build` with other switches
    #[arg(long)]
    no_build: bool,
}

/// As a module: the globals of the legacy script by the names of the package's exports.
const LEGACY_MODULE: &str = r#"import "./verto-legacy-min.js";
export const { verto, Verto, VertoCallcenter, VertoError } = globalThis;
export default verto;
"#;

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

    /// Leaves what can run with `verto-legacy-min.js`.
    fn keep_legacy(&mut self) -> Result<()> {
        self.native = false;
        self.browser = false;
        self.pages.retain(|file| legacy_differs(file));
        if self.pages.is_empty() {
            bail!("no test of these loads {}", legacy::SCRIPT);
        }
        Ok(())
    }
}

/// Runs the tests that the filters select, and stops at the first step that fails.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let start = Instant::now();
    let mut plan = Plan::new(&args.filters, &page_tests(project)?)?;
    // Native tests know no engine.
    plan.native &= args.engine.is_none() || !args.filters.is_empty();
    if args.legacy {
        plan.keep_legacy()?;
    }
    let engines = match args.engine {
        _ if args.all => Engine::value_variants(),
        Some(ref engine) => std::slice::from_ref(engine),
        None => &[Engine::Chromium],
    };
    tools::node()?;
    let browsers: Vec<_> = if plan.browser || !plan.pages.is_empty() {
        let found = engines.iter().map(|engine| engine.ensure(project));
        found.collect::<Result<_>>()?
    } else {
        Vec::new()
    };
    if plan.native {
        // The tests of xtask/shrink compile for it.
        tools::wasm_target()?;
        tools::npm_tools(project)?;
        step("native tests", || {
            run_limited(project.cargo().args(["test", "--workspace"]), 30 * MINUTE)
        })?;
    }
    if plan.browser {
        for browser in &browsers {
            browser_tests(project, browser)?;
        }
    }
    if !plan.pages.is_empty() {
        if !args.no_build {
            package::build(project, &package::Args::default())?;
        }
        if plan.pages.iter().any(|file| file.starts_with("packaging/")) {
            tools::packaging_tools(project)?;
        }
        if plan.pages.iter().any(|file| file.contains("in-the-field")) {
            tools::page_libraries();
        }
        let suite = PageSuite {
            project,
            simulator: tools::simulator(project)?,
        };
        for (index, browser) in browsers.iter().enumerate() {
            if args.legacy {
                suite.run_legacy(browser, &plan.pages)?;
                continue;
            }
            let wanted = |file: &&String| index == 0 || needs_browser(file);
            let files: Vec<_> = plan.pages.iter().filter(wanted).collect();
            suite.run(browser, &files)?;
            if args.all && browser.engine == Engine::Chromium {
                suite.run_legacy(browser, &plan.pages)?;
            }
        }
    }
    println!(
        "xtask: all selected tests passed in {}",
        seconds(start.elapsed())
    );
    Ok(())
}

/// wasm-bindgen-test, in the browser.
fn browser_tests(project: &Project, browser: &Browser) -> Result<()> {
    let engine = browser.engine.name();
    let Some((driver_variable, driver, capabilities)) = browser.for_wasm_bindgen_test() else {
        println!("xtask: no wasm-bindgen-test in {engine}: its runner does not know the driver");
        return Ok(());
    };
    tools::wasm_target()?;
    let runner = WasmBindgen::ensure(project)?.test_runner;
    let file = project.root.join("target").join("webdriver.json");
    fs::write(&file, format!("{capabilities:#}\n"))
        .context("target/webdriver.json cannot be written")?;
    step(&format!("tests in {engine} (wasm-bindgen-test)"), || {
        let mut cargo = project.cargo();
        cargo.args(["test", "-p", "verto-wasm", "--target", WASM_TARGET, "--lib"]);
        for name in &project.browser_tests {
            cargo.args(["--test", name]);
        }
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner);
        cargo.env(driver_variable, driver);
        // For tests that name no environment; _ONLY_WEB would skip them and call that a success.
        cargo.env("WASM_BINDGEN_USE_BROWSER", "1");
        cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &file);
        // Seconds; the defaults of 5 and 20 are short for a busy machine.
        cargo.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
        run_limited(&mut cargo, 30 * MINUTE)
    })
}

/// The tests that drive pages and the package; each starts the simulators that it needs.
struct PageSuite<'a> {
    project: &'a Project,
    simulator: PathBuf,
}

impl PageSuite<'_> {
    fn run(&self, browser: &Browser, files: &[&String]) -> Result<()> {
        let engine = browser.engine.name();
        let mut node = self.node(browser, files);
        step(
            &format!("pages and package in {engine} (node --test)"),
            || run_limited(&mut node, 30 * MINUTE),
        )
    }

    /// Those of the files that load the package, without WebAssembly.
    fn run_legacy(&self, browser: &Browser, files: &[String]) -> Result<()> {
        let files: Vec<_> = files.iter().filter(|file| legacy_differs(file)).collect();
        if files.is_empty() {
            return Ok(());
        }
        let engine = browser.engine.name();
        let mut node = self.node(browser, &files);
        node.env("VERTO_PKG", legacy_package(self.project)?);
        node.env("VERTO_SCRIPT", "legacy");
        step(
            &format!("{} in {engine} (node --test)", legacy::SCRIPT),
            || run_limited(&mut node, 30 * MINUTE),
        )
    }

    fn node(&self, browser: &Browser, files: &[&String]) -> Command {
        let mut node = browser.command("node");
        node.args(["--test", "--test-reporter=spec"]);
        node.args(files.iter().map(|file| self.project.npm().join(file)));
        node.env("VERTO_ROOT", &self.project.root);
        node.env("VERTO_SIM", &self.simulator);
        node.current_dir(self.project.npm());
        node
    }
}

/// Makes `target/pkg-legacy`: the package as it is in `pkg/`, but whatever loads `verto-min.js` or
/// `index.mjs` of it gets the legacy script.
fn legacy_package(project: &Project) -> Result<PathBuf> {
    let dir = project.root.join("target").join("pkg-legacy");
    empty_dir(&dir)?;
    copy_files(&project.pkg(), &dir, |_| true)?;
    copy(&dir.join(legacy::SCRIPT), &dir.join(package::SCRIPT))?;
    fs::write(dir.join("index.mjs"), LEGACY_MODULE).context("index.mjs")?;
    Ok(dir)
}

/// Whether another engine makes a difference to a test file.
fn needs_browser(file: &str) -> bool {
    const WITHOUT: [&str; 6] = [
        "docs/",
        "glue/",
        "node/",
        "types/",
        "packaging/node.",
        "packaging/types.",
    ];
    !WITHOUT.iter().any(|prefix| file.starts_with(prefix))
}

/// Whether a test file loads the package as `legacy_package` makes it.
fn legacy_differs(file: &str) -> bool {
    file.starts_with("e2e/") || file.starts_with("glue/")
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
    fn with_the_legacy_script_only_what_loads_it_runs() {
        let mut all = plan(&[]).unwrap();
        all.keep_legacy().unwrap();
        assert!(!all.native && !all.browser);
        assert_eq!(all.pages.len(), 2);
        assert!(plan(&["native"]).unwrap().keep_legacy().is_err());
    }

    #[test]
    fn a_filter_that_fits_nothing_is_an_error() {
        let error = plan(&["shfit"]).unwrap_err().to_string();
        assert!(error.starts_with("no test fits `shfit`"), "{error}");
    }
}

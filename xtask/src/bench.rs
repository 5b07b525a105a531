//! `cargo xtask bench`: ours beside the libraries that pages have today.
//!
//! The measuring is `tests/bench`; here the package is built, the libraries are installed,
//! and the figures become `docs/bench.md` and `docs/bench.svg`.

mod chart;
mod contents;
mod figures;
mod report;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::docs;
use crate::engines::Engine;
use crate::package;
use crate::process::{MINUTE, run as run_limited, step};
use crate::project::Project;
use crate::tools;
use figures::Figures;

#[derive(clap::Args)]
pub struct Args {
    /// A row (sizes, load, events, requests, socket, memory, reconnect, calls), or those of its
    /// cases whose names contain a text: `events/4 KB`
    #[arg(long)]
    only: Vec<String>,
    /// Fewer rounds, for a look
    #[arg(long)]
    quick: bool,
    /// The browser's engine
    #[arg(long, value_enum, default_value_t = Engine::Chromium)]
    engine: Engine,
    /// Also writes the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measures this package instead of one that is built now
    #[arg(long, value_name = "DIR")]
    pkg: Option<PathBuf>,
}

impl Args {
    /// Whether the figures are those that `docs/` shows.
    fn is_whole(&self) -> bool {
        self.only.is_empty() && !self.quick && self.engine == Engine::Chromium && self.pkg.is_none()
    }

    fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one.starts_with(row))
    }
}

/// Measures and reports; only a whole run in Chromium changes `docs/`.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let browser = args.engine.ensure(project)?;
    if args.pkg.is_none() {
        package::build(project, &package::Args::default())?;
    }
    tools::bench_peers(project)?;
    let simulator = match args.wants("calls") {
        true => Some(tools::simulator(project)?),
        false => None,
    };
    let scratch = project.root.join("target").join("bench");
    fs::create_dir_all(&scratch).context("target/bench cannot be made")?;
    let json = scratch.join("figures.json");
    step("bench", || {
        let mut node = browser.command("node");
        node.arg(project.npm().join("bench").join("run.mjs"));
        node.arg("--pkg");
        node.arg(args.pkg.clone().unwrap_or_else(|| project.pkg()));
        node.arg("--json").arg(&json);
        if let Some(simulator) = &simulator {
            node.env("VERTO_SIM", simulator);
        }
        for one in &args.only {
            node.args(["--only", one]);
        }
        if args.quick {
            node.arg("--quick");
        }
        run_limited(&mut node, 30 * MINUTE)
    })?;
    let figures = Figures::read(&json)?;
    let mut text = report::tables(&figures);
    // What another package is made of isn't known.
    if args.wants("sizes") && args.pkg.is_none() {
        let contents = contents::of_build(project, &scratch)?;
        text.push_str(&contents.to_string());
    }
    print!("{text}");
    if let Some(copy) = &args.json {
        fs::copy(&json, copy).with_context(|| format!("{}", copy.display()))?;
    }
    if args.is_whole() {
        let dir = project.root.join("docs");
        chart::draw(&dir.join("bench.svg"), &figures)?;
        docs::replace(&dir.join("bench.md"), "bench", &text)?;
    }
    Ok(())
}

//! `cargo xtask soak`: months of shifts in one page, which must leave nothing behind.

use std::process::Command;

use anyhow::Result;

use crate::package;
use crate::process::{MINUTE, run as run_limited, step};
use crate::project::Project;
use crate::tools::{self, Chromium};

#[derive(clap::Args)]
pub struct Args {
    /// How many times agents connect and log out
    #[arg(long, default_value_t = 10_000)]
    cycles: u32,
    /// How many events they get
    #[arg(long, default_value_t = 1_000_000)]
    events: u32,
    /// How many connections are lost and made anew
    #[arg(long, default_value_t = 500)]
    reconnects: u32,
    /// How many connections are lost in one call
    #[arg(long, default_value_t = 200)]
    losses: u32,
    /// How many times the page of one call is reloaded
    #[arg(long, default_value_t = 100)]
    reloads: u32,
}

/// Builds, and runs the script that drives the page and prints the table.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let chromium = Chromium::ensure()?;
    package::build(project, &package::Args::default())?;
    let simulator = tools::simulator(project)?;
    step("soak", || {
        let mut node = Command::new("node");
        node.arg(project.npm().join("soak").join("main.mjs"));
        node.args(["--cycles", &args.cycles.to_string()]);
        node.args(["--events", &args.events.to_string()]);
        node.args(["--reconnects", &args.reconnects.to_string()]);
        node.args(["--losses", &args.losses.to_string()]);
        node.args(["--reloads", &args.reloads.to_string()]);
        node.env("VERTO_SIM", &simulator);
        node.env("CHROME_BIN", &chromium.browser);
        node.env("CHROMEDRIVER", &chromium.driver);
        // Also for ten times the work; a run that is stuck ends itself.
        run_limited(node.current_dir(project.npm()), 300 * MINUTE)
    })
}

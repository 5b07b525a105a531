//! `cargo xtask wallboard`: what the console's wallboard costs with hundreds of agents.

use std::process::Command;

use anyhow::Result;

use crate::package;
use crate::process::{MINUTE, run as run_limited, step};
use crate::project::Project;
use crate::tools::{self, Chromium};

#[derive(clap::Args)]
pub struct Args {
    /// How many agents are at work
    #[arg(long, default_value_t = 500)]
    agents: u32,
    /// How many events a second they cause
    #[arg(long, default_value_t = 200)]
    events: u32,
    /// How long it is measured
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    minutes: u32,
}

/// Builds, and runs the script that drives the page and prints a line for each minute.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let chromium = Chromium::ensure()?;
    package::build(project, &package::Args::default())?;
    let simulator = tools::simulator(project)?;
    step("wallboard", || {
        let mut node = Command::new("node");
        node.arg(project.npm().join("wallboard").join("main.mjs"));
        node.args(["--agents", &args.agents.to_string()]);
        node.args(["--events", &args.events.to_string()]);
        node.args(["--minutes", &args.minutes.to_string()]);
        node.env("VERTO_SIM", &simulator);
        node.env("CHROME_BIN", &chromium.browser);
        node.env("CHROMEDRIVER", &chromium.driver);
        let longest = MINUTE * args.minutes + 5 * MINUTE;
        run_limited(node.current_dir(project.npm()), longest)
    })
}

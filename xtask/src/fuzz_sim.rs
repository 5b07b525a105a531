//! `cargo xtask fuzz-sim`: random HTTP requests and frames, which must not stop the simulator.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::process::{MINUTE, run as run_limited, step};
use crate::project::Project;

#[derive(clap::Args)]
pub struct Args {
    /// How long it runs at most, in seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// How many requests, frames and connections it makes at most
    #[arg(long, default_value_t = 1_000_000)]
    steps: u32,
    /// The seed of a run that is to be repeated; without it, one that is new each time
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the test `fuzz` of the simulator, which starts one on 127.0.0.1, with these bounds. The
/// test prints its seed and its figures.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = args.seed.unwrap_or(now.map_or(1, |now| now.as_secs()));
    step("fuzzing the simulator", || {
        let mut test = project.cargo();
        test.args(["test", "-p", "sim", "--test", "fuzz", "--", "--nocapture"]);
        test.env("FUZZ_SEED", seed.to_string());
        test.env("FUZZ_SECONDS", args.seconds.to_string());
        test.env("FUZZ_STEPS", args.steps.to_string());
        // It may have to be compiled first.
        let longest = Duration::from_secs(args.seconds.into()) + 20 * MINUTE;
        run_limited(&mut test, longest)
    })
}

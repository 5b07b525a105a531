//! The project's own commands: `cargo xtask build`, `demo` and `test`.
//!
//! Each installs what it needs and finds missing, once, into `target/tools` and
//! `tests/node_modules`.

mod bench;
mod demo;
mod docs;
mod engines;
mod files;
mod fuzz_sim;
mod legacy;
mod library;
mod mutants;
mod npm_pack;
mod package;
mod process;
mod project;
mod scale;
mod soak;
mod suite;
mod tools;
mod tune;
mod wallboard;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::engines::Engine;
use crate::project::Project;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, shows and tests verto-wasm")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes the npm package in pkg/
    Build(package::Args),
    /// Makes the package, puts it into a tarball and prints the line that installs it
    Pack,
    /// Builds everything, starts the simulated XSwitch and prints the address of the demo
    Demo(demo::Args),
    /// Runs all tests, or those steps and test files whose names contain one of the words
    Test(suite::Args),
    /// Installs a browser engine and its driver
    Engine { engine: Engine },
    /// Breaks the protocol core in many small ways, and shows which of them no test notices
    Mutants(mutants::Args),
    /// Works for months in one page, in minutes, and shows what that leaves behind
    Soak(soak::Args),
    /// Measures ours beside other libraries; writes docs/bench.md and docs/bench.svg
    Bench(bench::Args),
    /// Measures the console's wallboard with 500 agents at 200 events a second
    Wallboard(wallboard::Args),
    /// Sends the simulator random requests and frames, which must not stop it
    FuzzSim(fuzz_sim::Args),
    /// Shows what each stage of making the package small saves, and tries other numbers for them
    Tune(tune::Args),
    /// Simulates a restart with 100,000 clients; writes docs/restart.md and docs/restart.svg
    Scale(scale::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match process::end_children_on_signals().and_then(|()| run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let project = Project::load()?;
    match command {
        Command::Build(args) => package::build(&project, &args),
        Command::Pack => npm_pack::run(&project),
        Command::Demo(args) => demo::run(&project, &args),
        Command::Test(args) => suite::run(&project, &args),
        Command::Engine { engine } => engine.ensure(&project).map(drop),
        Command::Mutants(args) => mutants::run(&project, &args),
        Command::Soak(args) => soak::run(&project, &args),
        Command::Bench(args) => bench::run(&project, &args),
        Command::Wallboard(args) => wallboard::run(&project, &args),
        Command::FuzzSim(args) => fuzz_sim::run(&project, &args),
        Command::Tune(args) => tune::run(&project, &args),
        Command::Scale(args) => scale::run(&project, &args),
    }
}

//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Parser;
use clap::error::ErrorKind;
use tracing::Level;

use crate::limits::{HIGHEST_SPEED, LONGEST_MS, LOWEST_SPEED, MOST_AGENTS, MOST_EVENTS_PER_SECOND};

/// A local XSwitch: a call centre that pages and tests connect to.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The port to listen on; with 0 the system chooses one
    #[arg(long, default_value_t = 8081)]
    pub port: u16,
    /// Also serves requests for this host name; the names of this machine always are
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    /// Also lets pages of this origin change things; pages of this machine always may
    #[arg(long, value_name = "https://NAME:PORT")]
    pub allow_origin: Vec<String>,
    /// Users, agents and queues instead of the built-in ones
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// The directory served at /
    #[arg(long, value_name = "DIR", default_value = "www")]
    pub www: PathBuf,
    /// The directory served at /pkg
    #[arg(long, value_name = "DIR", default_value = "pkg")]
    pub pkg: PathBuf,
    /// No random callers
    #[arg(long)]
    pub no_callers: bool,
    /// Callers ring the browsers that are logged in as an agent's extension; otherwise every agent has
    /// a simulated phone, which is picked up by itself
    #[arg(long)]
    pub browser_phones: bool,
    /// Divides all durations of the call centre, 0.001 to 1000
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// For how many ms a client must be silent before it gets events, instead of the configured 50
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(0..=LONGEST_MS))]
    pub event_silence: Option<u64>,
    /// That many more agents, who sign in, take calls and go on breaks
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=MOST_AGENTS))]
    pub agents: u64,
    /// How many events a second these cause, up to 10000
    #[arg(long, value_name = "PER SECOND", default_value_t = 2.0, value_parser = rate)]
    pub events: f64,
    /// Opens the page in the default browser
    #[arg(long)]
    pub open: bool,
    /// Logs each frame, like `--log debug`
    #[arg(short, conflicts_with = "log")]
    pub verbose: bool,
    /// What to log to stderr: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: Level,
}

impl Cli {
    /// Reads the command line. `Err` holds what to print and the exit code.
    pub fn read() -> Result<Cli, (String, u8)> {
        Cli::try_parse().map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => (error.to_string(), 0),
            _ => {
                let text = error.to_string();
                // The rest is the usage, which `--help` shows as well.
                let line = text.lines().next().unwrap_or_default();
                let line = line.strip_prefix("error: ").unwrap_or(line);
                (format!("sim: {line} (see --help)"), 2)
            }
        })
    }

    /// What to log.
    pub fn level(&self) -> Level {
        if self.verbose { Level::DEBUG } else { self.log }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    within(text, LOWEST_SPEED, HIGHEST_SPEED)
}

fn rate(text: &str) -> Result<f64, String> {
    within(text, 0.0, MOST_EVENTS_PER_SECOND)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("must be a number from {least} to {most}")),
    }
}

//! A local XSwitch: what a browser page and the tests talk to instead of a real one.
//!
//! [`connection`] is one WebSocket; its frames go to [`verto`], which works on the
//! [`switch`]: the [`hub`] with who is connected, and the [`center`] with the agents. What
//! goes wrong on purpose stands in its [`faults`].

mod answer;
mod auth;
mod calls;
mod center;
mod cli;
mod config;
mod connection;
mod control;
mod fault_api;
mod faults;
mod http_api;
mod hub;
mod jsapi;
mod json;
mod load;
mod mask;
mod media;
mod outgoing;
mod random;
mod recorder;
mod server;
mod switch;
mod verto;
mod wire;

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use cli::Cli;
use config::Config;
use media::Media;
use server::Files;
use switch::Sim;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err((text, 0)) => {
            println!("{}", text.trim_end());
            return ExitCode::SUCCESS;
        }
        Err((line, code)) => {
            eprintln!("{line}");
            return ExitCode::from(code);
        }
    };
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            eprintln!("sim: {line}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), String> {
    let config = Config::load(cli.config.as_deref())?;
    // The libraries' own debug lines would drown the frames.
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("sim", cli.level());
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(log).with(levels).init();

    let listener = TcpListener::bind((cli.host, cli.port))
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => format!(
                "port {} on {} is in use; choose another one with --port",
                cli.port, cli.host
            ),
            _ => format!("cannot listen on {} port {}: {error}", cli.host, cli.port),
        })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let url = format!("http://{address}/");
    println!("listening on {url}");
    let _ = std::io::stdout().flush();
    if cli.open
        && let Err(error) = open::that_detached(&url)
    {
        eprintln!("sim: cannot open a browser: {error}");
    }

    let (media, happened) = Media::start().await?;
    let sim = Arc::new(Sim::new(config, !cli.no_callers, cli.speed, media));
    let calls = Arc::clone(&sim);
    tokio::spawn(async move { calls.run_calls(happened).await });
    if cli.agents > 0 {
        sim.set_load(cli.agents, cli.events);
    }
    let files = Files {
        www: cli.www,
        pkg: cli.pkg,
    };
    server::serve(listener, sim, files)
        .await
        .map_err(|error| error.to_string())
}

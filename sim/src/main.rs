//! A local XSwitch: what a browser page and the tests talk to instead of a real one.
//!
//! The modules from the bottom to the top; each uses only those that stand before it, and
//! `tests/modules.rs` keeps it so:
//!
//! - [`clock`], [`json`], [`limits`], [`mask`], [`random`], [`supervise`], [`tcp`] and [`text`]
//!   know nothing of the simulator;
//! - [`center`] is the call centre, and [`config`] the configuration file;
//! - [`auth`] decides who may log in, and [`hub`] knows who is connected and delivers frames;
//! - [`media`] is where browsers' calls end, and [`calls`] leads them; [`phones`] lets the
//!   call centre ring them;
//! - [`outgoing`] and [`faults`] are what goes wrong on purpose, [`load`] the colleagues who work;
//! - [`recorder`] keeps the last frames, [`switch`] is all state together, and [`sim`] shares it
//!   between the tasks;
//! - [`verto`] answers the requests of clients, and [`connection`] is the task of one WebSocket;
//! - [`http`] is every route, the control API included, and [`cli`] the command line.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod auth;
mod calls;
mod center;
mod cli;
mod clock;
mod config;
mod connection;
mod faults;
mod http;
mod hub;
mod json;
mod limits;
mod load;
mod mask;
mod media;
mod outgoing;
mod phones;
mod random;
mod recorder;
mod sim;
mod supervise;
mod switch;
mod tcp;
mod text;
mod verto;

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use cli::Cli;
use config::Config;
use http::{Files, Guard};
use media::Media;
use sim::Sim;
use supervise::keep_going;
use switch::Options;

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
    let mut config = Config::load(cli.config.as_deref())?;
    config.event_silence = cli.event_silence.unwrap_or(config.event_silence);
    // The debug lines of libraries are left out: among them nobody would find the frames.
    let levels = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("sim", cli.level());
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(log).with(levels).init();

    let (media, happened) = Media::start().await?;
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

    let options = Options {
        callers: !cli.no_callers,
        speed: cli.speed,
        browser_phones: cli.browser_phones,
    };
    let sim = Arc::new(Sim::new(config, options, media));
    let (calls, happened) = (Arc::clone(&sim), Arc::new(Mutex::new(happened)));
    let run_calls = move || {
        let (calls, happened) = (Arc::clone(&calls), Arc::clone(&happened));
        async move { calls.run_calls(&happened).await }
    };
    tokio::spawn(async move { keep_going("calls", run_calls).await });
    if cli.agents > 0 {
        sim.set_load(cli.agents, cli.events).await;
    }
    let files = Files {
        www: cli.www,
        pkg: cli.pkg,
    };
    let guard = Guard::new(cli.host, &cli.allow_host, &cli.allow_origin);
    http::serve(listener, sim, &files, guard).await;
    Ok(())
}

//! `cargo xtask demo`: the console against the simulated XSwitch.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow, bail};

use crate::package;
use crate::process;
use crate::project::Project;
use crate::tools;

/// What the simulator prints, before its address, when it listens.
const LISTENING: &str = "listening on ";

#[derive(clap::Args)]
pub struct Args {
    /// Port of the demo on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 8081)]
    port: u16,
    /// Opens the page in the browser
    #[arg(long)]
    open: bool,
    /// Builds the package quickly rather than small
    #[arg(long)]
    dev: bool,
    /// More options for the simulator, after `--`
    #[arg(last = true)]
    simulator: Vec<String>,
}

/// Builds, starts the simulator, prints the address and stays until it ends.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    check_port(args.port)?;
    let build = package::Args {
        dev: args.dev,
        ..package::Args::default()
    };
    package::build(project, &build)?;
    let simulator = tools::simulator(project)?;

    let mut command = Command::new(simulator);
    command.args(["--port", &args.port.to_string()]);
    command.arg("--www").arg(project.root.join("www"));
    command.arg("--pkg").arg(project.pkg());
    // Colleagues at work, so that the wallboard has something to show.
    command.args(["--agents", "24", "--events", "4"]);
    // The console's page is its agent's phone.
    command.arg("--browser-phones");
    if args.open {
        command.arg("--open");
    }
    command.args(&args.simulator).stdout(Stdio::piped());
    let mut child = process::start(&mut command)?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match line.strip_prefix(LISTENING) {
                Some(address) => announce(address),
                None => println!("{line}"),
            }
        }
    }
    let status = process::wait(&mut child, &command, None)?;
    if !status.success() {
        bail!("the simulator ended ({status})");
    }
    Ok(())
}

fn announce(address: &str) {
    println!();
    println!("  The demo is at  {address}");
    println!("  Its telephone   {address}softphone.html");
    println!("  Ctrl-C ends it.");
    println!();
}

/// Said before the long build rather than after it.
fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(anyhow!(
            "port {port} is in use: end what uses it, or choose another with --port"
        )),
        Err(error) => Err(anyhow!("port {port} cannot be used: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_said_in_one_line() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = check_port(port).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("port {port} is in use: end what uses it, or choose another with --port")
        );
        assert!(check_port(0).is_ok());
    }
}

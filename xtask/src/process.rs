//! Children with a hard time limit, none of which outlives its command.
//!
//! On Unix each child leads a process group of its own, so that what it started
//! (a browser, a server) ends with it.

use std::io::{ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use wait_timeout::ChildExt;

pub const MINUTE: Duration = Duration::from_secs(60);

/// How long a child may take to end by itself when it is told to.
const GRACE: Duration = Duration::from_secs(3);

/// The child that runs now, for the signal handler; 0 while there is none.
static RUNNING: AtomicU32 = AtomicU32::new(0);

/// Makes Ctrl-C and SIGTERM end the running child too.
pub fn end_children_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        let child = RUNNING.load(Ordering::SeqCst);
        if child != 0 {
            signal_group(child, Signal::End);
        }
        std::process::exit(130);
    })
    .context("no signal handler can be set")
}

/// Prints what begins, runs it and prints how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    eprintln!("==> {name}");
    let result = work();
    let word = if result.is_ok() { "done" } else { "FAILED" };
    eprintln!("<== {name}: {word} in {}", seconds(start.elapsed()));
    result
}

pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Runs a command whose output goes to ours; anything but success is an error.
pub fn run(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = start(command)?;
    let status = wait(&mut child, command, Some(limit))?;
    succeeded(command, status)
}

/// Runs a command and returns what it wrote to stdout.
pub fn capture(command: &mut Command, limit: Duration) -> Result<String> {
    let mut child = start(command.stdout(Stdio::piped()))?;
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        stdout.map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut text))?;
        std::io::Result::Ok(text)
    });
    let status = wait(&mut child, command, Some(limit))?;
    let text = reader
        .join()
        .map_err(|_| anyhow!("the output of `{}` was lost", words(command)))?;
    succeeded(command, status)?;
    text.with_context(|| format!("the output of `{}` is not text", words(command)))
}

/// Starts a command in a group of its own.
pub fn start(command: &mut Command) -> Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.stdin(Stdio::null());
    let child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("{} is not installed", program(command)),
        _ => anyhow!(error).context(format!("{} cannot be started", program(command))),
    })?;
    RUNNING.store(child.id(), Ordering::SeqCst);
    Ok(child)
}

/// Waits for the child, and then ends what is left of its group.
pub fn wait(child: &mut Child, command: &Command, limit: Option<Duration>) -> Result<ExitStatus> {
    let status = match limit {
        Some(limit) => child.wait_timeout(limit)?,
        None => Some(child.wait()?),
    };
    if status.is_none() {
        signal_group(child.id(), Signal::End);
        if child.wait_timeout(GRACE)?.is_none() {
            child.kill()?;
            child.wait()?;
        }
    }
    RUNNING.store(0, Ordering::SeqCst);
    signal_group(child.id(), Signal::Kill);
    status.with_context(|| {
        format!(
            "`{}` was ended after its time limit of {}",
            words(command),
            seconds(limit.unwrap_or_default())
        )
    })
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", words(command));
    }
    Ok(())
}

/// The command as it would be typed, shortened: the whole line is of no help to a reader.
fn words(command: &Command) -> String {
    const MOST: usize = 6;
    let mut words = vec![program(command)];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    if words.len() > MOST {
        words.truncate(MOST);
        words.push("...".to_owned());
    }
    words.join(" ")
}

fn program(command: &Command) -> String {
    let path = std::path::Path::new(command.get_program());
    path.file_name().map_or_else(
        || path.to_string_lossy().into_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

enum Signal {
    End,
    Kill,
}

/// Best effort: a group that has gone is what we want.
#[cfg(unix)]
fn signal_group(leader: u32, signal: Signal) {
    use nix::sys::signal::{Signal as Number, killpg};
    let number = match signal {
        Signal::End => Number::SIGTERM,
        Signal::Kill => Number::SIGKILL,
    };
    if let Ok(leader) = i32::try_from(leader) {
        let _ = killpg(nix::unistd::Pid::from_raw(leader), number);
    }
}

/// Without process groups the child alone is ended, by `Child::kill`.
#[cfg(not(unix))]
fn signal_group(_leader: u32, _signal: Signal) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program-at-all"), MINUTE).unwrap_err();
        assert_eq!(error.to_string(), "no-such-program-at-all is not installed");
    }

    #[cfg(unix)]
    #[test]
    fn a_child_and_what_it_started_end_at_the_limit() {
        let start = Instant::now();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo $!; wait"]);
        // The reader of stdout returns only when the grandchild, too, has let go of the pipe.
        let error = capture(&mut command, Duration::from_millis(200)).unwrap_err();
        assert!(error.to_string().contains("time limit of 0.2 s"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[cfg(unix)]
    #[test]
    fn output_is_returned_and_failure_is_an_error() {
        let mut hello = Command::new("echo");
        assert_eq!(capture(hello.arg("hello"), MINUTE).unwrap(), "hello\n");
        let error = run(Command::new("sh").args(["-c", "exit 3"]), MINUTE).unwrap_err();
        assert!(error.to_string().starts_with("`sh -c exit 3` failed"));
    }
}

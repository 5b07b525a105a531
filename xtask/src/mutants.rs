//! `cargo xtask mutants`: whether the tests of the protocol core notice when it is broken.
//!
//! cargo-mutants breaks `src/core` in many small ways, one at a time (a `<` becomes a `<=`, a
//! function does nothing), and runs the unit tests and `tests/core` on each. A mutant that no
//! test notices is missed, and the command fails. Two things help against that: a test, or an
//! entry in `tests/core/mutants.toml`, which holds the mutants that cannot be noticed because
//! they change nothing that anybody could see, each with the reason.
//!
//! A mutant takes some 5 s of one core, and there are hundreds: `--shard 0/4` to `--shard 3/4` run
//! a quarter each.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::{MINUTE, capture, run as run_limited, step};
use crate::project::Project;
use crate::tools;

/// Another version may make other mutants, for which the list would not be right.
const VERSION: &str = "27.1.0";
/// The list of the mutants that change nothing.
const LIST: &str = "tests/core/mutants.toml";

#[derive(clap::Args)]
pub struct Args {
    /// Only part K of N, such as 0/4
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// How many programs the random tests run: as PROPTEST_CASES, of which 256 are usual
    #[arg(long, default_value_t = 16)]
    cases: u32,
    /// How many mutants are tested at the same time
    #[arg(long, default_value_t = 1)]
    jobs: u32,
    /// Only mutants whose names contain one of these words, such as json.rs or push_string
    words: Vec<String>,
}

/// A mutant as cargo-mutants lists it.
#[derive(Debug, Deserialize)]
struct Mutant {
    /// With file, line and column.
    name: String,
    file: String,
    span: Span,
}

#[derive(Debug, Deserialize)]
struct Span {
    start: Position,
}

#[derive(Debug, Deserialize)]
struct Position {
    line: usize,
}

/// An entry of the list. The mutant is found by its texts, since the numbers of lines change. The
/// `reason` is for the reader.
#[derive(Debug, Deserialize)]
struct Equivalent {
    file: String,
    /// What is changed: the mutant's name without file, line and column.
    change: String,
    /// The source line in which the change begins.
    line: String,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    equivalent: Vec<Equivalent>,
}

pub fn run(project: &Project, args: &Args) -> Result<()> {
    let program = tools::cargo_mutants(project, VERSION)?;
    let command = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(&project.root);
        command.args(["mutants", "--package", "verto-wasm", "--no-shuffle"]);
        command.args(["--file", "src/core/**/*.rs"]).args(words);
        command
    };
    let mutants = capture(&mut command(&["--list", "--json"]), MINUTE)?;
    let mutants: Vec<Mutant> = serde_json::from_str(&mutants).context("cargo mutants --list")?;
    let list = fs::read_to_string(project.root.join(LIST)).context(LIST)?;
    let list: List = toml::from_str(&list).context(LIST)?;
    let line_of = |mutant: &Mutant| source_line(&project.root, mutant);
    let equivalent = names(&list.equivalent, &mutants, line_of)?;
    let (all, same) = (mutants.len(), equivalent.len());
    eprintln!("xtask: {all} mutants, of which {same} change nothing ({LIST})");

    let output = project.target.join("mutants");
    fs::create_dir_all(&output)?;
    let mut mutants = command(&["--colors", "never", "--minimum-test-timeout", "60"]);
    mutants.arg("--output").arg(&output);
    mutants.args(["--jobs", &args.jobs.to_string()]);
    if let Some(shard) = &args.shard {
        mutants.args(["--shard", shard]);
    }
    for word in &args.words {
        mutants.args(["--re", &escaped(word)]);
    }
    for name in equivalent {
        mutants.args(["--exclude-re", &format!("^{}$", escaped(name))]);
    }
    mutants.args(["--", "--lib", "--test", "core"]);
    mutants.env("PROPTEST_CASES", args.cases.to_string());
    // Nobody reads the smallest program that fails, which takes long to find.
    mutants.env("PROPTEST_MAX_SHRINK_ITERS", "0");
    // A build without it takes a third of the time.
    mutants.env("CARGO_PROFILE_DEV_DEBUG", "none");
    step("cargo mutants", || {
        run_limited(&mut mutants, 24 * 60 * MINUTE)
    })
    .with_context(|| {
        let missed = output.join("mutants.out/missed.txt");
        format!(
            "what no test noticed is in {}: write a test, or list it in {LIST}",
            missed.display()
        )
    })
}

/// The names of the mutants that are in the list. Each entry must still mean one.
fn names<'a>(
    list: &[Equivalent],
    mutants: &'a [Mutant],
    line_of: impl Fn(&Mutant) -> Result<String>,
) -> Result<Vec<&'a str>> {
    let mut names = Vec::new();
    for entry in list {
        let before = names.len();
        let change = format!(": {}", entry.change);
        for mutant in mutants {
            let named = mutant.file == entry.file && mutant.name.ends_with(&change);
            if named && line_of(mutant)? == entry.line {
                names.push(mutant.name.as_str());
            }
        }
        if names.len() == before {
            let Equivalent {
                file, change, line, ..
            } = entry;
            bail!("{LIST} has an entry that means no mutant any more: {file}, {change}, `{line}`");
        }
    }
    Ok(names)
}

/// The line in which the mutant begins, without the white space around it.
fn source_line(root: &Path, mutant: &Mutant) -> Result<String> {
    let text = fs::read_to_string(root.join(&mutant.file)).context(mutant.file.clone())?;
    let line = text.lines().nth(mutant.span.start.line.saturating_sub(1));
    let line = line.with_context(|| format!("{} has no such line", mutant.name))?;
    Ok(line.trim().to_owned())
}

/// A regular expression that matches this text alone. Not every mark may have a backslash before
/// it: `\<` is the beginning of a word.
fn escaped(text: &str) -> String {
    let mut regex = String::new();
    for one in text.chars() {
        if r"\.+*?()|[]{}^$".contains(one) {
            regex.push('\\');
        }
        regex.push(one);
    }
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(name: &str, line: usize) -> Mutant {
        let file = "src/core/queue.rs".to_owned();
        let name = format!("{file}:{line}:9: {name}");
        let span = Span {
            start: Position { line },
        };
        Mutant { name, file, span }
    }

    fn entry(change: &str, line: &str) -> Equivalent {
        Equivalent {
            file: "src/core/queue.rs".to_owned(),
            change: change.to_owned(),
            line: line.to_owned(),
        }
    }

    #[test]
    fn an_entry_means_the_mutants_of_its_change_and_its_source_line() {
        let change = "replace == with != in Queue<T>::pop";
        let mutants = [mutant(change, 1), mutant(change, 2), mutant("other", 1)];
        let line_of = |mutant: &Mutant| Ok(format!("line {}", mutant.span.start.line));
        let found = names(&[entry(change, "line 2")], &mutants, line_of);
        assert_eq!(found.ok(), Some(vec![mutants[1].name.as_str()]));
        let gone = names(&[entry(change, "line 3")], &mutants, line_of);
        assert!(gone.is_err_and(|error| error.to_string().contains("no mutant any more")));
    }

    #[test]
    fn punctuation_in_a_name_matches_itself_alone() {
        assert_eq!(
            escaped("a.rs:1: replace < with <= in f -> [u8; 2]"),
            r"a\.rs:1: replace < with <= in f -> \[u8; 2\]"
        );
    }
}

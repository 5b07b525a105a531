//! `cargo xtask tune`: what each stage of `xtask/shrink` saves, and whether other numbers would save
//! more.
//!
//! For each line `verto-min.js` is made anew, which takes a minute. Nothing is changed: what turns
//! out better goes into `Tuning::default()` of `xtask/shrink`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use shrink::{Shrink, Stage, Tuning};

use crate::package::{self, Parts};
use crate::process::{MINUTE, capture};
use crate::project::Project;

#[derive(clap::Args)]
pub struct Args {
    /// Tries only the lines whose names contain one of these words
    words: Vec<String>,
}

/// A number of [`Tuning`], and what is tried in its place.
type Number = (&'static str, fn(&mut Tuning) -> &mut u32, &'static [u32]);

const NUMBERS: [Number; 2] = [
    (
        "one_caller_inline",
        |tuning| &mut tuning.one_caller_inline,
        &[0, 10, 15, 25, 30, 40],
    ),
    (
        "always_inline",
        |tuning| &mut tuning.always_inline,
        &[1, 2, 4, 5],
    ),
];

/// Prints a line for each try: by how many bytes `verto-min.js` is larger then, after gzip -9.
pub fn run(project: &Project, args: &Args) -> Result<()> {
    let wanted = |name: &str| {
        let words = &args.words;
        words.is_empty() || words.iter().any(|word| name.contains(word))
    };
    let usual = || package::Args::default().shrink(project);
    let (now, script) = made(project, &usual())?;
    println!("{now} bytes");
    let attempt = |name: &str, shrink: &Shrink<'_>| {
        if wanted(name) {
            let (bytes, _) = made(project, shrink)?;
            println!("{:+6} {name}", i64::from(bytes) - i64::from(now));
        }
        Ok::<_, anyhow::Error>(())
    };
    for stage in Stage::value_variants() {
        let mut shrink = usual();
        shrink.without.insert(*stage);
        let name = stage.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        attempt(&format!("--without {name}"), &shrink)?;
    }
    for (name, number, tries) in NUMBERS {
        for one in tries {
            let mut shrink = usual();
            *number(&mut shrink.tuning) = *one;
            attempt(&format!("{name} {one}"), &shrink)?;
        }
    }
    let mut shrink = usual();
    shrink.tuning.characters = by_frequency(&script, &shrink.tuning.characters);
    attempt(&format!("characters {}", shrink.tuning.characters), &shrink)
}

/// `verto-min.js`, and how large it is after gzip -9.
fn made(project: &Project, shrink: &Shrink<'_>) -> Result<(u32, String)> {
    let scratch = project.root.join("target").join("tune");
    let dir = package::make(project, Parts::Modern, shrink, &scratch)?;
    let file = dir.join(package::SCRIPT);
    let script = fs::read_to_string(&file).context(package::SCRIPT)?;
    Ok((gzipped(&file)?, script))
}

/// As `cargo xtask build` counts.
fn gzipped(file: &Path) -> Result<u32> {
    let mut node = Command::new("node");
    node.args([
        "--print",
        "zlib.gzipSync(fs.readFileSync(process.argv[1]), { level: 9 }).length",
    ]);
    let printed = capture(node.arg(file), MINUTE)?;
    printed.trim().parse().context("node has printed no size")
}

/// These characters in the order of their frequency in the script, apart from its longest text.
fn by_frequency(script: &str, characters: &str) -> String {
    let longest = script.split('"').max_by_key(|text| text.len());
    let around = script.replace(longest.unwrap_or_default(), "");
    let mut sorted: Vec<_> = characters.chars().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(around.matches(*one).count()));
    sorted.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_around_the_longest_text() {
        assert_eq!(by_frequency(r#"ab=b,"cccccccc",c+c+c"#, "=abc"), "cb=a");
    }
}

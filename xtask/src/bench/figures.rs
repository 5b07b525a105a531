//! What `tests/bench/run.mjs` writes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One run.
#[derive(Debug, Deserialize)]
pub struct Figures {
    /// The day, `2026-11-25`.
    pub date: String,
    /// How long it took.
    pub seconds: u64,
    pub machine: Machine,
    pub results: Vec<Case>,
    pub budgets: Vec<Budget>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    pub processor: String,
    pub cores: u32,
    #[serde(rename = "memoryGiB")]
    pub memory_gib: u32,
    pub system: String,
    /// The load average when it began: above 1 others disturbed.
    pub load: f64,
    pub browser: String,
}

/// One thing that was measured of several libraries.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The group that it belongs to: `events`.
    pub row: String,
    pub name: String,
    pub unit: String,
    /// The client that the ratios are to.
    pub base: String,
    pub clients: Vec<Measured>,
    pub cannot: Vec<Cannot>,
}

/// What came out for one client: one library, used in one way.
#[derive(Debug, Deserialize)]
pub struct Measured {
    pub client: String,
    pub median: f64,
    pub q1: f64,
    pub q3: f64,
    /// How many times it was measured.
    pub n: u32,
    /// The median of each round's ratio to the base.
    pub ratio: f64,
}

/// Why a client isn't measured.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Cannot {
    pub client: String,
    pub why: String,
}

#[derive(Debug, Deserialize)]
pub struct Budget {
    pub what: String,
    pub most: f64,
    pub is: f64,
    pub met: bool,
}

impl Figures {
    /// Reads the file.
    ///
    /// # Errors
    /// It isn't there, or isn't what the script writes.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).context("the bench left no figures")?;
        serde_json::from_str(&text).context("the bench's figures are not understood")
    }

    pub fn case(&self, row: &str, name: &str) -> Option<&Case> {
        self.results
            .iter()
            .find(|case| case.row == row && case.name == name)
    }
}

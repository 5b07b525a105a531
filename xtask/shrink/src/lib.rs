//! Makes a WebAssembly library small for pages that load it: a module, how its imports and exports
//! are called, and a script that holds the module as text.
//!
//! It knows nothing of what the library does. `README.md` tells the method to whoever wants it
//! for another project.

mod dead_data;
mod names;
mod panics;
mod script;
mod sections;
mod streams;
mod tools;
mod wasm_opt;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

pub use names::Names;
pub use sections::without_sections;
pub use tools::Tools;
pub use wasm_opt::DebugInfo;

/// What makes the library small. Each stage can be left out; README.md says what each saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Stage {
    /// What only describes a panic is taken out: panics trap without a message
    Panics,
    /// Constants that no code reads any more become zeros
    DeadData,
    /// binaryen's optimiser
    WasmOpt,
    /// wasm-opt inlines less, by limits that were found by trying
    WasmOptInlining,
    /// Imports and exports have names of one or two letters
    Names,
    /// The module is text that gzip packs well, like beside like, instead of base64
    // The stage was called `pack` once.
    #[value(alias = "pack")]
    Streams,
    /// Terser shortens the script after esbuild has
    Terser,
}

/// What was found by trying; `cargo xtask tune` tries others.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// How large a function wasm-opt inlines where it alone is called, in nodes of its tree.
    pub one_caller_inline: u32,
    /// How large a function wasm-opt always inlines, in nodes of its tree.
    pub always_inline: u32,
    /// The characters of streams, in the order of their frequency in the script around them, so that
    /// the Huffman codes of the one suit the other.
    pub characters: String,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            one_caller_inline: 20,
            always_inline: 3,
            characters: "etnr,()sioa.=lucf{}0hdgb:xp;m1wvy?>2_&A[]k#j5437|$6S-+89PCEOWFMULTVDR/J\
                         qIzNHG@BX*KQZY^%~"
                .to_owned(),
        }
    }
}

/// What [`Shrink::module`] has made, in the directory that it was given.
#[derive(Debug)]
pub struct Made {
    /// The small module.
    pub wasm: PathBuf,
    /// How its imports and exports are called now: [`Names`] as JSON.
    pub names: PathBuf,
    /// An ECMAScript module that exports `bytes()`, which gives the small module.
    pub script: PathBuf,
}

impl Made {
    /// Where they are in `dir`.
    fn new(dir: &Path) -> Self {
        Self {
            wasm: dir.join("module.wasm"),
            names: dir.join("names.json"),
            script: dir.join("module.js"),
        }
    }
}

/// The stages, one after another.
#[derive(Debug)]
pub struct Shrink<'a> {
    /// What the stages run.
    pub tools: Tools<'a>,
    /// What is left out.
    pub without: BTreeSet<Stage>,
    /// The numbers of the others.
    pub tuning: Tuning,
}

impl Shrink<'_> {
    fn does(&self, stage: Stage) -> bool {
        !self.without.contains(&stage)
    }

    /// What rustc must be told when it compiles the library.
    pub fn rustflags(&self) -> Vec<String> {
        match self.does(Stage::DeadData) {
            true => vec![format!("-Clink-args={}", dead_data::LINK_ARG)],
            false => Vec::new(),
        }
    }

    /// Takes out of a module, in place, what no browser runs: code that only describes a panic,
    /// and the constants that it alone read.
    ///
    /// `library` is what rustc made with [`Shrink::rustflags`]; `wasm` is made from it, without a
    /// pass that computes, by wasm-bindgen for example.
    pub fn trim(&self, library: &Path, wasm: &Path) -> Result<()> {
        if self.does(Stage::Panics) {
            write(wasm, panics::trap(&read(wasm)?)?)?;
        }
        if self.does(Stage::DeadData) {
            let lean = wasm.with_extension("lean.wasm");
            wasm_opt::lean(&self.tools, wasm, &lean)?;
            let mut module = read(wasm)?;
            dead_data::clear(&read(library)?, &read(&lean)?, &mut module)?;
            write(wasm, module)?;
        }
        Ok(())
    }

    /// Makes a trimmed module smaller, in place, and says how its imports and exports are called
    /// then.
    pub fn optimise(&self, wasm: &Path, debug: DebugInfo) -> Result<Names> {
        if self.does(Stage::WasmOpt) {
            let tuning = self.does(Stage::WasmOptInlining).then_some(&self.tuning);
            wasm_opt::optimise(&self.tools, wasm, tuning)?;
        }
        if self.does(Stage::Names) {
            return wasm_opt::shorten_names(&self.tools, wasm, debug);
        }
        if debug == DebugInfo::Stripped {
            let unused = |name: &str| wasm_opt::UNUSED_SECTIONS.contains(&name);
            write(wasm, without_sections(&read(wasm)?, unused)?)?;
        }
        Names::of(&read(wasm)?)
    }

    /// From `library`, and the module `wasm` that was made from it (see [`Shrink::trim`]), makes
    /// everything in `dir`.
    pub fn module(&self, library: &Path, wasm: &Path, dir: &Path) -> Result<Made> {
        let made = Made::new(dir);
        write(&made.wasm, read(wasm)?)?;
        self.trim(library, &made.wasm)?;
        let names = self.optimise(&made.wasm, DebugInfo::Stripped)?;
        write(&made.names, serde_json::to_string_pretty(&names)?)?;
        let module = read(&made.wasm)?;
        let script = if self.does(Stage::Streams) {
            script::of_streams(
                &module,
                &streams::reader(&self.tools, dir)?,
                &self.tuning.characters,
            )?
        } else {
            script::of_base64(&module)
        };
        write(&made.script, script)?;
        Ok(made)
    }

    /// Shortens a script, in place, once a bundler has: 0.6 KB of gzip. It costs a second at each
    /// build. `ecma` is the year of the newest ECMAScript whose syntax may stand in it.
    ///
    /// Where terser isn't installed the script stays as it is.
    pub fn script(&self, file: &Path, ecma: u32) -> Result<()> {
        match self.does(Stage::Terser) {
            true => script::shorten(&self.tools, file, ecma),
            false => Ok(()),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

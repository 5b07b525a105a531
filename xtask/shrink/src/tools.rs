//! The programs that the stages run.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

/// Where the programs are, and how they are run.
pub struct Tools<'a> {
    /// The `node_modules` that binaryen is in, and terser.
    pub node_modules: PathBuf,
    /// Runs a command to its end and gives what it wrote to stdout. How long it may take is the
    /// caller's to decide.
    pub run: &'a dyn Fn(&mut Command) -> Result<String>,
}

impl Tools<'_> {
    /// A program of an npm package.
    pub fn node(&self, package: &str, program: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.node_modules.join(package).join("bin").join(program));
        command
    }
}

impl fmt::Debug for Tools<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tools")
            .field("node_modules", &self.node_modules)
            .finish_non_exhaustive()
    }
}

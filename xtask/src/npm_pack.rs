//! `cargo xtask pack`: the package as a tarball that npm installs.

use std::process::Command;

use anyhow::{Context, Result};

use crate::files::empty_dir;
use crate::package;
use crate::process::{MINUTE, capture};
use crate::project::Project;
use crate::tools;

/// Builds, makes the tarball in `target/npm` and prints how a project installs it.
pub fn run(project: &Project) -> Result<()> {
    package::build(project, &package::Args::default())?;
    let dir = project.root.join("target").join("npm");
    empty_dir(&dir)?;
    let mut npm = Command::new(tools::npm()?);
    npm.args(["pack", "--ignore-scripts", "--silent", "--pack-destination"]);
    npm.arg(&dir).current_dir(project.pkg());
    let printed = capture(&mut npm, 5 * MINUTE)?;
    let name = printed
        .trim()
        .lines()
        .last()
        .context("npm named no tarball")?;
    println!(
        "\nIn your project:\n\n  npm i {}\n",
        dir.join(name).display()
    );
    Ok(())
}

//! Pages of `docs/` that are in part written by a command.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const END: &str = "<!-- end -->\n";

/// Replaces what `cargo xtask COMMAND` has written into `page` before, between two markers.
pub fn replace(page: &Path, command: &str, text: &str) -> Result<()> {
    let name = page.display();
    let old = fs::read_to_string(page).with_context(|| format!("{name} cannot be read"))?;
    let new = replaced(&old, command, text)
        .with_context(|| format!("{name} has lost the markers of what is written into it"))?;
    fs::write(page, new).with_context(|| format!("{name} cannot be written"))
}

fn replaced(page: &str, command: &str, text: &str) -> Option<String> {
    let begin = format!("<!-- written by `cargo xtask {command}` -->\n");
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(END)?;
    Some([before, &begin, text, END, after].concat())
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let page = |text| format!("a\n<!-- written by `cargo xtask x` -->\n{text}{END}b\n");
        let new = replaced(&page("old\n"), "x", "new\n");
        assert_eq!(new, Some(page("new\n")));
        assert_eq!(replaced("a\n", "x", "new\n"), None);
        assert_eq!(replaced(&page("old\n"), "y", "new\n"), None);
    }
}

//! The script that holds a module as text.

use std::path::Path;

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Tools;
use crate::streams::{self, Packed};

/// Exports `bytes()`, which gives `module`, by `reader`, the WebAssembly half of what
/// reads streams; for `characters` see [`crate::Tuning`].
pub fn of_streams(module: &[u8], reader: &[u8], characters: &str) -> Result<String> {
    let Packed {
        text,
        starts,
        singles,
        ..
    } = streams::pack(module, characters)?;
    // Each byte is one character, of which the first 256 have the bytes' numbers.
    let latin1 = |bytes: &[u8]| {
        serde_json::to_string(&bytes.iter().map(|b| char::from(*b)).collect::<String>())
    };
    Ok(format!(
        "{}\nexport const bytes = () => read(\n  {},\n  {},\n  {starts:?},\n  {},\n);\n",
        streams::SCRIPT,
        latin1(reader)?,
        serde_json::to_string(&text)?,
        latin1(&singles)?,
    ))
}

/// Exports `bytes()`, which gives `module`.
pub fn of_base64(module: &[u8]) -> String {
    format!(
        "{}\nexport const bytes = () => bytesOf(atob(\"{}\"));\n",
        streams::SCRIPT,
        STANDARD.encode(module)
    )
}

/// See [`crate::Shrink::script`].
pub fn shorten(tools: &Tools<'_>, file: &Path, ecma: u32) -> Result<()> {
    if !tools.node_modules.join("terser").is_dir() {
        return Ok(());
    }
    let mut terser = tools.node("terser", "terser");
    terser.arg(file).args(["--ecma", &ecma.to_string()]);
    terser.args([
        "--compress",
        "passes=3",
        "--mangle",
        "--format",
        "ascii_only=true",
    ]);
    (tools.run)(terser.arg("--output").arg(file)).map(drop)
}

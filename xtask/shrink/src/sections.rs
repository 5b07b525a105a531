//! The custom sections of a module, which only tools read.

use anyhow::{Context, Result};
use wasm_encoder::{Module, RawSection};
use wasmparser::{Parser, Payload};

/// What the linker leaves for `dead_data`; other tools stumble over it.
const OF_THE_LINKER: [&str; 2] = ["linking", "reloc."];

/// The module without the linker's sections, and without the other custom sections that `also` names.
pub fn without_sections(module: &[u8], also: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let mut kept = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("the module is not valid")?;
        if let Payload::CustomSection(custom) = &payload {
            let name = custom.name();
            if also(name) || OF_THE_LINKER.iter().any(|start| name.starts_with(start)) {
                continue;
            }
        }
        if let Some((id, range)) = payload.as_section() {
            let data = module.get(range).context("a section of no bytes")?;
            kept.section(&RawSection { id, data });
        }
    }
    Ok(kept.finish())
}

//! Where the bytes of our wasm module go, by crate and by function.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use shrink::DebugInfo;
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload};

use super::report::aligned;
use crate::docs::grouped;
use crate::library::{self, Profile};
use crate::package;
use crate::process::step;
use crate::project::Project;

/// How many functions are listed.
const LISTED: usize = 30;
/// A longer name is cut.
const NAME: usize = 100;

/// What a module is made of, in bytes; the largest first.
#[derive(Debug)]
pub struct Contents {
    pub total: usize,
    pub sections: Vec<(String, usize)>,
    pub crates: Vec<(String, usize)>,
    /// Those of one name together: a generic function is there for each of its types.
    pub functions: Vec<(String, usize)>,
}

/// The module that the package has inside, made once more with the names of its functions.
pub fn of_build(project: &Project, scratch: &Path) -> Result<Contents> {
    step("where the bytes go", || {
        let shrink = package::Args::default().shrink(project);
        let library = library::compiled(project, Profile::Release);
        let wasm = library::bind(project, &library, |_| false, &scratch.join("wasm"))?;
        shrink.trim(&library, &wasm)?;
        shrink.optimise(&wasm, DebugInfo::Kept)?;
        let wasm = fs::read(&wasm).context("wasm-opt left nothing")?;
        of_module(&wasm)
    })
}

fn of_module(wasm: &[u8]) -> Result<Contents> {
    let mut sections = BTreeMap::new();
    let mut add = |name: &str, bytes: usize| *sections.entry(name.to_owned()).or_insert(0) += bytes;
    let mut imported = 0;
    let mut exported = BTreeSet::new();
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("the module is not valid")? {
            Payload::ImportSection(reader) => {
                add("imports", reader.range().len());
                imported = imported_functions(reader)?;
            }
            Payload::CodeSectionStart { range, .. } => add("code", range.len()),
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::DataSection(reader) => add("data", reader.range().len()),
            Payload::ExportSection(reader) => {
                add("exports", reader.range().len());
                exported = exported_functions(reader)?;
            }
            Payload::ElementSection(reader) => add("elements", reader.range().len()),
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(reader) = custom.as_known() {
                    names = function_names(reader)?;
                }
            }
            _ => {}
        }
    }
    let mut crates = BTreeMap::new();
    let mut functions: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (index, bytes) in (imported..).zip(bodies) {
        let name = names.get(&index).map_or("(nameless)", String::as_str);
        let name = without_hashes(name);
        // It has the name of the export, whatever its own was.
        let krate = match exported.contains(&index) && !name.starts_with("__") {
            true => "verto_wasm",
            false => crate_of(&name),
        };
        *crates.entry(krate.to_owned()).or_insert(0) += bytes;
        let (count, sum) = functions.entry(name).or_default();
        *count += 1;
        *sum += bytes;
    }
    let functions = functions
        .into_iter()
        .map(|(name, (count, bytes))| (counted(&name, count), bytes))
        .collect();
    Ok(Contents {
        total: sections.values().sum(),
        sections: largest_first(sections),
        crates: largest_first(crates),
        functions: largest_first(functions),
    })
}

fn imported_functions(reader: wasmparser::ImportSectionReader<'_>) -> Result<u32> {
    let mut count = 0;
    for import in reader.into_imports() {
        let import = import.context("the module's imports are not valid")?;
        count += u32::from(matches!(import.ty, wasmparser::TypeRef::Func(_)));
    }
    Ok(count)
}

fn exported_functions(reader: wasmparser::ExportSectionReader<'_>) -> Result<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for export in reader {
        let export = export.context("the module's exports are not valid")?;
        if export.kind == wasmparser::ExternalKind::Func {
            found.insert(export.index);
        }
    }
    Ok(found)
}

fn function_names(reader: NameSectionReader<'_>) -> Result<BTreeMap<u32, String>> {
    let mut names = BTreeMap::new();
    for part in reader {
        if let Name::Function(functions) = part.context("the module's names are not valid")? {
            for one in functions {
                let one = one.context("the module's names are not valid")?;
                names.insert(one.index, one.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The name without the hashes that tell crates, and functions, of the same name apart.
fn without_hashes(name: &str) -> String {
    let name = match name.rsplit_once("::h") {
        Some((before, hash)) if is_hash(hash) => before,
        _ => name,
    };
    let mut parts = name.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, after)) if is_hash(hash) => text.push_str(after),
            _ => {
                text.push('[');
                text.push_str(part);
            }
        }
    }
    text
}

fn is_hash(text: &str) -> bool {
    text.len() > 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `<&mut a::B as c::D>::e` is of the crate `a`: it is there for its type.
fn crate_of(name: &str) -> &str {
    let start = name.trim_start_matches(['<', '&', '(', '[', '*']);
    let start = ["mut ", "dyn ", "const "]
        .iter()
        .fold(start, |start, word| start.trim_start_matches(word));
    match start.split_once("::") {
        Some((krate, _)) if krate.chars().all(|c| c == '_' || c.is_alphanumeric()) => krate,
        _ => "(others)",
    }
}

fn largest_first(sizes: BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    sizes
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### Where our bytes go\n")?;
        writeln!(
            f,
            "The wasm module, {} bytes before compression, with the names of its functions:\n",
            grouped(self.total as u64),
        )?;
        let mut head = |what: &str, sizes: &[(String, usize)]| {
            let mut rows = vec![[what, "bytes", "%"].map(str::to_owned).to_vec()];
            rows.extend(sizes.iter().map(|(name, bytes)| {
                let share = 100.0 * *bytes as f64 / self.total as f64;
                // As code, since a type's `<` and `*` would be Markdown's.
                vec![
                    format!("`{name}`"),
                    grouped(*bytes as u64),
                    format!("{share:.1}"),
                ]
            }));
            writeln!(f, "{}", aligned(&rows))
        };
        head("section", &self.sections)?;
        head("code by crate", &self.crates)?;
        head(
            "code by function",
            self.functions.get(..LISTED).unwrap_or(&self.functions),
        )
    }
}

fn counted(name: &str, count: usize) -> String {
    let name = shortened(name);
    match count {
        1 => name,
        _ => format!("{name} ({count} times)"),
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}...", name.get(..end).unwrap_or(name)),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_of_the_crate_of_its_type() {
        let of = [
            "verto_wasm::core::session::Session::frame",
            "<verto_wasm::core::error::Error as core::fmt::Display>::fmt",
            "<&mut verto_wasm::core::Ms as core::fmt::Debug>::fmt",
            "core::ptr::drop_in_place<verto_wasm::core::Ms>",
        ];
        let crates = of.map(crate_of);
        assert_eq!(crates, ["verto_wasm", "verto_wasm", "verto_wasm", "core"]);
        assert_eq!(crate_of("__wbindgen_malloc"), "(others)");
    }

    #[test]
    fn only_hashes_are_taken_off() {
        let names = [
            "a::b::h0123456789abcdef",
            "<core[c5930c85a12de822]::fmt::Formatter>::pad",
            "a::hello",
            "a::b<[u8]>",
        ];
        assert_eq!(
            names.map(without_hashes),
            [
                "a::b",
                "<core::fmt::Formatter>::pad",
                "a::hello",
                "a::b<[u8]>"
            ]
        );
    }

    #[test]
    fn the_bytes_of_a_module_are_found() {
        // One imported function, and one of 4 bytes that is named a::b.
        let wasm = [
            b"\0asm\x01\0\0\0".as_slice(),
            b"\x01\x04\x01\x60\0\0",       // a type: no parameters, no result
            b"\x02\x07\x01\x01m\x01f\0\0", // an import of it: m.f
            b"\x03\x02\x01\0",             // a function of it
            b"\x0a\x06\x01\x04\0\x01\x01\x0b", // its body: nop, nop, end
            b"\0\x0e\x04name\x01\x07\x01\x01\x04a::b", // the name of function 1
        ];
        let contents = of_module(&wasm.concat()).unwrap();
        assert_eq!(contents.functions, [("a::b".to_owned(), 4)]);
        assert_eq!(contents.crates, [("a".to_owned(), 4)]);
        assert_eq!(contents.sections[0].0, "imports");
    }
}

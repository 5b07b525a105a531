//! What the linker tells of a library: where each constant lies, and every place that holds the
//! address of one.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use wasmparser::{
    KnownCustom, Linking, Parser, Payload, RelocationEntry, RelocationType, SymbolFlags, SymbolInfo,
};

use super::memory::Memory;

/// What the linker is told, for [`Relocations::of`].
pub const LINK_ARG: &str = "--emit-relocs";

/// The numbers of sections in a module.
const CUSTOM: u8 = 0;
const CODE: u8 = 10;
const DATA: u8 = 11;

/// The constants of a library that was linked with [`LINK_ARG`].
#[derive(Debug, PartialEq)]
pub struct Relocations {
    /// For each symbol, by its index, where its bytes are; `None` if it isn't a constant.
    pub constants: Vec<Option<Range<usize>>>,
    /// By which number code names a constant, and the constant's index.
    pub in_code: Vec<(u32, usize)>,
    /// At which address data points to a constant, and the constant's index.
    pub in_data: Vec<(usize, usize)>,
}

impl Relocations {
    /// Those of `library`. Fails at what may hold an address in a way that isn't known here.
    pub fn of(library: &[u8]) -> Result<Self> {
        let memory = Memory::of(library)?;
        let mut found = Self {
            constants: Vec::new(),
            in_code: Vec::new(),
            in_data: Vec::new(),
        };
        let mut sections = Vec::new();
        let mut lists = Vec::new();
        for payload in Parser::new(0).parse_all(library) {
            let payload = payload.context("the library is not valid")?;
            sections.extend(payload.as_section());
            let Payload::CustomSection(custom) = payload else {
                continue;
            };
            match custom.as_known() {
                KnownCustom::Linking(reader) => {
                    for part in reader {
                        let Linking::SymbolTable(table) = part? else {
                            continue;
                        };
                        for symbol in table {
                            found.constants.push(addresses(&symbol?, &memory)?);
                        }
                    }
                }
                KnownCustom::Reloc(reader) => lists.push(reader),
                _ if custom.name().starts_with("reloc.") => bail!("relocations aren't readable"),
                _ => {}
            }
        }
        if found.constants.is_empty() || lists.is_empty() {
            bail!("the library has no symbols and relocations: it must be linked with {LINK_ARG}");
        }
        for list in lists {
            let section = sections.get(list.section_index() as usize);
            let (id, bytes) = section.context("a relocation of no section")?;
            // What only describes the library isn't run.
            if *id == CUSTOM {
                continue;
            }
            for entry in list.entries() {
                let entry = entry.context("a relocation isn't known")?;
                let place = entry.relocation_range();
                let place = bytes.start + place.start..bytes.start + place.end;
                let written = library.get(place.clone());
                let written = written.context("a relocation of no place")?;
                found.add(&entry, *id, written, memory.address(place.start))?;
            }
        }
        Ok(found)
    }

    /// Those that have a byte at `address`.
    pub fn constants_at(&self, address: usize) -> impl Iterator<Item = usize> {
        let all = self.constants.iter().enumerate();
        all.filter_map(move |(index, addresses)| {
            let here = addresses.as_ref()?.contains(&address);
            here.then_some(index)
        })
    }

    /// Adds one relocation. `written` is what stands at its place, and `address` is that place in
    /// memory, if it is in the data.
    fn add(
        &mut self,
        entry: &RelocationEntry,
        section: u8,
        written: &[u8],
        address: Option<usize>,
    ) -> Result<()> {
        use RelocationType::{
            EventIndexLeb, FunctionIndexLeb, GlobalIndexLeb, MemoryAddrI32, MemoryAddrLeb,
            MemoryAddrSleb, TableIndexI32, TableIndexSleb, TableNumberLeb, TypeIndexLeb,
        };
        let index = entry.index as usize;
        let constant = self.constants.get(index).and_then(Option::as_ref);
        let number = match (entry.ty, section, constant) {
            // Of a type, which is no symbol.
            (TypeIndexLeb, CODE, _) => return Ok(()),
            // Of functions and the like.
            (FunctionIndexLeb | GlobalIndexLeb | EventIndexLeb | TableNumberLeb, CODE, None)
            | (TableIndexSleb, CODE, None)
            | (TableIndexI32, DATA, None) => return Ok(()),
            (MemoryAddrLeb | MemoryAddrSleb, CODE, _) => leb(written),
            (MemoryAddrI32, DATA, _) => word(written),
            (kind, ..) => bail!("a relocation isn't known here: {kind:?}"),
        };
        let Some(addresses) = constant else {
            return Ok(());
        };
        if i64::from(number) != (addresses.start as i64 + entry.addend) & i64::from(u32::MAX) {
            bail!("{number} isn't the address that its relocation says: {entry:?}");
        }
        if section == CODE {
            self.in_code.push((number, index));
        } else {
            let address = address.context("a relocation of no data")?;
            self.in_data.push((address, index));
        }
        Ok(())
    }
}

fn addresses(symbol: &SymbolInfo<'_>, memory: &Memory<'_>) -> Result<Option<Range<usize>>> {
    let SymbolInfo::Data {
        flags,
        name,
        symbol: Some(place),
    } = symbol
    else {
        return Ok(None);
    };
    let (offset, size) = (place.offset as usize, place.size as usize);
    if flags.contains(SymbolFlags::ABSOLUTE) {
        // A symbol that the linker made, such as the end of all data. If it lay among the constants,
        // code could reach any of them from it.
        if memory.position(offset).is_some() {
            bail!("{name} is no constant, but lies where they do");
        }
        return Ok(None);
    }
    // What begins as zeros has no segment.
    let start = memory.segment(place.index).map(|start| start + offset);
    Ok(start.map(|start| start..start + size))
}

/// A number in code, which the linker makes five bytes long.
fn leb(written: &[u8]) -> u32 {
    let bytes = written.iter().rev();
    bytes.fold(0, |number, byte| number << 7 | u32::from(byte & 0x7f))
}

fn word(written: &[u8]) -> u32 {
    let bytes = written.iter().rev();
    bytes.fold(0, |number, byte| number << 8 | u32::from(*byte))
}

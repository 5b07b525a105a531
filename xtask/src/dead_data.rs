//! Clears the constants of the wasm module that nothing uses any more.
//!
//! The texts of panics, with the names of source files and the like, are a third of the
//! module's data. What read them is gone once `trim.mjs` and wasm-opt were there, yet neither
//! knows where one constant ends and the next begins. The linker knows: with `--emit-relocs` it
//! leaves its list of symbols, and every place that names one, in the library.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasmparser::{
    CustomSectionReader, DataKind, DataSectionReader, FunctionBody, KnownCustom, Linking, Operator,
    Parser, Payload, RelocationType, SymbolInfo,
};

/// What the linker is told, for [`Constants::of`].
pub const LINK_ARG: &str = "--emit-relocs";

/// A library's constants, and how it reaches them.
#[derive(Debug, PartialEq)]
pub struct Constants {
    /// The addresses of each, and whether all of the library's code points into it. (What
    /// points beside may be the start of a loop over it.)
    symbols: Vec<(Range<usize>, bool)>,
}

/// A module's memory as it begins, and where in the module its bytes stand.
struct Memory<'a> {
    segments: Vec<(usize, Range<usize>)>,
    module: &'a [u8],
}

impl Constants {
    /// Those of a `library` that was linked with [`LINK_ARG`].
    pub fn of(library: &[u8]) -> Result<Self> {
        let memory = Memory::of(library)?;
        // By the symbol's index, as the relocations name it.
        let mut symbols = Vec::new();
        let mut places = Vec::new();
        for custom in custom_sections(library)? {
            match custom.as_known() {
                KnownCustom::Linking(reader) => {
                    for part in reader {
                        let Linking::SymbolTable(table) = part? else {
                            continue;
                        };
                        for symbol in table {
                            symbols.push(memory.addresses(&symbol?));
                        }
                    }
                }
                KnownCustom::Reloc(reader) => places.push(reader),
                _ => {}
            }
        }
        if symbols.is_empty() {
            bail!("the library has no list of symbols: it must be linked with {LINK_ARG}");
        }
        let mut within = vec![true; symbols.len()];
        for entry in places.into_iter().flat_map(|reader| reader.entries()) {
            let entry = entry?;
            let index = entry.index as usize;
            let addresses = is_address(entry.ty)
                .then(|| symbols.get(index))
                .flatten()
                .and_then(Option::as_ref);
            if let (Some(addresses), Some(within)) = (addresses, within.get_mut(index)) {
                *within &= usize::try_from(entry.addend).is_ok_and(|n| n < addresses.len());
            }
        }
        let found = symbols.into_iter().zip(within);
        Ok(Self {
            symbols: found
                .filter_map(|(addresses, within)| Some((addresses?, within)))
                .collect(),
        })
    }

    /// Fills with zeros what the code of `module`, made from that library, doesn't reach, and
    /// says how many bytes that is.
    pub fn clear_unreached(&self, library: &[u8], module: &mut [u8]) -> Result<usize> {
        let named = numbers_in_code(module)?;
        let (before, memory) = (Memory::of(library)?, Memory::of(module)?);
        for (addresses, _) in &self.symbols {
            let same = |at| before.byte(at) == memory.byte(at);
            if !addresses.clone().all(same) {
                bail!("the module's constants aren't where the library had them");
            }
        }
        let mut reached = BTreeSet::new();
        let mut found: Vec<usize> = Vec::new();
        for (index, (addresses, within)) in self.symbols.iter().enumerate() {
            if !within || named.range(addresses.clone()).next().is_some() {
                reached.insert(index);
                found.push(index);
            }
        }
        while let Some(addresses) = found.pop().and_then(|index| self.symbols.get(index)) {
            for pointer in memory.words(&addresses.0) {
                for (index, (addresses, _)) in self.symbols.iter().enumerate() {
                    if addresses.contains(&pointer) && reached.insert(index) {
                        found.push(index);
                    }
                }
            }
        }
        let addresses = |index: usize| self.symbols.get(index).map(|(range, _)| range.clone());
        let kept: BTreeSet<_> = reached
            .iter()
            .copied()
            .filter_map(addresses)
            .flatten()
            .collect();
        let unreached: BTreeSet<_> = (0..self.symbols.len())
            .filter_map(addresses)
            .flatten()
            // Constants of one text may share it.
            .filter(|address| !kept.contains(address))
            .filter_map(|address| memory.position(address))
            .collect();
        for position in &unreached {
            if let Some(byte) = module.get_mut(*position) {
                *byte = 0;
            }
        }
        Ok(unreached.len())
    }
}

impl<'a> Memory<'a> {
    fn of(module: &'a [u8]) -> Result<Self> {
        let mut segments = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::DataSection(reader) = payload.context("the module is not valid")? {
                segments = active_segments(reader)?;
            }
        }
        Ok(Self { segments, module })
    }

    fn addresses(&self, symbol: &SymbolInfo<'_>) -> Option<Range<usize>> {
        let SymbolInfo::Data { symbol, .. } = symbol else {
            return None;
        };
        let place = symbol.as_ref()?;
        let (segment, _) = self.segments.get(place.index as usize)?;
        let start = segment + place.offset as usize;
        Some(start..start + place.size as usize)
    }

    /// Where in the module the byte of an address stands; what is zero may stand nowhere.
    fn position(&self, address: usize) -> Option<usize> {
        self.segments.iter().find_map(|(start, bytes)| {
            let offset = address.checked_sub(*start)?;
            (offset < bytes.len()).then_some(bytes.start + offset)
        })
    }

    fn byte(&self, address: usize) -> u8 {
        let position = self.position(address);
        position
            .and_then(|at| self.module.get(at))
            .map_or(0, |byte| *byte)
    }

    /// What stands at these addresses, where a pointer may.
    fn words(&self, addresses: &Range<usize>) -> impl Iterator<Item = usize> {
        let starts = (addresses.start.next_multiple_of(4)..).step_by(4);
        let end = addresses.end;
        starts.take_while(move |at| at + 4 <= end).map(|at| {
            let bytes = std::array::from_fn(|i| self.byte(at + i));
            u32::from_le_bytes(bytes) as usize
        })
    }
}

/// What the linker leaves for [`Constants::of`]; other tools stumble over it.
const RELOCATIONS: [&str; 2] = ["linking", "reloc."];

/// Writes the library without those sections, and without others whose names begin with one
/// of `also`.
pub fn strip(library: &Path, also: &[&str], out: &Path) -> Result<()> {
    let mut module = fs::read(library).with_context(|| format!("{}", library.display()))?;
    let left: Vec<_> = custom_sections(&module)?
        .iter()
        .filter(|custom| {
            let mut names = RELOCATIONS.iter().chain(also);
            names.any(|name| custom.name().starts_with(name))
        })
        .map(CustomSectionReader::range)
        .collect();
    for body in left.into_iter().rev() {
        // Before the body stand the section's number and, as LEB128, its length.
        let mut start = body.start - 1;
        while start > 0 && module.get(start - 1).is_some_and(|byte| byte & 0x80 != 0) {
            start -= 1;
        }
        module.drain(start - 1..body.end);
    }
    fs::write(out, module).with_context(|| format!("{}", out.display()))
}

fn custom_sections(module: &[u8]) -> Result<Vec<CustomSectionReader<'_>>> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(custom) = payload.context("the library is not valid")? {
            found.push(custom);
        }
    }
    Ok(found)
}

fn active_segments(reader: DataSectionReader<'_>) -> Result<Vec<(usize, Range<usize>)>> {
    let mut segments = Vec::new();
    for data in reader {
        let data = data?;
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            bail!("a segment of the module's data has no address");
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            bail!("a segment of the module's data has no constant address");
        };
        let start = usize::try_from(value).context("the address of a segment")?;
        segments.push((start, data.range.end - data.data.len()..data.range.end));
    }
    Ok(segments)
}

/// Every number that may be an address: constants, and what is added to an address.
fn numbers_in_code(module: &[u8]) -> Result<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload.context("the module is not valid")? {
            numbers_in(&body, &mut found)?;
        }
    }
    Ok(found)
}

fn numbers_in(body: &FunctionBody<'_>, found: &mut BTreeSet<usize>) -> Result<()> {
    macro_rules! offsets {
        ($operator:expr, $($kind:ident)*) => {
            match $operator {
                Operator::I32Const { value } => found.extend(usize::try_from(value)),
                $(Operator::$kind { memarg } => found.extend(usize::try_from(memarg.offset)),)*
                _ => {}
            }
        };
    }
    for operator in body.get_operators_reader()? {
        offsets!(
            operator?,
            I32Load I64Load F32Load F64Load I32Load8S I32Load8U I32Load16S I32Load16U I64Load8S
            I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U I32Store I64Store F32Store
            F64Store I32Store8 I32Store16 I64Store8 I64Store16 I64Store32
        );
    }
    Ok(())
}

fn is_address(kind: RelocationType) -> bool {
    matches!(
        kind,
        RelocationType::MemoryAddrLeb
            | RelocationType::MemoryAddrSleb
            | RelocationType::MemoryAddrI32
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, Function,
        FunctionSection, LinkingSection, MemArg, MemorySection, MemoryType, Module, SymbolTable,
        TypeSection,
    };

    const START: u32 = 1024;
    /// At 1024, 1028, 1036 and 1040; the second holds the address of the third.
    const DATA: &[u8] = b"dead\x0c\x04\0\0BBBBCCCCtail";
    const SYMBOLS: [(&str, u32, u32); 4] = [("a", 0, 4), ("b", 4, 8), ("c", 12, 4), ("d", 16, 4)];

    /// A module whose code loads from `address` + `offset`.
    fn module(address: i32, offset: u64) -> Module {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut functions = FunctionSection::new();
        functions.function(0);
        module.section(&functions);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        let memory = MemArg {
            offset,
            align: 0,
            memory_index: 0,
        };
        body.instructions()
            .i32_const(address)
            .i32_load8_u(memory)
            .drop()
            .end();
        code.function(&body);
        module.section(&code);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(START as i32), DATA.iter().copied());
        module.section(&data);
        module
    }

    /// The library, whose code points `addend` bytes behind the start of the last constant.
    fn library(addend: u8) -> Vec<u8> {
        let mut library = module(0, 0);
        let mut symbols = SymbolTable::new();
        for (name, offset, size) in SYMBOLS {
            let definition = DataSymbolDefinition {
                index: 0,
                offset,
                size,
            };
            symbols.data(0, name, Some(definition));
        }
        library.section(LinkingSection::new().symbol_table(&symbols));
        let section = 3;
        let relocation = [RelocationType::MemoryAddrSleb as u8, 4, 3, addend];
        let data = [&[section, 1][..], &relocation].concat();
        library.section(&CustomSection {
            name: "reloc.CODE".into(),
            data: data.into(),
        });
        library.finish()
    }

    fn cleared(library: &[u8], module: Module) -> Vec<u8> {
        let mut module = module.finish();
        let constants = Constants::of(library).unwrap();
        constants.clear_unreached(library, &mut module).unwrap();
        let memory = Memory::of(&module).unwrap();
        let end = START as usize + DATA.len();
        (START as usize..end).map(|at| memory.byte(at)).collect()
    }

    #[test]
    fn what_code_names_stays_and_what_that_points_to() {
        let library = library(0);
        let kept = b"\0\0\0\0\x0c\x04\0\0BBBBCCCC\0\0\0\0";
        assert_eq!(cleared(&library, module(1028, 0)), kept);
        // As what is added to an index, and within the constant.
        assert_eq!(cleared(&library, module(0, 1030)), kept);
    }

    #[test]
    fn what_code_may_point_beside_stays() {
        // The end of a constant is where a loop over it may begin.
        let kept = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0tail";
        assert_eq!(cleared(&library(4), module(0, 0)), kept);
    }

    #[test]
    fn data_that_was_moved_is_an_error() {
        let library = library(0);
        let mut moved = module(1028, 0).finish();
        *moved.last_mut().unwrap() ^= 1;
        let constants = Constants::of(&library).unwrap();
        let error = constants.clear_unreached(&library, &mut moved).unwrap_err();
        assert!(error.to_string().contains("where the library had them"));
    }

    #[test]
    fn a_library_without_symbols_is_an_error() {
        let error = Constants::of(&module(0, 0).finish()).unwrap_err();
        assert!(error.to_string().contains(LINK_ARG));
    }

    #[test]
    fn what_the_linker_left_is_taken_out() {
        let dir = std::env::temp_dir().join(format!("verto-dead-data-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let [from, to] = ["from.wasm", "to.wasm"].map(|name| dir.join(name));
        let mut long = module(1028, 0);
        long.section(&CustomSection {
            name: "target_features".into(),
            data: vec![7; 300].into(),
        });
        let bare = module(1028, 0).finish();
        let tail = &library(0)[module(0, 0).finish().len()..];
        fs::write(&from, [&long.finish(), tail].concat()).unwrap();
        strip(&from, &["target_features"], &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), bare);
        fs::remove_dir_all(&dir).unwrap();
    }
}

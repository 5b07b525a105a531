use std::borrow::Cow;

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, ElementSection,
    Elements, Encode, Function, FunctionSection, GlobalSection, GlobalType, Instruction,
    LinkingSection, MemArg, MemorySection, MemoryType, Module, RefType, SymbolTable, TableSection,
    TableType, TypeSection, ValType,
};
use wasmparser::RelocationType::{
    self as Kind, GlobalIndexLeb, MemoryAddrI32, MemoryAddrLeb, MemoryAddrLocrelI32,
    MemoryAddrSleb, MemoryAddrSleb64, TableIndexI32, TableIndexSleb,
};
use wasmparser::{RelocAddendKind, SymbolFlags};

use super::*;
use crate::without_sections;

/// Where the data begins.
const START: u32 = 1024;
/// The constants a, b, c and d, at 1024, 1028, 1036 and 1040; b holds the address of c. Behind
/// them are 4 bytes of no constant, which may be a's address.
const DATA: &[u8] = b"dead\x0c\x04\0\0BBBBCCCCtail\0\x04\0\0";
const SYMBOLS: [(&str, u32, u32); 4] = [("a", 0, 4), ("b", 4, 8), ("c", 12, 4), ("d", 16, 4)];
const A: u32 = 0;
const B: u32 = 1;
const C: u32 = 2;
const D: u32 = 3;

/// The sections of [`module`], and where in them its code's first number and its data begin.
const CODE_AT: (u32, u32) = (6, 4);
const DATA_AT: (u32, u32) = (7, 7);

/// A module with one function, which only its table holds, at 1040. That is no address.
fn module(linked: Vec<u8>, code: &[Instruction<'_>], global: i32) -> Module {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut functions = FunctionSection::new();
    functions.function(0);
    module.section(&functions);
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1041,
        maximum: None,
        shared: false,
    });
    module.section(&tables);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut globals = GlobalSection::new();
    let constant = GlobalType {
        val_type: ValType::I32,
        mutable: false,
        shared: false,
    };
    globals.global(constant, &ConstExpr::i32_const(global));
    module.section(&globals);
    let mut elements = ElementSection::new();
    let function = Elements::Functions(Cow::Borrowed(&[0]));
    elements.active(None, &ConstExpr::i32_const(1040), function);
    module.section(&elements);
    let mut bodies = CodeSection::new();
    let mut body = Function::new([]);
    body.raw(linked);
    for instruction in code {
        body.instruction(instruction);
    }
    body.instruction(&Instruction::End);
    bodies.function(&body);
    module.section(&bodies);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(START as i32), DATA.iter().copied());
    module.section(&data);
    module
}

/// What the linker makes.
struct Library {
    /// The constants that the code names, and how far behind their starts.
    named: Vec<(u32, i32)>,
    /// What it does besides.
    code: Vec<Instruction<'static>>,
    global: i32,
    /// Where in the data the addresses of which constants are.
    pointers: Vec<(u32, u32)>,
    /// One relocation more: of a section, a kind and a symbol.
    other: Option<((u32, u32), u8, u32)>,
    /// Where a symbol of the linker's own is.
    bound: Option<u32>,
}

impl Default for Library {
    fn default() -> Self {
        Self {
            named: vec![(A, 0), (B, 0), (C, 0), (D, 0)],
            code: Vec::new(),
            global: 0,
            pointers: vec![(4, C)],
            other: None,
            bound: None,
        }
    }
}

impl Library {
    fn made(&self) -> Vec<u8> {
        let mut linked = Vec::new();
        let mut in_code = Vec::new();
        for (symbol, addend) in &self.named {
            let at = CODE_AT.1 + linked.len() as u32;
            in_code.push(relocation(MemoryAddrSleb as u8, at, *symbol, Some(*addend)));
            let number = (START + SYMBOLS[*symbol as usize].1).wrapping_add_signed(*addend);
            // An `i32.const` of five bytes, dropped.
            linked.push(0x41);
            linked.extend([0, 7, 14, 21].map(|shift| (number >> shift) as u8 | 0x80));
            linked.extend([0, 0x1a]);
        }
        let mut library = module(linked, &self.code, self.global);
        let mut table = SymbolTable::new();
        let mut symbol = |flags: SymbolFlags, name: &str, offset, size| {
            let index = 0;
            let place = DataSymbolDefinition {
                index,
                offset,
                size,
            };
            table.data(flags.bits(), name, Some(place));
        };
        for (name, offset, size) in SYMBOLS {
            symbol(SymbolFlags::empty(), name, offset, size);
        }
        if let Some(address) = self.bound {
            symbol(SymbolFlags::ABSOLUTE, "__start_of_some", address, 0);
        }
        library.section(LinkingSection::new().symbol_table(&table));

        let mut in_data = Vec::new();
        for (offset, symbol) in &self.pointers {
            let at = DATA_AT.1 + offset;
            in_data.push(relocation(MemoryAddrI32 as u8, at, *symbol, Some(0)));
        }
        let mut lists = vec![(CODE_AT, in_code), (DATA_AT, in_data)];
        if let Some((section, kind, symbol)) = self.other {
            let addend = Kind::try_from(kind).is_ok_and(has_addend).then_some(0);
            lists.push((section, vec![relocation(kind, section.1, symbol, addend)]));
        }
        for ((section, _), entries) in lists {
            let mut data = Vec::new();
            section.encode(&mut data);
            entries.len().encode(&mut data);
            data.extend(entries.concat());
            let name = "reloc.".into();
            let data = data.into();
            library.section(&CustomSection { name, data });
        }
        library.finish()
    }

    /// What the memory of a module of that `code` begins with, cleared.
    fn cleared(&self, code: &[Instruction<'_>]) -> Result<Vec<u8>> {
        let mut module = module(Vec::new(), code, self.global).finish();
        clear(&self.made(), &module.clone(), &mut module)?;
        let memory = Memory::of(&module)?;
        let addresses = START as usize..START as usize + DATA.len();
        Ok(addresses.map(|at| memory.byte(at)).collect())
    }

    /// Those of a, b, c and d that a module of that `code` keeps.
    fn kept(&self, code: &[Instruction<'_>]) -> String {
        let bytes = self.cleared(code).unwrap();
        let kept = SYMBOLS.iter().filter(|(_, offset, size)| {
            let here = *offset as usize..(*offset + *size) as usize;
            match &bytes[here.clone()] {
                same if *same == DATA[here] => true,
                cleared => {
                    assert!(cleared.iter().all(|byte| *byte == 0));
                    false
                }
            }
        });
        kept.map(|(name, ..)| *name).collect()
    }

    fn error(&self) -> String {
        self.cleared(&[]).unwrap_err().to_string()
    }
}

fn relocation(kind: u8, at: u32, symbol: u32, addend: Option<i32>) -> Vec<u8> {
    let mut entry = vec![kind];
    at.encode(&mut entry);
    symbol.encode(&mut entry);
    if let Some(addend) = addend {
        addend.encode(&mut entry);
    }
    entry
}

fn has_addend(kind: Kind) -> bool {
    kind.addend_kind() != RelocAddendKind::None
}

fn drops(number: i32) -> [Instruction<'static>; 2] {
    [Instruction::I32Const(number), Instruction::Drop]
}

fn drops64(number: i64) -> [Instruction<'static>; 2] {
    [Instruction::I64Const(number), Instruction::Drop]
}

/// Loads from an address that isn't known, and that much behind it.
fn loads(offset: u64) -> [Instruction<'static>; 3] {
    let memory = MemArg {
        offset,
        align: 0,
        memory_index: 0,
    };
    let index = Instruction::I32Const(0);
    [index, Instruction::I32Load8U(memory), Instruction::Drop]
}

#[test]
fn what_code_names_stays_and_what_that_points_to() {
    let library = Library::default();
    assert_eq!(library.kept(&drops(1028)), "bc");
    assert_eq!(library.kept(&drops(1040)), "d");
    let rest = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0";
    assert_eq!(library.cleared(&[]).unwrap(), rest);
}

#[test]
fn what_only_a_constant_points_to_goes_with_it() {
    let mut library = Library::default();
    library.named.retain(|(symbol, _)| *symbol != C);
    assert_eq!(library.kept(&drops(1024)), "a");
    assert_eq!(library.kept(&drops(1028)), "bc");
}

#[test]
fn what_is_added_to_an_index_is_an_address() {
    let mut library = Library::default();
    library.code.extend(loads(1040));
    assert_eq!(library.kept(&loads(1040)), "d");
}

#[test]
fn a_number_beside_its_constant_is_of_that_constant() {
    // A loop over c may begin before it, and one over b at its end.
    let named = vec![(A, 0), (C, -20), (B, 8), (D, -8)];
    let library = Library {
        named,
        ..Library::default()
    };
    assert_eq!(library.kept(&drops(1016)), "c");
    // There c begins, too.
    assert_eq!(library.kept(&drops(1036)), "bc");
    assert_eq!(library.kept(&drops(1032)), "bcd");
}

#[test]
fn an_address_may_be_half_of_a_number() {
    let mut library = Library::default();
    let [low, high] = [1040, 1040 << 32 | 7];
    library.code.extend([drops64(low), drops64(high)].concat());
    library.code.extend(drops(7));
    assert_eq!(library.kept(&drops64(low)), "d");
    assert_eq!(library.kept(&drops64(high)), "d");
}

#[test]
fn what_a_global_begins_with_may_be_an_address() {
    // So the linker exports a constant; a relocation it has not.
    let library = Library {
        named: vec![(A, 0)],
        global: 1040,
        ..Library::default()
    };
    assert_eq!(library.kept(&[]), "d");
}

#[test]
fn what_lies_in_no_constant_may_point_to_one() {
    let mut library = Library::default();
    library.pointers.push((20, A));
    assert_eq!(library.kept(&[]), "a");
}

#[test]
fn a_number_that_a_pass_computed_is_an_error() {
    let error = Library::default().cleared(&drops(1032)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("1032 is in the module's code")
    );
}

#[test]
fn a_relocation_that_is_not_known_is_an_error() {
    let known = [
        (CODE_AT, TableIndexSleb),
        (CODE_AT, GlobalIndexLeb),
        (DATA_AT, TableIndexI32),
        // Of a custom section, which isn't run.
        ((8, 0), MemoryAddrLocrelI32),
    ];
    let unknown = [
        (DATA_AT, MemoryAddrLocrelI32),
        (CODE_AT, MemoryAddrSleb64),
        // Where it isn't expected.
        (CODE_AT, MemoryAddrI32),
        (DATA_AT, MemoryAddrLeb),
    ];
    // Of a constant, which functions' never are.
    let global = [(CODE_AT, GlobalIndexLeb), (CODE_AT, TableIndexSleb)];
    let none = SYMBOLS.len() as u32;
    let error = |(section, kind): ((u32, u32), Kind), symbol| {
        let library = Library {
            other: Some((section, kind as u8, symbol)),
            ..Library::default()
        };
        library.cleared(&[]).err().map(|error| error.to_string())
    };
    for one in known {
        assert_eq!(error(one, none), None);
    }
    for one in unknown.into_iter().chain(global) {
        let expected = format!("a relocation isn't known here: {:?}", one.1);
        assert_eq!(error(one, A), Some(expected));
    }
    let library = Library {
        other: Some((DATA_AT, 99, A)),
        ..Library::default()
    };
    assert_eq!(library.error(), "a relocation isn't known");
}

#[test]
fn an_address_other_than_its_relocation_says_is_an_error() {
    let mut library = Library::default();
    library.pointers.push((0, B));
    assert!(library.error().contains("isn't the address"));
}

#[test]
fn what_bounds_constants_is_an_error() {
    let mut library = Library {
        bound: Some(1044),
        ..Library::default()
    };
    assert!(
        library
            .error()
            .starts_with("__start_of_some is no constant")
    );
    // As the end of all data.
    library.bound = Some(1048);
    assert_eq!(library.kept(&[]), "");
}

#[test]
fn data_that_was_moved_is_an_error() {
    let mut moved = module(Vec::new(), &[], 0).finish();
    let lean = moved.clone();
    // The last byte of d.
    let at = moved.len() - 5;
    moved[at] ^= 1;
    let library = Library::default().made();
    let error = clear(&library, &lean, &mut moved).unwrap_err();
    assert!(error.to_string().contains("where the library had them"));
}

#[test]
fn a_library_without_symbols_or_relocations_is_an_error() {
    let bare = module(Vec::new(), &[], 0);
    let mut symbols = bare.clone();
    let mut table = SymbolTable::new();
    table.data(SymbolTable::WASM_SYM_UNDEFINED, "undefined", None);
    symbols.section(LinkingSection::new().symbol_table(&table));
    for library in [bare.clone(), symbols] {
        let mut module = bare.clone().finish();
        let error = clear(&library.finish(), &module.clone(), &mut module).unwrap_err();
        assert!(error.to_string().contains(LINK_ARG));
    }
    let mut unreadable = bare.clone();
    unreadable.section(&CustomSection {
        name: "reloc.CODE".into(),
        data: vec![0x80].into(),
    });
    let mut module = bare.finish();
    let error = clear(&unreadable.finish(), &module.clone(), &mut module).unwrap_err();
    assert_eq!(error.to_string(), "relocations aren't readable");
}

#[test]
fn what_the_linker_left_is_taken_out() {
    let mut long = module(Vec::new(), &[], 0);
    long.section(&CustomSection {
        name: "target_features".into(),
        data: vec![7; 300].into(),
    });
    let bare = module(Vec::new(), &[], 0).finish();
    let library = Library {
        named: Vec::new(),
        ..Library::default()
    };
    let tail = &library.made()[bare.len()..];
    let linked = [&long.finish(), tail].concat();
    let stripped = without_sections(&linked, |name| name == "target_features").unwrap();
    assert_eq!(stripped, bare);
}

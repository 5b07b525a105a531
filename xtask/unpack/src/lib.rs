//! Puts the wasm module that is packed in `verto-min.js` together: the loops of
//! `pkg-template/packed.js`, which says what the streams are. As JavaScript, which runs once, cold
//! and interpreted, they took 5 of the 16 ms from the script tag to the first instance; this
//! small module takes 2, its compilation included. It costs 0.4 KB.

// 16 bits: so no index is beyond an array, and nothing needs to be checked.
const SIZE: usize = 1 << 16;

/// Where `packed.js` finds everything; at first all is zero.
#[repr(C)]
#[derive(Debug)]
pub struct Memory {
    /// Where the next character of each stream is, and behind them where all end.
    at: [u16; 16],
    /// The stream of each opcode's operand.
    operands: [u8; 256],
    /// The byte of a character, or of a pair.
    values: [u8; SIZE],
    text: [u8; SIZE],
    module: [u8; SIZE],
}

/// The characters up to here begin a pair.
const LAST_LEAD: u16 = b'!' as u16;

/// In the place of the empty stream: how long the module is.
const LENGTH: usize = 0;
const NONE: usize = 0;
const CODE: usize = 2;
const BLOCKS: usize = 3;
const DECLARATIONS: usize = 4;
const OFFSETS: usize = 6;
const OTHERS: usize = 8;
const HEAD: usize = 9;
const TAIL: usize = 10;
const SEVERAL: usize = TAIL;

/// The opcode that ends a block, and a function.
const END: u32 = 0x0b;

#[allow(
    clippy::indexing_slicing,
    reason = "the arrays have an element for each number of an index's type, or for its remainder"
)]
impl Memory {
    fn next(&mut self, stream: usize) -> u32 {
        let at = &mut self.at[stream % 16];
        let mut code = u16::from(self.text[usize::from(*at)]);
        *at += 1;
        if code <= LAST_LEAD {
            code = code << 7 | u16::from(self.text[usize::from(*at)]);
            *at += 1;
        }
        self.values[usize::from(code)].into()
    }

    #[inline(never)]
    fn put(&mut self, byte: u32) {
        self.module[usize::from(self.at[LENGTH])] = byte as u8;
        self.at[LENGTH] += 1;
    }

    /// Copies numbers in LEB128, which go on where their first bit is set.
    fn copy(&mut self, stream: usize, mut numbers: u32) {
        while numbers > 0 {
            let byte = self.next(stream);
            self.put(byte);
            numbers -= u32::from(byte < 128);
        }
    }

    fn copy_all(&mut self, stream: usize) {
        while self.at[stream] < self.at[stream + 1] {
            let byte = self.next(stream);
            self.put(byte);
        }
    }

    fn function(&mut self) {
        let start = self.at[LENGTH];
        self.at[LENGTH] += 2;
        // Each group of locals is a number and a type.
        let groups = self.next(DECLARATIONS);
        self.put(groups);
        let mut stream = DECLARATIONS;
        let mut numbers = 2 * groups;
        let mut depth = 1;
        loop {
            self.copy(stream, numbers);
            if depth == 0 {
                break;
            }
            let opcode = self.next(CODE);
            self.put(opcode);
            stream = match opcode {
                ..0xd0 => self.operands[opcode as usize % 256].into(),
                _ => SEVERAL,
            };
            numbers = 1;
            if stream == NONE {
                numbers = 0;
                depth -= u32::from(opcode == END);
            }
            if stream == BLOCKS {
                depth += 1;
            }
            if stream == OFFSETS {
                // The alignment stays 0: a hint, which engines don't need.
                self.at[LENGTH] += 1;
            }
            if stream == SEVERAL {
                stream = OTHERS;
                numbers = self.next(OTHERS);
            }
        }
        let size = self.at[LENGTH] - start - 2;
        self.module[usize::from(start)] = size as u8 | 128;
        self.module[usize::from(start + 1)] = (size >> 7) as u8;
    }
}

/// Makes the module of the text; returns how long it is, in bytes. To JavaScript `memory` is an
/// address.
#[unsafe(no_mangle)]
pub extern "C" fn unpack(memory: &mut Memory) -> u16 {
    let functions = memory.at[BLOCKS];
    memory.copy_all(HEAD);
    while memory.at[CODE] < functions {
        memory.function();
    }
    memory.copy_all(TAIL);
    memory.at[LENGTH]
}

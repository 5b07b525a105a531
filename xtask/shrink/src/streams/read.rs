//! Puts a module together that is in streams: the loops of what `read.js` does.
//!
//! This file is compiled twice: to a small WebAssembly module, which a page runs, and into the
//! writer, which checks with it that what it wrote reads back as it was. As JavaScript, which runs
//! once, cold and interpreted, these loops took 5 of the 16 ms from the script tag to the first
//! instance; as WebAssembly they take 2, compiling them included. That costs 0.4 KB.

/// How long the text, and the module, may be, in bytes. A power of two, so that the remainder of an index
/// needs no check.
pub const SIZE: usize = 1 << 18;

/// The numbers of the characters and of the pairs of them.
pub const VALUES: usize = 1 << 13;

/// Where `read.js` finds everything; at first all is zero.
#[repr(C)]
#[derive(Debug)]
pub struct Memory {
    /// Where the next character of each stream is, and behind them where all end.
    pub at: [u32; 16],
    /// The byte of a character, or of a pair.
    pub values: [u8; VALUES],
    /// The characters of all streams.
    pub text: [u8; SIZE],
    /// What comes of them.
    pub module: [u8; SIZE],
}

/// The characters up to here begin a pair.
pub const LAST_LEAD: u8 = b'!';

// The streams, in the order that gzip liked best: each exchange of two that made the script smaller was
// kept, until none did. Without names here are 1 (globals), 5 (calls), 7 (constants of 32 bits), 9 (those of 64),
// 10 (branches) and 11 (locals).

/// The types of blocks.
pub const BLOCKS: usize = 2;
/// The opcodes.
pub const CODE: usize = 3;
/// What is behind the functions, as it was.
pub const TAIL: usize = 4;
/// What loads and stores add to an address.
pub const OFFSETS: usize = 6;
/// What is before the functions, as it was.
pub const HEAD: usize = 8;
/// The operands of all other opcodes.
pub const OTHERS: usize = 12;
/// How many locals of which type a function has.
pub const DECLARATIONS: usize = 13;
/// How many streams there are.
pub const STREAMS: usize = 14;

/// Instead of a stream: an opcode has no operand. This stream is empty, so that in its place is how long
/// the module is.
pub const NONE: usize = 0;
/// Instead of a stream: an opcode has other than one operand. OTHERS says how many, and has them.
pub const SEVERAL: usize = STREAMS;

const LENGTH: usize = NONE;

/// The stream of the operand of each opcode up to 0x44, as a letter: `a` is NONE, `b` the stream 1.
const OPERANDS: &[u8; 69] =
    b"aacccacaaaaakkoafoaaaaaaaaaaoaaalllbbmmagggggggggggggggggggggggmmhjoo";

/// The opcode that ends a block, and a function.
pub const END: u8 = 0x0b;

/// The stream that the operand of an opcode is in, NONE or SEVERAL.
pub fn stream_of(opcode: u8) -> usize {
    match OPERANDS.get(usize::from(opcode)) {
        Some(letter) => usize::from(letter - b'a'),
        None if opcode < 0xd0 => NONE,
        None => SEVERAL,
    }
}

#[allow(
    clippy::indexing_slicing,
    reason = "each index is the remainder of a division by the array's length, or a constant below it"
)]
impl Memory {
    fn next(&mut self, stream: usize) -> u8 {
        let at = &mut self.at[stream % 16];
        let mut code = usize::from(self.text[*at as usize % SIZE]);
        *at += 1;
        if code <= usize::from(LAST_LEAD) {
            code = code << 7 | usize::from(self.text[*at as usize % SIZE]);
            *at += 1;
        }
        self.values[code % VALUES]
    }

    #[inline(never)]
    fn put(&mut self, byte: u8) {
        self.module[self.at[LENGTH] as usize % SIZE] = byte;
        self.at[LENGTH] += 1;
    }

    /// Whether this is longer than any module: the text isn't what the writer wrote. Only loops that look
    /// at this end whatever the text is.
    fn is_full(&self) -> bool {
        self.at[LENGTH] as usize >= SIZE
    }

    /// Copies numbers in LEB128, which go on where their first bit is set.
    fn copy(&mut self, stream: usize, mut numbers: u32) {
        while numbers > 0 && !self.is_full() {
            let byte = self.next(stream);
            self.put(byte);
            numbers -= u32::from(byte < 128);
        }
    }

    /// Copies a stream until `end`, where the next one began.
    fn copy_all(&mut self, stream: usize, end: u32) {
        while self.at[stream] < end {
            let byte = self.next(stream);
            self.put(byte);
        }
    }

    fn function(&mut self) {
        let start = self.at[LENGTH] as usize;
        self.at[LENGTH] += 3;
        // Each group of locals is a number and a type.
        let groups = self.next(DECLARATIONS);
        self.put(groups);
        let mut stream = DECLARATIONS;
        let mut numbers = 2 * u32::from(groups);
        let mut depth = 1;
        loop {
            self.copy(stream, numbers);
            if depth == 0 || self.is_full() {
                break;
            }
            let opcode = self.next(CODE);
            self.put(opcode);
            stream = stream_of(opcode);
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
                numbers = self.next(OTHERS).into();
            }
        }
        let size = self.at[LENGTH] as usize - start - 3;
        self.module[start % SIZE] = size as u8 | 128;
        self.module[(start + 1) % SIZE] = (size >> 7) as u8 | 128;
        self.module[(start + 2) % SIZE] = (size >> 14) as u8;
    }
}

/// Makes the module of the text; returns how long it is, in bytes. To JavaScript `memory` is an
/// address.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn read(memory: &mut Memory) -> u32 {
    // Before any of these is read on.
    let functions = memory.at[CODE + 1];
    let tail = memory.at[TAIL + 1];
    memory.copy_all(HEAD, memory.at[HEAD + 1]);
    while memory.at[CODE] < functions && !memory.is_full() {
        memory.function();
    }
    memory.copy_all(TAIL, tail);
    memory.at[LENGTH]
}

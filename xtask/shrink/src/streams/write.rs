//! Writes a module in streams, as `read.rs` reads them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::Encode;
use wasmparser::{FunctionBody, Parser, Payload};

use super::read::{
    CODE, DECLARATIONS, HEAD, LAST_LEAD, Memory, NONE, OFFSETS, OTHERS, SEVERAL, SIZE, STREAMS,
    TAIL, VALUES, read, stream_of,
};

const CODE_SECTION: u8 = 10;

/// A module in streams, as `read` of `read.js` takes it.
#[derive(Debug)]
pub struct Packed {
    /// The characters of all streams.
    pub text: String,
    /// Where in the text each stream starts, and where the last one ends.
    pub starts: Vec<u32>,
    /// The bytes that are one character each, by the character's code.
    pub singles: Vec<u8>,
}

/// Writes a module in streams. The most frequent bytes get the first of these `characters`, see
/// [`Tuning`](crate::Tuning).
///
/// # Errors
/// The characters are not those that don't begin a pair. The module is not valid, too large for `read.rs`, or has something that is in no stream.
pub fn pack(wasm: &[u8], characters: &str) -> Result<Packed> {
    let sorted = |characters: &mut dyn Iterator<Item = u8>| characters.collect::<BTreeSet<_>>();
    ensure!(
        sorted(&mut characters.bytes()) == sorted(&mut codes().filter(|code| *code > LAST_LEAD)),
        "the characters are not those that don't begin a pair, each once"
    );
    let (streams, module) = split(wasm)?;
    let characters = Characters::by_frequency(&streams, characters.as_bytes());
    let mut text = Vec::new();
    let mut starts = vec![0];
    for stream in &streams {
        for byte in stream {
            text.extend(characters.of(*byte));
        }
        starts.push(u32::try_from(text.len())?);
    }
    ensure!(
        text.len() <= SIZE && module.len() < SIZE,
        "the module is too large for streams: its text has {} bytes, and may have {SIZE}",
        text.len()
    );
    ensure!(
        read_back(&text, &starts, &characters) == module,
        "the module in streams does not read back as it was"
    );
    Ok(Packed {
        text: String::from_utf8(text)?,
        starts,
        singles: characters.singles,
    })
}

/// What a page makes of it.
fn read_back(text: &[u8], starts: &[u32], characters: &Characters) -> Vec<u8> {
    let mut memory = Box::new(Memory {
        at: [0; 16],
        values: [0; VALUES],
        text: [0; SIZE],
        module: [0; SIZE],
    });
    memory
        .at
        .iter_mut()
        .zip(starts)
        .for_each(|(at, start)| *at = *start);
    memory
        .text
        .iter_mut()
        .zip(text)
        .for_each(|(to, byte)| *to = *byte);
    for byte in 0..=u8::MAX {
        let code = characters
            .of(byte)
            .fold(0, |code, c| code << 7 | usize::from(c));
        if let Some(value) = memory.values.get_mut(code) {
            *value = byte;
        }
    }
    let length = read(&mut memory) as usize;
    memory.module.iter().take(length).copied().collect()
}

type Streams = [Vec<u8>; STREAMS];

/// The module in streams, and what they shall come to: the module, but that alignments are 0 and
/// each function's size has three bytes.
fn split(wasm: &[u8]) -> Result<(Streams, Vec<u8>)> {
    let mut streams = Streams::default();
    let mut count = Vec::new();
    let mut bodies = Vec::new();
    // Where the last section before the code ends, and where the code does.
    let (mut before, mut end) = (0, None);
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.context("the module is not valid")?;
        match &payload {
            Payload::Version { range, .. } => before = range.end,
            Payload::CodeSectionStart {
                count: functions,
                range,
                ..
            } => {
                functions.encode(&mut count);
                end = Some(range.end);
            }
            Payload::CodeSectionEntry(body) => {
                let body = function(wasm, body, &mut streams)?;
                let size = body.len();
                bodies.extend([
                    size as u8 | 128,
                    (size >> 7) as u8 | 128,
                    (size >> 14) as u8,
                ]);
                bodies.extend(body);
            }
            _ if end.is_none() => {
                before = payload.as_section().map_or(before, |(_, range)| range.end);
            }
            _ => {}
        }
    }
    let end = end.context("the module has no code")?;
    streams[HEAD].extend(bytes(wasm, 0..before)?);
    streams[HEAD].push(CODE_SECTION);
    (count.len() + bodies.len()).encode(&mut streams[HEAD]);
    streams[HEAD].extend(count);
    streams[TAIL].extend(bytes(wasm, end..wasm.len())?);
    let module = [streams[HEAD].as_slice(), &bodies, &streams[TAIL]].concat();
    Ok((streams, module))
}

/// Adds a function to the streams; returns what they shall come to.
fn function(wasm: &[u8], body: &FunctionBody<'_>, streams: &mut Streams) -> Result<Vec<u8>> {
    let mut operators = body.get_operators_reader()?;
    let declarations = bytes(wasm, body.range().start..operators.original_position())?;
    ensure!(
        declarations.first().is_some_and(|groups| *groups < 128),
        "a function has locals of more kinds than fit a byte"
    );
    streams[DECLARATIONS].extend(declarations);
    let mut made = declarations.to_vec();
    while !operators.eof() {
        let start = operators.original_position();
        operators.read().context("the module's code is not valid")?;
        let (opcode, operands) = bytes(wasm, start..operators.original_position())?
            .split_first()
            .context("an operator of no bytes")?;
        streams[CODE].push(*opcode);
        made.push(*opcode);
        let refuse = |why: &str| bail!("opcode 0x{opcode:02x} {why}, which streams can't hold");
        // In LEB128 the last byte of a number is below 128.
        let numbers = operands.iter().filter(|byte| **byte < 128).count();
        if operands.last().is_some_and(|byte| *byte > 127) {
            return refuse("has a float that ends in a high byte");
        }
        match stream_of(*opcode) {
            NONE if numbers == 0 => {}
            SEVERAL => {
                let Ok(numbers) = u8::try_from(numbers) else {
                    return refuse("has more than 255 operands");
                };
                streams[OTHERS].push(numbers);
                streams[OTHERS].extend(operands);
                made.extend(operands);
            }
            OFFSETS if numbers == 2 => {
                // The alignment comes first; it is one byte.
                let offset = bytes(operands, 1..operands.len())?;
                streams[OFFSETS].extend(offset);
                made.push(0);
                made.extend(offset);
            }
            stream if numbers == 1 && stream != OFFSETS => {
                let stream = streams.get_mut(stream).context("an opcode of no stream")?;
                stream.extend(operands);
                made.extend(operands);
            }
            _ => return refuse("has another number of operands than usual"),
        }
    }
    Ok(made)
}

fn bytes(all: &[u8], range: Range<usize>) -> Result<&[u8]> {
    all.get(range).context("the module ends too early")
}

/// Which characters stand for a byte.
struct Characters {
    /// By the byte: one, or a pair.
    of: Vec<Vec<u8>>,
    /// The bytes that are one character each, by the character's code.
    singles: Vec<u8>,
}

impl Characters {
    /// The most frequent bytes are one character each.
    fn by_frequency(streams: &Streams, characters: &[u8]) -> Self {
        let mut count = BTreeMap::new();
        for byte in streams.iter().flatten() {
            *count.entry(byte).or_insert(0) += 1;
        }
        let mut frequent: Vec<u8> = (0..=u8::MAX).collect();
        frequent.sort_by_key(|byte| Reverse(count.get(byte).copied()));
        let mut of = vec![Vec::new(); 256];
        let mut singles: Vec<_> = characters.iter().zip(&frequent).collect();
        singles.sort();
        for (character, byte) in &singles {
            set(&mut of, **byte, vec![**character]);
        }
        let mut rare: Vec<_> = frequent.iter().skip(characters.len()).collect();
        rare.sort_unstable();
        let pairs = codes().take_while(|code| *code <= LAST_LEAD);
        let pairs = pairs.flat_map(|first| codes().map(move |second| vec![first, second]));
        for (byte, pair) in rare.into_iter().zip(pairs) {
            set(&mut of, *byte, pair);
        }
        let singles = singles.into_iter().map(|(_, byte)| *byte).collect();
        Self { of, singles }
    }

    fn of(&self, byte: u8) -> impl Iterator<Item = u8> {
        self.of
            .get(usize::from(byte))
            .into_iter()
            .flatten()
            .copied()
    }
}

fn set(characters: &mut [Vec<u8>], byte: u8, to: Vec<u8>) {
    if let Some(of) = characters.get_mut(usize::from(byte)) {
        *of = to;
    }
}

/// The codes of the characters: not those that a string or an inline script could trip over.
fn codes() -> impl Iterator<Item = u8> {
    (b' '..=b'~').filter(|code| !br#""'<\`"#.contains(code))
}

//! What a module's memory begins with.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use wasmparser::{DataKind, Operator, Parser, Payload};

/// A module's memory as it begins, and where in the module its bytes stand.
pub struct Memory<'a> {
    /// The address of each segment, and its bytes in the module.
    segments: Vec<(usize, Range<usize>)>,
    module: &'a [u8],
}

impl<'a> Memory<'a> {
    /// That of `module`, whose segments must have constant addresses.
    pub fn of(module: &'a [u8]) -> Result<Self> {
        let mut segments = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::DataSection(reader) = payload.context("the module is not valid")? else {
                continue;
            };
            for data in reader {
                let data = data?;
                let DataKind::Active { offset_expr, .. } = &data.kind else {
                    bail!("a segment of the module's data has no address");
                };
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
                else {
                    bail!("a segment of the module's data has no constant address");
                };
                let start = value.cast_unsigned() as usize;
                segments.push((start, data.range.end - data.data.len()..data.range.end));
            }
        }
        Ok(Self { segments, module })
    }

    /// The address of a segment.
    pub fn segment(&self, index: u32) -> Option<usize> {
        let (start, _) = self.segments.get(index as usize)?;
        Some(*start)
    }

    /// Where in the module the byte of an address stands. `None` for one in no segment:
    /// such memory begins as zeros, which no module has to store.
    pub fn position(&self, address: usize) -> Option<usize> {
        self.segments.iter().find_map(|(start, bytes)| {
            let offset = address.checked_sub(*start)?;
            (offset < bytes.len()).then_some(bytes.start + offset)
        })
    }

    /// The address of the byte at a position in the module.
    pub fn address(&self, position: usize) -> Option<usize> {
        let mut segments = self.segments.iter();
        let (start, bytes) = segments.find(|(_, bytes)| bytes.contains(&position))?;
        Some(start + position - bytes.start)
    }

    /// The byte at an address.
    pub fn byte(&self, address: usize) -> u8 {
        let position = self.position(address);
        position
            .and_then(|at| self.module.get(at))
            .map_or(0, |byte| *byte)
    }
}

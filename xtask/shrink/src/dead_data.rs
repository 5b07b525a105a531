//! Clears the constants of the wasm module that nothing uses any more.
//!
//! The texts of panics, with the names of source files and the like, are a third of the
//! module's data. After the stage `panics` no code reads them any more, yet binaryen doesn't know
//! where one constant ends and the next begins. The linker knows: with `--emit-relocs` it leaves
//! its list of symbols, and every place that names one, in the library.
//!
//! Why nothing is cleared that is read: where a constant lies is the linker's choice, so the
//! compiler's code has its address from nowhere but a relocation, or a global that the linker
//! exports. The code is looked at before any pass that computes, so each such number still
//! stands in it as the linker wrote it, and wasm-opt can later compute addresses from these
//! numbers only. A constant whose numbers are all gone, and to which no reached one points, has no
//! reader left.

mod memory;
mod numbers;
mod relocations;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use memory::Memory;
use numbers::numbers;
pub use relocations::LINK_ARG;
use relocations::Relocations;

/// Fills with zeros what of the data of `module`, made from `library`, no code reaches.
///
/// `lean` is the same module without the values that its code only passes around. A number in it
/// that isn't in the library is an error: then a pass computed before it was made.
pub fn clear(library: &[u8], lean: &[u8], module: &mut [u8]) -> Result<()> {
    let named = numbers(lean)?;
    if let Some(number) = named.difference(&numbers(library)?).next() {
        bail!("{number} is in the module's code, but not in the library's: what computed it?");
    }
    let relocations = Relocations::of(library)?;
    let constants = &relocations.constants;
    let (before, memory) = (Memory::of(library)?, Memory::of(module)?);
    let same = |at| before.byte(at) == memory.byte(at);
    let all = constants.iter().flatten().cloned().flatten();
    if !all.clone().all(same) {
        bail!("the module's constants aren't where the library had them");
    }
    let reached = reached(&relocations, &named);
    let addresses = |index: &usize| constants.get(*index)?.clone();
    // Constants of one text may share it.
    let kept: BTreeSet<_> = reached.iter().filter_map(addresses).flatten().collect();
    let unreached: Vec<_> = all
        .filter(|address| !kept.contains(address))
        .filter_map(|address| memory.position(address))
        .collect();
    for position in unreached {
        if let Some(byte) = module.get_mut(position) {
            *byte = 0;
        }
    }
    Ok(())
}

/// The constants that code names by one of these numbers, and those to which they point.
fn reached(relocations: &Relocations, named: &BTreeSet<u32>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    for (number, constant) in &relocations.in_code {
        // The number may be a little before or after its constant, for example where a loop over it
        // starts.
        if named.contains(number) {
            reached.insert(*constant);
        }
    }
    for number in named {
        // A global has no relocation.
        reached.extend(relocations.constants_at(*number as usize));
    }
    loop {
        let before = reached.len();
        for (address, to) in &relocations.in_data {
            let mut from = relocations.constants_at(*address).peekable();
            // What lies in no constant stays.
            if from.peek().is_none() || from.any(|constant| reached.contains(&constant)) {
                reached.insert(*to);
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

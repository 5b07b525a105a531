//! Memory that may end: a page may have none left in the middle of a call.

use std::hint::black_box;

/// What may be needed beside what is asked for, in bytes: by all that is small.
const SPARE: usize = 32_768;

/// Whether there is memory for `bytes` more. Where there is none an allocation is a trap, in the
/// browser, and what it interrupts stays half done for ever: so whatever may be large, or leads
/// to more and more that is small, is asked for before anything is changed.
///
/// ```
/// use verto_wasm::core::memory::has_room;
/// assert!(has_room(1_000_000));
/// assert!(!has_room(usize::MAX / 2));
/// ```
pub fn has_room(bytes: usize) -> bool {
    let mut probe = Vec::<u8>::new();
    let found = probe.try_reserve_exact(bytes + SPARE).is_ok();
    // An allocation at which nobody looks would be optimized away, and taken for a success.
    black_box(&probe);
    found
}

#[cfg(test)]
mod tests {
    use super::has_room;

    #[test]
    fn there_is_room_for_little_and_none_for_more_than_can_be_addressed() {
        assert!(has_room(0));
        assert!(has_room(1_000_000));
        for bytes in [usize::MAX / 2, usize::MAX - 40_000] {
            assert!(!has_room(bytes), "{bytes}");
        }
    }
}

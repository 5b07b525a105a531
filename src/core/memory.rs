//! Whether there is memory: a page may have none left in the middle of a call.

use std::hint::black_box;

/// How many bytes may be needed besides those that are asked for, by everything that is small.
const SPARE: usize = 32_768;

/// Whether there is memory for `bytes` more. In the browser an allocation without memory is a
/// trap, and what it interrupts stays half done for ever. So before anything is changed this is
/// asked for whatever may be large, and for what is small but may be many.
///
/// ```
/// use verto_wasm::core::memory::has_room;
/// assert!(has_room(1_000_000));
/// assert!(!has_room(usize::MAX / 2));
/// ```
pub fn has_room(bytes: usize) -> bool {
    let mut probe = Vec::<u8>::new();
    let found = probe.try_reserve_exact(bytes + SPARE).is_ok();
    // The compiler would leave out an allocation that nobody uses, and assume that it succeeded.
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

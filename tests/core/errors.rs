//! The failures, as a page tells them apart.

use testkit::Kind;
use verto_wasm::core::error::KINDS;

/// Pages compare with these names and codes, so that none of them may ever change.
#[test]
fn every_failure_keeps_its_name_and_its_code() {
    let table: Vec<_> = KINDS.iter().map(|(_, name, code)| (*name, *code)).collect();
    let expected = [
        ("timeout", -1),
        ("connection-lost", -2),
        ("closed", -3),
        ("taken-over", -4),
        ("invalid-argument", -5),
        ("too-large", -6),
        ("overflow", -7),
        ("unsupported", -8),
        ("auth", -10),
        ("rejected", -11),
        ("aborted", -12),
    ];
    let with_calls = [
        ("media-denied", -13),
        ("media-insecure", -14),
        ("media-missing", -15),
        ("media-busy", -16),
        ("media-failed", -17),
    ];
    assert_eq!(table[..expected.len()], expected);
    if cfg!(feature = "calls") {
        assert_eq!(table[expected.len()..], with_calls);
    }
    for &(kind, name, code) in KINDS {
        assert_eq!((kind.name(), kind.code()), (name, code));
        assert_eq!(Kind::of_code(code), kind);
    }
    assert_eq!(Kind::of_code(0), Kind::InvalidArgument);
}

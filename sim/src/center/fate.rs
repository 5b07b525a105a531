//! What becomes of a dialled number, so that a page's failures can be tried.
//!
//! A number that ends in
//! - `0000` is busy (`USER_BUSY`),
//! - `0404` does not exist (`UNALLOCATED_NUMBER`),
//! - `0408` rings until the time is up (`NO_ANSWER`);
//!
//! every other number rings and is answered.

use super::cause;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Ends at once with this cause, without ringing.
    Refused(&'static str),
    /// Rings and is answered.
    Rings,
    /// Rings and is never answered.
    RingsOut,
}

impl Fate {
    pub(super) fn of(number: &str) -> Self {
        if number.ends_with("0000") {
            Fate::Refused(cause::USER_BUSY)
        } else if number.ends_with("0404") {
            Fate::Refused(cause::UNALLOCATED_NUMBER)
        } else if number.ends_with("0408") {
            Fate::RingsOut
        } else {
            Fate::Rings
        }
    }
}

//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// The wall clock in Unix milliseconds.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

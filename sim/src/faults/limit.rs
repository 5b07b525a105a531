//! For how long a fault is on.

use std::time::Duration;

use tokio::time::Instant;

use crate::json::Json;

/// For how long a fault is on. Without either member it is on until it is cleared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limit {
    /// How many times it still acts.
    pub left: Option<u64>,
    /// When it ends.
    pub until: Option<Instant>,
}

impl Limit {
    /// Whether the fault acts now. If it does, that counts as one of its times.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        if is_over(self.until, now) || self.left == Some(0) {
            return false;
        }
        self.left = self.left.map(|left| left.saturating_sub(1));
        true
    }

    pub(super) fn show(&self, row: Json, now: Instant) -> Json {
        let row = show_until(row, self.until, now);
        match self.left {
            Some(left) => row.with("left", left),
            None => row,
        }
    }
}

pub(super) fn is_over(until: Option<Instant>, now: Instant) -> bool {
    until.is_some_and(|until| until <= now)
}

pub(super) fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}

pub(super) fn show_until(row: Json, until: Option<Instant>, now: Instant) -> Json {
    match until {
        Some(until) => row.with("leftMs", millis(until.saturating_duration_since(now))),
        None => row,
    }
}

/// Waits until that moment, or for ever if there is none.
pub async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

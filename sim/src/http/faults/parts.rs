//! What several of the faults read from a body or answer.

use std::time::Duration;

use tokio::time::Instant;

use crate::faults::Limit;
use crate::http::answer::{Answer, Result};
use crate::http::body::number;
use crate::json::Json;

/// The answer of a fault that has nothing to count.
pub(super) fn ok() -> Answer {
    Answer::Ok(Json::object().with("code", 200))
}

/// The moment that many milliseconds from now.
pub(super) fn in_ms(ms: u64) -> Instant {
    // The cap keeps the addition from overflowing. It is 49 days away.
    Instant::now() + Duration::from_millis(ms.min(u64::from(u32::MAX)))
}

/// For how long a fault is on: `count` times, `ms` milliseconds, or until it is cleared.
pub(super) fn limit(body: &Json) -> Result<Limit> {
    Ok(Limit {
        left: number(body, "count")?,
        until: number(body, "ms")?.map(in_ms),
    })
}

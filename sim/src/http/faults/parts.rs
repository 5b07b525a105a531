//! What several of the faults read from a body or answer.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use crate::faults::{Limit, TooMany};
use crate::http::answer::{Answer, Result};
use crate::http::body::number;
use crate::json::Json;
use crate::limits::{LONGEST_MS, MOST_RULES, MOST_TIMES};

/// The answer of a fault that has nothing to count.
pub(super) fn ok() -> Answer {
    Answer::Ok(Json::object().with("code", 200))
}

/// The moment that many milliseconds from now.
pub(super) fn in_ms(ms: u64) -> Instant {
    let now = Instant::now();
    // It is a day away at most, so that it can always be told.
    now.checked_add(Duration::from_millis(ms)).unwrap_or(now)
}

/// For how long a fault is on: `count` times, `ms` milliseconds, or until it is cleared.
pub(super) fn limit(body: &Json) -> Result<Limit> {
    Ok(Limit {
        left: number(body, "count", MOST_TIMES)?,
        until: number(body, "ms", LONGEST_MS)?.map(in_ms),
    })
}

/// The answer where there are too many faults of a kind.
pub(super) fn too_many(_: TooMany) -> Answer {
    let message =
        format!("there are {MOST_RULES} faults of this kind; POST /sim/fault/clear ends them");
    Answer::Error(StatusCode::TOO_MANY_REQUESTS, message)
}

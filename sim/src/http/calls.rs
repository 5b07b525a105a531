//! The control API's part about browsers' calls.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;

use super::answer::{Answer, Result};
use super::body::{number, read_object};
use crate::json::Json;
use crate::sim::Sim;

/// What `GET /sim/` says of it.
pub const OVERVIEW: [(&str, &str); 1] = [(
    "POST /sim/call-times",
    r#"{"ringMs"?,"detachMs"?}: how long a user's browsers ring (30000), and how long a call may be without its WebSocket (120000), until reset"#,
)];

/// The longest time, an hour, in milliseconds.
const LONGEST_MS: u64 = 3_600_000;

/// The routes.
pub fn routes() -> Router<Arc<Sim>> {
    Router::new().route("/sim/call-times", post(call_times))
}

async fn call_times(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let time = |key: &str| match number(&body, key)? {
        Some(ms) if ms > LONGEST_MS => Err(Answer::bad(format!(
            "\"{key}\" must be a number from 0 to {LONGEST_MS}"
        ))),
        given => Ok(given.map(Duration::from_millis)),
    };
    let (ring, detach) = (time("ringMs")?, time("detachMs")?);
    let times = sim.update(|switch| {
        let times = &mut switch.calls.times;
        times.ring = ring.unwrap_or(times.ring);
        times.detach = detach.unwrap_or(times.detach);
        *times
    });
    Ok(Answer::Ok(
        Json::object()
            .with("code", 200)
            .with("ringMs", times.ring.as_millis() as u64)
            .with("detachMs", times.detach.as_millis() as u64),
    ))
}

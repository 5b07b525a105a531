//! The control API's part about browsers' calls.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;

use super::answer::{Answer, Result};
use super::body::{flag, number, read_object};
use crate::json::Json;
use crate::limits::LONGEST_CALL_TIME_MS;
use crate::sim::Sim;

/// What `GET /sim/` says of it.
pub const OVERVIEW: [(&str, &str); 2] = [
    (
        "POST /sim/call-times",
        r#"{"ringMs"?,"detachMs"?}: how long a user's browsers ring (30000), and how long a call may be without its WebSocket (120000), until reset"#,
    ),
    (
        "POST /sim/browser-phones",
        r#"{"on"}: whether callers and ccDial ring the browsers that are logged in as an agent's extension; with false every agent has a simulated phone, which is picked up by itself"#,
    ),
];

/// The routes.
pub fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/sim/call-times", post(call_times))
        .route("/sim/browser-phones", post(browser_phones))
}

async fn browser_phones(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let on = flag(&body, "on")?.ok_or_else(|| Answer::bad("\"on\" is missing"))?;
    sim.update(|switch| switch.phones.on = on);
    Ok(Answer::done("on", on))
}

async fn call_times(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let time = |key: &str| {
        let ms = number(&body, key, LONGEST_CALL_TIME_MS)?;
        Result::Ok(ms.map(Duration::from_millis))
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

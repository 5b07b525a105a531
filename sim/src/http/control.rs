//! The control API, by which tests look into the simulator and make things happen.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::time::Instant;

use super::answer::{Answer, Result};
use super::body::{name, number, read_object, required, target};
use super::{calls, faults};
use crate::clock::unix_ms;
use crate::hub::{Frame, Target};
use crate::json::Json;
use crate::limits::{MOST_AGENTS, MOST_EVENTS_PER_SECOND};
use crate::sim::Sim;

/// What `GET /sim/` says.
const OVERVIEW: [(&str, &str); 10] = [
    (
        "GET /sim/state",
        "agents, queues, calls, the browsers' own calls (dialogs), connections and the faults that are on",
    ),
    ("GET /sim/frames", "the last frames, oldest first"),
    ("DELETE /sim/frames", "forgets them"),
    (
        "POST /sim/caller",
        r#"{"queue","caller"}: a caller joins a queue"#,
    ),
    (
        "POST /sim/hangup",
        r#"{"call"}: ends a call, also a browser's, by its callID"#,
    ),
    (
        "POST /sim/event",
        r#"{"eventChannel","eventType"?,"data"?,"sessid"?}: a server-side event"#,
    ),
    (
        "POST /sim/send",
        r#"{"login" or "conn","text","binary"?}: a frame, written as it is"#,
    ),
    (
        "POST /sim/drop",
        r#"{"login" or "conn" or nothing,"code"? or "inFrame"?}: closes connections, without a code by cutting them, with "inFrame":true in the middle of a frame"#,
    ),
    (
        "POST /sim/load",
        r#"{"agents","eventsPerSecond"?}: that many more agents work and cause so many events a second (2); 0 agents ends it"#,
    ),
    (
        "POST /sim/reset",
        "the call centre as at the start, no browser's call, no frames, no faults; connections stay",
    ),
];

/// The routes below `/sim`.
pub fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/sim/", get(overview))
        .route("/sim/state", get(state))
        .route("/sim/frames", get(frames).delete(forget_frames))
        .route("/sim/caller", post(caller))
        .route("/sim/hangup", post(hangup))
        .route("/sim/event", post(event))
        .route("/sim/send", post(send))
        .route("/sim/drop", post(faults::drop_connections))
        .route("/sim/load", post(load))
        .route("/sim/reset", post(reset))
}

async fn overview() -> Answer {
    let routes = OVERVIEW
        .iter()
        .chain(&calls::OVERVIEW)
        .chain(&faults::OVERVIEW);
    let routes = routes.map(|(route, what)| ((*route).to_owned(), Json::from(*what)));
    Answer::Ok(Json::Object(routes.collect()))
}

async fn state(State(sim): State<Arc<Sim>>) -> Answer {
    Answer::Ok(sim.update(|switch| {
        Json::object()
            .with("agents", switch.center.agents())
            .with("queues", switch.center.queues(unix_ms()))
            .with("calls", switch.center.calls())
            .with("dialogs", switch.calls.show())
            .with("connections", switch.hub.connections())
            .with("faults", switch.faults.show(Instant::now()))
    }))
}

async fn frames(State(sim): State<Arc<Sim>>) -> Answer {
    Answer::Ok(sim.recorder.frames())
}

async fn forget_frames(State(sim): State<Arc<Sim>>) -> Answer {
    sim.recorder.clear();
    Answer::Ok(Json::object().with("code", 200))
}

async fn caller(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let (queue, caller) = (name(&body, "queue")?, name(&body, "caller")?);
    let call = sim.update(|switch| switch.center.caller(unix_ms(), queue, caller));
    Ok(Answer::done("call", call.map_err(not_found)?))
}

async fn hangup(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let call = name(&body, "call")?;
    sim.update(|switch| {
        // A caller at an agent's browser is a call of both.
        match switch.center.hangup(unix_ms(), call) {
            Err(_) if switch.calls.hang_up(&mut switch.hub, call) => Ok(()),
            done => done,
        }
    })
    .map_err(not_found)?;
    Ok(Answer::done("call", call))
}

async fn event(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    name(&body, "eventChannel")?;
    let delivered = sim.update(|switch| switch.publish(&body));
    Ok(Answer::done("delivered", delivered as u64))
}

async fn send(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    if matches!(target, Target::All) {
        return Err(Answer::bad("\"login\" or \"conn\" is missing"));
    }
    let text = required(&body, "text")?.to_owned();
    let frame = match body.get("binary") {
        Some(Json::Bool(true)) => Frame::Binary(text.into_bytes()),
        _ => Frame::Text(text),
    };
    let delivered = sim.update(|switch| switch.hub.send(&target, &frame));
    Ok(Answer::done("delivered", delivered as u64))
}

async fn load(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let agents = number(&body, "agents", MOST_AGENTS)?
        .ok_or_else(|| Answer::bad("\"agents\" is missing"))?;
    let rate = match body.get("eventsPerSecond") {
        None => 2.0,
        Some(Json::Number(rate)) if (0.0..=MOST_EVENTS_PER_SECOND).contains(rate) => *rate,
        Some(_) => {
            let message =
                format!("\"eventsPerSecond\" must be a number from 0 to {MOST_EVENTS_PER_SECOND}");
            return Err(Answer::bad(message));
        }
    };
    sim.set_load(agents, rate).await;
    Ok(Answer::done("agents", agents))
}

async fn reset(State(sim): State<Arc<Sim>>) -> Answer {
    sim.update(|switch| {
        switch.load = None;
        switch.center.reset(unix_ms());
        switch.tokens.clear();
        switch.faults.clear();
        switch.phones.reset();
        switch.calls.reset(&mut switch.hub);
    });
    sim.recorder.clear();
    Answer::Ok(Json::object().with("code", 200))
}

fn not_found(message: String) -> Answer {
    Answer::Error(StatusCode::NOT_FOUND, message)
}

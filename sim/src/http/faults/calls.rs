//! Faults of calls.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;

use super::parts::{limit, ok, too_many};
use crate::calls::Habits;
use crate::faults::{Missing, Reattached};
use crate::http::answer::{Answer, Result};
use crate::http::body::{choice, flag, number, read_object, required, target};
use crate::json::Json;
use crate::limits::{LONGEST_MEDIA_DELAY_MS, LONGEST_MODIFY_MS};
use crate::media::{Impairment, Lost, Way};
use crate::sim::Sim;

/// What can be left without an answer.
const METHODS: [&str; 6] = [
    "verto.invite",
    "verto.answer",
    "verto.attach",
    "verto.bye",
    "verto.modify",
    "verto.info",
];

pub(super) async fn media(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let impairment = Impairment {
        inbound: way(&body, "in")?,
        outbound: way(&body, "out")?,
    };
    sim.update(|switch| switch.faults.calls.impair(target, impairment))
        .map_err(too_many)?;
    Ok(ok())
}

fn way(body: &Json, key: &str) -> Result<Way> {
    let Some(way) = body.get(key) else {
        return Ok(Way::default());
    };
    if !matches!(way, Json::Object(_)) {
        return Err(Answer::bad(format!("\"{key}\" must be an object")));
    }
    Ok(Way {
        loss_percent: number(way, "lossPercent", 100)?.unwrap_or(0) as u8,
        delay: Duration::from_millis(number(way, "delayMs", LONGEST_MEDIA_DELAY_MS)?.unwrap_or(0)),
        stopped: flag(way, "stopped")?.unwrap_or(false),
    })
}

/// What a change of the network loses, by its words in the control API.
const LOST: [(&str, Lost); 2] = [("all", Lost::All), ("sound", Lost::Sound)];

pub(super) async fn network(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let lost = choice(&body, "what", &LOST)?.unwrap_or(Lost::All);
    let changed = sim.update(|switch| {
        let whose = |conn, login: &str| target.matches(conn, Some(login));
        switch.calls.change_network(whose, lost)
    });
    Ok(Answer::done("changed", changed as u64))
}

pub(super) async fn detach_twice(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let (target, limit) = (target(&body)?, limit(&body)?);
    sim.update(|switch| switch.faults.calls.detach_twice(target, limit))
        .map_err(too_many)?;
    Ok(ok())
}

pub(super) async fn unanswered(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let (target, limit) = (target(&body)?, limit(&body)?);
    let method = required(&body, "method")?;
    if !METHODS.contains(&method) {
        let message = format!("\"method\" must be one of {}", METHODS.join(", "));
        return Err(Answer::bad(message));
    }
    let missing = choice(&body, "missing", &Missing::NAMES)?.unwrap_or(Missing::Reply);
    sim.update(|switch| {
        let faults = &mut switch.faults.calls;
        faults.leave_unanswered(method, missing, target, limit)
    })
    .map_err(too_many)?;
    Ok(ok())
}

pub(super) async fn call_frames(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let given = |key| flag(&body, key).map(|given| given == Some(true));
    let (late_reply, habits) = (
        given("lateReply")?,
        Habits {
            media_twice: given("mediaTwice")?,
            answer_without_sdp: given("answerWithoutSdp")?,
            assume_connected: given("assumeConnected")?,
        },
    );
    sim.update(|switch| {
        switch.faults.calls.late_reply = late_reply;
        switch.faults.calls.habits = habits;
    });
    Ok(ok())
}

pub(super) async fn reattached(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    required(&body, "form")?;
    let form = choice(&body, "form", &Reattached::NAMES)?.unwrap_or_default();
    sim.update(|switch| switch.faults.calls.reattached = form);
    Ok(ok())
}

pub(super) async fn slow_modify(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let ms = number(&body, "ms", LONGEST_MODIFY_MS)?;
    let ms = ms.ok_or_else(|| Answer::bad("\"ms\" is missing"))?;
    sim.update(|switch| switch.faults.calls.slow_modify = Duration::from_millis(ms));
    Ok(ok())
}

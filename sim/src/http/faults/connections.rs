//! Faults of whole connections: dropped, punted, frozen, refused, or all lost in a restart.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;

use super::parts::{in_ms, limit, ok};
use crate::clock::unix_ms;
use crate::faults::{Freeze, Refuse};
use crate::http::answer::{Answer, Result};
use crate::http::body::{choice, flag, number, read_object, target};
use crate::hub::Ending;
use crate::json::Json;
use crate::limits::LONGEST_MS;
use crate::sim::Sim;

/// Closes connections.
pub async fn drop_connections(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let ending = match (body.get("code"), body.get_u64("code")) {
        (None, _) if body.get("inFrame") == Some(&Json::Bool(true)) => Ending::CutInFrame,
        (None, _) => Ending::Cut,
        (_, Some(code @ (1000..=1003 | 1007..=1014 | 3000..=4999))) => Ending::Close(code as u16),
        _ => {
            return Err(Answer::bad(
                "\"code\" must be a close code that can be sent",
            ));
        }
    };
    let dropped = sim.update(|switch| switch.hub.end(&target, ending));
    Ok(Answer::done("dropped", dropped as u64))
}

pub(super) async fn punt(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let punted = sim.update(|switch| {
        let matching = switch.hub.matching(&target);
        for conn in &matching {
            switch.hub.punt(*conn);
        }
        matching.len()
    });
    Ok(Answer::done("punted", punted as u64))
}

pub(super) async fn freeze(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let what = choice(&body, "what", &Freeze::NAMES)?.unwrap_or(Freeze::All);
    let until = number(&body, "ms", LONGEST_MS)?.map(in_ms);
    let frozen = sim.update(|switch| {
        let matching = switch.hub.matching(&target);
        for conn in &matching {
            let client = switch.hub.client(*conn);
            let login = client.and_then(|client| client.login.clone());
            switch.faults.freeze(*conn, login, what, until);
        }
        matching.len()
    });
    Ok(Answer::done("frozen", frozen as u64))
}

pub(super) async fn thaw(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let thawed = sim.update(|switch| switch.faults.thaw(&target));
    Ok(Answer::done("thawed", thawed as u64))
}

pub(super) async fn refuse(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let how = choice(&body, "how", &Refuse::NAMES)?.unwrap_or(Refuse::Http);
    let limit = limit(&body)?;
    sim.update(|switch| switch.faults.refuse(how, limit));
    Ok(ok())
}

pub(super) async fn restart(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let back = in_ms(number(&body, "downMs", LONGEST_MS)?.unwrap_or(1000));
    let forget = flag(&body, "forget")?;
    let dropped = sim.update(|switch| {
        switch.calls.clear();
        let dropped = switch.hub.restart();
        switch.faults.go_down(back);
        if forget == Some(true) {
            switch.tokens.clear();
            switch.load = None;
            switch.center.reset(unix_ms());
        }
        dropped
    });
    Ok(Answer::done("dropped", dropped as u64))
}

//! Faults in what the server answers: logins, tokens, subscriptions and pings.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;

use super::parts::{limit, ok, too_many};
use crate::auth::{AUTH_FAILED, Owner};
use crate::faults::{LoginRefusal, Ping};
use crate::http::answer::{Answer, Result};
use crate::http::body::{choice, flag, name, read_object, required, target};
use crate::json::Json;
use crate::limits::LONGEST_NAME;
use crate::sim::Sim;

pub(super) async fn login(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let code = match body.get("code") {
        None => AUTH_FAILED,
        Some(Json::Number(code)) if code.fract() == 0.0 && is_i32(*code) => *code as i32,
        Some(_) => {
            let (least, most) = (i32::MIN, i32::MAX);
            let message = format!("\"code\" must be a whole number from {least} to {most}");
            return Err(Answer::bad(message));
        }
    };
    let message = match body.get("message") {
        None => "Authentication Failure",
        Some(_) => name(&body, "message")?,
    };
    let refusal = LoginRefusal {
        code,
        message: message.to_owned(),
        close: flag(&body, "close")? == Some(true),
        target: target(&body)?,
        limit: limit(&body)?,
    };
    sim.update(|switch| switch.faults.refuse_logins(refusal));
    Ok(ok())
}

pub(super) async fn expire_tokens(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let given = |key| match body.get(key) {
        Some(_) => required(&body, key).map(Some),
        None => Ok(None),
    };
    let (token, login) = (given("token")?, given("login")?);
    let number = login.map(|login| login.split_once('@').map_or(login, |(number, _)| number));
    let owner = number.map(|number| Owner::User(number.to_owned()));
    let expired = sim.update(|switch| {
        switch.tokens.expire(|issued, of| {
            token.is_none_or(|token| token == issued)
                && owner.as_ref().is_none_or(|owner| owner == of)
        })
    });
    if token.is_some() && expired == 0 {
        let message = "the HTTP API has issued no such token".into();
        return Err(Answer::Error(StatusCode::NOT_FOUND, message));
    }
    Ok(Answer::done("expired", expired as u64))
}

pub(super) async fn channels(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let mistake = || {
        let message =
            format!("\"channels\" must be an array of strings of at most {LONGEST_NAME} bytes");
        Answer::bad(message)
    };
    let Some(Json::Array(items)) = body.get("channels") else {
        return Err(mistake());
    };
    let channels = items.iter().map(|item| match item {
        Json::String(channel) if channel.len() <= LONGEST_NAME => Ok(channel.as_str()),
        _ => Err(mistake()),
    });
    let channels = channels.collect::<Result<Vec<&str>>>()?;
    sim.update(|switch| {
        let faults = &mut switch.faults;
        channels
            .iter()
            .try_for_each(|channel| faults.refuse_channel(channel))
    })
    .map_err(too_many)?;
    Ok(ok())
}

pub(super) async fn ping(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    required(&body, "answer")?;
    let answer = choice(&body, "answer", &Ping::NAMES)?.unwrap_or(Ping::Normal);
    sim.update(|switch| switch.faults.set_ping(target, answer))
        .map_err(too_many)?;
    Ok(ok())
}

fn is_i32(number: f64) -> bool {
    (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number)
}

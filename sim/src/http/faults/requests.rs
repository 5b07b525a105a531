//! Faults in what the server answers: logins, tokens, subscriptions and pings.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;

use super::parts::{limit, ok};
use crate::auth::{AUTH_FAILED, Owner};
use crate::faults::{LoginRefusal, Ping};
use crate::http::answer::{Answer, Result};
use crate::http::body::{choice, flag, read_object, required, target};
use crate::json::Json;
use crate::sim::Sim;

pub(super) async fn login(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let code = match body.get("code") {
        None => AUTH_FAILED,
        Some(Json::Number(code)) => *code as i32,
        Some(_) => return Err(Answer::bad("\"code\" must be a number")),
    };
    let message = match body.get("message") {
        None => "Authentication Failure",
        Some(_) => required(&body, "message")?,
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
    let mistake = || Answer::bad("\"channels\" must be an array of strings");
    let Some(Json::Array(items)) = body.get("channels") else {
        return Err(mistake());
    };
    let channels = items.iter().map(|item| match item {
        Json::String(channel) => Ok(channel.as_str()),
        _ => Err(mistake()),
    });
    let channels = channels.collect::<Result<Vec<&str>>>()?;
    sim.update(|switch| {
        for channel in &channels {
            switch.faults.refuse_channel(channel);
        }
    });
    Ok(ok())
}

pub(super) async fn ping(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    required(&body, "answer")?;
    let answer = choice(&body, "answer", &Ping::NAMES)?.unwrap_or(Ping::Normal);
    sim.update(|switch| switch.faults.set_ping(target, answer));
    Ok(ok())
}

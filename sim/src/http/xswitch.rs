//! XSwitch's HTTP API, as far as call-centre pages need it: tokens and agent states.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde::Deserialize;

use super::answer::{Answer, Result};
use super::body::{read_object, required};
use crate::auth::Owner;
use crate::clock::unix_ms;
use crate::json::Json;
use crate::limits::MOST_TOKENS;
use crate::sim::Sim;

/// The routes below `/api`.
pub fn routes() -> Router<Arc<Sim>> {
    Router::new()
        .route("/api/sessions", post(sessions))
        .route("/api/xcc/sessions/auth", post(developer_auth))
        .route("/api/xcc/sessions/getExtnToken", post(extension_token))
        .route("/api/cc/agent_state", get(agent_state))
        .route("/api/cc/queue_state", get(queue_state))
}

/// Gives a user's token for the user's name and password.
async fn sessions(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let (login, password) = (required(&body, "login")?, required(&body, "password")?);
    sim.update(|switch| {
        let number = match login.split_once('@') {
            Some((number, domain)) if domain == switch.config.domain => number,
            _ => login,
        };
        let position = switch
            .config
            .users
            .iter()
            .position(|user| user.login == number && user.password == password);
        let Some(position) = position else {
            let message = "wrong login or password";
            return Err(Answer::Error(StatusCode::UNAUTHORIZED, message.into()));
        };
        let now = unix_ms();
        let expires = now.saturating_add(switch.config.token_lifetime.saturating_mul(1000));
        let token = switch
            .tokens
            .issue(Owner::User(number.to_owned()), Some(expires), now)
            .ok_or_else(too_many_tokens)?;
        Ok(Answer::Ok(
            Json::object()
                .with("code", 200)
                .with("expires", expires / 1000)
                .with("currentAuthority", "user")
                .with("user_id", (position as u64).saturating_add(1))
                .with("extn", number)
                .with("token", token),
        ))
    })
}

/// Gives a token for a developer key. With it the token of any extension can be had.
async fn developer_auth(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let key = required(&body, "dev_key")?;
    sim.update(|switch| {
        let Some(position) = switch.config.dev_keys.iter().position(|known| known == key) else {
            return Err(Answer::Error(
                StatusCode::UNAUTHORIZED,
                "wrong dev_key".into(),
            ));
        };
        let token = switch
            .tokens
            .issue(Owner::Developer, None, unix_ms())
            .ok_or_else(too_many_tokens)?;
        Ok(Answer::Ok(
            Json::object()
                .with("code", 200)
                .with("user_id", position.saturating_add(1).to_string())
                .with("expires", 0)
                .with("sip_port", "25060")
                .with("token", token),
        ))
    })
}

/// Gives the token of an extension for the token of its user or of a developer.
async fn extension_token(
    State(sim): State<Arc<Sim>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer> {
    let body = read_object(&body)?;
    let extn = required(&body, "extn")?;
    let token = headers.get("token").and_then(|token| token.to_str().ok());
    sim.update(|switch| {
        let now = unix_ms();
        let owner = token.and_then(|token| {
            let fixed = switch
                .config
                .users
                .iter()
                .find(|user| user.tokens.iter().any(|known| known == token));
            match fixed {
                Some(user) => Some(Owner::User(user.login.clone())),
                None => switch.tokens.owner(token, now).cloned(),
            }
        });
        match owner {
            None => {
                let message = "the header \"token\" holds no valid token";
                return Err(Answer::Error(StatusCode::UNAUTHORIZED, message.into()));
            }
            Some(Owner::User(own)) if own != extn => {
                let message = format!("the token of {own} gives none for extension {extn}");
                return Err(Answer::Error(StatusCode::FORBIDDEN, message));
            }
            Some(_) => {}
        }
        let users = &switch.config.users;
        let Some(position) = users.iter().position(|user| user.login == extn) else {
            let message = format!("extension {extn} not found");
            return Err(Answer::Error(StatusCode::NOT_FOUND, message));
        };
        let expires = now.saturating_add(switch.config.token_lifetime.saturating_mul(1000));
        let token = switch
            .tokens
            .issue(Owner::User(extn.to_owned()), Some(expires), now)
            .ok_or_else(too_many_tokens)?;
        Ok(Answer::Ok(
            Json::object()
                .with("extn_id", position.saturating_add(1).to_string())
                .with("token", token)
                .with("domain", switch.config.domain.as_str()),
        ))
    })
}

/// Lists the queues. XSwitch's own documents have no such list; it is the simulator's.
async fn queue_state(State(sim): State<Arc<Sim>>) -> Answer {
    Answer::Ok(sim.update(|switch| switch.center.queues(unix_ms()).into()))
}

#[derive(Deserialize)]
struct AgentStateQuery {
    queue: Option<String>,
}

/// Lists the agents, or those who may sign in to one queue.
async fn agent_state(State(sim): State<Arc<Sim>>, Query(query): Query<AgentStateQuery>) -> Answer {
    Answer::Ok(sim.update(|switch| {
        let center = &switch.center;
        match &query.queue {
            Some(queue) => center.agents_in(queue).into(),
            None => center.agents().into(),
        }
    }))
}

fn too_many_tokens() -> Answer {
    let message = format!(
        "{MOST_TOKENS} tokens are valid, and there can be no more; POST /sim/reset forgets them"
    );
    Answer::Error(StatusCode::TOO_MANY_REQUESTS, message)
}

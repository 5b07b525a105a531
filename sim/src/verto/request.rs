//! The work on one frame of a client: who asks, and in which forms a method can answer.

use std::time::Duration;

use crate::config::User;
use crate::hub::{ConnId, Ending};
use crate::json::Json;
use crate::switch::Switch;

/// `error.code` of something that isn't a request.
const INVALID_REQUEST: i32 = -32600;
/// `error.code` of an unknown or forbidden method.
const NO_METHOD: i32 = -32601;
/// `error.code` of a command that the user may not give.
const DENIED: i32 = -32602;
/// `code` of requests that make no sense now.
pub(super) const REFUSED: i32 = -32002;

/// What a frame of a client leads to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The frame to answer with.
    pub reply: Option<String>,
    /// How long the work takes. The connection does nothing else meanwhile.
    pub pause: Duration,
    /// Whether the reply waits until the first frame that a call causes has been written.
    pub late_reply: bool,
    /// How the connection ends after the reply, if it does.
    pub ending: Option<Ending>,
}

/// What a method answers: the `result` or the `error` of the reply.
pub(super) type MethodResult = Result<Json, Json>;

/// The work on one frame.
pub(super) struct Request<'a> {
    /// The switch.
    pub switch: &'a mut Switch,
    /// Who asks.
    pub conn: ConnId,
    /// The time in Unix milliseconds.
    pub now: u64,
    /// How many events the bursts of this frame have caused so far.
    pub burst: u64,
    /// The `params` as they are echoed, where the method has changed them.
    pub told_params: Option<Json>,
    /// What the frame has led to so far.
    pub outcome: Outcome,
}

impl Request<'_> {
    /// The user who asks, once logged in.
    pub fn user(&self) -> Option<&User> {
        let client = self.switch.hub.client(self.conn)?;
        self.switch.config.user(client.user.as_ref()?)
    }

    /// The login of the user who asks.
    pub fn login_name(&self) -> String {
        let client = self.switch.hub.client(self.conn);
        client
            .and_then(|client| client.login.clone())
            .unwrap_or_default()
    }

    pub(super) fn sessid(&self) -> Option<&str> {
        let client = self.switch.hub.client(self.conn)?;
        client.login.as_ref().and(client.sessid.as_deref())
    }

    pub(super) fn expires(&self) -> Option<u64> {
        self.switch.hub.client(self.conn)?.expires
    }
}

pub(super) fn reply(id: Json, answer: MethodResult) -> Json {
    let reply = Json::object().with("jsonrpc", "2.0").with("id", id);
    match answer {
        Ok(result) => reply.with("result", result),
        Err(error) => reply.with("error", error),
    }
}

pub(super) fn invalid(message: &str, id: Json) -> Json {
    Json::object()
        .with("jsonrpc", "2.0")
        .with("error", refused((INVALID_REQUEST, message)))
        .with("id", id)
}

pub(super) fn refused((code, message): (i32, &str)) -> Json {
    Json::object().with("code", code).with("message", message)
}

pub(super) fn no_method() -> Json {
    refused((
        NO_METHOD,
        "Invalid Method, Missing Method or Permission Denied",
    ))
}

/// The error of a command that the user may not give, or that doesn't exist.
pub(super) fn denied() -> Json {
    refused((DENIED, "Permission Denied"))
}

/// The error of a request without `params`, where there must be some.
pub(super) fn params_missing() -> Json {
    Json::object()
        .with("message", "Params data missing")
        .with("code", REFUSED)
}

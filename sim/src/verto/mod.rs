//! The requests of the Verto protocol: one frame in, at most one frame out.
//!
//! [`handle`] reads a frame, and `Request::dispatch` lists the methods. Each family of methods
//! has a file of its own, which extends `Request`.

mod call;
mod channels;
mod chat;
mod jsapi;
mod login;
mod request;

use tokio::time::Instant;
use tracing::error;

use crate::config::SessidBinding;
use crate::faults::{Missing, Ping};
use crate::hub::{ConnId, Ending};
use crate::json::Json;
use crate::switch::Switch;
pub use request::Outcome;
use request::{MethodResult, Request, denied, invalid, no_method, params_missing, refused, reply};

/// Handles a frame that isn't part of the speed test.
pub fn handle(switch: &mut Switch, conn: ConnId, text: &str, now: u64) -> Outcome {
    if switch.hub.client(conn).is_none() {
        // Another connection has just taken this session over. What this one still says must not
        // take the session back.
        return Outcome::default();
    }
    let mut request = Request {
        switch,
        conn,
        now,
        burst: 0,
        told_params: None,
        outcome: Outcome::default(),
    };
    let reply = match Json::parse(text) {
        Some(Json::Array(items)) => {
            let replies = items.iter().filter_map(|item| request.handle(item));
            Some(Json::Array(replies.collect()))
        }
        Some(item) => request.handle(&item).map(|mut reply| {
            // Only the reply to a single request says whose session it is.
            if let Some(sessid) = request.sessid() {
                add_sessid(&mut reply, sessid);
            }
            reply
        }),
        None => Some(invalid("Invalid Request", Json::Null)),
    };
    let mut outcome = request.outcome;
    outcome.reply = reply.map(|reply| reply.to_string());
    outcome
}

impl Request<'_> {
    fn handle(&mut self, item: &Json) -> Option<Json> {
        let id = item.get("id").cloned().unwrap_or(Json::Null);
        let params = item.get("params");
        if self.switch.config.sessid_binding == SessidBinding::FirstFrame {
            self.bind(params);
        }
        if item.get_str("jsonrpc") != Some("2.0") {
            return Some(invalid("Invalid message", id));
        }
        if item.get("result").is_some() {
            // The client replies to a request of the server's, such as verto.ping. Nobody waits
            // for that reply.
            return None;
        }
        let method = item.get_str("method").unwrap_or_default();
        if method == "login"
            && let Some(refusal) = self.refused_login(params)
        {
            return Some(reply(id, Err(refusal)));
        }
        if self.user().is_none()
            && let Err(refusal) = self.log_in(params)
        {
            return Some(reply(id, Err(refused(refusal))));
        }
        if method == "verto.ping" {
            let login = self.login_name();
            match self.switch.faults.ping(self.conn, Some(&login)) {
                Ping::Normal => {}
                Ping::Unanswered => return None,
                Ping::Unknown => return Some(reply(id, Err(no_method()))),
            }
        }
        let missing = self.missing(method);
        if missing == Some(Missing::Request) {
            return None;
        }
        let mut answer = self.dispatch(method, params);
        if missing == Some(Missing::Reply) {
            return None;
        }
        if let Ok(result) = &mut answer {
            let params = self.told_params.as_ref().or(params);
            echo_params(result, params);
            self.told_params = None;
        }
        Some(reply(id, answer))
    }

    fn dispatch(&mut self, method: &str, params: Option<&Json>) -> MethodResult {
        let allowed = method == "login" || self.user().is_some_and(|user| user.may_call(method));
        match method {
            _ if !allowed => Err(no_method()),
            "login" => self.login(params),
            "echo" => params.cloned().ok_or_else(params_missing),
            "verto.ping" => Ok(self.ping()),
            "verto.subscribe" => self.subscribe(params),
            "verto.unsubscribe" => self.unsubscribe(params),
            "verto.broadcast" => Ok(self.broadcast(params)),
            "verto.info" => self.info(params),
            "verto.invite" | "verto.answer" | "verto.attach" | "verto.bye" | "verto.modify" => {
                self.call(method, params)
            }
            "jsapi" => match params {
                Some(params) => jsapi::call(self, params),
                None => {
                    error!(
                        conn = self.conn,
                        "jsapi without params: this crashes a real server"
                    );
                    self.outcome.ending = Some(Ending::Cut);
                    Err(denied())
                }
            },
            "fsapi" => jsapi::fsapi(self, params),
            _ => Err(no_method()),
        }
    }

    /// What of a request and its reply is lost on purpose.
    fn missing(&mut self, method: &str) -> Option<Missing> {
        let login = self.login_name();
        let faults = &mut self.switch.faults.calls;
        faults.missing(self.conn, &login, method, Instant::now())
    }

    fn ping(&self) -> Json {
        let mut result = Json::object();
        if let Some(expires) = self.expires() {
            result.push("auth-expires", expires);
        }
        result.with("message", "PONG")
    }
}

/// Adds `requestParams` to a result if the request asks for it by `echoParams`.
fn echo_params(result: &mut Json, params: Option<&Json>) {
    let Some(params) = params else { return };
    match params.get("echoParams") {
        None => {}
        Some(Json::Bool(true)) => result.push("requestParams", params.clone()),
        Some(wanted) => result.push("requestParams", wanted.clone()),
    }
}

fn add_sessid(reply: &mut Json, sessid: &str) {
    let Json::Object(members) = reply else { return };
    for (key, value) in members {
        match value {
            Json::Object(_) if key == "result" => value.push("sessid", sessid),
            // mod_verto appends the sessid to whatever the result is, an array too.
            Json::Array(items) if key == "result" => items.push(Json::from(sessid)),
            _ => {}
        }
    }
}

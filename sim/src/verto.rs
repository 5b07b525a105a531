//! The requests of the Verto protocol: one frame in, at most one frame out.

use std::time::Duration;

use tokio::time::Instant;
use tracing::error;
use uuid::Uuid;

use crate::auth;
use crate::calls;
use crate::config::{SessidBinding, User};
use crate::faults::Ping;
use crate::hub::{ConnId, Ending};
use crate::jsapi;
use crate::json::Json;
use crate::switch::Switch;

/// `error.code` of something that isn't a request.
const INVALID_REQUEST: i32 = -32600;
/// `error.code` of an unknown or forbidden method.
const NO_METHOD: i32 = -32601;
/// `error.code` of a command that the user may not give.
const DENIED: i32 = -32602;
/// `code` of requests that make no sense now.
const REFUSED: i32 = -32002;

/// What a frame of a client leads to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The frame to answer with.
    pub reply: Option<String>,
    /// How long the work takes, during which the connection does nothing else.
    pub pause: Duration,
    /// Whether the connection ends, after the reply.
    pub ending: Option<Ending>,
}

/// What a method answers: a result or an error, in whatever form.
pub type Answer = Result<Json, Json>;

/// Handles a frame that isn't part of the speed test.
pub fn handle(switch: &mut Switch, conn: ConnId, text: &str, now: u64) -> Outcome {
    if switch.hub.client(conn).is_none() {
        // Taken over a moment ago: what it still says must not take the session back.
        return Outcome::default();
    }
    let mut request = Request {
        switch,
        conn,
        now,
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

/// The work on one frame.
pub struct Request<'a> {
    /// The switch.
    pub switch: &'a mut Switch,
    /// Who asks.
    pub conn: ConnId,
    /// The time in Unix milliseconds.
    pub now: u64,
    /// What comes of it.
    pub outcome: Outcome,
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
            // A reply to a request of ours; nobody waits for it.
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
        let mut answer = self.dispatch(method, params);
        if let Ok(result) = &mut answer {
            echo_params(result, params);
        }
        Some(reply(id, answer))
    }

    fn dispatch(&mut self, method: &str, params: Option<&Json>) -> Answer {
        let allowed = method == "login" || self.user().is_some_and(|user| user.may_call(method));
        match method {
            _ if !allowed => Err(no_method()),
            "login" => self.login(params),
            "echo" => params.cloned().ok_or_else(|| {
                Json::object()
                    .with("message", "Params data missing")
                    .with("code", REFUSED)
            }),
            "verto.ping" => Ok(self.ping()),
            "verto.subscribe" => self.subscribe(params),
            "verto.unsubscribe" => self.unsubscribe(params),
            "verto.broadcast" => Ok(self.broadcast(params)),
            "verto.info" => self.info(params),
            "verto.invite" => {
                let switch = &mut *self.switch;
                let socket = calls::socket(&switch.hub, self.conn).ok_or_else(no_method)?;
                switch.calls.invited(&mut switch.hub, socket, params)
            }
            "verto.answer" => self.switch.calls.answered(&mut self.switch.hub, params),
            "verto.attach" => self.switch.calls.attached(&mut self.switch.hub, params),
            "verto.bye" => self.switch.calls.bye(&mut self.switch.hub, params),
            "verto.modify" => {
                let (answer, pause) = self.switch.calls.modify(&mut self.switch.hub, params);
                self.outcome.pause = pause;
                answer
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

    fn sessid(&self) -> Option<&str> {
        let client = self.switch.hub.client(self.conn)?;
        client.login.as_ref().and(client.sessid.as_deref())
    }

    /// Fixes the session id if none is fixed yet.
    fn bind(&mut self, params: Option<&Json>) {
        if let Some(client) = self.switch.hub.client_mut(self.conn) {
            client.sessid.get_or_insert_with(|| {
                params
                    .and_then(|params| params.get_str("sessid"))
                    .filter(|sessid| !sessid.is_empty())
                    .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
            });
        }
    }

    /// A login that is refused on purpose.
    fn refused_login(&mut self, params: Option<&Json>) -> Option<Json> {
        let login = params.and_then(|params| params.get_str("login"));
        let login = login.unwrap_or_default();
        let now = Instant::now();
        let refusal = self.switch.faults.refuses_login(self.conn, login, now)?;
        if refusal.close {
            self.outcome.ending = Some(Ending::Close(1000));
        }
        Some(refused((refusal.code, &refusal.message)))
    }

    /// Checks the credentials in `params` and makes this the user of the connection.
    fn identify(&mut self, params: Option<&Json>) -> Result<(), auth::Refusal> {
        let switch = &mut *self.switch;
        let user = auth::check(&switch.config, &switch.tokens, params, self.now)?;
        if let Some(client) = switch.hub.client_mut(self.conn) {
            client.user = Some(user.login.clone());
            client.login = Some(format!("{}@{}", user.login, switch.config.domain));
            client.expires = user.login_expires.map(|seconds| self.now / 1000 + seconds);
        }
        Ok(())
    }

    /// The first login of a connection, by whatever method.
    fn log_in(&mut self, params: Option<&Json>) -> Result<(), auth::Refusal> {
        self.identify(params)?;
        self.bind(params);
        let login = self.login_name();
        let sessid = self.sessid().unwrap_or_default().to_owned();
        let hub = &mut self.switch.hub;
        let taken = hub.take_session(self.conn, &login, &sessid);
        let Ok(punted) = taken else {
            if let Some(client) = hub.client_mut(self.conn) {
                client.login = None;
                client.user = None;
            }
            self.outcome.ending = Some(Ending::Close(1000));
            return Err((auth::AUTH_FAILED, "Session in use"));
        };
        let calls = &mut self.switch.calls;
        if let Some(punted) = punted {
            calls.lost(hub, punted);
        }
        let socket = calls::socket(hub, self.conn);
        let calls = socket.map_or_else(Vec::new, |socket| calls.reattach(hub, &socket));
        let ready = Json::object().with("reattached_sessions", calls);
        hub.send_request(self.conn, "verto.clientReady", ready);
        Ok(())
    }

    fn login(&mut self, params: Option<&Json>) -> Answer {
        self.identify(params).map_err(refused)?;
        let mut result = Json::object().with("message", "logged in");
        if self.user().is_some_and(|user| user.moderator) {
            result.push("moderator", true);
        }
        if let Some(expires) = self.expires() {
            result.push("auth-expires", expires);
        }
        Ok(result)
    }

    fn expires(&self) -> Option<u64> {
        self.switch.hub.client(self.conn)?.expires
    }

    fn ping(&self) -> Json {
        let mut result = Json::object();
        if let Some(expires) = self.expires() {
            result.push("auth-expires", expires);
        }
        result.with("message", "PONG")
    }

    fn subscribe(&mut self, params: Option<&Json>) -> Answer {
        let (mut subscribed, mut unauthorized, mut already) = (vec![], vec![], vec![]);
        for channel in channels(params) {
            let allowed = self.user().is_some_and(|user| user.may_use(channel))
                && !self.switch.faults.refuses_channel(channel);
            let client = self.switch.hub.client_mut(self.conn);
            if !allowed {
                unauthorized.push(channel);
            } else if client.is_some_and(|client| client.subscribe(channel)) {
                subscribed.push(channel);
            } else {
                already.push(channel);
            }
        }
        let success = !(subscribed.is_empty() && already.is_empty());
        let mut answer = Json::object();
        if success {
            answer.push("subscribedChannels", subscribed);
        }
        push_some(&mut answer, "unauthorizedChannels", unauthorized);
        push_some(&mut answer, "alreadySubscribedChannels", already);
        if success { Ok(answer) } else { Err(answer) }
    }

    fn unsubscribe(&mut self, params: Option<&Json>) -> Answer {
        let Some(client) = self.switch.hub.client_mut(self.conn) else {
            return Ok(Json::object());
        };
        let (unsubscribed, unknown): (Vec<_>, Vec<_>) = channels(params)
            .into_iter()
            .partition(|channel| client.unsubscribe(channel));
        let failed = unsubscribed.is_empty() && !unknown.is_empty();
        let mut answer = Json::object();
        push_some(&mut answer, "unsubscribedChannels", unsubscribed);
        push_some(&mut answer, "notSubscribedChannels", unknown);
        if failed { Err(answer) } else { Ok(answer) }
    }

    /// A refusal is a result, too.
    fn broadcast(&mut self, params: Option<&Json>) -> Json {
        let refused = |why: &str| Json::object().with("message", why).with("code", REFUSED);
        let Some(params) = params else {
            return refused("eventChannel not specified.");
        };
        let Some(channel) = params.get_str("eventChannel") else {
            return refused("eventChannel not specified.");
        };
        if !self.user().is_some_and(|user| user.may_use(channel)) {
            return refused("Permission Denied.");
        }
        // Without this flag a broadcast goes to other servers only.
        if params.get("localBroadcast") == Some(&Json::Bool(true)) {
            let event = params
                .clone()
                .with("userid", self.login_name())
                .with("sessid", self.sessid().unwrap_or_default());
            self.switch.hub.deliver(channel, &event);
        }
        Json::object()
    }

    /// What belongs to a call, or chat. What is neither, or is about an unknown call, is no error.
    fn info(&mut self, params: Option<&Json>) -> Answer {
        let Some(params) = params else {
            return Err(Json::object()
                .with("message", "Params data missing")
                .with("code", REFUSED));
        };
        let Some(message) = params.get("msg") else {
            let answer = self.switch.calls.info(&mut self.switch.hub, params);
            return Ok(answer.unwrap_or_else(Json::object));
        };
        let (Some(to), Some(body)) = (message.get_str("to"), message.get_str("body")) else {
            return Err(
                Json::object().with("message", "INVALID MESSAGE to and body params required")
            );
        };
        let from = self.login_name();
        self.switch.hub.message(&from, to, body);
        Ok(Json::object().with("message", "SENT"))
    }
}

/// The channels that a request names, as one string or as an array.
fn channels(params: Option<&Json>) -> Vec<&str> {
    match params.and_then(|params| params.get("eventChannel")) {
        Some(Json::String(channel)) => vec![channel],
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(|item| match item {
                Json::String(channel) => Some(channel.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn push_some(object: &mut Json, key: &str, channels: Vec<&str>) {
    if !channels.is_empty() {
        object.push(key, channels);
    }
}

/// Gives the client back what it asked to have echoed.
fn echo_params(result: &mut Json, params: Option<&Json>) {
    let Some(params) = params else { return };
    match params.get("echoParams") {
        None | Some(Json::Null | Json::Bool(false)) => {}
        Some(Json::Bool(true)) => result.push("requestParams", params.clone()),
        Some(wanted) => result.push("requestParams", wanted.clone()),
    }
}

fn add_sessid(reply: &mut Json, sessid: &str) {
    let Json::Object(members) = reply else { return };
    for (key, value) in members {
        match value {
            Json::Object(_) if key == "result" => value.push("sessid", sessid),
            // mod_verto doesn't look what the result is.
            Json::Array(items) if key == "result" => items.push(Json::from(sessid)),
            _ => {}
        }
    }
}

fn reply(id: Json, answer: Answer) -> Json {
    let reply = Json::object().with("jsonrpc", "2.0").with("id", id);
    match answer {
        Ok(result) => reply.with("result", result),
        Err(error) => reply.with("error", error),
    }
}

fn invalid(message: &str, id: Json) -> Json {
    Json::object()
        .with("jsonrpc", "2.0")
        .with("error", refused((INVALID_REQUEST, message)))
        .with("id", id)
}

fn refused((code, message): (i32, &str)) -> Json {
    Json::object().with("code", code).with("message", message)
}

fn no_method() -> Json {
    refused((
        NO_METHOD,
        "Invalid Method, Missing Method or Permission Denied",
    ))
}

/// The error of a command that the user may not give, or that doesn't exist.
pub fn denied() -> Json {
    refused((DENIED, "Permission Denied"))
}

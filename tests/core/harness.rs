//! A session with a scripted server and page around it.
//!
//! After each input everything that the session wants is taken out. What it did to the
//! socket ([`Harness::did`]) and what it told the page ([`Harness::told`]) is shown in one
//! line each, so that a test reads as a list of what happened.

use serde_json::{Value as Tree, json};
use verto_wasm::core::error::{Error, Kind};
use verto_wasm::core::session::{Config, Io, Notice, Request, Session, SocketId, State};
use verto_wasm::core::{CallId, Expect, KeepAlive, Ms};

use crate::alarm::Alarm;
use crate::glue::Glue;
use crate::json::Json;

/// The call that stands for `connect`'s Promise in [`Harness::connect`].
pub const CONNECT: CallId = 9_999;
/// The reply to a login, without the optional `sessid`.
pub const LOGGED_IN: &str = r#"{"message":"logged in"}"#;
/// What the page gives for each login.
pub const CREDENTIALS: &str =
    r#"{"login":"1001@xswitch.cn","passwd":"1234","loginParams":{},"userVariables":{}}"#;

/// The usual options.
pub fn config() -> Config {
    Config {
        url: "wss://a.test/ws".into(),
        fallback_url: None,
        sessid: None,
        keep_alive: None,
        auto_reconnect: true,
        fresh_credentials: false,
        timeout: 10_000,
        jsapi_timeout: 60_000,
    }
}

/// The usual options, with the usual `keepAlive`.
pub fn watched() -> Config {
    Config {
        keep_alive: Some(KeepAlive {
            interval: 10_000,
            max_failed: 2,
        }),
        ..config()
    }
}

/// A session, the time, and what came out of it.
pub struct Harness {
    pub session: Session<Json>,
    /// The wall clock, which a test may set.
    pub now: Ms,
    alarm: Alarm,
    pub glue: Glue,
    /// The newest socket.
    pub socket: SocketId,
    io: Vec<Io>,
    notices: Vec<Notice<Json>>,
    did: usize,
    told: usize,
    sent: usize,
}

impl Harness {
    pub fn new() -> Self {
        Harness {
            session: Session::new(1),
            now: 1_000_000_000_000,
            alarm: Alarm::default(),
            glue: Glue::default(),
            socket: 0,
            io: Vec::new(),
            notices: Vec::new(),
            did: 0,
            told: 0,
            sent: 0,
        }
    }

    /// A session that has logged in; what led there is taken out.
    pub fn ready() -> Self {
        Self::ready_with(config())
    }

    pub fn ready_with(config: Config) -> Self {
        let mut harness = Self::new();
        harness.connect(config);
        harness.log_in();
        harness.forget();
        harness
    }

    /// A session whose server has answered the ping after the login.
    pub fn watching() -> Self {
        let mut harness = Self::ready_with(watched());
        harness.pong();
        harness.forget();
        harness
    }

    /// A session that waits for the next attempt after a lost connection.
    pub fn reconnecting() -> Self {
        let mut harness = Self::ready();
        harness.drop_connection();
        harness.forget();
        harness
    }

    fn drain(&mut self) {
        while let Some(io) = self.session.next_io() {
            if let Io::Open { socket, .. } = &io {
                self.socket = *socket;
            }
            self.io.push(io);
        }
        while let Some(notice) = self.session.next_notice() {
            self.glue.learn(&notice);
            self.notices.push(notice);
        }
        self.alarm.set(self.now, self.session.deadline());
    }

    // What the page does.

    pub fn connect(&mut self, config: Config) {
        self.connect_as(CONNECT, config);
    }

    pub fn connect_as(&mut self, call: CallId, config: Config) {
        self.session.connect(self.now, call, Box::new(config));
        self.drain();
    }

    pub fn logout(&mut self) {
        self.session.logout();
        self.drain();
    }

    /// Calls `echo` with `{"n":call}`.
    pub fn call(&mut self, call: CallId) {
        self.call_with(call, "echo", &json!({ "n": call }), Expect::Result, None);
    }

    pub fn call_with(
        &mut self,
        call: CallId,
        method: &str,
        params: &Tree,
        expect: Expect,
        timeout: Option<Ms>,
    ) {
        let request = Request {
            call,
            method: method.into(),
            params: params.to_string(),
            expect,
            timeout,
        };
        self.session.request(self.now, request);
        self.drain();
    }

    pub fn cancel(&mut self, call: CallId) {
        let error = Error::new(Kind::Aborted, "given up");
        self.session.cancel(call, error);
        self.drain();
    }

    pub fn subscribe(&mut self, channels: &[&str], listener: u32) -> Vec<u32> {
        self.subscribe_with(channels, listener, None, false)
    }

    pub fn subscribe_with(
        &mut self,
        channels: &[&str],
        listener: u32,
        sub_params: Option<&str>,
        local: bool,
    ) -> Vec<u32> {
        let names: Vec<String> = channels.iter().map(|&name| name.into()).collect();
        let sernos = self
            .session
            .subscribe(self.now, &names, listener, sub_params, local);
        self.drain();
        sernos
    }

    pub fn unsubscribe(&mut self, channel: &str, serno: Option<u32>) {
        self.session
            .unsubscribe(self.now, &[channel.into()], &[serno.unwrap_or(0)]);
        self.drain();
    }

    pub fn unsubscribe_all(&mut self) {
        self.session.unsubscribe_all(self.now);
        self.drain();
    }

    /// Runs `page` as the page's `onWSLogin(true)`.
    pub fn in_login_callback(&mut self, page: impl FnOnce(&mut Self)) {
        self.session.login_callback_begins();
        page(self);
        self.session.login_callback_ended();
    }

    pub fn credentials(&mut self, login: Result<String, Error<Json>>) {
        self.session.credentials(self.now, self.socket, login);
        self.drain();
    }

    // What the network and the server do.

    pub fn open(&mut self) {
        self.session.opened(self.now, self.socket);
        self.drain();
    }

    /// From an opened socket to the login that the server has not answered.
    pub fn authenticate(&mut self) {
        self.open();
        self.credentials(Ok(CREDENTIALS.into()));
    }

    pub fn log_in(&mut self) {
        self.authenticate();
        self.reply(1, &serde_json::from_str(LOGGED_IN).unwrap());
    }

    /// The connection breaks, as a dead server shows itself.
    pub fn drop_connection(&mut self) {
        self.session.closed(self.now, self.socket, 1006);
        self.drain();
    }

    /// Goes to the next attempt's time and lets it begin.
    pub fn next_attempt(&mut self) {
        assert_eq!(self.session.state(), State::Reconnecting);
        self.wait(self.session.deadline().unwrap() - self.now);
    }

    /// Goes through the next attempt to the next login.
    pub fn reconnect(&mut self) {
        self.next_attempt();
        self.log_in();
    }

    pub fn frame(&mut self, frame: Tree) {
        self.frame_on(self.socket, frame);
    }

    pub fn frame_on(&mut self, socket: SocketId, frame: Tree) {
        let told = self.glue.frame(&mut self.session, self.now, socket, frame);
        self.notices.extend(told);
        self.drain();
    }

    pub fn reply(&mut self, id: u32, result: &Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    pub fn refuse(&mut self, id: u32, error: &Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": id, "error": error }));
    }

    /// The server's answer to a subscribe request that grants `channels`.
    pub fn grant(&mut self, id: u32, channels: &[&str]) {
        self.reply(id, &json!({ "subscribedChannels": channels }));
    }

    pub fn event(&mut self, channel: &str, subscribed: Option<&str>, serno: Option<u64>) {
        let mut params = json!({ "eventChannel": channel, "eventType": "x", "data": {} });
        if let Some(subscribed) = subscribed {
            params["subscribedChannel"] = subscribed.into();
        }
        if let Some(serno) = serno {
            params["eventSerno"] = serno.into();
        }
        self.request("verto.event", params);
    }

    /// A request of the server's; its counter collides with our ids.
    pub fn request(&mut self, method: &str, params: Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
    }

    /// Answers the newest ping.
    pub fn pong(&mut self) {
        let mut texts = self.texts().into_iter().rev();
        let ping = texts.find(|text| text.contains(r#""method":"verto.ping""#));
        let ping: Tree = serde_json::from_str(ping.expect("no ping was sent")).unwrap();
        self.reply(
            ping["id"].as_u64().unwrap() as u32,
            &json!({ "message": "PONG" }),
        );
    }

    // The time.

    /// What the shell calls on `online`, on resume and when the page is shown.
    pub fn woke(&mut self) {
        self.alarm.stop();
        self.session.woke(self.now);
        self.drain();
    }

    pub fn timer(&mut self) {
        self.session.timer(self.now);
        self.drain();
    }

    /// Lets `ms` pass, with the timer called whenever it rings.
    pub fn wait(&mut self, ms: Ms) {
        self.watch(ms);
    }

    /// Waits as [`Self::wait`] does; returns what was done and when, in ms from now.
    pub fn watch(&mut self, ms: Ms) -> Vec<(Ms, String)> {
        let (start, mut rang) = (self.alarm.clock, 0);
        let mut seen = Vec::new();
        loop {
            let at = self.alarm.clock - start;
            let (passed, rings) = self.alarm.pass(ms - at);
            self.now += passed;
            if !rings {
                return seen;
            }
            rang += 1;
            assert!(rang < 100 + ms / 100, "the timer rings again and again");
            let before = self.io.len();
            self.timer();
            let new = self.io[before..].iter().map(show_io);
            seen.extend(new.map(|one| (at + passed, one)));
        }
    }

    /// The machine sleeps for `ms`: nothing runs, and no timer counts.
    pub fn sleep(&mut self, ms: Ms) {
        self.now += ms;
    }

    // What came of it.

    /// Throws away what hasn't been looked at.
    pub fn forget(&mut self) {
        self.did = self.io.len();
        self.sent = self.io.len();
        self.told = self.notices.len();
    }

    /// What was done since the last look, one line each.
    pub fn did(&mut self) -> Vec<String> {
        let new = self.io[self.did..].iter().map(show_io).collect();
        self.did = self.io.len();
        new
    }

    /// What the page was told since the last look, one line each.
    pub fn told(&mut self) -> Vec<String> {
        let new = self.notices[self.told..].iter().map(show_notice).collect();
        self.told = self.notices.len();
        new
    }

    /// The frames sent since the last look.
    pub fn sent(&mut self) -> Vec<Tree> {
        let new = self.io[self.sent..].iter().filter_map(|io| match io {
            Io::Send { text, .. } => Some(serde_json::from_str(text).unwrap()),
            _ => None,
        });
        let new = new.collect();
        self.sent = self.io.len();
        new
    }

    /// What was sent since the last look, as `id method channels-or-parameters`.
    pub fn sent_short(&mut self) -> Vec<String> {
        self.sent().iter().map(short).collect()
    }

    /// The texts of all frames ever sent, as they were.
    pub fn texts(&self) -> Vec<&str> {
        let texts = self.io.iter().filter_map(|io| match io {
            Io::Send { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// All notices ever told.
    pub fn notices(&self) -> &[Notice<Json>] {
        &self.notices
    }

    /// How `call` ended; it must have ended exactly once.
    pub fn outcome(&self, call: CallId) -> &Result<Json, Error<Json>> {
        let mut outcomes = self.notices.iter().filter_map(|notice| match notice {
            Notice::Settle { call: id, outcome } if *id == call => Some(outcome),
            _ => None,
        });
        let outcome = outcomes.next().expect("the call hasn't ended");
        assert!(outcomes.next().is_none(), "call {call} ended twice");
        outcome
    }

    /// With which error `call` ended.
    pub fn error(&self, call: CallId) -> &Error<Json> {
        self.outcome(call).as_ref().expect_err("the call succeeded")
    }
}

fn short(frame: &Tree) -> String {
    let mut params = frame["params"].clone();
    let id = &frame["id"];
    let Some(method) = frame["method"].as_str() else {
        return format!("{id} answer {}", frame["result"]);
    };
    if let Some(members) = params.as_object_mut() {
        members.shift_remove("sessid");
    }
    match method {
        "login" => format!("{id} login"),
        "verto.subscribe" | "verto.unsubscribe" if params.get("subParams").is_none() => {
            format!("{id} {method} {}", params["eventChannel"])
        }
        _ => format!("{id} {method} {params}"),
    }
}

fn show_io(io: &Io) -> String {
    match io {
        Io::Open { socket, url } => format!("open {socket} {url}"),
        Io::Send { socket, text } => {
            format!(
                "send {socket} {}",
                short(&serde_json::from_str(text).unwrap())
            )
        }
        Io::Close { socket } => format!("close {socket}"),
        Io::Credentials { socket } => format!("credentials {socket}"),
        Io::Release { sernos } => format!("release {sernos:?}"),
        Io::Log(line) => format!("log {line}"),
    }
}

/// A notice in one line.
pub fn show_notice(notice: &Notice<Json>) -> String {
    match notice {
        Notice::Settle { call, outcome } => match outcome {
            Ok(result) => format!("call {call}: ok {}", result.0),
            Err(error) => format!("call {call}: {}", show_error(error)),
        },
        Notice::State { state, reason, .. } => match reason {
            Some(reason) => format!("state {} ({reason})", state.name()),
            None => format!("state {}", state.name()),
        },
        Notice::Login { error: None } => "onWSLogin true".into(),
        Notice::Login { error: Some(error) } => {
            format!("onWSLogin false {}", error.reason.as_deref().unwrap_or("?"))
        }
        Notice::Closed { asked } => format!("onWSClose {asked}"),
        Notice::Message { message, data } => match data {
            Some(data) => format!("onMessage {} {}", message.name(), data.0),
            None => format!("onMessage {}", message.name()),
        },
        Notice::Event { sernos, .. } => format!("event {sernos:?}"),
        Notice::Confirmed { sernos, channel } => format!("readyHandler {channel} {sernos:?}"),
        Notice::Refused { channel, error } => {
            format!("onSubscribeError {channel} {}", error.kind.name())
        }
        Notice::Gap(gap) => format!(
            "onGap {} expected {} received {}",
            gap.channel, gap.expected, gap.received
        ),
    }
}

fn show_error(error: &Error<Json>) -> String {
    let kind = error.kind.name();
    match error.sent {
        Some(true) => format!("{kind}, sent"),
        Some(false) => format!("{kind}, not sent"),
        None => kind.into(),
    }
}

//! What surrounds a session in the random programs: the page, the browser and the server,
//! each of which remembers what it has seen and fails the test where the session breaks a
//! promise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value as Tree, json};
use verto_wasm::core::error::{Error, Kind};
use verto_wasm::core::session::{Config, Io, Notice, Request, Session, SocketId, State};
use verto_wasm::core::{CallId, Expect, Ms};

use crate::alarm::Alarm;
use crate::harness::config;
use crate::json::Json;

/// What must never be seen in a log or in what the page is told.
pub const SECRETS: [&str; 2] = ["S3CRET-PASSWORD", "S3CRET-TOKEN"];

/// A call of the page's.
#[derive(Debug)]
pub struct Call {
    /// `connect`'s Promise, which has no deadline.
    pub connects: bool,
    pub expect: Expect,
    pub deadline: Ms,
    /// The socket that it was written to.
    pub sent: Option<SocketId>,
    /// The server has answered: whether that is a success.
    pub answer: Option<bool>,
    pub settled: bool,
}

/// What the session asked the server on the live socket, without an answer yet.
#[derive(Debug)]
pub struct Asked {
    pub id: u32,
    pub what: What,
    pub deadline: Ms,
}

#[derive(Debug)]
pub enum What {
    Login,
    Call(CallId),
    /// With what an honest server grants of it.
    Subscribe(Vec<String>, BTreeSet<String>),
    Unsubscribe,
    Ping,
}

/// What the world knows of the server's silence on the live socket.
#[derive(Debug, Default)]
pub struct Silence {
    /// When the server was last heard, by the wall clock.
    pub heard: Ms,
    /// When it was last heard, or the clock was last set, by the clock that nobody sets.
    pub since: Ms,
    /// By when, on that clock, the silent socket must be given up.
    pub until: Ms,
    /// The clock was set since.
    pub jumped: bool,
    /// The page woke since.
    pub woke: bool,
    /// When the last ping was sent, on that clock, and the id of the first since then.
    pub asked: Option<Ms>,
    pub first: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire {
    Asked(u32),
    Granted,
    Refused,
    /// Asked for without an answer in time.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Registration {
    pub serno: u32,
    pub listener: u32,
    pub local: bool,
    pub run: u32,
}

pub struct World {
    pub session: Session<Json>,
    /// The wall clock.
    pub now: Ms,
    /// What the session was last told of it.
    pub told_now: Ms,
    pub alarm: Alarm,
    /// The clock was set since the timer rang last.
    pub late: bool,
    /// The server does nothing any more.
    pub frozen: bool,
    /// How it was connected last.
    pub config: Config,
    /// The login was refused since the last that wasn't; so was one whose sessid was made.
    pub refused: bool,
    pub in_use: bool,
    /// The server has answered a ping since the last `connect`.
    pub answers: bool,
    pub silence: Silence,
    /// Pings that the input led to.
    pub pinged: usize,
    /// How many attempts have failed since the last login.
    pub failed: u32,
    /// Everything that came out, to compare two runs.
    pub trace: Vec<String>,
    /// The socket that the session opened and hasn't closed.
    pub live: Option<SocketId>,
    pub newest: SocketId,
    pub opened: bool,
    pub logged_in: bool,
    /// The page is asked for credentials; it has given them.
    pub asked: bool,
    pub given: bool,
    pub last_id: u32,
    /// The newest call that was written to a socket.
    pub last_sent: Option<CallId>,
    pub calls: BTreeMap<CallId, Call>,
    pub in_flight: Vec<Asked>,
    pub replies: Vec<Tree>,
    pub pings: VecDeque<Tree>,
    pub channels: BTreeMap<String, Vec<Registration>>,
    pub last_serno: u32,
    pub run: u32,
    pub in_run: bool,
    pub released: BTreeSet<u32>,
    pub wire: BTreeMap<String, Wire>,
    /// What the server holds, and whether its replies have said so.
    pub held: BTreeSet<String>,
    pub honest: bool,
    /// The event numbers that the server gives out next, and those that the session waits
    /// for.
    pub numbers: BTreeMap<String, u64>,
    pub expected: BTreeMap<String, u64>,
    /// The numbers that were skipped, and may still come.
    pub missed: BTreeMap<String, BTreeSet<u64>>,
    pub state: State,
    pub outage_told: bool,
    /// What the page is to be told in this step of events and subscriptions.
    pub due: Vec<String>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        World {
            session: Session::new(seed),
            now: 1_000_000_000_000,
            told_now: 0,
            alarm: Alarm::default(),
            late: false,
            frozen: false,
            config: config(),
            refused: false,
            in_use: false,
            answers: false,
            silence: Silence::default(),
            pinged: 0,
            failed: 0,
            trace: Vec::new(),
            live: None,
            newest: 0,
            opened: false,
            logged_in: false,
            asked: false,
            given: false,
            last_id: 0,
            last_sent: None,
            calls: BTreeMap::new(),
            in_flight: Vec::new(),
            replies: Vec::new(),
            pings: VecDeque::new(),
            channels: BTreeMap::new(),
            last_serno: 0,
            run: 0,
            in_run: false,
            released: BTreeSet::new(),
            wire: BTreeMap::new(),
            held: BTreeSet::new(),
            honest: true,
            numbers: BTreeMap::new(),
            expected: BTreeMap::new(),
            missed: BTreeMap::new(),
            state: State::Idle,
            outage_told: false,
            due: Vec::new(),
        }
    }

    // The page.

    pub fn connect(&mut self, change: impl FnOnce(&mut Config)) {
        let call = self.new_call(true, Expect::Result, Ms::MAX);
        let mut config = config();
        change(&mut config);
        self.clock();
        if self.opened {
            self.forget_channels();
        }
        self.outage_told = false;
        self.config = config.clone();
        self.refused = false;
        self.in_use = false;
        self.answers = false;
        self.failed = 0;
        self.session.connect(self.now, call, config);
        self.settle_down();
        assert_eq!(self.session.state(), State::Connecting);
        let older = self.calls.range(..call);
        for (older, state) in older {
            assert!(state.settled, "call {older} outlived a newer connect");
        }
    }

    pub fn logout(&mut self) {
        let was_active = self.session.is_active();
        self.forget_channels();
        self.session.logout();
        let (io, notices) = self.settle_down();
        let only_closes = |io: &Io| matches!(io, Io::Close { .. } | Io::Release { .. });
        assert!(io.iter().all(only_closes), "{io:?}");
        if !was_active {
            assert!(notices.is_empty(), "{notices:?}");
            return;
        }
        assert_eq!(self.session.state(), State::Closed);
        let settles = notices.len().checked_sub(2).unwrap();
        let settle = |one: &Notice<_>| {
            matches!(
                one,
                Notice::Settle {
                    outcome: Err(_),
                    ..
                }
            )
        };
        assert!(notices[..settles].iter().all(settle), "{notices:?}");
        assert!(
            matches!(
                notices[settles..],
                [Notice::State { .. }, Notice::Closed { asked: true }]
            ),
            "{notices:?}"
        );
        self.stay_silent();
    }

    /// After a logout nothing is left that anything could set going.
    fn stay_silent(&mut self) {
        self.clock();
        assert_eq!(self.session.deadline(), None);
        for late in [0, 3_600_000] {
            let (now, socket) = (self.now + late, self.newest);
            self.session.timer(now);
            self.session.woke(now);
            self.session.opened(now, socket);
            self.session.credentials(now, socket, Ok("{}".into()));
            let reply = json!({ "id": 1, "result": {} });
            self.session.frame(now, socket, &Json(reply));
            self.session.closed(now, socket, 1006);
        }
        self.session.timer(self.now);
        assert!(self.session.next_io().is_none());
        assert!(self.session.next_notice().is_none());
    }

    pub fn request(&mut self, method: &str, expect: Expect, timeout: Option<Ms>) {
        let usual = match method {
            "jsapi" => config().jsapi_timeout,
            _ => config().timeout,
        };
        self.clock();
        let deadline = self.now.saturating_add(timeout.unwrap_or(usual));
        let call = self.new_call(false, expect, deadline);
        let request = Request {
            call,
            method: method.into(),
            params: json!({ "call": call }).to_string(),
            expect,
            timeout,
        };
        self.session.request(self.now, request);
        self.settle_down();
    }

    pub fn subscribe(&mut self, names: &[String], listener: u32, local: bool) {
        self.clock();
        let sernos = self
            .session
            .subscribe(self.now, names, listener, None, local);
        assert_eq!(sernos.len(), names.len());
        let run = if self.in_run { self.run } else { 0 };
        for (index, (name, serno)) in names.iter().zip(&sernos).enumerate() {
            let here = self.channels.entry(name.clone()).or_default();
            match here.iter_mut().find(|one| one.listener == listener) {
                Some(one) => {
                    assert_eq!(*serno, one.serno, "the same listener registers once");
                    one.local &= local;
                    if one.run != 0 {
                        one.run = run;
                    }
                }
                None => {
                    assert!(*serno > self.last_serno, "a number was used twice");
                    self.last_serno = *serno;
                    here.push(Registration {
                        serno: *serno,
                        listener,
                        local,
                        run,
                    });
                }
            }
            if run != 0 {
                let outlived = here.extract_if(.., |one| one.run != 0 && one.run < run);
                self.released.extend(outlived.map(|one| one.serno));
            }
            let told = names[..index].contains(name);
            if self.wire.get(name) == Some(&Wire::Granted) && !local && !told {
                self.due.push(format!("confirmed {name} [{serno}]"));
            }
        }
        self.settle_down();
    }

    pub fn unsubscribe(&mut self, name: &str, pick: Option<usize>) {
        self.clock();
        let here = self.channels.entry(name.into()).or_default();
        let serno = pick.and_then(|pick| Some(here.get(pick % here.len().max(1))?.serno));
        let meant = |one: &mut Registration| serno.is_none_or(|serno| one.serno == serno);
        self.released
            .extend(here.extract_if(.., meant).map(|one| one.serno));
        if !self.is_wanted(name) {
            self.expected.remove(name);
            self.missed.remove(name);
        }
        self.session.unsubscribe(self.now, &[(name.into(), serno)]);
        self.settle_down();
    }

    pub fn unsubscribe_all(&mut self) {
        self.clock();
        self.forget_channels();
        self.session.unsubscribe_all(self.now);
        self.settle_down();
    }

    pub fn in_login_callback(&mut self, page: impl FnOnce(&mut Self)) {
        self.session.login_callback_begins();
        self.run += 1;
        self.in_run = true;
        page(self);
        self.session.login_callback_ended();
        self.in_run = false;
    }

    pub fn credentials(&mut self, good: bool) {
        let [password, token] = SECRETS;
        let login = if good {
            Ok(json!({ "passwd": password, "loginParams": { "xui_sessid": token } }).to_string())
        } else {
            Err(Error::new(Kind::Auth, "no token to be had"))
        };
        self.clock();
        self.given = good && std::mem::take(&mut self.asked);
        self.session.credentials(self.now, self.newest, login);
        self.settle_down();
        assert!(!self.given, "the login wasn't sent");
    }

    // The network.

    pub fn open(&mut self) {
        self.clock();
        self.opened |= self.live.is_some();
        self.session.opened(self.now, self.newest);
        self.settle_down();
    }

    pub fn drop_connection(&mut self) {
        self.clock();
        self.session.closed(self.now, self.newest, 1006);
        self.settle_down();
        assert_eq!(self.live, None);
    }

    /// The browser refuses the address; it does so only where a socket is being opened.
    pub fn unusable(&mut self) {
        if self.live.is_none() {
            return;
        }
        self.session.unusable(self.newest, "no address".into());
        self.settle_down();
        assert!(!self.session.is_active());
    }

    /// A socket that isn't the live one speaks up.
    pub fn stale(&mut self, frame: Tree) {
        self.clock();
        for socket in [self.newest.wrapping_sub(1), self.newest + 1] {
            self.session.opened(self.now, socket);
            self.session.credentials(self.now, socket, Ok("{}".into()));
            self.session.frame(self.now, socket, &Json(frame.clone()));
            self.session.garbage(self.now, socket, "no JSON");
            self.session.closed(self.now, socket, 1006);
            self.session.unusable(socket, "no address".into());
        }
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
    }

    // The server.

    /// Answers the request in flight that `pick` chooses with what `how` makes of the
    /// honest answer.
    pub fn answer(&mut self, pick: usize, how: impl FnOnce(&mut Tree)) {
        if self.frozen {
            return;
        }
        let Some(asked) = self.in_flight.get(pick % self.in_flight.len().max(1)) else {
            return;
        };
        let result = match &asked.what {
            What::Login => json!({ "message": "logged in", "sessid": self.session.sessid() }),
            What::Call(_) => json!({ "code": 200, "message": "OK" }),
            What::Subscribe(_, granted) => json!({ "subscribedChannels": granted }),
            What::Unsubscribe | What::Ping => json!({}),
        };
        let mut reply = json!({ "jsonrpc": "2.0", "id": asked.id, "result": result });
        let is_login = matches!(asked.what, What::Login);
        how(&mut reply);
        let after = is_login.then(|| self.after_login(&reply)).flatten();
        self.replies.push(reply.clone());
        self.frame(reply);
        if let Some(after) = after {
            assert_eq!(self.session.state(), after, "after that answer to a login");
        }
    }

    /// The state that an answer to a login leads to.
    fn after_login(&mut self, reply: &Tree) -> Option<State> {
        let reply = reply.get(0).unwrap_or(reply);
        let error = reply.get("error").filter(|error| !error.is_null());
        let Some(error) = error else {
            return Some(State::Ready);
        };
        if error["code"] != -32001 {
            return Some(match self.config.auto_reconnect {
                true => State::Reconnecting,
                false => State::Closed,
            });
        }
        let in_use = error["message"] == "Session in use";
        if in_use && self.config.sessid.is_none() && !std::mem::replace(&mut self.in_use, true) {
            return Some(State::Connecting);
        }
        let again = self.config.fresh_credentials && !in_use;
        Some(match again && !std::mem::replace(&mut self.refused, true) {
            true => State::Authenticating,
            false => State::Closed,
        })
    }

    /// Says once more what it said before, perhaps on another socket.
    pub fn repeat(&mut self, pick: usize) {
        if let Some(reply) = self.replies.get(pick % self.replies.len().max(1)) {
            self.frame(reply.clone());
        }
    }

    /// Any frame on the live socket.
    pub fn frame(&mut self, mut frame: Tree) {
        if self.frozen {
            return;
        }
        self.clock();
        let mut punted = false;
        if self.live.is_some() {
            match frame.as_array_mut() {
                // What a login leads to is sent in the middle of the array: what comes
                // behind it would be judged without that.
                Some(items) => {
                    let login = |item: &Tree| self.is_login_reply(item);
                    if let Some(index) = items.iter().position(login) {
                        items.truncate(index + 1);
                    }
                    punted = !items.iter().all(|item| self.understand(item));
                }
                None => punted = !self.understand(&frame),
            }
            if frame.as_array().is_none_or(|items| !items.is_empty()) {
                self.hear();
            }
        }
        self.session.frame(self.now, self.newest, &Json(frame));
        self.settle_down();
        if punted {
            assert!(!self.session.is_active(), "it fights back");
        }
        let answered = |call: &Call| call.answer.is_none() || call.settled;
        assert!(self.calls.values().all(answered), "an answer was lost");
        assert!(self.pings.is_empty(), "a ping wasn't answered");
    }

    fn is_login_reply(&self, item: &Tree) -> bool {
        let id = reply_id(item);
        let login = |asked: &Asked| matches!(asked.what, What::Login) && Some(asked.id) == id;
        self.in_flight.iter().any(login)
    }

    /// What a frame means to the world; `false` where it ends the socket.
    fn understand(&mut self, item: &Tree) -> bool {
        match item.get("method").map(Tree::as_str) {
            Some(Some("verto.punt")) => return false,
            Some(Some("verto.ping")) => {
                let id = item.get("id").filter(|id| can_echo(id));
                self.pings.extend(id.filter(|_| self.logged_in).cloned());
            }
            Some(Some("verto.event")) => self.expect_event(&item["params"]),
            Some(_) => {}
            None => {
                let index = self
                    .in_flight
                    .iter()
                    .position(|asked| Some(asked.id) == reply_id(item));
                if let Some(index) = index {
                    let asked = self.in_flight.remove(index);
                    self.expect_answer(asked, item);
                }
            }
        }
        true
    }

    fn expect_answer(&mut self, asked: Asked, reply: &Tree) {
        let failed = reply.get("error").is_some_and(|error| !error.is_null());
        let answer = &reply[if failed { "error" } else { "result" }];
        match asked.what {
            What::Login if !failed => {
                self.logged_in = true;
                self.outage_told = false;
                self.failed = 0;
                self.refused = false;
                self.in_use = false;
                let connecting = self.calls.values_mut().filter(|call| call.connects);
                for call in connecting.filter(|call| !call.settled) {
                    call.answer = Some(true);
                }
                self.due.push("login".into());
            }
            What::Login | What::Unsubscribe => {}
            What::Ping => self.answers = true,
            What::Call(call) => {
                let call = self.calls.get_mut(&call).unwrap();
                call.answer = Some(!failed && is_success(answer, call.expect));
            }
            What::Subscribe(names, honestly) => {
                let mut granted = BTreeSet::new();
                for member in ["subscribedChannels", "alreadySubscribedChannels"] {
                    let list = answer.get(member).and_then(Tree::as_array);
                    let texts = list.into_iter().flatten().filter_map(Tree::as_str);
                    granted.extend(texts.map(str::to_owned));
                }
                self.honest &= granted == honestly;
                self.expect_wire(asked.id, &names, &granted, Wire::Refused);
            }
        }
    }

    /// The request `id` for `names` has come to its end; what isn't granted is `otherwise`.
    fn expect_wire(
        &mut self,
        id: u32,
        names: &[String],
        granted: &BTreeSet<String>,
        otherwise: Wire,
    ) {
        for name in names {
            if self.wire.get(name) != Some(&Wire::Asked(id)) {
                continue;
            }
            if granted.contains(name) {
                self.wire.insert(name.clone(), Wire::Granted);
                self.expected.remove(name);
                self.missed.remove(name);
                let here = self.channels[name].iter().filter(|one| !one.local);
                let sernos: Vec<u32> = here.map(|one| one.serno).collect();
                self.due.push(format!("confirmed {name} {sernos:?}"));
            } else {
                self.wire.insert(name.clone(), otherwise);
                self.due.push(format!("refused {name}"));
            }
        }
    }

    fn expect_event(&mut self, params: &Tree) {
        let Some(channel) = params.get("eventChannel").and_then(Tree::as_str) else {
            return;
        };
        if channel == self.session.sessid() {
            return;
        }
        let mut names = Vec::new();
        match params.get("subscribedChannel").and_then(Tree::as_str) {
            Some(subscribed) => {
                if self
                    .channels
                    .get(subscribed)
                    .is_some_and(|here| !here.is_empty())
                    && let Some(number) = params.get("eventSerno").and_then(counter)
                    && !self.expect_number(subscribed, number)
                {
                    return;
                }
                names.push(subscribed.to_owned());
            }
            None => {
                let parts: Vec<&str> = channel.split('.').collect();
                names.extend(
                    (1..=parts.len())
                        .rev()
                        .map(|count| parts[..count].join(".")),
                );
            }
        }
        let mut listeners = BTreeSet::new();
        let here = names.iter().filter_map(|name| self.channels.get(name));
        let sernos = here.flatten().filter(|one| listeners.insert(one.listener));
        let sernos: Vec<u32> = sernos.map(|one| one.serno).collect();
        if !sernos.is_empty() {
            self.due.push(format!("event {sernos:?}"));
        }
    }

    /// An event's number on a channel; `false` where the event is a repetition.
    fn expect_number(&mut self, channel: &str, number: u64) -> bool {
        let expected = self.expected.get(channel).copied().unwrap_or(number);
        let missed = self.missed.entry(channel.into()).or_default();
        if number == 0 {
            missed.clear();
        } else if number < expected {
            return missed.remove(&number);
        }
        if number > expected {
            missed.extend(expected.max(number.saturating_sub(1_000))..number);
            while missed.len() > 1_000 {
                missed.pop_first();
            }
            self.due.push(format!("gap {channel} {expected} {number}"));
        }
        self.expected.insert(channel.into(), number + 1);
        true
    }

    /// An event with the number that comes next, or with one that is `off` by so many, or
    /// with none.
    pub fn event(&mut self, channel: &str, subscribed: Option<&str>, off: Option<i64>) {
        let mut params = json!({ "eventChannel": channel, "data": {} });
        if let Some(subscribed) = subscribed {
            params["subscribedChannel"] = subscribed.into();
        }
        if let Some(off) = off {
            let next = self.numbers.entry(subscribed.unwrap_or(channel).into());
            let next = next.or_default();
            let number = next.saturating_add_signed(off);
            if off >= 0 || number == 0 {
                *next = number + 1;
            }
            params["eventSerno"] = number.into();
        }
        self.frame(json!({ "id": 1, "method": "verto.event", "params": params }));
    }

    // The time.

    /// Calls the timer, which does nothing where it isn't due.
    pub fn timer(&mut self) {
        let back = self.told_now.saturating_sub(self.now);
        let was_due = |at: Ms| at.saturating_sub(back) <= self.now;
        let was_due = self.session.deadline().is_some_and(was_due);
        self.clock();
        self.expect_overdue();
        let before = self.before_judgement();
        self.late &= !was_due;
        self.session.timer(self.now);
        let (io, notices) = self.settle_down();
        self.judge_loss(before);
        if !was_due {
            assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
        }
        self.judge_times();
    }

    /// The network is back, or the page is shown again.
    pub fn woke(&mut self) {
        self.clock();
        let socket = self.live.filter(|_| self.logged_in);
        let quiet = self.now >= self.silence.heard + 3_000;
        self.expect_overdue();
        if socket.is_some() && quiet && !self.silence.woke {
            self.silence.woke = true;
            self.silence.until = (self.alarm.clock + 5_000).max(self.busy_until());
        }
        let before = self.before_judgement();
        self.alarm.stop();
        self.session.woke(self.now);
        self.settle_down();
        self.judge_loss(before);
        self.judge_times();
        assert_ne!(self.session.state(), State::Reconnecting, "it could try");
        let settings = self.config.keep_alive.filter(|_| quiet && self.answers);
        if let Some(settings) = settings
            && socket.is_some()
            && socket == self.live
        {
            let asked = self.silence.asked.map(|at| self.alarm.clock - at);
            let recent = settings.interval.max(5_000);
            assert!(asked.is_some_and(|ago| ago <= recent), "nobody asked");
        }
    }

    /// The live socket after its login, and whether a request that was made before the
    /// first ping of the present silence still excuses it.
    fn before_judgement(&self) -> Option<(SocketId, bool)> {
        let socket = self.live.filter(|_| self.logged_in)?;
        let busy = |asked: &Asked| {
            let earlier = Some(asked.id) < self.silence.first;
            earlier && asked.deadline > self.now && !matches!(asked.what, What::Ping)
        };
        // For ten minutes at most.
        let young = self.alarm.clock < self.silence.since + 600_000;
        let jumped = self.silence.jumped;
        let busy = young && !jumped && self.in_flight.iter().any(busy);
        Some((socket, busy))
    }

    /// Time alone ends a connection only where the server is known to answer, was asked
    /// and had its time.
    fn judge_loss(&self, before: Option<(SocketId, bool)>) {
        let Some((socket, busy)) = before.filter(|(socket, _)| self.live != Some(*socket)) else {
            return;
        };
        let settings = self.config.keep_alive.expect("nobody watched it");
        assert!(
            self.answers,
            "{socket} was lost, whose server answers no pings"
        );
        assert!(!busy, "{socket} was lost while the server was busy");
        let silent = self.now - self.silence.heard;
        let intervals = Ms::from(settings.max_failed) + 1;
        let least = settings.interval.saturating_mul(intervals).min(5_000);
        assert!(silent >= least, "{socket} was lost after {silent} ms");
    }

    /// Time passes as it does for a page that is shown.
    pub fn pass(&mut self, ms: Ms) {
        let end = self.alarm.clock + ms;
        let mut rang = 0;
        loop {
            let (passed, rings) = self.alarm.pass(end - self.alarm.clock);
            self.now += passed;
            if !rings {
                break;
            }
            rang += 1;
            assert!(rang < 100 + ms / 200, "the timer rings again and again");
            self.timer();
        }
        self.settle_down();
    }

    /// Time passes until the session wants to be called.
    pub fn pass_to_deadline(&mut self) {
        let deadline = self.session.deadline().unwrap_or(0);
        self.pass(deadline.saturating_sub(self.now).min(120_000));
    }

    /// The machine sleeps, or the clock is set: no timer knows of it.
    pub fn set_clock(&mut self, by: i64) {
        self.now = self.now.checked_add_signed(by).unwrap();
        self.late = true;
        self.begin_silence(true);
    }

    /// The session is about to be told the time. Where the clock was set back, all that is
    /// due moves with it.
    fn clock(&mut self) {
        let back = self.told_now.saturating_sub(self.now);
        self.told_now = self.now;
        if back == 0 {
            return;
        }
        let calls = self.calls.values_mut().map(|call| &mut call.deadline);
        let asked = self.in_flight.iter_mut().map(|asked| &mut asked.deadline);
        for deadline in calls.chain(asked).chain([&mut self.silence.heard]) {
            *deadline = deadline.saturating_sub(back);
        }
        self.begin_silence(true);
    }

    /// The server was heard.
    fn hear(&mut self) {
        self.silence.heard = self.now;
        self.silence.woke = false;
        self.silence.first = None;
        self.begin_silence(false);
    }

    fn begin_silence(&mut self, jumped: bool) {
        self.silence.jumped = jumped;
        self.silence.since = self.alarm.clock;
        let most = self.config.keep_alive.map_or(0, |settings| {
            let intervals = Ms::from(settings.max_failed) + 1;
            let usual = settings.interval.saturating_mul(intervals);
            // The timer that rings late shows that the machine slept.
            let slept = settings.interval + 5_000;
            match jumped || self.late {
                true => usual.max(slept),
                false => usual,
            }
        });
        let until = self.alarm.clock.saturating_add(most);
        self.silence.until = until.max(self.busy_until());
    }

    /// Until when, on the clock that nobody sets, the server may be busy with what is in
    /// flight.
    fn busy_until(&self) -> Ms {
        let busy = |asked: &&Asked| !matches!(asked.what, What::Ping);
        let deadlines = self
            .in_flight
            .iter()
            .filter(busy)
            .map(|asked| asked.deadline);
        deadlines.map(|at| self.excused(at)).max().unwrap_or(0)
    }

    /// A request with this deadline excuses silence until then, on the clock that nobody
    /// sets; for ten minutes and what the intervals are off at most.
    pub fn excused(&self, deadline: Ms) -> Ms {
        let left = deadline.saturating_sub(self.now).min(700_000);
        self.alarm.clock + left
    }

    /// What is in flight is given up in its time.
    fn expect_overdue(&mut self) {
        let (overdue, rest) = std::mem::take(&mut self.in_flight)
            .into_iter()
            .partition(|asked| asked.deadline <= self.now && self.logged_in);
        self.in_flight = rest;
        for asked in overdue {
            match asked.what {
                What::Subscribe(names, _) => {
                    self.expect_wire(asked.id, &names, &BTreeSet::new(), Wire::Unknown);
                    self.honest = false;
                }
                What::Unsubscribe | What::Ping => {}
                What::Login | What::Call(_) => self.in_flight.push(asked),
            }
        }
        self.in_flight.sort_by_key(|asked| asked.id);
    }

    /// What everybody hopes for comes next.
    pub fn advance(&mut self) {
        if self.live.is_none() {
            self.pass_to_deadline();
        } else if !self.opened {
            self.open();
        } else if self.asked {
            self.credentials(true);
        } else if self.frozen {
            self.pass_to_deadline();
        } else {
            self.answer(0, |_| {});
        }
    }

    // What comes out.

    fn new_call(&mut self, connects: bool, expect: Expect, deadline: Ms) -> CallId {
        let id = self.calls.len() as CallId;
        let call = Call {
            connects,
            expect,
            deadline,
            sent: None,
            answer: None,
            settled: false,
        };
        self.calls.insert(id, call);
        id
    }

    fn forget_channels(&mut self) {
        self.expected.clear();
        self.missed.clear();
        let all = std::mem::take(&mut self.channels).into_values().flatten();
        self.released.extend(all.map(|one| one.serno));
    }

    pub fn is_wanted(&self, name: &str) -> bool {
        let here = self.channels.get(name).into_iter().flatten();
        here.into_iter().any(|one| !one.local)
    }
}

fn reply_id(item: &Tree) -> Option<u32> {
    let is_reply = item.get("method").is_none()
        && (item.get("result").is_some()
            || item.get("error").is_some_and(|error| !error.is_null()));
    let id = item.get("id").filter(|_| is_reply)?;
    match id {
        Tree::String(text) => text.parse().ok(),
        _ => id
            .as_f64()
            .filter(|id| id.fract() == 0.0 && (0.0..4e9).contains(id))
            .map(|id| id as u32),
    }
}

/// A JSON number as a counter.
fn counter(number: &Tree) -> Option<u64> {
    let number = number.as_f64()?;
    let whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
    whole.then_some(number as u64)
}

fn can_echo(id: &Tree) -> bool {
    id.is_string() || counter(id).is_some()
}

fn is_success(result: &Tree, expect: Expect) -> bool {
    let code = result.get("code");
    let is_200 = |code: &Tree| code.as_f64() == Some(200.0) || code == "200";
    match expect {
        Expect::Result => true,
        Expect::Code200 => code.is_some_and(is_200),
        Expect::NoRefusal => code.is_none_or(is_200),
    }
}

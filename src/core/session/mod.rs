//! One connection to a Verto server, from `connect` to `logout` and across everything
//! that happens between.
//!
//! A [`Session`] is told what happened and the time; then [`Session::next_io`] and
//! [`Session::next_notice`] are drained, and [`Session::timer`] is called when
//! [`Session::deadline`] has come.

mod effect;
mod incoming;
mod requesting;
mod subscribing;

use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::frame;
use crate::core::json::push_number;
use crate::core::liveness::{Liveness, Verdict};
use crate::core::queue::Queue;
use crate::core::random::Random;
use crate::core::reconnect::Backoff;
use crate::core::rpc::{CallId, Owner, Rpc};
use crate::core::subscriptions::{Subscriptions, Summary};
use crate::core::value::Value;

pub use crate::core::subscriptions::Route;
pub use effect::{Config, Io, Message, Notice, SocketId, State};
pub use requesting::Request;

/// How often the time that a login may take is doubled.
const MOST_DOUBLINGS: u32 = 5;

#[derive(Clone, Copy, Debug)]
enum Phase {
    Idle,
    Connecting {
        deadline: Ms,
    },
    /// The page is asked for its credentials.
    Asking {
        deadline: Ms,
    },
    /// The login is in flight.
    LoggingIn,
    Ready,
    Reconnecting {
        at: Ms,
    },
    Closed,
}

/// The state of one connection and of everything that outlives it.
///
/// The examples of its methods begin with a session that has `logged_in()` as this one does;
/// `sent` are the methods of the requests that it wants written, `told` are its notices.
///
/// ```
/// # mod json {
/// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/json.rs"));
/// # }
/// # use json::Json;
/// use verto_wasm::core::KeepAlive;
/// use verto_wasm::core::session::{Config, Io, Notice, Session, State};
///
/// let mut session = Session::<Json>::new(42);
/// let config = Config {
///     url: "wss://switch.example/ws".to_owned(),
///     fallback_url: None,
///     sessid: None,
///     auto_reconnect: true,
///     fresh_credentials: false,
///     keep_alive: Some(KeepAlive { interval: 10_000, max_failed: 1 }),
///     timeout: 10_000,
///     jsapi_timeout: 60_000,
/// };
/// session.connect(0, 1, Box::new(config));
/// // Times in ms, as the caller's clock gives them.
/// let mut now = 0;
/// while let Some(io) = session.next_io() {
///     now += 10;
///     match io {
///         Io::Open { socket, .. } => session.opened(now, socket),
///         Io::Credentials { socket } => {
///             let login = r#"{"login":"1007@switch.example","passwd":"secret"}"#;
///             session.credentials(now, socket, Ok(login.to_owned()));
///         }
///         // The server grants the login, and then answers a ping.
///         Io::Send { socket, text } => {
///             let request: serde_json::Value = serde_json::from_str(&text).unwrap();
///             let reply = serde_json::json!({ "id": request["id"], "result": {} });
///             session.frame(now, socket, &Json(reply));
///         }
///         _ => {}
///     }
/// }
/// assert_eq!(session.state(), State::Ready);
///
/// let mut logged_in = false;
/// while let Some(notice) = session.next_notice() {
///     logged_in |= matches!(notice, Notice::Settle { call: 1, outcome: Ok(_) });
/// }
/// assert!(logged_in);
/// ```
#[derive(Debug)]
pub struct Session<V> {
    config: Option<Box<Config>>,
    phase: Phase,
    /// The one live socket.
    socket: Option<SocketId>,
    last_socket: SocketId,
    sessid: String,
    random: Random,
    backoff: Backoff,
    rpc: Rpc,
    subscriptions: Subscriptions,
    /// The call that waits for the first login.
    connecting: Option<CallId>,
    /// `onWSClose(false)` was told, and no login succeeded since.
    outage_told: bool,
    /// How many logins in a row the server didn't answer in time, [`MOST_DOUBLINGS`] at most.
    unanswered_logins: u32,
    /// A login under the page's own sessid went unanswered. The server may read it later, and
    /// then takes the session from the login that followed it: no stranger's takeover.
    own_takeover: bool,
    /// The present connection's, from its login on.
    liveness: Option<Liveness>,
    /// Subscribe requests of this connection that were given up; their answers still count.
    late: Vec<(u32, Vec<String>)>,
    /// The server has answered a `verto.ping`.
    answers_pings: bool,
    /// The present attempt is at the fallback address.
    at_fallback: bool,
    /// A refused login was tried once more with fresh credentials.
    retried_credentials: bool,
    /// A login was tried once more under a new sessid.
    retried_sessid: bool,
    /// The time that was last given.
    now: Ms,
    io: Queue<Io>,
    notices: Queue<Notice<V>>,
}

impl<V: Value> Session<V> {
    /// A session that has never connected. `seed` decides its sessids and delays.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let session = Session::<Json>::new(42);
    /// assert_eq!(session.state(), State::Idle);
    /// ```
    pub fn new(seed: u64) -> Self {
        Session {
            config: None,
            phase: Phase::Idle,
            socket: None,
            last_socket: 0,
            sessid: String::new(),
            random: Random::new(seed),
            backoff: Backoff::default(),
            rpc: Rpc::default(),
            subscriptions: Subscriptions::default(),
            connecting: None,
            outage_told: false,
            unanswered_logins: 0,
            own_takeover: false,
            liveness: None,
            late: Vec::new(),
            answers_pings: false,
            at_fallback: false,
            retried_credentials: false,
            retried_sessid: false,
            now: 0,
            io: Queue::default(),
            notices: Queue::default(),
        }
    }

    /// The session's state.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// assert_eq!(Session::<Json>::new(42).state(), State::Idle);
    /// assert_eq!(logged_in().state(), State::Ready);
    /// ```
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Idle => State::Idle,
            Phase::Connecting { .. } => State::Connecting,
            Phase::Asking { .. } | Phase::LoggingIn => State::Authenticating,
            Phase::Ready => State::Ready,
            Phase::Reconnecting { .. } => State::Reconnecting,
            Phase::Closed => State::Closed,
        }
    }

    /// Whether the session has a connection or is making one.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.closed(5_000, 1, 1006);
    /// assert!(session.is_active(), "it is about to reconnect");
    /// session.logout();
    /// assert!(!session.is_active());
    /// ```
    pub fn is_active(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Closed)
    }

    /// Whether this is the socket of the present connection.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// assert!(session.uses(1));
    /// session.closed(5_000, 1, 1006);
    /// assert!(!session.uses(1));
    /// ```
    pub fn uses(&self, socket: SocketId) -> bool {
        self.socket == Some(socket)
    }

    /// The id under which the server knows this session; empty before the first `connect`.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// assert_eq!(Session::<Json>::new(42).sessid(), "");
    /// assert_eq!(logged_in().sessid().len(), 36, "a UUID");
    /// ```
    pub fn sessid(&self) -> &str {
        &self.sessid
    }

    /// Which channels are wanted, granted and refused.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.subscribe(0, &["vcc".to_owned()], 1, None, false);
    /// assert_eq!(session.subscriptions().wanted, ["vcc"]);
    /// assert!(session.subscriptions().confirmed.is_empty(), "the server hasn't answered yet");
    /// ```
    pub fn subscriptions(&self) -> Summary {
        self.subscriptions.summary()
    }

    /// The next thing to be done.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, config());
    /// let io = session.next_io();
    /// assert!(matches!(io, Some(Io::Open { socket: 1, url }) if url == "wss://switch.example/ws"));
    /// ```
    pub fn next_io(&mut self) -> Option<Io> {
        self.io.pop()
    }

    /// The next thing to be told to the page.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.logout();
    /// // First the state, then `onWSClose`.
    /// assert!(matches!(session.next_notice(), Some(Notice::State { state: State::Closed, .. })));
    /// assert!(matches!(session.next_notice(), Some(Notice::Closed { asked: true })));
    /// assert!(session.next_notice().is_none());
    /// ```
    pub fn next_notice(&mut self) -> Option<Notice<V>> {
        self.notices.pop()
    }

    /// Whether something is to be told to the page.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// assert!(!session.has_notice());
    /// session.logout();
    /// assert!(session.has_notice());
    /// ```
    pub fn has_notice(&self) -> bool {
        !self.notices.is_empty()
    }

    /// When [`Self::timer`] is to be called.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// assert_eq!(Session::<Json>::new(42).deadline(), None);
    /// // The server is asked after 10 s of silence.
    /// assert_eq!(logged_in().deadline(), Some(10_000));
    /// ```
    pub fn deadline(&self) -> Option<Ms> {
        let phase = match self.phase {
            Phase::Connecting { deadline } | Phase::Asking { deadline } => Some(deadline),
            Phase::Reconnecting { at } => Some(at),
            _ => None,
        };
        let liveness = self.liveness.as_ref().map(Liveness::deadline);
        let calls = self.rpc.deadline();
        phase.into_iter().chain(calls).chain(liveness).min()
    }

    /// Connects, after closing silently what was open. `call` settles at the first login
    /// or at the session's end.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.connect(1_000, 2, config());
    /// assert_eq!(session.state(), State::Connecting);
    /// assert_eq!(session.next_io(), Some(Io::Close { socket: 1 }));
    /// assert!(matches!(session.next_io(), Some(Io::Open { socket: 2, .. })));
    /// ```
    pub fn connect(&mut self, now: Ms, call: CallId, config: Box<Config>) {
        self.clock(now);
        let was_open = matches!(
            self.phase,
            Phase::Asking { .. } | Phase::LoggingIn | Phase::Ready
        );
        let in_outage = matches!(self.phase, Phase::Reconnecting { .. });
        self.unsay(true);
        self.abandon(Error::new(Kind::Closed, "closed by a newer connect()"));
        if was_open {
            let removed = self.subscriptions.clear();
            self.released(removed.sernos);
        }
        self.sessid = match &config.sessid {
            Some(sessid) => sessid.clone(),
            None => self.random.uuid(),
        };
        self.config = Some(config);
        self.connecting = Some(call);
        self.backoff.reset();
        // A page that connects in onWSClose(false) is still in that outage.
        self.outage_told &= in_outage;
        self.answers_pings = false;
        self.unanswered_logins = 0;
        self.own_takeover = false;
        self.retried_credentials = false;
        self.retried_sessid = false;
        self.open(now);
    }

    /// Ends the session as the page asked: every call is settled, every subscription
    /// ended, and nothing reconnects. Without a connection it only ends subscriptions.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.logout();
    /// assert_eq!(session.state(), State::Closed);
    /// assert_eq!(session.next_io(), Some(Io::Close { socket: 1 }));
    /// assert_eq!(session.deadline(), None);
    /// ```
    pub fn logout(&mut self) {
        let removed = self.subscriptions.clear();
        self.released(removed.sernos);
        let active = self.is_active();
        self.unsay(active);
        if active {
            let error = Error::new(Kind::Closed, "logged out");
            self.finish(error, "logout", Some(Notice::Closed { asked: true }));
        }
    }

    /// The socket is open.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, config());
    /// session.opened(20, 1);
    /// assert_eq!(session.state(), State::Authenticating);
    /// ```
    pub fn opened(&mut self, now: Ms, socket: SocketId) {
        self.clock(now);
        if self.socket == Some(socket) && matches!(self.phase, Phase::Connecting { .. }) {
            self.ask_credentials(now, socket);
            self.tell_state(0, None, None);
        }
    }

    /// The page gave the login's parameters (the text of a JSON object without `sessid`),
    /// or failed to.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, config());
    /// session.opened(20, 1);
    /// assert!(sent(&mut session).is_empty());
    /// session.credentials(30, 1, Ok(r#"{"login":"1007@switch.example"}"#.to_owned()));
    /// assert_eq!(sent(&mut session), ["login"]);
    /// ```
    pub fn credentials(&mut self, now: Ms, socket: SocketId, login: Result<String, Error<V>>) {
        self.clock(now);
        if self.socket != Some(socket) || !matches!(self.phase, Phase::Asking { .. }) {
            return;
        }
        match login {
            Ok(params) => match self
                .unfit("login", &params)
                .map(|one| one.of("login", false))
            {
                None => {
                    self.phase = Phase::LoggingIn;
                    self.send(self.login_due(now), Owner::Login, "login", &params);
                }
                Some(error) if error.kind == Kind::TooLarge => {
                    self.finish(error, Kind::TooLarge.name(), None);
                }
                // There may be some at the next attempt.
                Some(error) => self.lost(now, error),
            },
            // What is given as it is stays unusable; a function may give something else.
            Err(error) if error.kind == Kind::InvalidArgument && !self.is_fresh() => {
                self.finish(error, Kind::InvalidArgument.name(), None);
            }
            Err(error) => self.lost(now, error),
        }
    }

    /// Whether functions of the page's give the credentials from now on.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// use verto_wasm::core::error::{Error, Kind};
    ///
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, config());
    /// session.fresh_credentials(true);
    /// session.opened(20, 1);
    /// // A function may give something better at the next attempt.
    /// session.credentials(30, 1, Err(Error::new(Kind::InvalidArgument, "no token")));
    /// assert_eq!(session.state(), State::Reconnecting);
    /// ```
    pub fn fresh_credentials(&mut self, fresh: bool) {
        if let Some(config) = &mut self.config {
            config.fresh_credentials = fresh;
        }
    }

    /// The socket closed with `code`.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.closed(5_000, 1, 1006);
    /// assert_eq!(session.state(), State::Reconnecting);
    /// // The first attempt follows within a second.
    /// assert!(session.deadline().unwrap() <= 6_000);
    /// ```
    pub fn closed(&mut self, now: Ms, socket: SocketId, code: u16) {
        self.clock(now);
        if self.socket == Some(socket) {
            let mut message = String::from("the connection was lost (close code ");
            push_number(&mut message, code.into());
            message.push_str(")");
            self.lost(now, Error::new(Kind::ConnectionLost, message));
        }
    }

    /// The browser refuses to open a socket to this address at all.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, config());
    /// session.unusable(1, "a page of https: may only open wss:".to_owned());
    /// assert_eq!(session.state(), State::Closed);
    /// ```
    pub fn unusable(&mut self, socket: SocketId, message: String) {
        if self.socket == Some(socket) {
            let error = Error::new(Kind::InvalidArgument, message);
            if self.at_fallback {
                // The first address is as good as before.
                if let Some(config) = &mut self.config {
                    config.fallback_url = None;
                }
                return self.lost(self.now, error);
            }
            self.finish(error, Kind::InvalidArgument.name(), None);
        }
    }

    /// The time is `now`: does what is due.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// // Nothing was heard for 10 s.
    /// session.timer(10_000);
    /// assert_eq!(sent(&mut session), ["verto.ping"]);
    /// // Nor for 20 s more.
    /// session.timer(20_000);
    /// session.timer(30_000);
    /// assert_eq!(session.state(), State::Reconnecting);
    /// ```
    pub fn timer(&mut self, now: Ms) {
        self.clock(now);
        match self.phase {
            Phase::Connecting { deadline } if deadline <= now => {
                let message = "the server didn't accept the connection in time";
                self.lost(now, Error::new(Kind::Timeout, message));
            }
            Phase::Asking { deadline } if deadline <= now => {
                let message = "the credential function gave nothing in time";
                self.lost(now, Error::new(Kind::Timeout, message));
            }
            Phase::Reconnecting { at } if at <= now => self.open(now),
            _ => {}
        }
        for entry in self.rpc.overdue(now) {
            self.timed_out(now, entry.owner, entry.id);
        }
        let busy = self.rpc.busy_until();
        let verdict = self.liveness.as_mut().map(|one| one.check(now, busy));
        self.judged(now, verdict);
    }

    /// The network is back, or the machine or the page may have slept: what is due is done,
    /// an attempt that waits is made at once, and a connection that looks alive is asked.
    ///
    /// ```
    /// # mod example {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/example.rs"));
    /// # }
    /// # use example::*;
    /// let mut session = logged_in();
    /// session.closed(5_000, 1, 1006);
    /// session.woke(5_001);
    /// assert_eq!(session.state(), State::Connecting, "at once, not after the delay");
    /// ```
    pub fn woke(&mut self, now: Ms) {
        self.clock(now);
        let busy = self.rpc.busy_until();
        let verdict = self.liveness.as_mut().map(|one| one.woke(now, busy));
        self.judged(now, verdict);
        // A login's patience is for a busy server, not for a socket that may be dead.
        self.rpc.hurry_login(self.due(now));
        self.timer(now);
        if matches!(self.phase, Phase::Reconnecting { .. }) {
            self.open(now);
        }
    }

    /// Takes note of the time. A clock that is set back (by NTP, after a sleep) must hold
    /// nothing up, so everything that is due moves with it.
    fn clock(&mut self, now: Ms) {
        let back = self.now.saturating_sub(now);
        self.now = now;
        if back == 0 {
            return;
        }
        match &mut self.phase {
            Phase::Connecting { deadline: at }
            | Phase::Asking { deadline: at }
            | Phase::Reconnecting { at } => *at = at.saturating_sub(back),
            _ => {}
        }
        self.rpc.set_back(back);
        if let Some(liveness) = &mut self.liveness {
            liveness.set_back(back);
        }
    }

    /// When what begins now has taken too long.
    fn due(&self, now: Ms) -> Ms {
        let timeout = self.config.as_ref().map_or(0, |config| config.timeout);
        now.saturating_add(timeout)
    }

    /// When a login has taken too long. After each that went unanswered the next may take
    /// twice as long: a restarted server has a queue of everybody's logins, and clients that
    /// all give up before their turn keep it busy with nothing (see docs/restart.md).
    fn login_due(&self, now: Ms) -> Ms {
        let timeout = self.config.as_ref().map_or(0, |config| config.timeout);
        now.saturating_add(timeout.saturating_mul(1 << self.unanswered_logins))
    }

    fn is_fresh(&self) -> bool {
        self.config
            .as_ref()
            .is_some_and(|one| one.fresh_credentials)
    }

    fn makes_sessids(&self) -> bool {
        self.config.as_ref().is_some_and(|one| one.sessid.is_none())
    }

    fn open(&mut self, now: Ms) {
        let wanted = self.backoff.wants_fallback();
        let config = self.config.as_ref();
        let fallback = config.and_then(|one| one.fallback_url.clone().filter(|_| wanted));
        // Another server: what was learned of the one says nothing of the other.
        if self.at_fallback != fallback.is_some() {
            self.at_fallback = fallback.is_some();
            self.answers_pings = false;
        }
        let url = fallback.or_else(|| config.map(|one| one.url.clone()));
        self.last_socket += 1;
        let socket = self.last_socket;
        self.socket = Some(socket);
        self.rpc.restart();
        self.phase = Phase::Connecting {
            deadline: self.due(now),
        };
        let url = url.unwrap_or_default();
        self.io.push(Io::Open { socket, url });
        self.tell_state(0, None, None);
    }

    fn ask_credentials(&mut self, now: Ms, socket: SocketId) {
        self.phase = Phase::Asking {
            deadline: self.due(now),
        };
        self.io.push(Io::Credentials { socket });
    }

    fn send(&mut self, deadline: Ms, owner: Owner, method: &str, params: &str) -> u32 {
        let id = self.rpc.register(owner, deadline);
        if let Some(socket) = self.socket {
            let text = frame::request(method, params, &self.sessid, id);
            self.io.push(Io::Send { socket, text });
        }
        id
    }

    /// Takes back what the page hasn't heard yet of the connection that it now ends: a
    /// login must not be told after a logout. What it waits for is told all the same, and
    /// where the connection is not `open` any more, the refused login that ended it.
    fn unsay(&mut self, open: bool) {
        self.notices.retain(|notice| match notice {
            Notice::Settle { .. } | Notice::State { .. } | Notice::Closed { .. } => true,
            Notice::Login { error } => !open && error.is_some(),
            _ => false,
        });
    }

    /// The server may read this login later, and under the same sessid would take the
    /// session away from the one that follows it.
    fn login_unanswered(&mut self) {
        match self.makes_sessids() {
            true => self.sessid = self.random.uuid(),
            false => self.own_takeover = true,
        }
    }

    /// The one way in which a connection is lost, whoever noticed it.
    fn lost(&mut self, now: Ms, error: Error<V>) {
        if self.rpc.awaits_login() {
            self.login_unanswered();
        }
        self.close_socket();
        let message = "the connection was lost before the answer came";
        self.fail_in_flight(&Error::new(Kind::ConnectionLost, message));
        let reconnects = self
            .config
            .as_ref()
            .is_some_and(|config| config.auto_reconnect);
        let told = std::mem::replace(&mut self.outage_told, true);
        let notice = (!told).then_some(Notice::Closed { asked: false });
        if !reconnects {
            let reason = error.kind.name();
            return self.finish(error, reason, notice);
        }
        let delay = self.backoff.failed(&mut self.random);
        let at = now.saturating_add(delay);
        self.phase = Phase::Reconnecting { at };
        self.tell_state(delay, Some(error.kind.name()), Some(error));
        if let Some(notice) = notice {
            self.notices.push(notice);
        }
    }

    /// The one way in which a session ends for good.
    fn finish(&mut self, error: Error<V>, reason: &'static str, last: Option<Notice<V>>) {
        self.abandon(error.clone());
        self.phase = Phase::Closed;
        self.backoff.reset();
        // A logout is what the page asked for, not a failure.
        let failure = (error.kind != Kind::Closed).then_some(error);
        self.tell_state(0, Some(reason), failure);
        if let Some(notice) = last {
            self.notices.push(notice);
        }
    }

    /// Closes the socket and settles every call; `connect`'s with `error` itself.
    fn abandon(&mut self, error: Error<V>) {
        self.close_socket();
        let closed = Error::new(Kind::Closed, error.message.clone());
        self.fail_in_flight(&closed);
        for entry in self.rpc.take_waiting() {
            if let Owner::Page(call) = &entry.owner {
                self.fail(call, closed.clone(), false);
            }
        }
        if let Some(call) = self.connecting.take() {
            self.refuse(call, error);
        }
    }

    fn judged(&mut self, now: Ms, verdict: Option<Verdict>) {
        match verdict {
            None | Some(Verdict::Fine) => {}
            Some(Verdict::Ask) => {
                self.send(self.due(now), Owner::Ping, "verto.ping", "{}");
            }
            Some(Verdict::Dead) => {
                let message = "the server has been silent for too long";
                self.lost(now, Error::new(Kind::ConnectionLost, message));
            }
        }
    }

    fn close_socket(&mut self) {
        self.liveness = None;
        self.late.clear();
        if let Some(socket) = self.socket.take() {
            self.io.push(Io::Close { socket });
            self.subscriptions.disconnected();
        }
    }

    fn tell_state(&mut self, delay: Ms, reason: Option<&'static str>, error: Option<Error<V>>) {
        self.notices.push(Notice::State {
            state: self.state(),
            attempt: self.backoff.attempt(),
            delay,
            reason,
            error,
        });
    }
}

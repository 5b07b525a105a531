//! One connection to a Verto server, from `connect` to `logout`, with all the reconnects
//! in between.
//!
//! A [`Session`] is told what happened, and at what time. After each such input
//! [`Session::next_io`] and [`Session::next_notice`] are drained: what is to be done at the
//! socket, and what is to be told to the page. [`Session::timer`] is to be called when the time
//! of [`Session::deadline`] has come.
//!
//! # Which input changes what
//!
//! The phases are those of `docs/session.md`, which draws them: idle, connecting, asking (the
//! page, for its credentials), logging in, ready, reconnecting, closed. Asking and logging in are
//! one [`State`] to the page.
//!
//! | input | what it changes |
//! | --- | --- |
//! | [`connect`](Session::connect) | Ends what was there without a word and opens a socket: connecting. |
//! | [`login`](Session::login) | Ready: the page is asked for credentials, and a login is sent as a request. |
//! | [`opened`](Session::opened) | Connecting: the page is asked for its credentials: asking. If it has given them since the attempt before: logging in. |
//! | [`credentials`](Session::credentials) | Asking: the login is sent: logging in. Without usable credentials the attempt has failed: reconnecting, or closed where no other attempt could do better. Connecting and reconnecting, where an earlier attempt has asked: they are kept for the next login. Ready: the login of `login` is sent. |
//! | [`frame`](Session::frame) | Logging in: the answer to the login leads to ready; to asking, where the page may give better credentials; to connecting, under a new sessid; to reconnecting; to closed. Ready: a reply settles its call, or says which channels are granted; an event goes to its registrations; a `verto.punt` leads to closed. |
//! | [`garbage`](Session::garbage) | Only that the server was heard. |
//! | [`routed`](Session::routed) | The number of the event that comes next, and that the server was heard. |
//! | [`closed`](Session::closed) | The calls in flight fail: reconnecting, or closed without `autoReconnect`. |
//! | [`unusable`](Session::unusable) | Connecting: closed. Only a fallback address is merely forgotten: reconnecting. |
//! | [`timer`](Session::timer) | What took too long fails: in connecting, asking and logging in that is the attempt (reconnecting), otherwise a call. Reconnecting: the next socket is opened: connecting. Ready: a silent server is asked, or given up: reconnecting. |
//! | [`woke`](Session::woke) | As `timer`, but a waiting attempt is made at once, and a ready session asks the server. |
//! | [`request`](Session::request) | Ready: it is sent. Before that it waits. Idle and closed: it fails. |
//! | [`cancel`](Session::cancel), [`refuse`](Session::refuse) | One call settles. |
//! | [`subscribe`](Session::subscribe), [`unsubscribe`](Session::unsubscribe), [`unsubscribe_all`](Session::unsubscribe_all) | The registrations. Ready: the server is told of it. |
//! | [`login_callback_begins`](Session::login_callback_begins), [`login_callback_ended`](Session::login_callback_ended) | Whether what is subscribed replaces older registrations. |
//! | [`fresh_credentials`](Session::fresh_credentials) | The configuration. |
//! | [`logout`](Session::logout) | Every call fails, every registration ends: closed. |
//!
//! # Where it is decided
//!
//! `connecting.rs`: up to the login's being sent. `incoming.rs`: what a frame leads to, the
//! login's answer too. `ending.rs`: the one way in which a connection is lost, and the one in
//! which a session ends. `time.rs`: deadlines, silence, sleep. `requesting.rs` and
//! `subscribing.rs`: what the page asks for. `calling.rs`: what telephone calls ask for, which have
//! a table of their own ([`dialog`](crate::core::dialog)). `phase.rs` and `login.rs`: what is remembered of the
//! connection and of its login. `effect.rs`: the types of what goes in and comes out.

#[cfg(feature = "calls")]
mod calling;
mod connecting;
mod effect;
mod ending;
mod incoming;
mod login;
mod phase;
mod requesting;
mod subscribing;
mod time;

use crate::core::Ms;
#[cfg(feature = "calls")]
use crate::core::dialog::Dialogs;
use crate::core::error::Error;
use crate::core::frame;
use crate::core::liveness::Liveness;
use crate::core::queue::Queue;
use crate::core::rpc::{Owner, Rpc};
use crate::core::subscriptions::{Subscriptions, Summary};
use crate::core::value::Value;
#[cfg(feature = "calls")]
use calling::Quiet;
use login::Login;
use phase::{Phase, Question};

pub use crate::core::subscriptions::{Listener, Origin, Route};
pub use effect::{Config, Io, Message, Notice, QuestionId, SocketId, State};
pub use login::MOST_DOUBLINGS;
pub use requesting::{Request, SPEED_TEST, SPEED_TEST_ID};

/// The state of one connection and of everything that outlives it.
///
/// The examples of its methods use the test kit (`tests/kit`): `config()` are usual options,
/// `logged_in()` is a session that has logged in as this one does, `serve` lets a server answer
/// everything, `sent` are the methods of the requests that the session wants written, and `told`
/// are its notices.
///
/// ```
/// # use testkit::*;
/// use verto_wasm::core::KeepAlive;
/// use verto_wasm::core::session::{Config, Io, Notice, Session, State};
///
/// let mut session = Session::<Json>::new(42);
/// let config = Config {
///     url: "wss://switch.example/ws".to_owned(),
///     fallback_urls: Vec::new(),
///     login: "1007@switch.example".into(),
///     sessid: None,
///     auto_reconnect: true,
///     fresh_credentials: false,
///     keep_alive: Some(KeepAlive { interval: 10_000, max_failed: 1 }),
///     timeout: 10_000,
///     credentials_timeout: 300_000,
///     jsapi_timeout: 60_000,
/// };
/// session.connect(0, 1, Box::new(config));
/// // Times in ms, as the caller's clock gives them.
/// let mut now = 0;
/// while let Some(io) = session.next_io() {
///     now += 10;
///     match io {
///         Io::Open { socket, .. } => session.opened(now, socket),
///         Io::Credentials { question } => {
///             let login = r#"{"login":"1007@switch.example","passwd":"secret"}"#;
///             session.credentials(now, question, Ok(login.to_owned()));
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
    /// How the page connected last.
    config: Option<Box<Config>>,
    phase: Phase,
    /// The login, and the attempts at it.
    login: Login,
    /// The one live socket, and the number that was last given to one.
    socket: Option<SocketId>,
    last_socket: SocketId,
    /// What the page is being asked for its credentials, and the number that was last given to such
    /// a question.
    question: Option<Question>,
    last_question: QuestionId,
    /// The calls that wait for a login or for their answer.
    rpc: Rpc,
    subscriptions: Subscriptions,
    #[cfg(feature = "calls")]
    dialogs: Dialogs<V>,
    #[cfg(feature = "calls")]
    quiet: Quiet,
    /// The present connection's, from its login on.
    liveness: Option<Liveness>,
    /// The server has answered a `verto.ping`.
    answers_pings: bool,
    /// The time that was last given.
    now: Ms,
    /// What goes out: to the socket, and to the page.
    io: Queue<Io>,
    notices: Queue<Notice<V>>,
}

impl<V: Value> Session<V> {
    /// A session that has never connected. `seed` decides its sessids and delays.
    pub fn new(seed: u64) -> Self {
        Session {
            config: None,
            phase: Phase::Idle,
            login: Login::new(seed),
            socket: None,
            last_socket: 0,
            question: None,
            last_question: 0,
            rpc: Rpc::default(),
            subscriptions: Subscriptions::default(),
            #[cfg(feature = "calls")]
            dialogs: Dialogs::default(),
            #[cfg(feature = "calls")]
            quiet: Quiet::default(),
            liveness: None,
            answers_pings: false,
            now: 0,
            io: Queue::default(),
            notices: Queue::default(),
        }
    }

    /// The session's state.
    pub fn state(&self) -> State {
        self.phase.state()
    }

    /// Whether the session has a connection, is making one, or waits to make one again.
    pub fn is_active(&self) -> bool {
        self.phase.is_active()
    }

    /// Whether this is the socket of the present connection.
    pub fn uses(&self, socket: SocketId) -> bool {
        self.socket == Some(socket)
    }

    /// The id under which the server knows this session, a UUID unless the page chose another;
    /// empty before the first `connect`.
    pub fn sessid(&self) -> &str {
        self.login.sessid()
    }

    /// Which channels are wanted, granted and refused.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.subscribe(0, &["vcc".to_owned()], 1, None, false);
    /// assert_eq!(session.subscriptions().wanted, ["vcc"]);
    /// assert!(session.subscriptions().confirmed.is_empty(), "the server hasn't answered yet");
    /// ```
    pub fn subscriptions(&self) -> Summary {
        self.subscriptions.summary()
    }

    /// The next thing to be done.
    pub fn next_io(&mut self) -> Option<Io> {
        #[cfg(feature = "calls")]
        self.follow_dialogs();
        self.io.pop()
    }

    /// The next thing to be told to the page.
    ///
    /// ```
    /// # use testkit::*;
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
    pub fn has_notice(&self) -> bool {
        !self.notices.is_empty()
    }

    /// Whether calls are to come back to this session.
    fn awaits_calls(&self) -> bool {
        #[cfg(feature = "calls")]
        return self.dialogs.awaits_calls();
        #[cfg(not(feature = "calls"))]
        false
    }

    fn send(&mut self, deadline: Ms, owner: Owner, method: &str, params: &str) -> u32 {
        let (id, text) = if method == SPEED_TEST {
            self.rpc.register_as(SPEED_TEST_ID, owner, deadline);
            (SPEED_TEST_ID, params.to_owned())
        } else {
            let id = self.rpc.register(owner, deadline);
            let sessid = self.login.sessid();
            (id, frame::request(method, params, sessid, id))
        };
        if let Some(socket) = self.socket {
            let io = Io::Send { socket, text };
            #[cfg(feature = "calls")]
            let io = self.quiet.withhold(io);
            #[cfg(not(feature = "calls"))]
            let io = Some(io);
            io.into_iter().for_each(|io| self.io.push(io));
        }
        id
    }

    fn tell_state(&mut self, delay: Ms, reason: Option<&'static str>, error: Option<Error<V>>) {
        self.notices.push(Notice::State {
            state: self.state(),
            attempt: self.login.attempt(),
            delay,
            reason,
            error,
        });
    }
}

//! A session with everything around it that a test plays: the page, the network, the server
//! and the time.

mod look;
mod page;
mod server;
mod time;

use verto_wasm::core::session::{Config, Io, Notice, QuestionId, Session, SocketId};
use verto_wasm::core::{CallId, Ms};

use crate::{Alarm, Json, Routes, config, watched};

/// The call that stands for `connect`'s Promise in [`Harness::connect`].
pub const CONNECT: CallId = 9_999;
/// The result of a login, without the optional `sessid`.
pub const LOGGED_IN: &str = r#"{"message":"logged in"}"#;
/// What the page gives for each login.
pub const CREDENTIALS: &str =
    r#"{"login":"1001@xswitch.cn","passwd":"1234","loginParams":{},"userVariables":{}}"#;

/// A session, the time, and everything that came out of the session.
///
/// After each input all that the session wants is taken out and kept. What it did to its
/// socket ([`Harness::did`]) and what it told the page ([`Harness::told`]) can be read as one
/// line for each thing, so that a test reads as a list of what happened.
#[derive(Debug)]
pub struct Harness {
    /// The session under test, for what has no method here.
    pub session: Session<Json>,
    /// The wall clock, in ms. A test may set it.
    pub now: Ms,
    alarm: Alarm,
    /// The short ways of events that the session has told of.
    pub routes: Routes,
    /// The newest socket.
    pub socket: SocketId,
    /// The newest question for credentials.
    pub question: QuestionId,
    io: Vec<Io>,
    notices: Vec<Notice<Json>>,
    /// How much of `io` [`Harness::did`] has shown.
    did: usize,
    /// How much of `notices` [`Harness::told`] has shown.
    told: usize,
    /// How much of `io` [`Harness::sent`] has shown.
    sent: usize,
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

impl Harness {
    /// A session that has never connected.
    pub fn new() -> Self {
        Harness {
            session: Session::new(1),
            now: 1_000_000_000_000,
            alarm: Alarm::default(),
            routes: Routes::default(),
            socket: 0,
            question: 0,
            io: Vec::new(),
            notices: Vec::new(),
            did: 0,
            told: 0,
            sent: 0,
        }
    }

    /// A session that has logged in, which was request 1. What led there counts as looked at:
    /// see [`Self::forget`].
    pub fn ready() -> Self {
        Self::ready_with(config())
    }

    /// The same as [`Self::ready`], with these options.
    pub fn ready_with(config: Config) -> Self {
        let mut harness = Self::new();
        harness.connect(config);
        harness.log_in();
        harness.forget();
        harness
    }

    /// A session with `keepAlive` that has logged in. Its server has answered the ping that
    /// follows the login (request 2), so that from now on a silent server is given up.
    pub fn watching() -> Self {
        let mut harness = Self::ready_with(watched());
        harness.pong();
        harness.forget();
        harness
    }

    /// A session that has lost its connection and waits for the time of the next attempt.
    pub fn reconnecting() -> Self {
        let mut harness = Self::ready();
        harness.drop_connection();
        harness.forget();
        harness
    }

    /// Takes out all that the session wants.
    fn drain(&mut self) {
        while let Some(io) = self.session.next_io() {
            match &io {
                Io::Open { socket, .. } => self.socket = *socket,
                Io::Credentials { question } => self.question = *question,
                _ => {}
            }
            self.io.push(io);
        }
        while self.session.has_notice() {
            let notice = self.session.next_notice().expect("there is one");
            self.routes.learn(&notice);
            self.notices.push(notice);
        }
        assert!(self.session.next_notice().is_none(), "there was one more");
        self.alarm.set(self.now, self.session.deadline());
    }
}

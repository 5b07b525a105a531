//! The two kinds of client that go through an outage.

use verto_wasm::core::Ms;
use verto_wasm::core::session::{Config, Io, Session, SocketId, State};
use verto_wasm::core::value::{Field, Value};

/// What a client does to its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Open(SocketId),
    Login(SocketId),
    Close(SocketId),
}

/// One client, told what happens and when. After each input [`Client::next_deed`] is
/// drained.
pub trait Client {
    /// A client that has logged in on socket 1. `timeout` is how long it waits for a login,
    /// if it has such a limit.
    fn ready(seed: u64, now: Ms, timeout: Ms) -> Self;
    /// The socket closed, or couldn't be opened.
    fn closed(&mut self, now: Ms, socket: SocketId);
    fn opened(&mut self, now: Ms, socket: SocketId);
    fn logged_in(&mut self, now: Ms, socket: SocketId);
    fn timer(&mut self, now: Ms);
    fn deadline(&self) -> Option<Ms>;
    fn is_ready(&self) -> bool;
    fn next_deed(&mut self, now: Ms) -> Option<Deed>;
}

/// The core of this library as it is, without subscriptions and waiting requests.
#[derive(Debug)]
pub struct Ours(Session<Said>);

/// The one thing that the server says: the reply to a login, and its members.
#[derive(Clone, Copy, Debug)]
enum Said {
    Reply,
    Id,
    Result,
}

impl Value for Said {
    fn field(&self, field: Field) -> Option<Self> {
        match (self, field) {
            (Said::Reply, Field::Id) => Some(Said::Id),
            (Said::Reply, Field::Result) => Some(Said::Result),
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        None
    }

    fn number(&self) -> Option<f64> {
        // The login is the first request on each socket.
        matches!(self, Said::Id).then_some(1.0)
    }

    fn items(&self) -> Option<Vec<Self>> {
        None
    }

    fn is_object(&self) -> bool {
        !matches!(self, Said::Id)
    }

    fn is_null(&self) -> bool {
        false
    }
}

impl Client for Ours {
    fn ready(seed: u64, now: Ms, timeout: Ms) -> Self {
        let config = Config {
            url: "wss://a.test/ws".into(),
            fallback_urls: Vec::new(),
            login: "1007@switch.example".into(),
            sessid: None,
            auto_reconnect: true,
            fresh_credentials: false,
            // It finds a silent server; this one closes its sockets.
            keep_alive: None,
            timeout,
            credentials_timeout: timeout,
            jsapi_timeout: 60_000,
        };
        let mut client = Ours(Session::new(seed));
        client.0.connect(now, 1, Box::new(config));
        while let Some(deed) = client.next_deed(now) {
            match deed {
                Deed::Open(socket) => client.opened(now, socket),
                Deed::Login(socket) => client.logged_in(now, socket),
                Deed::Close(_) => {}
            }
        }
        client
    }

    fn closed(&mut self, now: Ms, socket: SocketId) {
        self.0.closed(now, socket, 1006);
    }

    fn opened(&mut self, now: Ms, socket: SocketId) {
        self.0.opened(now, socket);
    }

    fn logged_in(&mut self, now: Ms, socket: SocketId) {
        self.0.frame(now, socket, &Said::Reply);
    }

    fn timer(&mut self, now: Ms) {
        self.0.timer(now);
    }

    fn deadline(&self) -> Option<Ms> {
        self.0.deadline()
    }

    fn is_ready(&self) -> bool {
        self.0.state() == State::Ready
    }

    fn next_deed(&mut self, now: Ms) -> Option<Deed> {
        while self.0.next_notice().is_some() {}
        loop {
            match self.0.next_io()? {
                Io::Open { socket, .. } => return Some(Deed::Open(socket)),
                Io::Send { socket, text } if text.contains("\"login\"") => {
                    return Some(Deed::Login(socket));
                }
                Io::Close { socket } => return Some(Deed::Close(socket)),
                Io::Credentials { question } => {
                    self.0.credentials(now, question, Ok("{}".into()));
                }
                Io::Send { .. } | Io::Release { .. } | Io::Log(_) => {}
            }
        }
    }
}

/// The reconnecting of jquery.verto 0.1.1: fixed delays, and no limit to how long an
/// attempt or a login may take.
#[derive(Debug)]
pub struct FixedDelay {
    socket: SocketId,
    ready: bool,
    failed: u32,
    next_attempt: Option<Ms>,
    deed: Option<Deed>,
}

impl Client for FixedDelay {
    fn ready(_seed: u64, _now: Ms, _timeout: Ms) -> Self {
        FixedDelay {
            socket: 1,
            ready: true,
            failed: 0,
            next_attempt: None,
            deed: None,
        }
    }

    fn closed(&mut self, now: Ms, _socket: SocketId) {
        self.ready = false;
        let delay = match self.failed {
            0..10 => 1_000,
            10..20 => 2_000,
            _ => 3_000,
        };
        self.failed += 1;
        self.next_attempt = Some(now + delay);
    }

    fn opened(&mut self, _now: Ms, socket: SocketId) {
        self.failed = 0;
        self.deed = Some(Deed::Login(socket));
    }

    fn logged_in(&mut self, _now: Ms, _socket: SocketId) {
        self.ready = true;
    }

    fn timer(&mut self, _now: Ms) {
        self.next_attempt = None;
        self.socket += 1;
        self.deed = Some(Deed::Open(self.socket));
    }

    fn deadline(&self) -> Option<Ms> {
        self.next_attempt
    }

    fn is_ready(&self) -> bool {
        self.ready
    }

    fn next_deed(&mut self, _now: Ms) -> Option<Deed> {
        self.deed.take()
    }
}

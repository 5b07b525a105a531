//! What goes into a session and what comes out of it.

use crate::core::Ms;
use crate::core::error::Error;
use crate::core::liveness::KeepAlive;
use crate::core::rpc::CallId;
use crate::core::subscriptions::{Gap, Route};

/// The number of a socket of a session. What an older socket still says is ignored.
pub type SocketId = u32;

/// The number of a question for the page's credentials. What answers an older one is ignored.
pub type QuestionId = u32;

/// How a session connects, read from the page's options once per `connect`.
#[derive(Clone, Debug)]
pub struct Config {
    /// `socketUrl`.
    pub url: String,
    /// `wsFallbackURL`, one or more: they take turns with `url` while attempts fail.
    pub fallback_urls: Vec<String>,
    /// `login`, the user: another one inherits no subscription.
    pub login: String,
    /// `sessid`; `None` lets the session make one.
    pub sessid: Option<String>,
    /// `autoReconnect`: whether a lost connection is made anew.
    pub auto_reconnect: bool,
    /// Whether the page gives credentials by a function, so that each login may have
    /// fresh ones.
    pub fresh_credentials: bool,
    /// `keepAlive`: when a silent server is given up; `None` for never.
    pub keep_alive: Option<KeepAlive>,
    /// `timeout`: what opening, login and a request may each take, in ms.
    pub timeout: Ms,
    /// `credentialsTimeout`: what the page may take to give its credentials, in ms.
    pub credentials_timeout: Ms,
    /// What a `jsapi` request may take, in ms: a back end may answer `ccDial` only when
    /// the phone is picked up.
    pub jsapi_timeout: Ms,
}

/// The state of a session, as `verto.state` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Never connected.
    Idle,
    /// A socket is being opened.
    Connecting,
    /// The socket is open; the login isn't answered.
    Authenticating,
    /// Logged in.
    Ready,
    /// Waiting before the next attempt.
    Reconnecting,
    /// Ended for good: logged out, taken over, refused.
    Closed,
}

impl State {
    /// The state's name on the page.
    pub fn name(self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Connecting => "connecting",
            State::Authenticating => "authenticating",
            State::Ready => "ready",
            State::Reconnecting => "reconnecting",
            State::Closed => "closed",
        }
    }
}

/// Something to be done at once, in this order. The only code of the page's that it runs is its
/// credential functions, its `WebSocket` class and its logger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Io {
    /// Open a socket to `url`; answered by `opened`, `closed` or `unusable`.
    Open {
        /// The socket's number.
        socket: SocketId,
        /// Where to.
        url: String,
    },
    /// Write a text frame. After one that begins a speed test comes the rest of that test.
    Send {
        /// To this socket.
        socket: SocketId,
        /// The frame.
        text: String,
    },
    /// Close a socket with code 1000 and listen to it no more.
    Close {
        /// The socket's number.
        socket: SocketId,
    },
    /// Ask the page for the login's parameters; answered by `credentials`.
    Credentials {
        /// The question's number.
        question: QuestionId,
    },
    /// Forget these registrations' handlers: they must not be called any more.
    Release {
        /// The registrations.
        sernos: Vec<u32>,
    },
    /// A line for the debug log, without any secret in it.
    Log(String),
}

/// A message to the page that belongs to no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// `verto.clientReady`.
    ClientReady,
    /// A text message.
    Info,
    /// An event for this client alone.
    PrivateEvent,
}

impl Message {
    /// Its name in `Verto.enum.message`.
    ///
    /// ```
    /// use verto_wasm::core::session::Message;
    /// assert_eq!(Message::PrivateEvent.name(), "pvtEvent");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Message::ClientReady => "clientReady",
            Message::Info => "info",
            Message::PrivateEvent => "pvtEvent",
        }
    }
}

/// Something to be told to the page, in this order, and never before the method that
/// caused it has returned.
#[derive(Clone, Debug)]
pub enum Notice<V> {
    /// A call's one outcome.
    Settle {
        /// The call.
        call: CallId,
        /// How it ended.
        outcome: Result<V, Error<V>>,
    },
    /// `onStateChange`.
    State {
        /// The new state.
        state: State,
        /// How many attempts have failed since the last login.
        attempt: u32,
        /// How long until the next attempt, in ms.
        delay: Ms,
        /// Why: an error kind's name, or `logout`.
        reason: Option<&'static str>,
        /// The failure that led here, if one did.
        error: Option<Error<V>>,
    },
    /// `onWSLogin`: the server answered a login.
    Login {
        /// The failure, if it is one.
        error: Option<Error<V>>,
    },
    /// `onWSClose`.
    Closed {
        /// `true` after `logout()`, `false` once per outage.
        asked: bool,
    },
    /// `onMessage`.
    Message {
        /// What it is.
        message: Message,
        /// What came with it.
        data: Option<V>,
    },
    /// An event for these registrations.
    Event {
        /// The registrations, each of another listener.
        sernos: Vec<u32>,
        /// The event: the frame's `params`.
        params: V,
        /// The way on which events with the same `eventChannel` and `subscribedChannel` may come
        /// to the same registrations: see [`Session::routed`](super::Session::routed).
        route: Route,
    },
    /// `readyHandler`: the server granted a channel.
    Confirmed {
        /// The registrations that wait for it.
        sernos: Vec<u32>,
        /// The channel.
        channel: String,
    },
    /// `onSubscribeError`: the server refused a channel.
    Refused {
        /// The channel.
        channel: String,
        /// Why.
        error: Error<V>,
    },
    /// `onGap`: events were lost.
    Gap(Gap),
    /// A telephone call has changed, or its media are to.
    #[cfg(feature = "calls")]
    Dialog(crate::core::dialog::Notice<V>),
}

//! Every way in which a call can fail.

use std::ops::{Deref, DerefMut};

#[cfg(feature = "calls")]
use crate::core::dialog::Trouble;
use crate::core::json::integer;
use crate::core::text::joined;
use crate::core::value::{Field, Value};

/// What kind of failure it is: `VertoError.kind` on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The server refused the login.
    Auth,
    /// The server answered, and the answer is a refusal.
    Rejected,
    /// No answer came in time.
    Timeout,
    /// The connection broke before the answer came.
    ConnectionLost,
    /// There is no connection and none is being made.
    Closed,
    /// Another login took this session over (`verto.punt`).
    TakenOver,
    /// The page gave something that cannot be used; nothing was sent.
    InvalidArgument,
    /// The request is larger than a server accepts; nothing was sent.
    TooLarge,
    /// Too many requests are waiting for the connection, or no memory is left; nothing was sent.
    Overflow,
    /// This build or this browser cannot do it.
    Unsupported,
    /// The page gave the call up.
    Aborted,
    /// A telephone call has no microphone, or no media.
    #[cfg(feature = "calls")]
    Media(Trouble),
}

impl Kind {
    /// The kind's name on the page.
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::ConnectionLost.name(), "connection-lost");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Kind::Auth => "auth",
            Kind::Rejected => "rejected",
            Kind::Timeout => "timeout",
            Kind::ConnectionLost => "connection-lost",
            Kind::Closed => "closed",
            Kind::TakenOver => "taken-over",
            Kind::InvalidArgument => "invalid-argument",
            Kind::TooLarge => "too-large",
            Kind::Overflow => "overflow",
            Kind::Unsupported => "unsupported",
            Kind::Aborted => "aborted",
            #[cfg(feature = "calls")]
            Kind::Media(trouble) => trouble.name(),
        }
    }

    /// The code of a failure for which the server gave none. Ours; JSON-RPC's own codes
    /// lie below -32000, so the two cannot be confused.
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::Timeout.code(), -1);
    /// ```
    pub fn code(self) -> i32 {
        match self {
            Kind::Timeout => -1,
            Kind::ConnectionLost => -2,
            Kind::Closed => -3,
            Kind::TakenOver => -4,
            Kind::InvalidArgument => -5,
            Kind::TooLarge => -6,
            Kind::Overflow => -7,
            Kind::Unsupported => -8,
            // -9 is `wasm-unavailable`, which the JS glue makes: without wasm this isn't here.
            Kind::Auth => -10,
            Kind::Rejected => -11,
            Kind::Aborted => -12,
            #[cfg(feature = "calls")]
            Kind::Media(trouble) => trouble.code(),
        }
    }

    /// The kind with this [`Self::code`]; `InvalidArgument` where there is none.
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::of_code(Kind::TooLarge.code()), Kind::TooLarge);
    /// ```
    pub fn of_code(code: i32) -> Kind {
        match code {
            -6 => Kind::TooLarge,
            -8 => Kind::Unsupported,
            -10 => Kind::Auth,
            #[cfg(feature = "calls")]
            -17..=-13 => Kind::Media(Trouble::of_code(code)),
            _ => Kind::InvalidArgument,
        }
    }
}

/// A failure, as the page sees it in a `VertoError`. It is boxed, so that the many
/// `Result`s that could hold one are cheap to move and small in code.
///
/// ```
/// use verto_wasm::core::error::{Error, Kind};
///
/// let error = Error::<()>::new(Kind::Timeout, "no answer in 10 s");
/// assert_eq!(error.kind.name(), "timeout");
/// assert_eq!((error.code, error.sent), (-1, None));
/// ```
#[derive(Clone, Debug)]
pub struct Error<V>(Box<Failure<V>>);

/// What an [`Error`] says.
#[derive(Clone, Debug)]
pub struct Failure<V> {
    /// What kind of failure it is.
    pub kind: Kind,
    /// The server's code, or [`Kind::code`].
    pub code: i32,
    /// What happened and what to do.
    pub message: String,
    /// The reason in the server's own words.
    pub reason: Option<String>,
    /// The server's error object or refusing result, whole.
    pub data: Option<V>,
    /// The method of the request that failed.
    pub method: Option<String>,
    /// Whether the request had been written to a socket; known for `timeout`,
    /// `connection-lost`, `closed` and `aborted`.
    pub sent: Option<bool>,
}

impl<V> Deref for Error<V> {
    type Target = Failure<V>;

    fn deref(&self) -> &Failure<V> {
        &self.0
    }
}

impl<V> DerefMut for Error<V> {
    fn deref_mut(&mut self) -> &mut Failure<V> {
        &mut self.0
    }
}

impl<V> Error<V> {
    /// A failure of our own making.
    ///
    /// ```
    /// use verto_wasm::core::error::{Error, Kind};
    /// let error = Error::<()>::new(Kind::Closed, "logged out");
    /// assert_eq!((error.kind, error.code), (Kind::Closed, -3));
    /// ```
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error(Box::new(Failure {
            kind,
            code: kind.code(),
            message: message.into(),
            reason: None,
            data: None,
            method: None,
            sent: None,
        }))
    }

    /// The argument `name` cannot be used, because it `must` be something else.
    ///
    /// ```
    /// use verto_wasm::core::error::Error;
    /// let error = Error::<()>::argument("queue", "must be a non-empty string");
    /// assert_eq!(error.message, "queue must be a non-empty string");
    /// ```
    pub fn argument(name: &str, must: &str) -> Self {
        Self::new(Kind::InvalidArgument, joined(&[name, " ", must]))
    }

    /// The same failure, told for a request of `method` that had or hadn't been sent.
    ///
    /// ```
    /// use verto_wasm::core::error::{Error, Kind};
    /// let error = Error::<()>::new(Kind::Timeout, "no answer in 60 s").of("jsapi", true);
    /// assert_eq!((error.method.as_deref(), error.sent), (Some("jsapi"), Some(true)));
    /// ```
    #[must_use]
    pub fn of(mut self, method: &str, sent: bool) -> Self {
        self.method = Some(method.into());
        self.sent = Some(sent);
        self
    }
}

impl<V: Value> Error<V> {
    /// The server's refusal: a JSON-RPC `error` object, or a `result` whose `code` is not
    /// success. Both carry `code` and `message`, and XSwitch's results a `reason`
    /// (XSwitch reference); mod_verto's subscription errors carry neither (FreeSWITCH,
    /// transcript s04).
    ///
    /// ```
    /// # mod json {
    /// #     include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core/json.rs"));
    /// # }
    /// # use json::Json;
    /// use verto_wasm::core::error::{Error, Kind};
    ///
    /// let answer = Json(serde_json::json!({ "code": 403, "reason": "wrong extension" }));
    /// let error = Error::refusal(Kind::Rejected, "jsapi", answer);
    /// assert_eq!((error.code, error.reason.as_deref()), (403, Some("wrong extension")));
    /// assert_eq!(error.message, "the server refused jsapi: wrong extension");
    /// ```
    pub fn refusal(kind: Kind, method: &str, answer: V) -> Self {
        let reason = answer
            .text_of(Field::Reason)
            .or_else(|| answer.text_of(Field::Message))
            .or_else(|| answer.text());
        let said = reason.as_deref().unwrap_or("no reason given");
        Error(Box::new(Failure {
            kind,
            code: answer
                .field(Field::Code)
                .and_then(|code| number(&code))
                .unwrap_or(kind.code()),
            message: joined(&["the server refused ", method, ": ", said]),
            reason,
            data: Some(answer),
            method: Some(method.into()),
            sent: None,
        }))
    }
}

/// A code as a number. Some back ends write it as a string. A cast from f64 saturates, so
/// that an absurd code stays a code.
fn number<V: Value>(code: &V) -> Option<i32> {
    match code.number() {
        Some(number) => Some(number as i32),
        None => integer(&code.text()?),
    }
}

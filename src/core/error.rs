//! Every way in which a call can fail.

use std::ops::Deref;

#[cfg(feature = "calls")]
use crate::core::dialog::Trouble;
use crate::core::json::integer;
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

/// The failures, each with its name and its code on the page. The codes are ours: a failure
/// that the server tells of has the server's code, and JSON-RPC's own lie below -32000, so
/// that the two cannot be confused. `pkg-template/` has the same table, with one row more:
/// without WebAssembly this code isn't there to fail (`wasm-unavailable`, -9).
pub const KINDS: &[(Kind, &str, i32)] = &[
    (Kind::Timeout, "timeout", -1),
    (Kind::ConnectionLost, "connection-lost", -2),
    (Kind::Closed, "closed", -3),
    (Kind::TakenOver, "taken-over", -4),
    (Kind::InvalidArgument, "invalid-argument", -5),
    (Kind::TooLarge, "too-large", -6),
    (Kind::Overflow, "overflow", -7),
    (Kind::Unsupported, "unsupported", -8),
    (Kind::Auth, "auth", -10),
    (Kind::Rejected, "rejected", -11),
    (Kind::Aborted, "aborted", -12),
    #[cfg(feature = "calls")]
    (Kind::Media(Trouble::Denied), "media-denied", -13),
    #[cfg(feature = "calls")]
    (Kind::Media(Trouble::Insecure), "media-insecure", -14),
    #[cfg(feature = "calls")]
    (Kind::Media(Trouble::Missing), "media-missing", -15),
    #[cfg(feature = "calls")]
    (Kind::Media(Trouble::Busy), "media-busy", -16),
    #[cfg(feature = "calls")]
    (Kind::Media(Trouble::Failed), "media-failed", -17),
];

impl Kind {
    /// The kind's name on the page.
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::ConnectionLost.name(), "connection-lost");
    /// ```
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The code of a failure for which the server gave none; see [`KINDS`].
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::Timeout.code(), -1);
    /// ```
    pub fn code(self) -> i32 {
        self.row().1
    }

    /// The kind with this [`Self::code`]; `InvalidArgument` where there is none.
    ///
    /// ```
    /// use verto_wasm::core::error::Kind;
    /// assert_eq!(Kind::of_code(-7), Kind::Overflow);
    /// ```
    pub fn of_code(code: i32) -> Kind {
        let row = KINDS.iter().find(|(_, _, one)| *one == code);
        row.map_or(Kind::InvalidArgument, |(kind, ..)| *kind)
    }

    fn row(self) -> (&'static str, i32) {
        let row = KINDS.iter().find(|(kind, ..)| *kind == self);
        row.map_or(("", 0), |(_, name, code)| (name, *code))
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
        Self::new(Kind::InvalidArgument, [name, " ", must].concat())
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
        self.0.method = Some(method.into());
        self.0.sent = Some(sent);
        self
    }

    /// The same failure, with what came with it.
    ///
    /// ```
    /// use verto_wasm::core::error::{Error, Kind};
    /// let error = Error::new(Kind::Aborted, "the page gave this up").with_data("its reason");
    /// assert_eq!(error.data, Some("its reason"));
    /// ```
    #[must_use]
    pub fn with_data(mut self, data: V) -> Self {
        self.0.data = Some(data);
        self
    }

    /// The same failure, with this message where the server gave no reason.
    ///
    /// ```
    /// use verto_wasm::core::error::{Error, Kind};
    /// let error = Error::<()>::new(Kind::Rejected, "the server refused it").or_explain("ask for leave");
    /// assert_eq!(error.message, "ask for leave");
    /// ```
    #[must_use]
    pub fn or_explain(mut self, message: &str) -> Self {
        if self.reason.is_none() {
            self.0.message = message.into();
        }
        self
    }
}

impl<V: Value> Error<V> {
    /// The server's refusal: a JSON-RPC `error` object, or a `result` whose `code` is not
    /// success. Both carry `code` and `message`, and XSwitch's results a `reason`
    /// (XSwitch reference); mod_verto's subscription errors carry neither (seen with
    /// FreeSWITCH).
    ///
    /// ```
    /// # use testkit::*;
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
            message: ["the server refused ", method, ": ", said].concat(),
            reason,
            data: Some(answer),
            method: Some(method.into()),
            sent: None,
        }))
    }
}

/// A code as a number. Some back ends write it as a string. A code that is no `i32` becomes the
/// nearest one.
fn number<V: Value>(code: &V) -> Option<i32> {
    match code.number() {
        Some(number) => Some(number as i32),
        None => integer(&code.text()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_have_the_same_name_or_code() {
        for &(kind, name, code) in KINDS {
            assert_eq!((kind.name(), kind.code()), (name, code));
            assert_eq!(Kind::of_code(code), kind);
            assert_eq!(KINDS.iter().filter(|row| row.1 == name).count(), 1);
        }
        assert_eq!(Kind::of_code(-32001), Kind::InvalidArgument);
    }
}

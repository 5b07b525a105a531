//! The kinds of faults, and the words by which the control API names them.

use tokio::time::Instant;

use super::limit::Limit;
use crate::hub::Target;

/// What becomes of new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refuse {
    /// The upgrade is answered with 503.
    Http,
    /// The TCP connection is cut without an answer.
    Cut,
    /// The upgrade isn't answered while the fault is on.
    Hang,
    /// The WebSocket is accepted, and then nothing is answered.
    Silent,
}

/// What a connection that wants to upgrade gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is served.
    Accepted,
    /// The WebSocket is accepted, and nothing is ever answered on it.
    Silent,
    /// It gets HTTP 503.
    Unavailable,
    /// The TCP connection is cut without an answer.
    Cut,
    /// It gets no answer while the refusal of this number is on.
    Hang(u64),
}

/// What stands still on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// Nothing is read or written, and it isn't closed either.
    All,
    /// Frames are read, and nothing is ever answered to them or written.
    Answers,
    /// Only the close handshake never completes.
    Close,
}

/// A connection on which something stands still.
#[derive(Clone, Debug)]
pub struct Hold {
    /// What stands still.
    pub freeze: Freeze,
    /// When it goes on by itself. Without this it stands still until it is thawed.
    pub until: Option<Instant>,
    pub(super) login: Option<String>,
}

/// What `verto.ping` gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// The usual answer.
    Normal,
    /// Nothing.
    Unanswered,
    /// The error -32601, as from a server that does not know the method.
    Unknown,
}

/// Logins that are refused.
#[derive(Clone, Debug)]
pub struct LoginRefusal {
    /// The JSON-RPC error.
    pub code: i32,
    /// Its text.
    pub message: String,
    /// Whether the connection is closed thereafter.
    pub close: bool,
    /// Whose logins are refused.
    pub target: Target,
    /// How many logins are refused, or for how long.
    pub limit: Limit,
}

impl Refuse {
    /// Every way to refuse, by its word in the control API.
    pub const NAMES: [(&str, Refuse); 4] = [
        ("http", Refuse::Http),
        ("cut", Refuse::Cut),
        ("hang", Refuse::Hang),
        ("silent", Refuse::Silent),
    ];

    pub(super) fn name(self) -> &'static str {
        name_of(self, &Refuse::NAMES)
    }
}

impl Freeze {
    /// Everything that can stand still, by its word in the control API.
    pub const NAMES: [(&str, Freeze); 3] = [
        ("all", Freeze::All),
        ("answers", Freeze::Answers),
        ("close", Freeze::Close),
    ];

    pub(super) fn name(self) -> &'static str {
        name_of(self, &Freeze::NAMES)
    }
}

impl Ping {
    /// Every kind of answer, by its word in the control API.
    pub const NAMES: [(&str, Ping); 3] = [
        ("normal", Ping::Normal),
        ("none", Ping::Unanswered),
        ("error", Ping::Unknown),
    ];

    pub(super) fn name(self) -> &'static str {
        name_of(self, &Ping::NAMES)
    }
}

pub(super) fn name_of<T: PartialEq>(value: T, names: &[(&'static str, T)]) -> &'static str {
    let found = names.iter().find(|(_, named)| *named == value);
    found.map_or("", |(name, _)| name)
}

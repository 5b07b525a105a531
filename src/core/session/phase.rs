//! In which phase of its connection a session is. `docs/session.md` draws which phase leads
//! to which, and `tests/core/model/phases.rs` compares that drawing with what sessions do.

use super::State;
use crate::core::Ms;

/// A question for the page's credentials. It outlives the socket on which they were to be used.
#[derive(Debug)]
pub(super) struct Question {
    /// When it is given up, and when an answer that waits for a socket doesn't count any more.
    pub deadline: Ms,
    /// The login's parameters, where they came while there was no open socket.
    pub answer: Option<String>,
}

/// The phase of a session. Those that wait for something say until when, in ms.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// Never connected.
    Idle,
    /// A socket is being opened.
    Connecting { deadline: Ms },
    /// The socket is open, and the page is asked for its credentials.
    Asking { deadline: Ms },
    /// The login is in flight. How long it may take is known to the table of requests.
    LoggingIn,
    /// Logged in.
    Ready,
    /// The connection is lost, and the next one is opened after a delay.
    Reconnecting { at: Ms },
    /// Ended for good, until the page connects again.
    Closed,
}

impl Phase {
    /// What the page sees of it: it is not told whether its credentials or the server's
    /// answer are still missing.
    pub(super) fn state(self) -> State {
        match self {
            Phase::Idle => State::Idle,
            Phase::Connecting { .. } => State::Connecting,
            Phase::Asking { .. } | Phase::LoggingIn => State::Authenticating,
            Phase::Ready => State::Ready,
            Phase::Reconnecting { .. } => State::Reconnecting,
            Phase::Closed => State::Closed,
        }
    }

    /// Whether there is a connection, or one is being made.
    pub(super) fn is_active(self) -> bool {
        !matches!(self, Phase::Idle | Phase::Closed)
    }

    /// Whether the socket is open.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Phase::Asking { .. } | Phase::LoggingIn | Phase::Ready)
    }

    /// When the phase ends by itself.
    pub(super) fn deadline(self) -> Option<Ms> {
        match self {
            Phase::Connecting { deadline } | Phase::Asking { deadline } => Some(deadline),
            Phase::Reconnecting { at } => Some(at),
            _ => None,
        }
    }

    /// The clock was set back by this much.
    pub(super) fn set_back(&mut self, by: Ms) {
        match self {
            Phase::Connecting { deadline: at }
            | Phase::Asking { deadline: at }
            | Phase::Reconnecting { at } => *at = at.saturating_sub(by),
            _ => {}
        }
    }
}

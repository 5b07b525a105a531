//! What a lost connection does to a dialog, and how the dialog comes back.
//!
//! An answered call outlives its socket: the server keeps it for a while. The dialog waits (`away`) until
//! after the next login the server offers it again by `verto.attach`; then it is *recovering* until its
//! new media are agreed on. What isn't answered yet the server ends with the socket.

use super::effect::Epoch;
use super::line::Line;
use super::machine::{Dialog, Remote};
use super::state::State;
use super::time::Wait;
use crate::core::error::{Error, Kind};
use crate::core::value::Value;

/// A call from before a reload, as the tab remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its `callID`.
    pub call_id: String,
    /// The server holds it, and won't say so.
    pub held: bool,
    /// The microphone's tracks were enabled.
    pub microphone: bool,
    /// The camera's were.
    pub camera: bool,
}

/// What is true of a call of which nothing is remembered.
impl Default for Expected {
    fn default() -> Self {
        Expected {
            call_id: String::new(),
            held: false,
            microphone: true,
            camera: true,
        }
    }
}

impl<V: Value> Dialog<V> {
    /// The connection is lost: the server ends what isn't answered.
    ///
    /// Returns whether it is to be back at once: a call that is away already has had its attempt.
    pub fn lost(&mut self, line: &mut Line<V>) -> bool {
        if self.answered {
            self.wait = None;
            self.outage = None;
            return !std::mem::replace(&mut self.away, true);
        }
        if self.known {
            let message = "the connection was lost before the call was answered";
            let error = Error::new(Kind::ConnectionLost, message);
            self.fail(line, "DESTINATION_OUT_OF_ORDER", Some(27), error);
        }
        false
    }

    /// Logged in: what waits for it goes on.
    pub fn logged_in(&mut self, line: &mut Line<V>) {
        if self.away {
            self.waits(line, Wait::Back);
        } else if self.state == State::New {
            self.invite(line);
        }
    }

    /// The call goes on with media made anew.
    pub fn attached(&mut self, line: &mut Line<V>, offer: Option<V>) {
        self.away = false;
        self.outage = None;
        // Only a call that was answered is attached.
        self.answered = true;
        self.remote = Remote::Applied;
        self.ring(line, false);
        if self.state != State::Recovering {
            self.tell(line, State::Recovering);
        }
        self.connect(line, offer);
    }

    /// Whether the answer to this `verto.attach` is still to come.
    pub fn awaits_attach(&self, epoch: Epoch) -> bool {
        self.attaching() && !self.away && self.epoch == epoch && self.wait.is_none()
    }

    /// The server doesn't go on with this call after the connection was lost.
    pub fn not_back(&mut self, line: &mut Line<V>) {
        let error = Error::new(
            Kind::ConnectionLost,
            "the connection was lost, and the server has ended the call",
        );
        self.fail(line, "RECOVERY_ON_TIMER_EXPIRE", Some(102), error);
    }
}

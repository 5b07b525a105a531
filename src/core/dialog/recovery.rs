//! What a lost connection does to a dialog, and how the dialog comes back.
//!
//! An answered call outlives its socket: the server keeps it for a while. The dialog waits (`away`) until
//! after the next login the server offers it again by `verto.attach`; then it is *recovering* until its
//! new media are agreed on. What isn't answered yet the server ends with the socket.

use super::effect::Epoch;
use super::line::Line;
use super::machine::{Dialog, Remote, Wait};
use super::state::State;
use crate::core::error::{Error, Kind};
use crate::core::value::Value;

impl<V: Value> Dialog<V> {
    /// The connection is lost: the server ends what isn't answered.
    pub fn lost(&mut self, line: &mut Line<V>) {
        if self.answered {
            self.away = true;
            self.wait = None;
        } else if self.known {
            let message = "the connection was lost before the call was answered";
            let error = Error::new(Kind::ConnectionLost, message);
            self.fail(line, "DESTINATION_OUT_OF_ORDER", Some(27), error);
        }
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
        let attaching = self.state == State::Recovering || self.fresh;
        attaching && !self.away && self.epoch == epoch && self.wait.is_none()
    }
}

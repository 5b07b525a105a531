//! What a dialog waits for, and what is done when its time has come.

use super::line::Line;
use super::machine::Dialog;
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::value::Value;

/// What a dialog waits for with a limit of time. Ringing and talking have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The local stream.
    Stream,
    /// The local description.
    Local,
    /// The login before the invite.
    Login,
    /// The server's description, or that it is set.
    Remote,
    /// `verto.attach` after a login.
    Back,
}

impl Wait {
    /// How long, in ms. Somebody has to find and read the browser's question for the microphone;
    /// who calls has given up by then.
    fn patience(self) -> Ms {
        match self {
            Wait::Stream => 60_000,
            _ => 10_000,
        }
    }
}

impl<V: Value> Dialog<V> {
    /// From now on this is waited for.
    pub fn waits(&mut self, line: &Line<V>, wait: Wait) {
        self.wait = Some((wait, line.now.saturating_add(wait.patience())));
    }

    /// When [`Self::timer`] has something to do.
    pub fn due(&self) -> Option<Ms> {
        let wait = self.wait.map(|(_, until)| until);
        let outage = self.outage.map(|one| one.at.min(one.until));
        wait.into_iter().chain(outage).min()
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        if let Some((_, until)) = &mut self.wait {
            *until = until.saturating_sub(by);
        }
        if let Some(outage) = &mut self.outage {
            outage.at = outage.at.saturating_sub(by);
            outage.until = outage.until.saturating_sub(by);
        }
    }

    /// Does what is due.
    pub fn timer(&mut self, line: &mut Line<V>) {
        if self.mends(line) {
            return;
        }
        let Some((wait, until)) = self.wait else {
            return;
        };
        if until > line.now {
            return;
        }
        let late = |message: &str| Error::new(Kind::Timeout, message);
        match wait {
            Wait::Stream => self.media_failed(line, late("the microphone was not granted in time")),
            Wait::Local => self.media_failed(line, late("the browser made no description in time")),
            Wait::Remote => {
                self.media_failed(line, late("the server's description was not set in time"));
            }
            Wait::Login => {
                let error = late("there was no login in time");
                self.fail(line, "NETWORK_OUT_OF_ORDER", Some(38), error);
            }
            Wait::Back => self.not_back(line),
        }
    }
}

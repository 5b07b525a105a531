//! What a dialog does when its media die while the socket lives, as they do when the network changes.
//!
//! There is one remedy: a fresh peer connection with the same local stream, whose offer goes out as
//! `verto.modify` with `updateMedia`. The old connection plays until the new one is connected. An ICE
//! restart of the old one would do as well in a good case; after `verto.attach` a real server answers
//! it with silence, and so does Firefox once a connection has failed. No state is told: the call is
//! active, or held, throughout.
//!
//! A server that leaves `updateMedia` or an attach unanswered may be one that a dead socket no longer
//! reaches, and an attach whose media don't connect may be void at the server (mod_verto detaches calls
//! again when the thread of a half-open socket ends). In each of these cases the socket is given up, once in each outage;
//! the attach that follows makes the media anew.

use super::effect::{Asked, Epoch, Media, Output};
use super::line::{LATE, Line};
use super::machine::Dialog;
use super::report::{Connection, Report};
use super::server::sdp_of;
use super::state::State;
use super::time::Wait;
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::value::Value;

/// How long media may be disconnected before they are made anew, in ms: often they come back.
const GRACE: Ms = 2_000;

/// How long a new connection has until its media flow, in ms. It contains the reply to
/// `updateMedia`, which waits 5 s where the server is busy with an `unhold`.
const CONNECTS: Ms = 8_000;

/// How long a call is kept without media, in ms.
const PATIENCE: Ms = 30_000;

/// The longest time between two tries, in ms. The first is a quarter of it.
const LONGEST_PAUSE: Ms = 8_000;

/// Media that are dead, or not there yet after an attach.
#[derive(Clone, Copy, Debug)]
pub struct Outage {
    /// When something is done about it.
    pub at: Ms,
    /// When the call is given up.
    pub until: Ms,
    /// How many new connections were tried.
    tries: u32,
}

impl Outage {
    fn new(at: Ms, now: Ms) -> Self {
        let until = now.saturating_add(PATIENCE);
        Outage {
            at,
            until,
            tries: 0,
        }
    }
}

impl<V: Value> Dialog<V> {
    /// The answer to `verto.attach` is being made, or awaited.
    pub fn attaching(&self) -> bool {
        self.state == State::Recovering || self.fresh
    }

    /// The newest connection is made for `updateMedia`, and isn't connected yet.
    fn renewing(&self) -> bool {
        self.outage.is_some() && self.epoch != self.playing
    }

    /// Of which the server knows nothing yet.
    fn prepares_renewal(&self) -> bool {
        self.renewing() && matches!(self.wait, Some((Wait::Stream | Wait::Local, _)))
    }

    /// Closes the newest connection if another plays.
    pub fn close_newest(&mut self, line: &mut Line<V>) {
        if self.epoch != self.playing {
            self.media(line, Media::Close { epoch: self.epoch });
            self.epoch = self.playing;
        }
        self.wait = None;
    }

    /// What the media part reports of the connection that is being renewed; says whether it was that.
    pub fn renewal(&mut self, line: &mut Line<V>, report: &Report) -> bool {
        let renews = self.renewing() && matches!(report, Report::Failed { .. } | Report::Applied);
        if renews && matches!(report, Report::Failed { .. }) {
            self.in_vain(line);
        }
        renews
    }

    /// A connection's media flow, or have stopped.
    pub fn connection(&mut self, line: &mut Line<V>, epoch: Epoch, connection: Connection) {
        let newest = epoch == self.epoch;
        match connection {
            Connection::Connected if newest => {
                if self.renewing() {
                    self.wait = None;
                }
                self.play(line);
            }
            Connection::Failed if newest && self.renewing() => return self.in_vain(line),
            // The old media are back, and the server doesn't know of the new ones yet.
            Connection::Connected if epoch == self.playing && self.prepares_renewal() => {
                self.close_newest(line);
            }
            _ => {}
        }
        if epoch == self.playing {
            self.connection = connection;
            self.examine(line);
        } else {
            line.ignored(LATE);
        }
    }

    /// Looks at the media of an answered call that has no newer connection in the making.
    pub fn examine(&mut self, line: &Line<V>) {
        let talks = matches!(self.state, State::Active | State::Held) && !self.away;
        if !talks || self.epoch != self.playing {
            return;
        }
        let grace = match self.connection {
            Connection::Connected => {
                self.outage = None;
                self.socket_blamed = false;
                return;
            }
            Connection::Disconnected => GRACE,
            Connection::Failed => 0,
        };
        let at = line.now.saturating_add(grace);
        let outage = self.outage.get_or_insert(Outage::new(at, line.now));
        if outage.tries == 0 {
            outage.at = outage.at.min(at);
        }
    }

    /// The attach is answered: now its media have their time.
    pub fn await_media(&mut self, line: &Line<V>) {
        if self.epoch != self.playing {
            // At the server the old connection is no more.
            self.connection = Connection::Failed;
            self.outage = Some(Outage::new(line.now.saturating_add(CONNECTS), line.now));
        }
    }

    /// The network is back: the next try is made at once.
    pub fn hasten(&mut self, line: &Line<V>) {
        if let Some(outage) = &mut self.outage
            && self.epoch == self.playing
        {
            outage.at = outage.at.min(line.now);
        }
    }

    /// This try failed.
    fn in_vain(&mut self, line: &mut Line<V>) {
        self.close_newest(line);
        if let Some(outage) = &mut self.outage {
            let pause = LONGEST_PAUSE >> (3_u32.saturating_sub(outage.tries));
            outage.at = line.now.saturating_add(pause.min(LONGEST_PAUSE));
        }
    }

    /// The server's reply to `updateMedia`.
    pub fn updated(&mut self, line: &mut Line<V>, epoch: Epoch, outcome: Result<&V, &Error<V>>) {
        if epoch != self.epoch || !self.renewing() || self.wait.is_some() {
            return line.ignored(LATE);
        }
        let Ok(result) = outcome else {
            return self.in_vain(line);
        };
        if let Some(sdp) = sdp_of(result) {
            self.media(line, Media::Remote { epoch, sdp });
            return self.waits(line, Wait::Remote);
        }
        // This server doesn't know `updateMedia` (FreeSWITCH before 2020). Only the old media can
        // help now, and they may be back already.
        self.close_newest(line);
        if let Some(outage) = &mut self.outage {
            outage.tries += 1;
            outage.at = outage.until;
        }
        self.examine(line);
    }

    /// Does what is due about dead media; says whether something was.
    pub fn mends(&mut self, line: &mut Line<V>) -> bool {
        let Some(outage) = self
            .outage
            .as_mut()
            .filter(|one| one.at.min(one.until) <= line.now)
        else {
            return false;
        };
        let over = outage.until <= line.now;
        // After a sleep both times have passed, and nothing was tried meanwhile.
        if over && outage.at >= outage.until {
            let message = "no media came for too long, and they could not be made anew";
            let error = Error::new(Kind::Media(super::Trouble::Failed), message);
            self.fail(line, "MEDIA_TIMEOUT", Some(804), error);
            return true;
        }
        outage.tries += 1;
        outage.at = line.now.saturating_add(CONNECTS);
        if over {
            outage.until = outage.at;
        }
        // Sent, and not answered; or attached, and not connected.
        let silent = self.epoch != self.playing && self.wait.is_none();
        if !(silent && self.blames_socket(line)) {
            self.connect(line, None);
        }
        true
    }

    /// Gives the socket up, which may be dead; says whether this is done, once in each outage.
    pub fn blames_socket(&mut self, line: &mut Line<V>) -> bool {
        let first = !std::mem::replace(&mut self.socket_blamed, true);
        if first {
            line.out.push(Output::Reconnect);
        }
        first
    }

    /// The offer of `updateMedia` is ready.
    pub fn offer_again(&self, line: &mut Line<V>, sdp: &str) {
        self.ask(
            line,
            Asked::Update(self.epoch),
            r#"{"action":"updateMedia"}"#,
            sdp,
        );
    }
}

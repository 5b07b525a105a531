//! What time does to a session: deadlines, silence, sleep, and a clock that is set back.

use super::{Phase, Session};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::liveness::{Liveness, Verdict};
use crate::core::rpc::Owner;
use crate::core::value::Value;

const NO_CREDENTIALS_IN_TIME: &str = "the credential function gave nothing in time";

impl<V: Value> Session<V> {
    /// When [`Self::timer`] is to be called.
    ///
    /// ```
    /// # use testkit::*;
    /// assert_eq!(Session::<Json>::new(42).deadline(), None);
    /// // The server is asked after 10 s of silence.
    /// assert_eq!(logged_in().deadline(), Some(10_000));
    /// ```
    pub fn deadline(&self) -> Option<Ms> {
        let liveness = self.liveness.as_ref().map(Liveness::deadline);
        let calls = self.rpc.deadline();
        let phase = self.phase.deadline();
        let question = self.question.as_ref().map(|one| one.deadline);
        let deadlines = phase.into_iter().chain(calls).chain(liveness);
        let deadlines = deadlines.chain(question);
        #[cfg(feature = "calls")]
        let deadlines = deadlines
            .chain(self.dialogs.deadline())
            .chain(self.quiet.until);
        deadlines.min()
    }

    /// The time is `now`: does what is due.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// // Nothing was heard for 10 s.
    /// session.timer(10_000);
    /// assert_eq!(sent(&mut session), ["verto.ping"]);
    /// // Nor for 20 s more.
    /// session.timer(20_000);
    /// session.timer(30_000);
    /// assert_eq!(session.state(), State::Reconnecting);
    /// ```
    pub fn timer(&mut self, now: Ms) {
        self.clock(now);
        match self.phase {
            Phase::Connecting { deadline } if deadline <= now => {
                let message = "the server didn't accept the connection in time";
                self.lost(now, Error::new(Kind::Timeout, message));
            }
            Phase::Asking { deadline } if deadline <= now => {
                self.lost(now, Error::new(Kind::Timeout, NO_CREDENTIALS_IN_TIME));
            }
            Phase::Reconnecting { at } if at <= now => self.open(now),
            _ => {}
        }
        let expired = self.question.take_if(|one| one.deadline <= now);
        if expired.is_some() && matches!(self.phase, Phase::Ready) {
            self.log_in_again(now, Err(Error::new(Kind::Timeout, NO_CREDENTIALS_IN_TIME)));
        }
        for entry in self.rpc.overdue(now) {
            self.timed_out(now, entry.owner, entry.id);
        }
        #[cfg(feature = "calls")]
        {
            if self.quiet.until.is_some_and(|until| until <= now) {
                self.speak();
            }
            self.dialogs.timer();
            self.follow_dialogs();
        }
        let busy = self.rpc.busy_until();
        let verdict = self.liveness.as_mut().map(|one| one.check(now, busy));
        self.judged(now, verdict);
    }

    /// The network is back, or the machine or the page may have slept: what is due is done,
    /// an attempt that waits is made at once, and a connection that looks alive is asked.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.closed(5_000, 1, 1006);
    /// session.woke(5_001);
    /// assert_eq!(session.state(), State::Connecting, "at once, not after the delay");
    /// ```
    pub fn woke(&mut self, now: Ms) {
        self.clock(now);
        let busy = self.rpc.busy_until();
        let verdict = self.liveness.as_mut().map(|one| one.woke(now, busy));
        self.judged(now, verdict);
        // A login's patience is for a busy server, not for a socket that may be dead.
        self.rpc.hurry_login(self.due(now));
        #[cfg(feature = "calls")]
        self.dialogs.woke();
        self.timer(now);
        if matches!(self.phase, Phase::Reconnecting { .. }) {
            self.open(now);
        }
    }

    /// Takes note of the time. A clock that is set back (by NTP, after a sleep) must hold
    /// nothing up, so everything that is due moves with it.
    pub(super) fn clock(&mut self, now: Ms) {
        let back = self.now.saturating_sub(now);
        self.now = now;
        #[cfg(feature = "calls")]
        self.dialogs.at(now);
        if back == 0 {
            return;
        }
        self.phase.set_back(back);
        if let Some(question) = &mut self.question {
            question.deadline = question.deadline.saturating_sub(back);
        }
        self.rpc.set_back(back);
        self.subscriptions.set_back(back);
        self.login.set_back(back);
        #[cfg(feature = "calls")]
        {
            self.dialogs.set_back(back);
            self.quiet.until = self.quiet.until.map(|until| until.saturating_sub(back));
        }
        if let Some(liveness) = &mut self.liveness {
            liveness.set_back(back);
        }
    }

    /// When what begins now has taken too long.
    pub(super) fn due(&self, now: Ms) -> Ms {
        now.saturating_add(self.timeout())
    }

    /// How long a step of an attempt, or a request, may take, in ms.
    pub(super) fn timeout(&self) -> Ms {
        self.config.as_ref().map_or(0, |config| config.timeout)
    }

    /// Does what liveness found to be necessary.
    pub(super) fn judged(&mut self, now: Ms, verdict: Option<Verdict>) {
        match verdict {
            None | Some(Verdict::Fine) => {}
            Some(Verdict::Ask) => {
                self.send(self.due(now), Owner::Ping, "verto.ping", "{}");
            }
            Some(Verdict::Dead) => {
                let message = "the server has been silent for too long";
                self.lost(now, Error::new(Kind::ConnectionLost, message));
            }
        }
    }
}

//! Time in the random programs: the timer, sleep, clocks that somebody sets, and how long a
//! server may be silent.

use std::collections::BTreeSet;

use testkit::{Ms, SocketId, State};
use verto_wasm::core::limits::{LONGEST_BUSY, SHORTEST_SLEEP, WAKE_TIMEOUT};

use super::world::{Asked, What, Wire, World};

/// What the world knows about the server's silence on the live socket. There are two clocks:
/// the wall clock, and the one that nobody can set ([`testkit::Alarm`]).
#[derive(Debug, Default)]
pub struct Silence {
    /// When the server was last heard, by the wall clock.
    pub heard: Ms,
    /// When the server was last heard, or the wall clock was last set, by the other clock.
    pub since: Ms,
    /// By when the silent socket must be given up, by the clock that nobody can set.
    pub until: Ms,
    /// The wall clock was set since the server was last heard.
    pub jumped: bool,
    /// The page woke up since the server was last heard.
    pub woke: bool,
    /// A timer rang late since then, or the page woke up late: it slept, and then no request excuses
    /// the silence.
    pub slept: bool,
    /// When the last ping was sent, by the clock that nobody can set and by the wall clock.
    pub asked: Option<(Ms, Ms)>,
    /// The request that the server worked on when it was first asked in this silence.
    pub excuse: Option<u32>,
}

impl World {
    /// Calls the timer. If its time has not come, nothing must follow.
    pub fn timer(&mut self) {
        let back = self.told_now.saturating_sub(self.now);
        let was_due = |at: Ms| at.saturating_sub(back) <= self.now;
        let was_due = self.session.deadline().is_some_and(was_due);
        self.clock();
        self.expect_overdue();
        self.silence.slept |= self.late;
        let before = self.before_judgement();
        self.late &= !was_due;
        self.input(|one, now| one.timer(now));
        let (io, notices) = self.settle_down();
        self.judge_loss(before);
        if !was_due {
            assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
        }
        self.judge_times();
    }

    /// The page wakes up: the network is back, or the page is shown again.
    pub fn woke(&mut self) {
        // The session looks at the silence at least this often. If it could not, the page slept, and
        // then no request excuses the silence.
        let most = self.config.keep_alive.map_or(0, |one| one.interval);
        let most = most.max(WAKE_TIMEOUT) + SHORTEST_SLEEP;
        let slept = self.now >= self.told_now.saturating_add(most);
        self.clock();
        let socket = self.live.filter(|_| self.logged_in);
        let quiet = self.now >= self.silence.heard + SHORTEST_SLEEP;
        self.expect_overdue();
        if socket.is_some() && quiet && !self.silence.woke {
            self.silence.woke = true;
            let busy = if slept { 0 } else { self.busy_until() };
            self.silence.until = (self.alarm.clock + WAKE_TIMEOUT).max(busy);
        }
        self.silence.slept |= self.late || slept;
        let before = self.before_judgement();
        self.alarm.stop();
        self.input(|one, now| one.woke(now));
        self.settle_down();
        self.judge_loss(before);
        self.judge_times();
        assert_ne!(self.session.state(), State::Reconnecting, "it could try");
        let settings = self.config.keep_alive.filter(|_| quiet && self.answers);
        if let Some(settings) = settings
            && socket.is_some()
            && socket == self.live
        {
            // A wall clock that was set back a little since then is not noticed by the session,
            // which then waits a little longer.
            let (at, wall) = self.silence.asked.expect("nobody ever asked");
            let ago = (self.alarm.clock - at).min(self.now.saturating_sub(wall));
            let recent = settings.interval.max(WAKE_TIMEOUT);
            assert!(ago <= recent, "nobody asked");
        }
    }

    /// Before time can end the connection: the live socket, if it has logged in; whether its
    /// server answers pings; and whether a request that was sent before the first ping of the
    /// present silence still excuses that silence.
    fn before_judgement(&self) -> Option<(SocketId, bool, bool)> {
        let socket = self.live.filter(|_| self.logged_in)?;
        let busy =
            |asked: &Asked| Some(asked.id) == self.silence.excuse && asked.deadline > self.now;
        // A request excuses silence for a limited time only.
        let young = self.alarm.clock < self.silence.since + LONGEST_BUSY;
        let jumped = self.silence.jumped;
        let busy = young && !jumped && !self.silence.slept && self.in_flight.iter().any(busy);
        Some((socket, self.answers, busy))
    }

    /// Judges whether time alone may have ended the connection: only if the server is known to
    /// answer pings, was asked, and had enough time to answer.
    fn judge_loss(&self, before: Option<(SocketId, bool, bool)>) {
        let before = before.filter(|(socket, ..)| self.live != Some(*socket));
        let Some((socket, answers, busy)) = before else {
            return;
        };
        let settings = self.config.keep_alive.expect("nobody watched it");
        assert!(answers, "{socket} was lost, whose server answers no pings");
        assert!(!busy, "{socket} was lost while the server was busy");
        let silent = self.now - self.silence.heard;
        let intervals = Ms::from(settings.max_failed) + 1;
        let least = settings
            .interval
            .saturating_mul(intervals)
            .min(WAKE_TIMEOUT);
        assert!(silent >= least, "{socket} was lost after {silent} ms");
    }

    /// Time passes, and the timer is called whenever it rings.
    pub fn pass(&mut self, ms: Ms) {
        let end = self.alarm.clock + ms;
        let mut rang = 0;
        loop {
            let (passed, rings) = self.alarm.pass(end - self.alarm.clock);
            self.now += passed;
            if !rings {
                break;
            }
            rang += 1;
            assert!(rang < 100 + ms / 200, "the timer rings again and again");
            self.timer();
        }
        self.settle_down();
    }

    /// Time passes until the session wants to be called.
    pub fn pass_to_deadline(&mut self) {
        let deadline = self.session.deadline().unwrap_or(0);
        self.pass(deadline.saturating_sub(self.now).min(120_000));
    }

    /// The machine sleeps, or somebody sets the wall clock. No timer knows of it.
    pub fn set_clock(&mut self, by: i64) {
        self.now = self.now.checked_add_signed(by).unwrap();
        self.late = true;
        self.begin_silence(true);
        self.excuse_late_timer();
    }

    /// The session is about to be told the time. If the wall clock was set back, everything
    /// that is due at some time is due that much earlier.
    pub fn clock(&mut self) {
        let back = self.told_now.saturating_sub(self.now);
        self.told_now = self.now;
        if back == 0 {
            return;
        }
        let calls = self.calls.values_mut().map(|call| &mut call.deadline);
        let asked = self.in_flight.iter_mut().map(|asked| &mut asked.deadline);
        let pinged = self.silence.asked.iter_mut().map(|(_, wall)| wall);
        let silence = pinged.chain([&mut self.silence.heard]);
        let late_login = [&mut self.late_login.0, &mut self.late_login.1];
        for deadline in calls.chain(asked).chain(silence).chain(late_login) {
            *deadline = deadline.saturating_sub(back);
        }
        self.window_ends = self.window_ends.saturating_sub(back);
        self.asked_until = self.asked_until.saturating_sub(back);
        self.begin_silence(true);
    }

    /// The timer was set for a deadline, then the wall clock jumped forward, and then the session
    /// wanted the same deadline again. The shell does not set the timer again for an equal
    /// deadline, so that it rings late, and the server is asked only then. What is in flight at
    /// that time excuses its silence.
    pub fn excuse_late_timer(&mut self) {
        let Some(settings) = self.config.keep_alive else {
            return;
        };
        if let Some(rings) = self.alarm.rings_late(self.now) {
            let patience = settings.interval.saturating_mul(settings.max_failed.into());
            let until = rings.saturating_add(patience.max(WAKE_TIMEOUT));
            let until = until.max(self.busy_until());
            self.silence.until = self.silence.until.max(until);
        }
    }

    /// The server was heard.
    pub fn hear(&mut self) {
        self.silence.heard = self.now;
        self.silence.woke = false;
        self.silence.slept = false;
        self.silence.excuse = None;
        self.begin_silence(false);
    }

    /// The silence counts from now on. `jumped` is whether that is so because the wall clock was
    /// set, and not because the server was heard.
    pub fn begin_silence(&mut self, jumped: bool) {
        self.silence.jumped = jumped;
        self.silence.since = self.alarm.clock;
        let most = self.config.keep_alive.map_or(0, |settings| {
            let intervals = Ms::from(settings.max_failed) + 1;
            let usual = settings.interval.saturating_mul(intervals);
            // A timer that rings late shows that the machine slept, and then a server has this
            // long to answer.
            let slept = settings.interval + WAKE_TIMEOUT;
            match jumped || self.late {
                true => usual.max(slept),
                false => usual,
            }
        });
        let until = self.alarm.clock.saturating_add(most);
        self.silence.until = until.max(self.busy_until());
    }

    /// The request that the server works on: the oldest, since it works in order.
    pub fn works_on(&self) -> Option<&Asked> {
        let mut asked = self.in_flight.iter();
        asked.find(|asked| !matches!(asked.what, What::Ping))
    }

    /// Until when the server may be busy with the request that it works on, by the clock that
    /// nobody can set.
    pub fn busy_until(&self) -> Ms {
        let left = |asked: &&Asked| !matches!(asked.what, What::Ping) && asked.deadline > self.now;
        let oldest = self.in_flight.iter().find(left);
        oldest.map_or(0, |asked| self.excused(asked.deadline))
    }

    /// Until when a request with this deadline excuses silence, by the clock that nobody can set.
    /// This is the latest time: for the limit of the core and, since the core looks only once in
    /// an interval, a little more.
    pub fn excused(&self, deadline: Ms) -> Ms {
        let left = deadline
            .saturating_sub(self.now)
            .min(LONGEST_BUSY + 100_000);
        self.alarm.clock + left
    }

    /// Requests in flight whose time is over are given up.
    pub fn expect_overdue(&mut self) {
        let (overdue, rest) = std::mem::take(&mut self.in_flight)
            .into_iter()
            .partition(|asked| asked.deadline <= self.now && self.logged_in);
        self.in_flight = rest;
        for asked in overdue {
            match asked.what {
                What::Subscribe(ref names, _) => {
                    let names = names.clone();
                    self.expect_wire(asked.id, &names, &BTreeSet::new(), Wire::Unknown(asked.id));
                    self.honest = false;
                    self.given_up.push(asked);
                }
                What::Nobody | What::Ping => {}
                What::Login | What::Call(_) => self.in_flight.push(asked),
            }
        }
        self.in_flight.sort_by_key(|asked| asked.id);
    }
}

//! The random programs' time: the timer, sleep, clocks that are set, and for how long a
//! server may be silent.

use std::collections::BTreeSet;

use verto_wasm::core::Ms;
use verto_wasm::core::session::{SocketId, State};

use super::world::{Asked, What, Wire, World};

/// What the world knows of the server's silence on the live socket.
#[derive(Debug, Default)]
pub struct Silence {
    /// When the server was last heard, by the wall clock.
    pub heard: Ms,
    /// When it was last heard, or the clock was last set, by the clock that nobody sets.
    pub since: Ms,
    /// By when, on that clock, the silent socket must be given up.
    pub until: Ms,
    /// The clock was set since.
    pub jumped: bool,
    /// The page woke since.
    pub woke: bool,
    /// When the last ping was sent, on that clock and by the wall clock, and the id of the
    /// first since then.
    pub asked: Option<(Ms, Ms)>,
    pub first: Option<u32>,
}

impl World {
    /// Calls the timer, which does nothing where it isn't due.
    pub fn timer(&mut self) {
        let back = self.told_now.saturating_sub(self.now);
        let was_due = |at: Ms| at.saturating_sub(back) <= self.now;
        let was_due = self.session.deadline().is_some_and(was_due);
        self.clock();
        self.expect_overdue();
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

    /// The network is back, or the page is shown again.
    pub fn woke(&mut self) {
        self.clock();
        let socket = self.live.filter(|_| self.logged_in);
        let quiet = self.now >= self.silence.heard + 3_000;
        self.expect_overdue();
        if socket.is_some() && quiet && !self.silence.woke {
            self.silence.woke = true;
            self.silence.until = (self.alarm.clock + 5_000).max(self.busy_until());
        }
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
            // A clock that was set a little back since is not noticed, and delays the answer.
            let (at, wall) = self.silence.asked.expect("nobody ever asked");
            let ago = (self.alarm.clock - at).min(self.now.saturating_sub(wall));
            let recent = settings.interval.max(5_000);
            assert!(ago <= recent, "nobody asked");
        }
    }

    /// The live socket after its login, whether its server answers pings, and whether a
    /// request that was made before the first ping of the present silence still excuses it.
    fn before_judgement(&self) -> Option<(SocketId, bool, bool)> {
        let socket = self.live.filter(|_| self.logged_in)?;
        let busy = |asked: &Asked| {
            let earlier = Some(asked.id) < self.silence.first;
            earlier && asked.deadline > self.now && !matches!(asked.what, What::Ping)
        };
        // For ten minutes at most.
        let young = self.alarm.clock < self.silence.since + 600_000;
        let jumped = self.silence.jumped;
        let busy = young && !jumped && self.in_flight.iter().any(busy);
        Some((socket, self.answers, busy))
    }

    /// Time alone ends a connection only where the server is known to answer, was asked
    /// and had its time.
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
        let least = settings.interval.saturating_mul(intervals).min(5_000);
        assert!(silent >= least, "{socket} was lost after {silent} ms");
    }

    /// Time passes as it does for a page that is shown.
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

    /// The machine sleeps, or the clock is set: no timer knows of it.
    pub fn set_clock(&mut self, by: i64) {
        self.now = self.now.checked_add_signed(by).unwrap();
        self.late = true;
        self.begin_silence(true);
        self.excuse_late_timer();
    }

    /// The session is about to be told the time. Where the clock was set back, all that is
    /// due moves with it.
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
        for deadline in calls.chain(asked).chain(silence) {
            *deadline = deadline.saturating_sub(back);
        }
        self.begin_silence(true);
    }

    /// A timer that was set before the clock was, and for a time that is wanted anew, isn't set
    /// anew: it rings late, and only then is the server asked. What is in flight then excuses it.
    pub fn excuse_late_timer(&mut self) {
        let Some(settings) = self.config.keep_alive else {
            return;
        };
        if let Some(rings) = self.alarm.rings_late(self.now) {
            let patience = settings.interval.saturating_mul(settings.max_failed.into());
            let until = rings.saturating_add(patience.max(5_000));
            let until = until.max(self.busy_until());
            self.silence.until = self.silence.until.max(until);
        }
    }

    /// The server was heard.
    pub fn hear(&mut self) {
        self.silence.heard = self.now;
        self.silence.woke = false;
        self.silence.first = None;
        self.begin_silence(false);
    }

    pub fn begin_silence(&mut self, jumped: bool) {
        self.silence.jumped = jumped;
        self.silence.since = self.alarm.clock;
        let most = self.config.keep_alive.map_or(0, |settings| {
            let intervals = Ms::from(settings.max_failed) + 1;
            let usual = settings.interval.saturating_mul(intervals);
            // The timer that rings late shows that the machine slept.
            let slept = settings.interval + 5_000;
            match jumped || self.late {
                true => usual.max(slept),
                false => usual,
            }
        });
        let until = self.alarm.clock.saturating_add(most);
        self.silence.until = until.max(self.busy_until());
    }

    /// Until when, on the clock that nobody sets, the server may be busy with what is in
    /// flight.
    pub fn busy_until(&self) -> Ms {
        let busy = |asked: &&Asked| !matches!(asked.what, What::Ping);
        let deadlines = self
            .in_flight
            .iter()
            .filter(busy)
            .map(|asked| asked.deadline);
        deadlines.map(|at| self.excused(at)).max().unwrap_or(0)
    }

    /// A request with this deadline excuses silence until then, on the clock that nobody
    /// sets; for ten minutes and what the intervals are off at most.
    pub fn excused(&self, deadline: Ms) -> Ms {
        let left = deadline.saturating_sub(self.now).min(700_000);
        self.alarm.clock + left
    }

    /// What is in flight is given up in its time.
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

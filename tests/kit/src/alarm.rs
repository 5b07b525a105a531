//! The shell's one timer.
//!
//! There are two clocks in a browser. Timers run by one that nobody can set. The session is
//! told the time of the other, the wall clock, which jumps when the machine has slept or when
//! somebody sets it. So a timer may ring early or late by the wall clock.

use verto_wasm::core::Ms;

/// A timer that is set again whenever the session's deadline has changed.
#[derive(Debug, Default)]
pub struct Alarm {
    /// The clock that nobody can set: how long the program has been running, in ms.
    pub clock: Ms,
    /// The deadline by the wall clock that the timer was set for, and when it rings by `clock`.
    set: Option<(Ms, Ms)>,
}

impl Alarm {
    /// Sets the timer for `deadline`. The wall clock shows `now`.
    pub fn set(&mut self, now: Ms, deadline: Option<Ms>) {
        if self.set.map(|(at, _)| at) == deadline {
            return;
        }
        let rings = |at: Ms| self.clock.saturating_add(at.saturating_sub(now));
        self.set = deadline.map(|at| (at, rings(at)));
    }

    /// When the timer rings by `clock`, if that is too late for its deadline: the wall clock,
    /// which shows `now`, has jumped forward since the timer was set.
    pub fn rings_late(&self, now: Ms) -> Option<Ms> {
        let late =
            |(at, rings): &(Ms, Ms)| *rings > self.clock.saturating_add(at.saturating_sub(now));
        self.set.filter(late).map(|(_, rings)| rings)
    }

    /// Forgets what the timer was set for, so that the next [`Self::set`] sets it again. The
    /// shell does so when the page wakes up, since a timer doesn't count while the machine
    /// sleeps.
    pub fn stop(&mut self) {
        self.set = None;
    }

    /// Lets time pass until the timer rings, but at most `most` ms. Returns how many ms passed,
    /// and whether the timer rang.
    pub fn pass(&mut self, most: Ms) -> (Ms, bool) {
        let end = self.clock.saturating_add(most);
        let rings = self.set.filter(|(_, at)| *at <= end);
        let until = rings.map_or(end, |(_, at)| at.max(self.clock));
        let passed = until - self.clock;
        self.clock = until;
        if rings.is_some() {
            self.set = None;
        }
        (passed, rings.is_some())
    }
}

//! The shell's one timer: it runs by a clock that nobody sets, while the session is told
//! the wall clock's time.

use verto_wasm::core::Ms;

/// One timer, set anew whenever the session's deadline is another.
#[derive(Debug, Default)]
pub struct Alarm {
    /// How long the program has been running.
    pub clock: Ms,
    /// The deadline that it was set for, and when it rings.
    set: Option<(Ms, Ms)>,
}

impl Alarm {
    /// The session was told something at `now` and wants to be called at `deadline`.
    pub fn set(&mut self, now: Ms, deadline: Option<Ms>) {
        if self.set.map(|(at, _)| at) == deadline {
            return;
        }
        let rings = |at: Ms| self.clock.saturating_add(at.saturating_sub(now));
        self.set = deadline.map(|at| (at, rings(at)));
    }

    /// When it rings, if that is later than it should be after `now`: the clock was set since.
    pub fn rings_late(&self, now: Ms) -> Option<Ms> {
        let late =
            |(at, rings): &(Ms, Ms)| *rings > self.clock.saturating_add(at.saturating_sub(now));
        self.set.filter(late).map(|(_, rings)| rings)
    }

    /// It is to be set anew: while the machine slept it didn't count.
    pub fn stop(&mut self) {
        self.set = None;
    }

    /// Lets time pass until the timer rings, at most `most` ms; returns how long that was
    /// and whether it rang.
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

//! How time passes. All times are in ms.

use verto_wasm::core::Ms;
use verto_wasm::core::session::State;

use super::Harness;
use crate::show::show_io;

impl Harness {
    /// Lets `ms` pass; the timer is called whenever it rings.
    pub fn wait(&mut self, ms: Ms) {
        self.watch(ms);
    }

    /// Waits as [`Self::wait`] does. Returns what was done and when, in ms from now.
    pub fn watch(&mut self, ms: Ms) -> Vec<(Ms, String)> {
        let (start, mut rang) = (self.alarm.clock, 0);
        let mut seen = Vec::new();
        loop {
            let at = self.alarm.clock - start;
            let (passed, rings) = self.alarm.pass(ms - at);
            self.now += passed;
            if !rings {
                return seen;
            }
            rang += 1;
            assert!(rang < 100 + ms / 100, "the timer rings again and again");
            let before = self.io.len();
            self.timer();
            let new = self.io[before..].iter().map(show_io);
            seen.extend(new.map(|one| (at + passed, one)));
        }
    }

    /// The machine sleeps for `ms`: nothing runs, and no timer counts. It isn't said that it
    /// woke; see [`Self::woke`].
    pub fn sleep(&mut self, ms: Ms) {
        self.now += ms;
    }

    /// The page wakes up: what the shell calls when the network is back, when the machine
    /// resumes, and when the page is shown.
    pub fn woke(&mut self) {
        self.alarm.stop();
        self.session.woke(self.now);
        self.drain();
    }

    /// The timer is called, whether or not its time has come.
    pub fn timer(&mut self) {
        self.session.timer(self.now);
        self.drain();
    }

    /// Waits until the time of the next attempt to connect, which begins.
    pub fn next_attempt(&mut self) {
        assert_eq!(self.session.state(), State::Reconnecting);
        self.wait(self.session.deadline().unwrap() - self.now);
    }

    /// Waits for the next attempt, which ends in a login.
    pub fn reconnect(&mut self) {
        self.next_attempt();
        self.log_in();
    }
}

//! Whether the server is still there.
//!
//! A half-open socket looks open for minutes: nothing comes in, and what goes out is lost.
//! So silence is asked about with a `verto.ping`, and silence after that is judged. Any
//! frame is a sign of life.

use crate::core::Ms;

/// What a server may take to answer after the machine woke, in ms.
const WAKE: Ms = 5_000;
/// A check that runs this late, in ms, means that the machine or the page slept.
const SLEPT: Ms = 3_000;

/// `keepAlive`: how silence is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// How long the server may be silent before it is asked, and then again, in ms.
    pub interval: Ms,
    /// How many intervals may pass without any answer.
    pub max_failed: u32,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do now.
    Fine,
    /// Ask the server.
    Ask,
    /// The connection is dead.
    Dead,
}

/// The liveness of one connection.
#[derive(Debug)]
pub struct Liveness {
    settings: KeepAlive,
    /// When the server was last heard.
    heard: Ms,
    /// Pings since then.
    asked: u32,
    /// When to look again. It isn't moved by every frame, which would cost a timer each.
    check: Ms,
    /// After a sleep one ping decides.
    waking: bool,
    /// A server that never answered a ping isn't judged by it.
    answers: bool,
}

impl Liveness {
    /// A connection that begins at `now`; `answers` where its server is known to answer
    /// pings.
    pub fn new(settings: KeepAlive, answers: bool, now: Ms) -> Self {
        Liveness {
            settings,
            heard: now,
            asked: 0,
            check: now.saturating_add(settings.interval),
            waking: false,
            answers,
        }
    }

    /// A frame came in.
    pub fn heard(&mut self, now: Ms) {
        self.heard = now;
        self.asked = 0;
        self.waking = false;
    }

    /// A ping was answered, with whatever.
    pub fn answered(&mut self) {
        self.answers = true;
    }

    /// When to call [`Self::check`].
    pub fn deadline(&self) -> Ms {
        self.check
    }

    /// The machine or the page may have slept, or changed its network: one ping, which
    /// must be answered soon.
    pub fn woke(&mut self, now: Ms) -> Verdict {
        if now < self.heard.saturating_add(SLEPT) && now >= self.heard {
            return Verdict::Fine;
        }
        self.asked = 1;
        self.waking = true;
        self.check = now.saturating_add(WAKE);
        Verdict::Ask
    }

    /// Looks at the silence. `busy` is when the oldest request in flight is given up: until
    /// then the server may be working on it, since it works strictly in order (FreeSWITCH,
    /// transcript s06).
    pub fn check(&mut self, now: Ms, busy: Option<Ms>) -> Verdict {
        if now < self.check {
            // A clock that was set back must not stop the checks for hours.
            let far = now.saturating_add(self.settings.interval.max(WAKE));
            self.check = self.check.min(far);
            return Verdict::Fine;
        }
        if now > self.check.saturating_add(SLEPT) {
            return self.woke(now);
        }
        if self.asked == 0 {
            let silent = self.heard.saturating_add(self.settings.interval);
            if now < silent {
                self.check = silent;
                return Verdict::Fine;
            }
        } else if let Some(busy) = busy.filter(|busy| now < *busy) {
            self.check = busy;
            return Verdict::Fine;
        } else if self.waking || self.asked >= self.settings.max_failed {
            self.check = now.saturating_add(self.settings.interval);
            return match self.answers {
                true => Verdict::Dead,
                false => Verdict::Ask,
            };
        }
        self.asked = self.asked.saturating_add(1);
        self.check = now.saturating_add(self.settings.interval);
        Verdict::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: KeepAlive = KeepAlive {
        interval: 10_000,
        max_failed: 2,
    };

    fn learned() -> Liveness {
        let mut liveness = Liveness::new(SETTINGS, false, 0);
        liveness.answered();
        liveness
    }

    /// Checks whenever due until a verdict other than `Fine`; returns it with its time.
    fn next(liveness: &mut Liveness, busy: Option<Ms>) -> (Ms, Verdict) {
        loop {
            let at = liveness.deadline();
            match liveness.check(at, busy) {
                Verdict::Fine => assert!(liveness.deadline() > at, "a check that spins"),
                verdict => return (at, verdict),
            }
        }
    }

    #[test]
    fn silence_is_asked_about_twice_and_then_judged() {
        let mut liveness = learned();
        assert_eq!(next(&mut liveness, None), (10_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, None), (20_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, None), (30_000, Verdict::Dead));
    }

    #[test]
    fn any_frame_is_a_sign_of_life_and_moves_the_question() {
        let mut liveness = learned();
        liveness.heard(7_000);
        assert_eq!(next(&mut liveness, None), (17_000, Verdict::Ask));
        liveness.heard(17_100);
        assert_eq!(next(&mut liveness, None), (27_100, Verdict::Ask));
    }

    #[test]
    fn a_server_that_never_answered_a_ping_is_not_judged() {
        let mut liveness = Liveness::new(SETTINGS, false, 0);
        for _ in 0..50 {
            assert_eq!(next(&mut liveness, None).1, Verdict::Ask);
        }
    }

    #[test]
    fn a_busy_server_is_judged_after_its_request_is_given_up() {
        let mut liveness = learned();
        assert_eq!(next(&mut liveness, Some(60_000)), (10_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, Some(60_000)), (60_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, Some(60_000)), (70_000, Verdict::Dead));
    }

    #[test]
    fn after_a_sleep_one_ping_decides_within_five_seconds() {
        let mut liveness = learned();
        assert_eq!(liveness.check(3_600_000, None), Verdict::Ask);
        assert_eq!(next(&mut liveness, None), (3_605_000, Verdict::Dead));
        let mut alive = learned();
        assert_eq!(alive.woke(3_600_000), Verdict::Ask);
        alive.heard(3_600_100);
        assert_eq!(next(&mut alive, None), (3_610_100, Verdict::Ask));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_checks() {
        let mut liveness = Liveness::new(SETTINGS, true, 1_000_000);
        assert_eq!(liveness.check(500_000, None), Verdict::Fine);
        assert!(liveness.deadline() <= 510_000);
    }
}

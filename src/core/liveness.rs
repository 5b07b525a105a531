//! Whether the server is still there.
//!
//! A half-open socket looks open for minutes: nothing comes in, and what goes out is lost.
//! So a server that is silent is sent a `verto.ping`, and where it stays silent the connection is
//! given up. Any frame is a sign of life.

use crate::core::Ms;

/// What a server may take to answer after the machine woke, in ms.
pub const WAKE_TIMEOUT: Ms = 5_000;
/// A check that runs this late, in ms, means that the machine or the page slept. On waking, a
/// server that was heard within this time is not asked at once.
pub const SHORTEST_SLEEP: Ms = 3_000;
/// For how long at most a request in flight excuses silence, in ms.
pub const LONGEST_BUSY: Ms = 600_000;

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
    /// From when on the silence means that the connection is dead; `None` while no ping was
    /// sent since the server was last heard.
    judge: Option<Ms>,
    /// When to look at the silence again, which is an interval ahead at most. A frame doesn't
    /// move it: otherwise each frame would have to set a timer.
    check: Ms,
    /// A ping was sent because the machine may have slept. This one ping decides.
    waking: bool,
    /// The machine may have slept, but a frame had come just before. The server is asked when
    /// it has been silent for [`SHORTEST_SLEEP`].
    woken: bool,
    /// The server has answered a ping. Where it never did, its silence proves nothing.
    answers: bool,
}

impl Liveness {
    /// A connection that begins at `now`. `answers` says whether its server is known to answer
    /// pings.
    pub fn new(settings: KeepAlive, answers: bool, now: Ms) -> Self {
        Liveness {
            settings,
            heard: now,
            judge: None,
            check: now.saturating_add(settings.interval),
            waking: false,
            woken: false,
            answers,
        }
    }

    /// A frame came in.
    pub fn heard(&mut self, now: Ms) {
        self.heard = now;
        self.judge = None;
        self.waking = false;
        self.woken = false;
        // After a wake the next look may be further ahead than a short interval.
        self.check = self.check.min(now.saturating_add(self.settings.interval));
    }

    /// Whether a ping was sent because of a sleep, and nothing was heard since.
    pub fn is_waking(&self) -> bool {
        self.waking
    }

    /// A ping was answered, be it with an error.
    pub fn answered(&mut self) {
        self.answers = true;
    }

    /// When to call [`Self::check`].
    pub fn deadline(&self) -> Ms {
        self.check
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        self.heard = self.heard.saturating_sub(by);
        self.check = self.check.saturating_sub(by);
        self.judge = self.judge.map(|at| at.saturating_sub(by));
    }

    /// The machine or the page may have slept, or may have changed its network: the server is
    /// sent one ping, which it must answer soon. `busy` is as in [`Self::check`]. It excuses nothing
    /// where the check is late: then the page did sleep, and what was in flight may be lost.
    pub fn woke(&mut self, now: Ms, busy: Option<Ms>) -> Verdict {
        let slept = self.is_late(now);
        self.wake(now, busy.filter(|_| !slept))
    }

    fn is_late(&self, now: Ms) -> bool {
        now >= self.check.saturating_add(SHORTEST_SLEEP)
    }

    fn wake(&mut self, now: Ms, busy: Option<Ms>) -> Verdict {
        if self.waking {
            return Verdict::Fine;
        }
        let quiet = self.heard.saturating_add(SHORTEST_SLEEP);
        if now < quiet {
            self.woken = true;
            self.check = self.check.min(quiet);
            return Verdict::Fine;
        }
        self.woken = false;
        self.waking = true;
        self.ask(now, busy, WAKE_TIMEOUT);
        self.check = now.saturating_add(WAKE_TIMEOUT);
        Verdict::Ask
    }

    /// Looks at the silence. `busy` is when the request that the server works on is given
    /// up: the server works strictly in order (seen with FreeSWITCH), so that this request delays
    /// the answer to a ping. Requests behind it don't lengthen this: when it is answered, that
    /// answer is itself a sign of life.
    pub fn check(&mut self, now: Ms, busy: Option<Ms>) -> Verdict {
        if now < self.check {
            return Verdict::Fine;
        }
        let late = self.is_late(now);
        let silent = self.heard.saturating_add(self.settings.interval);
        self.check = now.saturating_add(self.settings.interval);
        match self.judge {
            _ if self.woken => self.wake(now, busy),
            None if now < silent => {
                self.check = silent;
                Verdict::Fine
            }
            // A check that is late means a sleep. A hidden tab delays every timer: there the first
            // late check only asks and sets `waking`, and the next one, though late too, judges.
            _ if late && !self.waking => self.wake(now, None),
            None => {
                let failed = Ms::from(self.settings.max_failed);
                self.ask(now, busy, self.settings.interval.saturating_mul(failed));
                Verdict::Ask
            }
            Some(judge) if now >= judge && self.answers => Verdict::Dead,
            Some(judge) => {
                if now < judge {
                    self.check = self.check.min(judge);
                }
                Verdict::Ask
            }
        }
    }

    /// A ping is sent now, and its answer may take as long as `patience`.
    fn ask(&mut self, now: Ms, busy: Option<Ms>, patience: Ms) {
        let busy = busy.map_or(0, |at| at.min(now.saturating_add(LONGEST_BUSY)));
        self.judge = Some(now.saturating_add(patience).max(busy));
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
    fn a_busy_server_is_judged_when_its_requests_are_given_up() {
        let mut liveness = learned();
        for at in [10_000, 20_000, 30_000, 40_000] {
            assert_eq!(next(&mut liveness, Some(45_000)), (at, Verdict::Ask));
        }
        // Requests that were made after the first ping excuse nothing.
        assert_eq!(next(&mut liveness, Some(90_000)), (45_000, Verdict::Dead));
    }

    #[test]
    fn a_request_without_an_end_excuses_ten_minutes() {
        let mut liveness = learned();
        let dead = loop {
            let (at, verdict) = next(&mut liveness, Some(Ms::MAX));
            if verdict == Verdict::Dead {
                break at;
            }
        };
        assert_eq!(dead, 610_000);
    }

    #[test]
    fn after_a_sleep_one_ping_decides_within_five_seconds() {
        let mut liveness = learned();
        assert_eq!(liveness.check(3_600_000, None), Verdict::Ask);
        assert_eq!(liveness.woke(3_600_001, None), Verdict::Fine);
        assert_eq!(next(&mut liveness, None), (3_605_000, Verdict::Dead));
        let mut alive = learned();
        assert_eq!(alive.woke(3_600_000, None), Verdict::Ask);
        alive.heard(3_600_100);
        assert_eq!(next(&mut alive, None), (3_610_100, Verdict::Ask));
    }

    #[test]
    fn after_a_sleep_no_request_excuses_silence_but_after_a_glance_at_another_tab_it_does() {
        let mut slept = learned();
        assert_eq!(slept.woke(13_000, Some(60_000)), Verdict::Ask);
        assert_eq!(next(&mut slept, Some(60_000)), (18_000, Verdict::Dead));
        let mut late = learned();
        assert_eq!(late.check(13_000, Some(60_000)), Verdict::Ask);
        assert_eq!(next(&mut late, Some(60_000)), (18_000, Verdict::Dead));
        let mut shown = learned();
        assert_eq!(shown.woke(12_999, Some(60_000)), Verdict::Ask);
        let mut asked = (0, Verdict::Ask);
        while asked.1 == Verdict::Ask {
            asked = next(&mut shown, Some(60_000));
        }
        assert_eq!(asked, (60_000, Verdict::Dead));
    }

    #[test]
    fn a_frame_that_overtakes_the_late_check_answers_it() {
        let mut liveness = learned();
        liveness.heard(3_600_000);
        assert_eq!(liveness.check(3_600_000, None), Verdict::Fine);
        assert_eq!(next(&mut liveness, None), (3_610_000, Verdict::Ask));
    }

    #[test]
    fn a_hidden_tab_whose_checks_are_all_late_judges_at_the_second() {
        let mut liveness = learned();
        assert_eq!(liveness.check(60_000, None), Verdict::Ask);
        assert_eq!(liveness.check(120_000, None), Verdict::Dead);
    }

    #[test]
    fn a_clock_set_back_changes_nothing() {
        let mut liveness = Liveness::new(SETTINGS, true, 1_000_000);
        liveness.set_back(500_000);
        assert_eq!(next(&mut liveness, None), (510_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, None), (520_000, Verdict::Ask));
        assert_eq!(next(&mut liveness, None), (530_000, Verdict::Dead));
    }
}

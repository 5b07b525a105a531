//! The numbers of a channel's events. The server counts them from 0 for each socket and
//! channel (`eventSerno`), so that a repetition and a hole are seen.

/// How many skipped event numbers of a channel are remembered.
pub const MOST_MISSED: usize = 1_000;

/// The number of the event that comes next on a channel; 0 where none was seen.
#[derive(Debug, Default)]
pub struct Counter(u64);

/// What is looked at only where a number is unusual.
#[derive(Debug, Default)]
pub struct Missed {
    /// The latest numbers below the counter that were skipped: those events may still come. Only the
    /// last [`MOST_MISSED`] count; older ones are dropped many at a time, so that a hole costs no more
    /// than its own numbers.
    numbers: Vec<u64>,
    /// The first number since the counter restarted.
    first: u64,
    /// A number was greater than one before it. Until then an equal number is no repetition: there are
    /// servers that give each event the same.
    rises: bool,
}

/// What an event's number says.
#[derive(Debug, PartialEq, Eq)]
pub enum Noted {
    /// The event is new, and nothing is missing in front of it.
    New,
    /// The event came before.
    Repeated,
    /// The event is new, and those from this number on are missing in front of it.
    Gap(u64),
}

impl Counter {
    /// Whatever number comes next is the first.
    pub fn restart(&mut self, missed: &mut Missed) {
        missed.rises |= self.0 > missed.first + 1;
        self.0 = 0;
    }

    /// Whether `event_serno` is exactly the number that comes next, which is then counted.
    pub fn advance(&mut self, event_serno: u64) -> bool {
        let is_next = self.0 != 0 && self.0 == event_serno;
        if is_next {
            self.0 += 1;
        }
        is_next
    }

    /// Takes note of an event's number, whatever it is.
    pub fn note(&mut self, event_serno: u64, missed: &mut Missed) -> Noted {
        let expected = self.0;
        if expected == 0 {
            // Those before the first event may still come, and aren't known to be lost.
            missed.numbers.clear();
            missed.first = event_serno;
            missed.skip(0, event_serno);
            self.0 = event_serno + 1;
        } else if event_serno >= expected {
            missed.skip(expected, event_serno);
            missed.rises = true;
            self.0 = event_serno + 1;
            if event_serno > expected {
                return Noted::Gap(expected);
            }
        } else if !missed.take(event_serno)
            && (missed.rises || event_serno != missed.first || expected > missed.first + 1)
        {
            missed.rises = true;
            if event_serno != 0 || expected == 1 {
                return Noted::Repeated;
            }
            // The server began to count anew.
            missed.numbers.clear();
            self.0 = 1;
        }
        Noted::New
    }
}

impl Missed {
    /// The numbers of `from..to` were skipped.
    fn skip(&mut self, from: u64, to: u64) {
        let most = MOST_MISSED as u64;
        for number in from.max(to.saturating_sub(most))..to {
            self.numbers.push(number);
        }
        if self.numbers.len() > 2 * MOST_MISSED {
            self.numbers = self.numbers.split_off(self.outdated());
        }
    }

    /// How many of the oldest numbers don't count any more.
    fn outdated(&self) -> usize {
        self.numbers.len().saturating_sub(MOST_MISSED)
    }

    /// Whether this number was skipped; it isn't any more.
    fn take(&mut self, event_serno: u64) -> bool {
        let outdated = self.outdated();
        let mut latest = self.numbers.iter().skip(outdated);
        let index = latest.position(|missed| *missed == event_serno);
        index
            .map(|index| self.numbers.remove(outdated + index))
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_found_and_what_fills_it_is_no_repetition() {
        let (mut counter, mut missed) = (Counter::default(), Missed::default());
        let mut note = |number| counter.note(number, &mut missed);
        assert_eq!(note(0), Noted::New);
        assert_eq!(note(3), Noted::Gap(1));
        assert_eq!(note(2), Noted::New);
        assert_eq!(note(2), Noted::Repeated);
        assert_eq!(note(3), Noted::Repeated);
        assert_eq!(note(0), Noted::New, "the server counts anew");
        assert_eq!(note(0), Noted::Repeated);
    }

    #[test]
    fn what_came_before_the_first_event_may_still_come() {
        let (mut counter, mut missed) = (Counter::default(), Missed::default());
        assert_eq!(counter.note(5, &mut missed), Noted::New);
        assert_eq!(counter.note(4, &mut missed), Noted::New);
        counter.restart(&mut missed);
        assert!(
            !counter.advance(6),
            "the first number is noted, not expected"
        );
        assert_eq!(counter.note(6, &mut missed), Noted::New);
        assert!(counter.advance(7));
        assert!(!counter.advance(9));
    }

    #[test]
    fn a_number_that_never_rises_is_none() {
        for number in [0, 7] {
            let (mut counter, mut missed) = (Counter::default(), Missed::default());
            for _ in 0..5 {
                assert_eq!(counter.note(number, &mut missed), Noted::New);
            }
            counter.restart(&mut missed);
            assert_eq!(counter.note(number, &mut missed), Noted::New);
            assert_eq!(counter.note(number, &mut missed), Noted::New);
            // From the first rise on they count, by whichever way it came.
            match number {
                0 => assert!(counter.advance(1)),
                _ => assert_eq!(counter.note(9, &mut missed), Noted::Gap(8)),
            }
            assert_eq!(
                counter.note(number, &mut missed),
                match number {
                    0 => Noted::New, // The server counts anew.
                    _ => Noted::Repeated,
                }
            );
            // So they do on the next connection.
            counter.restart(&mut missed);
            assert_eq!(counter.note(0, &mut missed), Noted::New);
            assert_eq!(counter.note(0, &mut missed), Noted::Repeated);
        }
        let (mut counter, mut missed) = (Counter::default(), Missed::default());
        counter.note(0, &mut missed);
        counter.advance(1);
        counter.restart(&mut missed);
        counter.note(0, &mut missed);
        assert_eq!(counter.note(0, &mut missed), Noted::Repeated);
    }

    #[test]
    fn old_numbers_are_dropped_many_at_a_time() {
        let (mut counter, mut missed) = (Counter::default(), Missed::default());
        counter.note(0, &mut missed);
        let (mut pushed, mut moved) = (0, 0);
        for event in 1..100_000 {
            let before = missed.numbers.len();
            assert!(matches!(
                counter.note(2 * event, &mut missed),
                Noted::Gap(_)
            ));
            pushed += 1;
            if missed.numbers.len() < before {
                moved += missed.numbers.len();
            }
        }
        assert!(moved <= pushed, "{moved} numbers moved for {pushed}");
        assert_eq!(counter.note(2 * 99_999 - 1, &mut missed), Noted::New);
    }

    #[test]
    fn no_more_than_a_thousand_skipped_numbers_are_remembered() {
        let (mut counter, mut missed) = (Counter::default(), Missed::default());
        counter.note(0, &mut missed);
        assert_eq!(counter.note(2_000, &mut missed), Noted::Gap(1));
        assert_eq!(counter.note(5_000, &mut missed), Noted::Gap(2_001));
        assert_eq!(
            counter.note(1_500, &mut missed),
            Noted::Repeated,
            "forgotten"
        );
        assert_eq!(counter.note(4_000, &mut missed), Noted::New);
    }
}

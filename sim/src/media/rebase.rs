//! One stream of RTP out of several, one after the other: a browser hears another party, a tone,
//! another party again, and must not take it for loss or for a jump in time.

use std::time::{Duration, Instant};

/// Numbers and time stamps of what is sent.
#[derive(Debug)]
pub struct Rebase {
    clock: u32,
    /// What is heard now, the difference to its own numbers, and to its time stamps.
    source: Option<(u64, u64, u32)>,
    next: u64,
    /// The last time stamp, and when it was sent.
    last: Option<(u32, Instant)>,
}

/// The header of a packet to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The sequence number, counted on beyond 16 bits.
    pub number: u64,
    /// The time stamp.
    pub time: u32,
    /// Whether a new stretch of sound begins.
    pub marker: bool,
}

/// Of a new source the first packet follows the last one by at least as much.
const FRAME: Duration = Duration::from_millis(20);

impl Rebase {
    /// Of a stream with so many time stamps per second.
    pub fn new(clock: u32) -> Rebase {
        Rebase {
            clock,
            source: None,
            next: 1,
            last: None,
        }
    }

    /// Forgets what was heard: what comes next is a new stretch.
    pub fn interrupt(&mut self) {
        self.source = None;
    }

    /// The stamp of a packet of `source`, which gave it `number` and `time`. Gaps in the numbers of
    /// one source stay gaps.
    pub fn stamp(&mut self, source: u64, number: u64, time: u32, now: Instant) -> Stamp {
        let (by_number, by_time, marker) = match self.source {
            Some((same, by_number, by_time)) if same == source => (by_number, by_time, false),
            _ => {
                let start = match self.last {
                    Some((last, at)) => {
                        last.wrapping_add(self.ticks(now.duration_since(at).max(FRAME)))
                    }
                    None => 0,
                };
                (
                    self.next.wrapping_sub(number),
                    start.wrapping_sub(time),
                    true,
                )
            }
        };
        self.source = Some((source, by_number, by_time));
        let stamp = Stamp {
            number: number.wrapping_add(by_number),
            time: time.wrapping_add(by_time),
            marker,
        };
        // A packet that comes late, after others of its source, changes nothing.
        if stamp.number >= self.next {
            self.next = stamp.number.wrapping_add(1);
            self.last = Some((stamp.time, now));
        }
        stamp
    }

    fn ticks(&self, time: Duration) -> u32 {
        // The cast cuts off what a time stamp has no place for.
        (time.as_micros().wrapping_mul(u128::from(self.clock)) / 1_000_000) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_keeps_its_gaps_and_another_follows_it() {
        let mut rebase = Rebase::new(48_000);
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut stamp = |source, number, time, ms| {
            let stamp = rebase.stamp(source, number, time, at(ms));
            (stamp.number, stamp.time, stamp.marker)
        };
        assert_eq!(stamp(7, 65_000, u32::MAX, 0), (1, 0, true));
        assert_eq!(stamp(7, 65_001, 959, 20), (2, 960, false));
        // One is lost, two change places.
        assert_eq!(stamp(7, 65_004, 959 + 3 * 960, 80), (5, 4 * 960, false));
        assert_eq!(stamp(7, 65_003, 959 + 2 * 960, 81), (4, 3 * 960, false));
        // Another source, 100 ms later.
        assert_eq!(stamp(8, 3, 0, 180), (6, 4 * 960 + 4800, true));
        // And one at once.
        assert_eq!(stamp(9, 3, 0, 180), (7, 4 * 960 + 4800 + 960, true));
    }

    #[test]
    fn after_an_interruption_the_same_source_is_a_new_one() {
        let mut rebase = Rebase::new(8_000);
        let start = Instant::now();
        rebase.stamp(1, 10, 0, start);
        rebase.interrupt();
        let later = start + Duration::from_secs(2);
        let stamp = rebase.stamp(1, 110, 16_000, later);
        assert_eq!(
            stamp,
            Stamp {
                number: 2,
                time: 16_000,
                marker: true
            }
        );
    }
}

//! When to try again, and where.

use crate::core::Ms;
use crate::core::random::Random;

/// The delay's upper bound before the first attempt, in ms.
pub const FIRST_DELAY: Ms = 1_000;
/// The delay's upper bound before any attempt, in ms.
pub const LONGEST_DELAY: Ms = 30_000;

/// Exponential backoff with full jitter: each delay is random between nothing and a bound
/// that doubles from 1 s to 30 s. So the thousands of clients of a restarted server come back
/// spread out. Only a login resets it (ours: a server that accepts sockets and then closes them is
/// no better than one that is away).
#[derive(Debug, Default)]
pub struct Backoff {
    attempt: u32,
}

impl Backoff {
    /// How many attempts have failed since the last login.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Counts a failed attempt; returns the delay before the next, in ms.
    pub fn failed(&mut self, random: &mut Random) -> Ms {
        let bound = FIRST_DELAY
            .checked_shl(self.attempt.min(16))
            .unwrap_or(LONGEST_DELAY);
        self.attempt = self.attempt.saturating_add(1);
        random.up_to(bound.min(LONGEST_DELAY))
    }

    /// A login succeeded.
    pub fn reset(&mut self) {
        self.attempt = 0;
    }

    /// To which of so many addresses the next attempt goes: they take turns, two attempts each.
    pub fn turn(&self, addresses: usize) -> usize {
        let turns = self.attempt as usize / 2;
        turns.checked_rem(addresses).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_fill_a_bound_that_doubles_up_to_the_cap() {
        let mut random = Random::new(7);
        let mut most = [0; 8];
        for _ in 0..2_000 {
            let mut backoff = Backoff::default();
            for most in &mut most {
                *most = (*most).max(backoff.failed(&mut random));
            }
        }
        let bounds = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
        for (most, bound) in most.into_iter().zip(bounds) {
            assert!(
                most <= bound && most > bound * 95 / 100,
                "{most} of {bound}"
            );
        }
    }

    #[test]
    fn a_million_failures_do_not_overflow() {
        let mut backoff = Backoff {
            attempt: u32::MAX - 1,
        };
        for _ in 0..3 {
            assert!(backoff.failed(&mut Random::new(1)) <= LONGEST_DELAY);
        }
    }

    #[test]
    fn the_addresses_take_turns_two_attempts_each() {
        let mut backoff = Backoff::default();
        let mut turns = Vec::new();
        for _ in 0..8 {
            turns.push([1, 2, 3].map(|addresses| backoff.turn(addresses)));
            backoff.failed(&mut Random::new(1));
        }
        let of = |index: usize| -> Vec<_> { turns.iter().map(|turn| turn[index]).collect() };
        assert_eq!(of(0), [0; 8]);
        assert_eq!(of(1), [0, 0, 1, 1, 0, 0, 1, 1]);
        assert_eq!(of(2), [0, 0, 1, 1, 2, 2, 0, 0]);
    }
}

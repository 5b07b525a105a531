//! Reproducible chance: the same seed gives the same callers, talks, call ids and garbage.

use uuid::{Builder, Uuid};

/// A SplitMix64 generator.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// A generator that always gives the same numbers for this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `min` to `max`, both possible.
    pub fn between(&mut self, min: u64, max: u64) -> u64 {
        match max.saturating_sub(min).checked_add(1) {
            // The remainder is below the distance of the two, so that the sum is at most `max`.
            Some(count) => min.saturating_add(self.next().checked_rem(count).unwrap_or(0)),
            None => self.next(),
        }
    }

    /// A random time with this mean and an exponential distribution, which is the time between two
    /// arrivals that know nothing of each other.
    pub fn exponential(&mut self, mean: u64) -> u64 {
        // An f64 in [0, 1) holds 53 random bits.
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (-(1.0 - unit).ln() * mean as f64) as u64
    }

    /// A random (version 4) UUID.
    pub fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

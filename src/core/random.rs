//! The core's random numbers: SplitMix64, seeded once by the shell.

/// A reproducible source of random numbers. The seed decides everything, so that a
/// failing simulation can be run again.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A source that starts from `seed`.
    ///
    /// ```
    /// use verto_wasm::core::Random;
    /// assert_eq!(Random::new(1).bits(), Random::new(1).bits());
    /// ```
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next 64 random bits.
    ///
    /// ```
    /// use verto_wasm::core::Random;
    /// let mut random = Random::new(1);
    /// assert_ne!(random.bits(), random.bits());
    /// ```
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A random number from 0 to `most`, both included.
    ///
    /// ```
    /// use verto_wasm::core::Random;
    /// assert!(Random::new(1).up_to(1_000) <= 1_000);
    /// ```
    pub fn up_to(&mut self, most: u64) -> u64 {
        match most.checked_add(1) {
            Some(count) => self.bits() % count,
            None => self.bits(),
        }
    }

    /// A random UUID (version 4) in text.
    ///
    /// ```
    /// use verto_wasm::core::Random;
    /// assert_eq!(Random::new(1).uuid().as_bytes()[14], b'4');
    /// ```
    pub fn uuid(&mut self) -> String {
        let high = (self.bits() & !0xf000) | 0x4000;
        let low = (self.bits() >> 2) | (0b10 << 62);
        let mut text = String::with_capacity(36);
        for index in 0..32 {
            if matches!(index, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            let half = if index < 16 { high } else { low };
            let digit = (half >> (60 - 4 * (index % 16))) & 15;
            text.extend(char::from_digit(digit as u32, 16));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// The numbers are those of the algorithm's authors (SplitMix64).
    #[test]
    fn the_numbers_are_those_of_the_algorithm() {
        let mut random = Random::new(1_234_567);
        let numbers = [(); 3].map(|()| random.bits());
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_uuid_is_made_of_random_digits_but_for_its_version_and_variant() {
        let mut bits = Random::new(1);
        let digits = format!("{:016x}{:016x}", bits.bits(), bits.bits() >> 2);
        let uuid = Random::new(1).uuid();
        for (at, (ours, random)) in uuid
            .replace('-', "")
            .chars()
            .zip(digits.chars())
            .enumerate()
        {
            assert!(
                ours == random || matches!(at, 12 | 16),
                "digit {at} of {uuid}"
            );
        }
        let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }

    #[test]
    fn a_bound_may_be_reached_and_is_never_passed() {
        let mut random = Random::new(3);
        let mut seen = [false; 3];
        for _ in 0..100 {
            seen[random.up_to(2) as usize] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert_eq!(random.up_to(0), 0);
        assert_eq!(Random::new(3).up_to(u64::MAX), Random::new(3).bits());
    }

    #[test]
    fn a_uuid_is_of_version_4_and_new_each_time() {
        let mut random = Random::new(1);
        let uuids: Vec<String> = (0..100).map(|_| random.uuid()).collect();
        for uuid in &uuids {
            assert_eq!(uuid.len(), 36, "{uuid}");
            assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
            assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
        }
        let distinct: std::collections::BTreeSet<_> = uuids.iter().collect();
        assert_eq!(distinct.len(), 100);
    }
}

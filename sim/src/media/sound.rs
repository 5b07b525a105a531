//! What the switch itself lets people hear.

use std::f64::consts::TAU;
use std::sync::Arc;

use super::sdp_in::Codec;

/// A sound of the switch's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A steady tone of 600 Hz.
    Tone,
    /// The other side rings: 2 s of 440 and 480 Hz, 4 s of silence.
    Ring,
    /// A melody, each number another.
    Melody(u64),
}

/// Milliseconds in a frame.
pub const FRAME_MS: u64 = 20;

impl Sound {
    /// The number `n` of its frames, coded.
    pub fn frame(self, codec: Codec, n: u64) -> Arc<[u8]> {
        match codec {
            // Silence, until there are recorded frames.
            Codec::Opus => Arc::from([0xf8, 0xff, 0xfe].as_slice()),
            Codec::Pcmu => self.samples(n).map(pcmu).collect(),
            Codec::Pcma => self.samples(n).map(pcma).collect(),
        }
    }

    fn samples(self, n: u64) -> impl Iterator<Item = i16> {
        let first = n * FRAME_MS * 8;
        (first..first + FRAME_MS * 8).map(move |sample| {
            let seconds = sample as f64 / 8_000.0;
            let wave: f64 = match self {
                Sound::Tone => (TAU * 600.0 * seconds).sin(),
                Sound::Ring if seconds % 6.0 < 2.0 => {
                    ((TAU * 440.0 * seconds).sin() + (TAU * 480.0 * seconds).sin()) / 2.0
                }
                Sound::Ring => 0.0,
                Sound::Melody(_) => 0.0,
            };
            (wave * 8_000.0) as i16
        })
    }
}

/// A sample as µ-law (ITU-T G.711).
fn pcmu(sample: i16) -> u8 {
    const BIAS: i32 = 0x84;
    const LARGEST: i32 = 32_635;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(LARGEST) + BIAS;
    // The position of the highest bit, of which the lowest possible is 7.
    let exponent = (31 - magnitude.leading_zeros() as i32 - 7).clamp(0, 7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// A sample as A-law (ITU-T G.711).
fn pcma(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = i32::from(if sample < 0 { !sample } else { sample }) >> 3;
    let code = if magnitude < 32 {
        magnitude >> 1
    } else {
        let exponent = 31 - magnitude.leading_zeros() as i32 - 4;
        (exponent << 4) | ((magnitude >> exponent) & 0x0f)
    };
    (sign | code as u8) ^ 0x55
}

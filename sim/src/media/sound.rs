//! What the switch itself lets people hear: made for G.711, recorded for Opus
//! (`tests/tools/record-sounds.mjs`).

use std::f64::consts::TAU;
use std::sync::{Arc, LazyLock};

use super::sdp_in::Codec;
use crate::random::Random;

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

/// Frames in a note.
const NOTE: u64 = 12;
/// Notes after which a melody begins anew.
const PHRASE: u64 = 16;
/// After so many frames the ring tone comes again.
const RING_PERIOD: u64 = 300;
/// In so many of them it is heard.
const RING_HEARD: u64 = 100;
/// The notes of melodies in Hz.
const NOTES: [f64; 10] = [
    262.0, 294.0, 330.0, 392.0, 440.0, 523.0, 587.0, 659.0, 784.0, 880.0,
];
/// An Opus frame in which nothing is heard.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];

/// What is heard for some frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clip {
    Silence,
    Tone,
    Ring,
    Note(usize),
}

impl Clip {
    /// Its place in the recording.
    fn place(self) -> Option<usize> {
        match self {
            Clip::Silence => None,
            Clip::Tone => Some(0),
            Clip::Ring => Some(1),
            Clip::Note(note) => note.checked_add(2),
        }
    }

    fn frequencies(self) -> Vec<f64> {
        match self {
            Clip::Silence => Vec::new(),
            Clip::Tone => vec![600.0],
            Clip::Ring => vec![440.0, 480.0],
            Clip::Note(note) => NOTES.get(note).copied().into_iter().collect(),
        }
    }
}

/// The recorded frames of each clip.
static RECORDING: LazyLock<Vec<Vec<Arc<[u8]>>>> = LazyLock::new(|| {
    let mut bytes = include_bytes!("../../sounds.bin").iter().copied();
    let mut clips = Vec::new();
    while let Some(frames) = bytes.next() {
        let frame = |_| {
            let length = bytes.next().unwrap_or(0);
            bytes.by_ref().take(usize::from(length)).collect()
        };
        clips.push((0..frames).map(frame).collect());
    }
    clips
});

impl Sound {
    /// The frame number `n` of the sound, coded.
    pub fn frame(self, codec: Codec, n: u64) -> Arc<[u8]> {
        let (clip, n) = self.clip(n);
        match codec {
            Codec::Opus => {
                let frames = clip.place().and_then(|place| RECORDING.get(place));
                let frame = frames.and_then(|frames| {
                    let at = n.checked_rem(frames.len() as u64)?;
                    frames.get(at as usize).cloned()
                });
                frame.unwrap_or_else(|| Arc::from(SILENCE.as_slice()))
            }
            Codec::Pcmu => samples(clip, n).map(pcmu).collect(),
            Codec::Pcma => samples(clip, n).map(pcma).collect(),
        }
    }

    /// What is heard in the frame `n`, and which of its frames that is.
    fn clip(self, n: u64) -> (Clip, u64) {
        match self {
            Sound::Tone => (Clip::Tone, n),
            Sound::Ring if n % RING_PERIOD < RING_HEARD => (Clip::Ring, n % RING_PERIOD),
            Sound::Ring => (Clip::Silence, n),
            Sound::Melody(number) => {
                let mut random = Random::new(number);
                let notes = (NOTES.len() as u64).saturating_sub(1);
                let at = n / NOTE % PHRASE;
                let note = (0..=at).map(|_| random.between(0, notes)).last();
                (Clip::Note(note.unwrap_or(0) as usize), n % NOTE)
            }
        }
    }
}

/// The frame `n` of a clip at 8 kHz.
fn samples(clip: Clip, n: u64) -> impl Iterator<Item = i16> {
    let frequencies = clip.frequencies();
    let start = n as f64 * FRAME_MS as f64 / 1000.0;
    (0..Codec::Pcmu.ticks_in(FRAME_MS)).map(move |sample| {
        let seconds = start + sample as f64 / 8_000.0;
        let wave: f64 = frequencies.iter().map(|f| (TAU * f * seconds).sin()).sum();
        (wave * 10_000.0 / frequencies.len().max(1) as f64) as i16
    })
}

/// A sample as µ-law (ITU-T G.711).
fn pcmu(sample: i16) -> u8 {
    const BIAS: u16 = 0x84;
    const LARGEST: u16 = 32_635;
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = sample.unsigned_abs().min(LARGEST).saturating_add(BIAS);
    // The segment is the place of the highest bit, which is at least 7 because of the bias.
    let segment = magnitude.ilog2().saturating_sub(7);
    let step = (magnitude >> segment.saturating_add(3)) & 0x0f;
    !(sign | (segment << 4) as u8 | step as u8)
}

/// A sample as A-law (ITU-T G.711).
fn pcma(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = (if sample < 0 { !sample } else { sample }) >> 4;
    // The two lowest segments have steps of the same size.
    let code = match (magnitude | 1).ilog2().saturating_sub(4) {
        0 => magnitude & 0x1f,
        shift => (shift.saturating_add(1) << 4) as i16 | ((magnitude >> shift) & 0x0f),
    };
    (sign | code as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g711_has_the_values_of_its_tables() {
        for (sample, mu, a) in [
            (0, 0xff, 0xd5),
            (-1, 0x7f, 0x55),
            (8, 0xfe, 0xd5),
            (1000, 0xce, 0xfa),
            (-1000, 0x4e, 0x7a),
            (32_767, 0x80, 0xaa),
            (-32_768, 0x00, 0x2a),
        ] {
            assert_eq!(pcmu(sample), mu, "µ-law of {sample}");
            assert_eq!(pcma(sample), a, "A-law of {sample}");
        }
    }

    #[test]
    fn every_clip_is_recorded() {
        let lengths: Vec<usize> = RECORDING.iter().map(Vec::len).collect();
        let mut expected = vec![50, 50];
        expected.extend([NOTE as usize; NOTES.len()]);
        assert_eq!(lengths, expected);
        for frame in RECORDING.iter().flatten() {
            assert!(frame.len() > 2, "{frame:?}");
        }
    }

    #[test]
    fn the_ring_tone_is_heard_for_two_seconds_of_six() {
        for n in [0, 99, 300, 399] {
            assert_eq!(Sound::Ring.clip(n).0, Clip::Ring, "{n}");
        }
        for n in [100, 299, 400] {
            let frame = Sound::Ring.frame(Codec::Opus, n);
            assert_eq!(*frame, SILENCE, "{n}");
            assert!(
                Sound::Ring
                    .frame(Codec::Pcmu, n)
                    .iter()
                    .all(|byte| *byte == 0xff)
            );
        }
    }

    #[test]
    fn each_caller_has_a_melody_of_its_own() {
        let phrase = |number| -> Vec<Clip> {
            let notes = (0..PHRASE).map(|note| Sound::Melody(number).clip(note * NOTE).0);
            notes.collect()
        };
        assert_eq!(phrase(1), phrase(1));
        for number in 2..20 {
            assert_ne!(phrase(1), phrase(number));
        }
        assert_eq!(
            Sound::Melody(1).clip(0),
            Sound::Melody(1).clip(NOTE * PHRASE)
        );
        assert_eq!(Sound::Melody(1).frame(Codec::Pcma, 3).len(), 160);
    }
}

//! One end of a call, as the task of the media knows it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::endpoint::{Endpoint, Packet};
use super::impairment::is_sound;
use super::messages::{Hears, Impairment, LegId, Lost, Meter};
use super::rebase::Rebase;
use super::sound::Sound;
use crate::random::Random;

/// One end of a call.
pub struct Leg {
    pub endpoint: Option<Endpoint>,
    pub meter: Arc<Meter>,
    pub hears: Hears,
    pub held: bool,
    pub rebase: Rebase,
    /// The next frame of the sound that it hears.
    pub frame: u64,
    /// The time stamp of the last telephone event.
    pub last_event: Option<u32>,
    pub impairment: Impairment,
    /// What is lost since the browser has changed its network.
    pub lost: Option<Lost>,
    /// The browser's connection is from before that, and only its description is still to come.
    pub stale: bool,
    pub random: Random,
}

/// What stands for a sound where a leg's number stands for a leg.
pub const SOUND: u64 = u64::MAX;

impl Leg {
    pub fn new(id: LegId) -> Leg {
        Leg {
            endpoint: None,
            meter: Arc::default(),
            hears: Hears::Nothing,
            held: false,
            rebase: Rebase::new(0),
            frame: 0,
            last_event: None,
            impairment: Impairment::default(),
            lost: None,
            stale: false,
            // Each call loses other packets than the one before, and each run the same ones.
            random: Random::new(id),
        }
    }

    /// Whether a datagram is lost because the browser has changed its network.
    pub fn loses(&self, bytes: &[u8]) -> bool {
        match self.lost {
            None => false,
            Some(Lost::All) => true,
            Some(Lost::Sound) => is_sound(bytes),
        }
    }

    pub fn plays(&self) -> Option<Sound> {
        match self.hears {
            Hears::Sound(sound) if self.can_hear() => Some(sound),
            _ => None,
        }
    }

    pub fn can_hear(&self) -> bool {
        !self.held && self.endpoint.as_ref().is_some_and(|e| e.connected)
    }

    /// Sends a packet to the browser.
    pub fn send(&mut self, now: Instant, source: u64, packet: &Packet) {
        let Some(endpoint) = self.endpoint.as_mut() else {
            return;
        };
        // There is no transcoding.
        if endpoint.codec == packet.codec {
            let stamp = self.rebase.stamp(source, packet.number, packet.time, now);
            endpoint.send(now, stamp, Arc::clone(&packet.payload));
            self.meter.sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

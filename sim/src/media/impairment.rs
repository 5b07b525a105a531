//! What goes wrong on purpose between a browser and the switch.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::endpoint::Datagram;
use super::messages::{LegId, Way};
use crate::random::Random;

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on at once.
    Passes,
    /// It goes on later.
    Waits(Duration),
    /// It is lost.
    Lost,
}

/// Decides on a datagram.
pub fn fate(way: Way, random: &mut Random, bytes: &[u8]) -> Fate {
    if way.stopped && is_sound(bytes) || random.between(1, 100) <= u64::from(way.loss_percent) {
        Fate::Lost
    } else if way.delay.is_zero() {
        Fate::Passes
    } else {
        Fate::Waits(way.delay)
    }
}

/// Whether a datagram is RTP, neither ICE nor DTLS nor RTCP (RFC 7983, RFC 5761).
pub fn is_sound(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else {
        return false;
    };
    (128..192).contains(first) && !(192..224).contains(second)
}

/// A datagram that waits.
#[derive(Debug)]
pub enum Delayed {
    /// It came for this leg.
    In(LegId, Datagram),
    /// It is to be sent: from where, to where, what.
    Out(SocketAddr, SocketAddr, Vec<u8>),
}

/// The datagrams that wait, in the order in which they go on.
#[derive(Debug, Default)]
pub struct Waiting {
    datagrams: BTreeMap<(Instant, u64), Delayed>,
    count: u64,
}

impl Waiting {
    /// Adds one.
    pub fn push(&mut self, at: Instant, datagram: Delayed) {
        self.count = self.count.wrapping_add(1);
        self.datagrams.insert((at, self.count), datagram);
    }

    /// When the next one goes on.
    pub fn due(&self) -> Option<Instant> {
        self.datagrams.keys().next().map(|(at, _)| *at)
    }

    /// The next one whose time has come.
    pub fn pop(&mut self, now: Instant) -> Option<Delayed> {
        if self.due()? > now {
            return None;
        }
        self.datagrams.pop_first().map(|(_, datagram)| datagram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTP: [u8; 2] = [0x80, 111];
    const RTCP: [u8; 2] = [0x80, 200];
    const STUN: [u8; 2] = [0, 1];
    const DTLS: [u8; 2] = [22, 254];

    #[test]
    fn what_is_stopped_is_the_sound_alone() {
        let way = Way {
            stopped: true,
            ..Way::default()
        };
        let mut random = Random::new(1);
        assert_eq!(fate(way, &mut random, &RTP), Fate::Lost);
        // The marker bit changes nothing.
        assert_eq!(fate(way, &mut random, &[0x90, 0x80 | 111]), Fate::Lost);
        for other in [&RTCP[..], &STUN, &DTLS, &[0x80], &[]] {
            assert_eq!(fate(way, &mut random, other), Fate::Passes, "{other:?}");
        }
    }

    #[test]
    fn so_many_of_a_hundred_are_lost() {
        let mut random = Random::new(7);
        for percent in [0, 20, 100] {
            let way = Way {
                loss_percent: percent,
                ..Way::default()
            };
            let lost = (0..1000).filter(|_| fate(way, &mut random, &STUN) == Fate::Lost);
            let lost = lost.count();
            let expected = usize::from(percent) * 10;
            assert!(
                lost.abs_diff(expected) < 50,
                "{lost} of 1000 at {percent} %"
            );
            assert!(percent != 0 || lost == 0);
            assert!(percent != 100 || lost == 1000);
        }
    }

    #[test]
    fn what_waits_goes_on_in_order() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut waiting = Waiting::default();
        for (ms, byte) in [(20, 1), (10, 2), (20, 3)] {
            waiting.push(at(ms), Delayed::Out(address, address, vec![byte]));
        }
        assert_eq!(waiting.due(), Some(at(10)));
        assert!(waiting.pop(at(9)).is_none());
        let mut order = Vec::new();
        while let Some(Delayed::Out(_, _, bytes)) = waiting.pop(at(20)) {
            order.extend(bytes);
        }
        assert_eq!(order, [2, 1, 3]);
    }
}

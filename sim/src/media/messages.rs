//! What the switch and the task of the media tell each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::sdp_in::{Remote, Transport};
use super::sdp_out::Local;
use super::sound::Sound;

/// The number of a leg: one end of a call.
pub type LegId = u64;

/// What a leg hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// Nothing: no packet is sent.
    Nothing,
    /// Another leg, or itself.
    Leg(LegId),
    /// A sound of the switch's own.
    Sound(Sound),
}

/// What is counted of a leg.
#[derive(Debug, Default)]
pub struct Meter {
    pub(super) connected: AtomicBool,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
}

impl Meter {
    /// Whether sound can flow.
    pub fn connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// How many packets of sound came from the browser.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// How many packets of sound were sent to the browser.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

/// What the task tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Sound can flow.
    Connected(LegId),
    /// A digit was sent within the sound (RFC 4733).
    Digit(LegId, char),
}

/// What goes wrong on purpose one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// How many of a hundred datagrams are lost, whatever they carry.
    pub loss_percent: u8,
    /// How much later every datagram arrives.
    pub delay: Duration,
    /// Whether sound is lost and everything else arrives.
    pub stopped: bool,
}

/// What goes wrong on purpose between a browser and the switch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Impairment {
    /// From the browser to the switch.
    pub inbound: Way,
    /// From the switch to the browser.
    pub outbound: Way,
}

/// What is lost between a browser that has changed its network and the switch, until its media begin
/// anew: the switch keeps to the first address that worked, as FreeSWITCH does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Everything: the browser has no other address that the switch knows.
    All,
    /// The sound alone: ICE goes on from another address, so that the browser notices nothing.
    Sound,
}

/// What the task is told.
#[derive(Debug)]
pub(super) enum Command {
    Open {
        leg: LegId,
        meter: Arc<Meter>,
        local: Box<Local>,
        remote: Box<Remote>,
        active: bool,
    },
    RestartIce {
        leg: LegId,
        transport: Transport,
    },
    Hear {
        leg: LegId,
        hears: Hears,
    },
    Hold {
        leg: LegId,
        held: bool,
    },
    Suspend {
        leg: LegId,
    },
    Impair {
        leg: LegId,
        impairment: Impairment,
    },
    ChangeNetwork {
        leg: LegId,
        lost: Lost,
    },
    Close {
        leg: LegId,
    },
}

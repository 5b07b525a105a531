//! One end of a call: what is between the switch and one browser.

use std::sync::Arc;

use tokio::time::Instant;

use crate::hub::ConnId;
use crate::json::Json;
use crate::media::sdp_in::Remote;
use crate::media::sdp_out::Local;
use crate::media::{Hears, Impairment, LegId, Meter};

/// A name and a number to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Free text.
    pub name: String,
    /// Free text too.
    pub number: String,
}

/// The WebSocket that a leg belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// The connection; an old one while the leg is detached.
    pub conn: ConnId,
    /// The session, by which the leg is found again.
    pub sessid: String,
    /// `1001@xswitch.cn`
    pub login: String,
}

/// How far a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum State {
    /// Not answered, without sound.
    New,
    /// Not answered, with sound.
    Early,
    /// Answered.
    Answered,
}

/// What a leg does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is on its own: echo, tone, or about to end.
    Alone,
    /// It reads digits.
    Reading,
    /// It waits for one of these to answer.
    Calling(Vec<LegId>),
    /// It rings for that one.
    RingingFor(LegId),
    /// It talks to that one.
    Bridged {
        /// The other party.
        with: LegId,
        /// Whether sound flows, and both were told with whom they talk.
        shown: bool,
    },
}

/// What a leg does by itself when the time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Sound before the answer, of 9180.
    EarlyMedia,
    /// The answer of 9180.
    Answer,
    /// The end of 9180.
    HangUp,
    /// Nobody has answered; whether the caller is told.
    NoAnswer(bool),
}

/// One end of a call.
#[derive(Debug)]
pub struct Leg {
    /// The call's id.
    pub call_id: String,
    /// To whom its frames go.
    pub socket: Socket,
    /// Until when it may be without a socket, while it is.
    pub detached: Option<Instant>,
    /// Whether the browser called, rather than being called.
    pub inbound: bool,
    /// How far it is.
    pub state: State,
    /// Who is at this end.
    pub own: Party,
    /// Who is at the other.
    pub other: Party,
    /// Whether the one at this end is shown as the caller.
    pub leads: bool,
    /// The browser's description, once it is known.
    pub remote: Option<Remote>,
    /// The switch's description.
    pub local: Local,
    /// What is counted.
    pub meter: Arc<Meter>,
    /// Whether it is on hold.
    pub held: bool,
    /// Whether the switch began with DTLS, which it does where it answered. New media keep to that
    /// (mod_verto's source; recorded only for calls that the browser made).
    pub active: bool,
    /// Whether the browser has attached to it. From then on a real server begins DTLS anew with
    /// whatever new media it is offered (`CF_RECOVERING` in mod_verto).
    pub attached: bool,
    /// Whether the call outlives its socket.
    pub recover: bool,
    /// What it does.
    pub doing: Doing,
    /// What it will do, and when.
    pub next: Option<(Instant, Step)>,
    /// The digits that were sent.
    pub digits: String,
    /// What is heard of a caller who is no browser but simulated.
    pub voice: Option<Hears>,
    /// Whether it counts as connected though no sound can flow.
    pub assumed_connected: bool,
    /// What goes wrong with its sound, on purpose.
    pub impairment: Impairment,
}

impl Leg {
    /// Whether sound flows.
    pub fn is_connected(&self) -> bool {
        let connected = self.assumed_connected || self.meter.connected();
        self.voice.is_some() || self.state == State::Answered && connected
    }

    /// What FreeSWITCH calls this: seen from the switch.
    pub fn direction(&self) -> &'static str {
        if self.inbound { "inbound" } else { "outbound" }
    }

    /// As `holdState`. A call without sound cannot be held (s16).
    pub fn hold_state(&self) -> &'static str {
        if self.held { "held" } else { "active" }
    }

    /// The members by which frames say who calls whom.
    pub fn parties(&self, frame: Json) -> Json {
        let (caller, callee) = if self.leads {
            (&self.own, &self.other)
        } else {
            (&self.other, &self.own)
        };
        frame
            .with("caller_id_name", caller.name.as_str())
            .with("caller_id_number", caller.number.as_str())
            .with("callee_id_name", callee.name.as_str())
            .with("callee_id_number", callee.number.as_str())
            .with("display_direction", self.direction())
    }
}

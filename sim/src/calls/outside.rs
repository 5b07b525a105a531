//! Callers who are no browsers but simulated: they ring a user's browsers, and are heard.

use std::time::Duration;

use tokio::time::Instant;

use super::cause::{Cause, NORMAL_CLEARING, ORIGINATOR_CANCEL};
use super::dialplan::Ring;
use super::leg::{Doing, Party, Socket, State, Step};
use super::table::{Bye, Calls, new_leg};
use crate::clock::later;
use crate::hub::Hub;
use crate::media::{Hears, LegId};

/// How long a simulated caller stays after having been transferred.
const STAY: Duration = Duration::from_secs(60);
/// For how long a phone rings at most; who rings it decides when to stop.
const RING: Duration = Duration::from_secs(3600);

/// What a simulated caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It rings.
    Ringing,
    /// It talks to who has answered.
    Talking,
    /// It is over, or somebody else has the caller.
    Gone,
}

impl Calls {
    /// Lets the browsers of a user ring for a simulated caller with this number.
    pub fn ring_from_outside(
        &mut self,
        hub: &mut Hub,
        call_id: &str,
        number: &str,
        user: &str,
    ) -> LegId {
        let nobody = Socket {
            conn: 0,
            sessid: String::new(),
            login: String::new(),
        };
        let mut leg = new_leg(call_id.to_owned(), nobody, true, None);
        leg.own = Party {
            name: number.to_owned(),
            number: number.to_owned(),
        };
        leg.state = State::Answered;
        leg.voice = Some(Hears::Nothing);
        let id = self.add(leg);
        let ring = Ring {
            user: user.to_owned(),
            time: Some(RING),
            ringback: false,
            hands_cause_on: true,
        };
        self.ring(hub, id, &ring);
        id
    }

    /// What a simulated caller does.
    pub fn outside(&self, id: LegId) -> Outside {
        match self.legs.get(&id).map(|leg| &leg.doing) {
            Some(Doing::Calling(_)) => Outside::Ringing,
            Some(Doing::Bridged { .. }) => Outside::Talking,
            _ => Outside::Gone,
        }
    }

    /// Changes what is heard of a simulated caller.
    pub fn speak(&mut self, id: LegId, voice: Hears) {
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.voice.replace(voice) != Some(voice)
            && let Doing::Bridged { with, .. } = leg.doing
        {
            self.media.hear(with, voice);
        }
    }

    /// A simulated caller puts the phone down.
    pub fn hang_up_outside(&mut self, hub: &mut Hub, id: LegId) {
        let cause: Cause = match self.outside(id) {
            Outside::Ringing => ORIGINATOR_CANCEL,
            _ => NORMAL_CLEARING,
        };
        self.end(hub, id, cause, Bye::Say);
    }

    /// A simulated caller whom somebody else has now goes by itself after a while.
    pub fn leave_outside(&mut self, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.next = Some((later(Instant::now(), STAY), Step::HangUp));
        }
    }
}

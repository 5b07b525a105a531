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
    /// It was transferred, and is on its way to somebody else or talks to them.
    Elsewhere,
    /// It is over.
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

    /// What a simulated caller does, who was given to this user.
    pub fn outside(&self, id: LegId, user: &str) -> Outside {
        let is_theirs = |other: &LegId| {
            let leg = self.legs.get(other);
            leg.is_some_and(|leg| leg.socket.login.split('@').next() == Some(user))
        };
        match self.legs.get(&id).map(|leg| &leg.doing) {
            Some(Doing::Calling(targets)) if targets.iter().any(is_theirs) => Outside::Ringing,
            Some(Doing::Bridged { with, .. }) if is_theirs(with) => Outside::Talking,
            Some(Doing::Calling(_) | Doing::Bridged { .. } | Doing::Alone | Doing::Reading) => {
                Outside::Elsewhere
            }
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
        let rings = matches!(
            self.legs.get(&id).map(|leg| &leg.doing),
            Some(Doing::Calling(_))
        );
        let cause: Cause = if rings {
            ORIGINATOR_CANCEL
        } else {
            NORMAL_CLEARING
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

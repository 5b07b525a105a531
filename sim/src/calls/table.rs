//! All calls, and what is done to one of them: it is answered, it ends.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::cause::{Cause, MANAGER_REQUEST, NORMAL_CLEARING, ORIGINATOR_CANCEL};
use super::leg::{Doing, Leg, Party, Socket, State};
use super::variables;
use crate::clock::unix_ms;
use crate::hub::{ConnId, Hub};
use crate::json::Json;
use crate::limits::{MOST_CALLS, MOST_DIGITS};
use crate::media::sdp_in::Remote;
use crate::media::sdp_out::Local;
use crate::media::{Hears, Impairment, LegId, Lost, Media, Meter, Sound};

/// How long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// For how long a user's browsers ring.
    pub ring: Duration,
    /// For how long a call may be without its socket.
    pub detach: Duration,
}

/// What a switch may do otherwise than FreeSWITCH usually does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// `verto.media` comes again, without `sdp`.
    pub media_twice: bool,
    /// `verto.answer` has no `sdp`, though no `verto.media` came before.
    pub answer_without_sdp: bool,
    /// Calls count as connected at once, also where no sound can flow: for clients that have none.
    pub assume_connected: bool,
}

/// All calls.
#[derive(Debug)]
pub struct Calls {
    pub(super) media: Media,
    pub(super) legs: BTreeMap<LegId, Leg>,
    last_leg: LegId,
    /// The first name that a connection gave for its user.
    pub(super) names: HashMap<ConnId, String>,
    /// How long things take.
    pub times: Times,
    usual_times: Times,
    /// What is unusual.
    pub habits: Habits,
    sequence: u64,
}

impl Calls {
    /// No calls yet.
    pub fn new(media: Media, times: Times) -> Calls {
        Calls {
            media,
            legs: BTreeMap::new(),
            last_leg: 0,
            names: HashMap::new(),
            times,
            usual_times: times,
            habits: Habits::default(),
            sequence: 0,
        }
    }

    /// Ends all calls without a word, as a restart of the server does.
    pub fn clear(&mut self) {
        for id in std::mem::take(&mut self.legs).into_keys() {
            self.media.close(id);
        }
        self.names.clear();
    }

    /// Ends all calls, and lets things take as long as usual.
    pub fn reset(&mut self, hub: &mut Hub) {
        while let Some(id) = self.legs.keys().next().copied() {
            self.end(hub, id, MANAGER_REQUEST, Bye::Say);
        }
        self.times = self.usual_times;
    }

    /// Ends a call as an operator does; false where there is none of this id.
    pub fn hang_up(&mut self, hub: &mut Hub, call_id: &str) -> bool {
        let found = self.find(call_id);
        if let Some(id) = found {
            self.end(hub, id, NORMAL_CLEARING, Bye::Say);
        }
        found.is_some()
    }

    /// The connection of a call, by which its own events are told.
    pub fn conn(&self, call_id: &str) -> Option<ConnId> {
        let leg = self.legs.get(&self.find(call_id)?)?;
        leg.detached.is_none().then_some(leg.socket.conn)
    }

    pub(super) fn find(&self, call_id: &str) -> Option<LegId> {
        let mut legs = self.legs.iter();
        legs.find(|(_, leg)| leg.call_id == call_id)
            .map(|(id, _)| *id)
    }

    /// How many legs there may still be.
    pub(super) fn room(&self) -> usize {
        MOST_CALLS.saturating_sub(self.legs.len())
    }

    pub(super) fn add(&mut self, mut leg: Leg) -> LegId {
        leg.assumed_connected = self.habits.assume_connected;
        self.last_leg = self.last_leg.wrapping_add(1);
        self.legs.insert(self.last_leg, leg);
        self.last_leg
    }

    /// Sends a leg a request.
    pub(super) fn tell(
        &self,
        hub: &mut Hub,
        id: LegId,
        method: &str,
        params: impl FnOnce(&Leg) -> Json,
    ) {
        if let Some(leg) = self.legs.get(&id)
            && leg.detached.is_none()
        {
            hub.send_request(leg.socket.conn, method, params(leg));
        }
    }

    pub(super) fn variables(&mut self) -> Json {
        self.sequence = self.sequence.wrapping_add(1);
        variables::variables(unix_ms(), self.sequence)
    }

    /// Answers a leg, unless it is answered.
    pub(super) fn answer(&mut self, hub: &mut Hub, id: LegId) {
        let early = match self.legs.get(&id).map(|leg| leg.state) {
            None | Some(State::Answered) => return,
            Some(state) => state == State::Early,
        };
        let sdp = if early { None } else { self.open(id) };
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.state = State::Answered;
        }
        let variables = self.variables();
        let without = self.habits.answer_without_sdp;
        self.tell(hub, id, "verto.answer", |leg| {
            let params = Json::object().with("callID", leg.call_id.as_str());
            let params = match sdp {
                Some(sdp) if !without => params.with("sdp", sdp),
                _ => params,
            };
            params.with("variables", variables)
        });
    }

    /// Lets something go wrong with the sound of each call; `which` says what.
    pub fn impair(&mut self, which: impl Fn(ConnId, &str) -> Impairment) {
        for (id, leg) in &mut self.legs {
            let impairment = which(leg.socket.conn, &leg.socket.login);
            if leg.impairment != impairment {
                leg.impairment = impairment;
                self.media.impair(*id, impairment);
            }
        }
    }

    /// The browsers of these calls change their network; how many calls that are. What is lost by it
    /// comes back with media that begin anew.
    pub fn change_network(&mut self, whose: impl Fn(ConnId, &str) -> bool, lost: Lost) -> usize {
        let legs = self.legs.iter();
        let changed = legs.filter(|(_, leg)| whose(leg.socket.conn, &leg.socket.login));
        changed
            .map(|(id, _)| self.media.change_network(*id, lost))
            .count()
    }

    /// Gives a leg sound before it is answered.
    pub(super) fn early(&mut self, hub: &mut Hub, id: LegId) {
        if self.legs.get(&id).is_none_or(|leg| leg.state != State::New) {
            return;
        }
        let sdp = self.open(id).unwrap_or_default();
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.state = State::Early;
        }
        let variables = self.variables();
        self.tell(hub, id, "verto.media", |leg| {
            Json::object()
                .with("callID", leg.call_id.as_str())
                .with("sdp", sdp)
                .with("variables", variables)
        });
        if self.habits.media_twice {
            let variables = self.variables();
            self.tell(hub, id, "verto.media", |leg| {
                Json::object()
                    .with("callID", leg.call_id.as_str())
                    .with("variables", variables)
            });
        }
    }

    /// Opens the endpoint of a leg that has offered; its answer.
    pub(super) fn open(&mut self, id: LegId) -> Option<String> {
        let leg = self.legs.get_mut(&id)?;
        let remote = leg.remote.as_ref()?;
        let sdp = leg.local.answer(self.media.site(), remote, true);
        self.media.open(id, &leg.meter, &leg.local, remote, true);
        Some(sdp)
    }

    pub(super) fn digits(&mut self, id: LegId, digits: &str) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let room = MOST_DIGITS.saturating_sub(leg.digits.chars().count());
        leg.digits.extend(digits.chars().take(room));
        if leg.doing == Doing::Reading && leg.digits.len() >= 4 {
            leg.doing = Doing::Alone;
            self.media.hear(id, Hears::Sound(Sound::Tone));
        }
    }

    /// Ends a leg, and what hangs on it.
    pub(super) fn end(&mut self, hub: &mut Hub, id: LegId, cause: Cause, bye: Bye) {
        if bye == Bye::Say {
            self.tell(hub, id, "verto.bye", |leg| {
                Json::object()
                    .with("callID", leg.call_id.as_str())
                    .with("causeCode", cause.code)
                    .with("cause", cause.name)
            });
        }
        let Some(leg) = self.legs.remove(&id) else {
            return;
        };
        self.media.close(id);
        match leg.doing {
            Doing::Alone | Doing::Reading => {}
            Doing::Calling(targets) => {
                for target in targets {
                    self.end(hub, target, ORIGINATOR_CANCEL, Bye::Say);
                }
            }
            Doing::RingingFor(caller) => self.stopped_ringing(hub, caller, id, cause),
            Doing::Bridged { with, shown } => {
                // Where no sound had flowed yet, the call was still being set up (s17).
                let partner = self.legs.get(&with);
                let cancelled = !shown && leg.inbound && partner.is_some_and(|p| !p.inbound);
                let cause = if cancelled { ORIGINATOR_CANCEL } else { cause };
                self.end(hub, with, cause, Bye::Say);
            }
        }
    }
}

/// Whether the browser is told that its call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bye {
    /// Yes.
    Say,
    /// No: it has said so, or cannot be told.
    Omit,
}

pub(super) fn new_leg(
    call_id: String,
    socket: Socket,
    inbound: bool,
    remote: Option<Remote>,
) -> Leg {
    Leg {
        call_id,
        socket,
        detached: None,
        inbound,
        state: State::New,
        own: Party::default(),
        other: Party::default(),
        leads: inbound,
        remote,
        local: Local::new(),
        meter: Arc::new(Meter::default()),
        held: false,
        active: inbound,
        attached: false,
        recover: true,
        doing: Doing::Alone,
        next: None,
        digits: String::new(),
        voice: None,
        assumed_connected: false,
        impairment: Impairment::default(),
    }
}

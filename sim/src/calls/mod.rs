//! Telephone calls, as mod_verto and its dialplan lead them.
//!
//! A call of a browser is a [`Leg`]. What its requests do is in [`requests`] and [`modify`], who
//! rings and who talks to whom in [`bridge`], what a lost socket does in [`attach`].

mod attach;
mod bridge;
mod cause;
mod dialplan;
mod leg;
mod modify;
mod requests;
mod variables;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::hub::{ConnId, Hub};
use crate::json::Json;
use crate::media::sdp_in::Remote;
use crate::media::sdp_out::Local;
use crate::media::{Happened, Hears, LegId, Media, Meter, Sound};
use crate::switch::unix_ms;

pub use bridge::socket;
use cause::{Cause, INCOMPATIBLE_DESTINATION, NO_ROUTE_DESTINATION, NORMAL_CLEARING, USER_BUSY};
use dialplan::Route;
pub use leg::Socket;
use leg::{Doing, Leg, Party, State, Step};

/// How long each step of 9180 takes.
const STEP: Duration = Duration::from_secs(2);

/// All calls.
#[derive(Debug)]
pub struct Calls {
    media: Media,
    legs: BTreeMap<LegId, Leg>,
    last_leg: LegId,
    /// The first name that a connection gave for its user.
    names: HashMap<ConnId, String>,
    /// How long it rings.
    pub ring_time: Duration,
    /// How long a call may be without a socket.
    pub detach_time: Duration,
    sequence: u64,
}

impl Calls {
    /// No calls yet.
    pub fn new(media: Media, ring_time: Duration, detach_time: Duration) -> Calls {
        Calls {
            media,
            legs: BTreeMap::new(),
            last_leg: 0,
            names: HashMap::new(),
            ring_time,
            detach_time,
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

    /// The calls as the control API shows them.
    pub fn show(&self) -> Json {
        let rows = self.legs.values().map(|leg| {
            let state = match (leg.detached, leg.state, &leg.doing) {
                (Some(_), ..) => "detached",
                (_, State::Answered, _) if leg.held => "held",
                (_, State::Answered, _) => "answered",
                (_, _, Doing::RingingFor(_)) => "ringing",
                (_, State::Early, _) => "early",
                (_, State::New, _) => "new",
            };
            let partner = match leg.doing {
                Doing::Bridged { with, .. } => self.legs.get(&with),
                _ => None,
            };
            let partner = partner.map_or(Json::Null, |leg| leg.call_id.as_str().into());
            Json::object()
                .with("callID", leg.call_id.as_str())
                .with("login", leg.socket.login.as_str())
                .with("conn", leg.socket.conn)
                .with("direction", leg.direction())
                .with("state", state)
                .with("partner", partner)
                .with("connected", leg.meter.connected())
                .with("received", leg.meter.received())
                .with("sent", leg.meter.sent())
                .with("digits", leg.digits.as_str())
        });
        Json::Array(rows.collect())
    }

    /// When something happens by itself.
    pub fn next_due(&self) -> Option<Instant> {
        let legs = self.legs.values();
        legs.flat_map(|leg| [leg.detached, leg.next.map(|(at, _)| at)])
            .flatten()
            .min()
    }

    /// Does what is due.
    pub fn tick(&mut self, hub: &mut Hub, now: Instant) {
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let late: Vec<LegId> = self
            .legs
            .iter()
            .filter(|(_, leg)| due(leg.detached) || due(leg.next.map(|(at, _)| at)))
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            // It may have ended with another one.
            let Some(leg) = self.legs.get_mut(&id) else {
                continue;
            };
            if due(leg.detached) {
                self.end(hub, id, cause::RECOVERY_ON_TIMER_EXPIRE, Bye::Say);
            } else if let Some((_, step)) = leg.next.take_if(|(at, _)| *at <= now) {
                self.step(hub, id, step, now);
            }
        }
    }

    fn step(&mut self, hub: &mut Hub, id: LegId, step: Step, now: Instant) {
        let next = match step {
            Step::EarlyMedia => {
                self.early(hub, id);
                self.media.hear(id, Hears::Sound(Sound::Ring));
                Step::Answer
            }
            Step::Answer => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Sound(Sound::Tone));
                Step::HangUp
            }
            Step::HangUp => return self.end(hub, id, NORMAL_CLEARING, Bye::Say),
            Step::NoAnswer(told) => return self.nobody_answered(hub, id, told),
        };
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.next = Some((now + STEP, next));
        }
    }

    /// Takes note of what happened to a leg's media.
    pub fn happened(&mut self, hub: &mut Hub, happened: Happened) {
        match happened {
            Happened::Connected(leg) => self.show_parties(hub, leg),
            Happened::Digit(leg, digit) => self.digits(leg, &digit.to_string()),
        }
    }

    fn find(&self, call_id: &str) -> Option<LegId> {
        let mut legs = self.legs.iter();
        legs.find(|(_, leg)| leg.call_id == call_id)
            .map(|(id, _)| *id)
    }

    fn add(&mut self, leg: Leg) -> LegId {
        self.last_leg += 1;
        self.legs.insert(self.last_leg, leg);
        self.last_leg
    }

    /// Sends a leg a request.
    fn tell(&self, hub: &mut Hub, id: LegId, method: &str, params: impl FnOnce(&Leg) -> Json) {
        if let Some(leg) = self.legs.get(&id)
            && leg.detached.is_none()
        {
            hub.send_request(leg.socket.conn, method, params(leg));
        }
    }

    fn variables(&mut self) -> Json {
        self.sequence += 1;
        variables::variables(unix_ms(), self.sequence)
    }

    /// Lets a leg go where a number leads.
    fn route(&mut self, hub: &mut Hub, id: LegId, number: &str) {
        match Route::of(number) {
            Route::Echo => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Leg(id));
            }
            Route::Tone => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Sound(Sound::Tone));
            }
            Route::Digits => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Nothing);
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.doing = Doing::Reading;
                }
            }
            Route::EarlyMedia => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.next = Some((Instant::now() + STEP, Step::EarlyMedia));
                }
            }
            Route::Busy => self.end(hub, id, USER_BUSY, Bye::Say),
            Route::Unknown => self.end(hub, id, NO_ROUTE_DESTINATION, Bye::Say),
            Route::User(ring) => self.ring(hub, id, &ring),
        }
    }

    /// Answers a leg, unless it is answered.
    fn answer(&mut self, hub: &mut Hub, id: LegId) {
        let early = match self.legs.get(&id).map(|leg| leg.state) {
            None | Some(State::Answered) => return,
            Some(state) => state == State::Early,
        };
        let sdp = if early { None } else { self.open(id) };
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.state = State::Answered;
        }
        let variables = self.variables();
        self.tell(hub, id, "verto.answer", |leg| {
            let params = Json::object().with("callID", leg.call_id.as_str());
            let params = match sdp {
                Some(sdp) => params.with("sdp", sdp),
                None => params,
            };
            params.with("variables", variables)
        });
    }

    /// Gives a leg sound before it is answered.
    fn early(&mut self, hub: &mut Hub, id: LegId) {
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
    }

    /// Opens the endpoint of a leg that has offered; its answer.
    fn open(&mut self, id: LegId) -> Option<String> {
        let leg = self.legs.get_mut(&id)?;
        let remote = leg.remote.as_ref()?;
        let sdp = leg.local.answer(self.media.site(), remote);
        self.media.open(id, &leg.meter, &leg.local, remote, true);
        Some(sdp)
    }

    fn digits(&mut self, id: LegId, digits: &str) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.digits.push_str(digits);
        if leg.doing == Doing::Reading && leg.digits.len() >= 4 {
            leg.doing = Doing::Alone;
            self.media.hear(id, Hears::Sound(Sound::Tone));
        }
    }

    /// Ends a leg, and what hangs on it.
    fn end(&mut self, hub: &mut Hub, id: LegId, cause: Cause, bye: Bye) {
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
                    self.end(hub, target, cause::ORIGINATOR_CANCEL, Bye::Say);
                }
            }
            Doing::RingingFor(caller) => self.stopped_ringing(hub, caller, id, cause),
            Doing::Bridged { with, shown } => {
                // Where no sound had flowed yet, the call was still being set up (s17).
                let partner = self.legs.get(&with);
                let cancelled = !shown && leg.inbound && partner.is_some_and(|p| !p.inbound);
                let cause = if cancelled {
                    cause::ORIGINATOR_CANCEL
                } else {
                    cause
                };
                self.end(hub, with, cause, Bye::Say);
            }
        }
    }
}

/// Whether the browser is told that its call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bye {
    /// Yes.
    Say,
    /// No: it has said so, or cannot be told.
    Omit,
}

fn new_leg(call_id: String, socket: Socket, inbound: bool, remote: Option<Remote>) -> Leg {
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
        recover: true,
        doing: Doing::Alone,
        next: None,
        digits: String::new(),
    }
}

fn new_call_id() -> String {
    Uuid::new_v4().to_string()
}

//! What calls do by themselves, when the time has come.

use tokio::time::Instant;

use super::cause::{NORMAL_CLEARING, RECOVERY_ON_TIMER_EXPIRE};
use super::leg::{Doing, State, Step};
use super::route::STEP;
use super::table::{Bye, Calls};
use crate::clock::later;
use crate::hub::Hub;
use crate::json::Json;
use crate::media::{Happened, Hears, LegId, Sound};

impl Calls {
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
                self.end(hub, id, RECOVERY_ON_TIMER_EXPIRE, Bye::Say);
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
            leg.next = Some((later(now, STEP), next));
        }
    }

    /// Takes note of what happened to a leg's media.
    pub fn happened(&mut self, hub: &mut Hub, happened: Happened) {
        match happened {
            Happened::Connected(leg) => self.show_parties(hub, leg),
            Happened::Digit(leg, digit) => self.digits(leg, &digit.to_string()),
        }
    }
}

//! `verto.modify`: hold, transfer, replace, new media.

use std::time::Duration;

use crate::hub::Hub;
use crate::json::Json;
use crate::media::LegId;

use super::cause::{ATTENDED_TRANSFER, DESTINATION_OUT_OF_ORDER, NORMAL_CLEARING};
use super::leg::{Doing, State};
use super::requests::{Answer, dialog, refused};
use super::table::{Bye, Calls};

/// How long a real server is busy with it, on the socket's own thread.
const HOLDING: Duration = Duration::from_millis(250);

impl Calls {
    /// `verto.modify`, and how long it takes.
    pub fn modify(&mut self, hub: &mut Hub, params: Option<&Json>) -> (Answer, Duration) {
        let mut pause = Duration::ZERO;
        let answer = self.modified(hub, params, &mut pause);
        (answer, pause)
    }

    fn modified(&mut self, hub: &mut Hub, params: Option<&Json>, pause: &mut Duration) -> Answer {
        let (params, _, call_id) = dialog(params).map_err(refused)?;
        let id = self
            .find(call_id)
            .ok_or_else(|| refused("CALL DOES NOT EXIST"))?;
        let action = params
            .get_str("action")
            .ok_or_else(|| refused("action missing"))?;
        let state = |calls: &Calls| calls.legs.get(&id).map(|leg| leg.hold_state());
        // What it was before counts where the leg ends by what is done now.
        let before = state(self).unwrap_or("active");
        let done = match action {
            "hold" | "unhold" | "toggleHold" => {
                *pause = HOLDING;
                self.hold(id, action);
                Ok(None)
            }
            "transfer" => self.transfer(hub, id, params.get_str("destination")),
            "replace" => self.replace(hub, id, params.get_str("replaceCallID")),
            "updateMedia" => self.update_media(hub, id, params.get_str("sdp")),
            // Also of an action that it doesn't know a real server tells only the state.
            _ => Ok(None),
        };
        let frame = Json::object()
            .with("callID", call_id)
            .with("action", action);
        match done {
            Ok(more) => {
                let frame = match more {
                    Some((key, value)) => frame.with(key, value),
                    None => frame,
                };
                Ok(frame.with("holdState", state(self).unwrap_or(before)))
            }
            Err(message) => Err(frame.with("message", message).with("code", -32002)),
        }
    }

    fn hold(&mut self, id: LegId, action: &str) {
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.is_connected()
        {
            leg.held = match action {
                "hold" => true,
                "unhold" => false,
                _ => !leg.held,
            };
            self.media.hold(id, leg.held);
        }
    }

    fn partner(&self, id: LegId) -> Option<LegId> {
        match self.legs.get(&id)?.doing {
            Doing::Bridged { with, .. } => Some(with),
            _ => None,
        }
    }

    /// Sends the other party elsewhere.
    fn transfer(&mut self, hub: &mut Hub, id: LegId, destination: Option<&str>) -> Done {
        let destination = destination.ok_or("destination missing")?;
        let partner = self.partner(id).ok_or("call is not bridged")?;
        self.part(id, partner);
        self.route(hub, partner, destination);
        self.end(hub, id, NORMAL_CLEARING, Bye::Say);
        Ok(Some(("message", "CALL TRANSFERRED".into())))
    }

    /// Lets the other parties of two calls talk to each other.
    fn replace(&mut self, hub: &mut Hub, id: LegId, other: Option<&str>) -> Done {
        let other = other.ok_or("replaceCallID missing")?;
        let other = self.find(other).ok_or("invalid transfer leg")?;
        let first = self.partner(id).ok_or("call is not bridged")?;
        let second = self.partner(other).ok_or("transfer failed")?;
        if first == other {
            return Err("transfer failed");
        }
        self.part(id, first);
        self.part(other, second);
        let called = self.legs.get(&other).is_some_and(|leg| !leg.inbound);
        self.end(hub, id, NORMAL_CLEARING, Bye::Say);
        let cause = if called {
            ATTENDED_TRANSFER
        } else {
            NORMAL_CLEARING
        };
        self.end(hub, other, cause, Bye::Say);
        self.bridge(hub, first, second);
        Ok(None)
    }

    fn part(&mut self, one: LegId, other: LegId) {
        for id in [one, other] {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.doing = Doing::Alone;
            }
        }
    }

    fn update_media(&mut self, hub: &mut Hub, id: LegId, sdp: Option<&str>) -> Done {
        let sdp = sdp.ok_or("SDP missing")?;
        let Some(leg) = self.legs.get_mut(&id) else {
            return Ok(None);
        };
        if leg.state != State::Answered {
            self.end(hub, id, DESTINATION_OUT_OF_ORDER, Bye::Say);
            return Err("Cannot update a call that has not been answered.");
        }
        let remote = self.media.read(sdp).ok_or("CODEC NEGOTIATION ERROR")?;
        let answer = leg.local.answer(self.media.site(), &remote, leg.active);
        let known = leg
            .remote
            .as_ref()
            .and_then(|remote| remote.transport.as_ref());
        match (&remote.transport, known) {
            // The same certificate is the same peer connection. After an attach a real server begins
            // DTLS anew all the same, and that peer connection, which doesn't, is heard no more.
            (Some(new), Some(known)) if new.fingerprint == known.fingerprint && !leg.attached => {
                self.media.restart_ice(id, new);
            }
            _ => self
                .media
                .open(id, &leg.meter, &leg.local, &remote, leg.active),
        }
        leg.remote = Some(remote);
        Ok(Some(("sdp", answer.into())))
    }
}

/// A member of the result, or the error's message.
type Done = Result<Option<(&'static str, Json)>, &'static str>;

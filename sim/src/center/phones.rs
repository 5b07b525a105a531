//! Agents' phones that are real: somebody else rings them, and tells what becomes of it.

use super::call::{CallId, Origin, Phase};
use super::cause;
use super::state::Center;

/// A call that is at an agent's phone, or on the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneCall {
    /// The name of the call.
    pub call: String,
    /// A number that each call has for itself.
    pub serial: u64,
    /// The agent's extension.
    pub extn: String,
    /// The number to show.
    pub number: String,
    /// What the agent is to hear once the phone is picked up.
    pub stage: Stage,
}

/// How far a call at a phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The phone is to ring.
    Ringing,
    /// The agent waits for the destination.
    Waiting,
    /// The agent is to hear the destination ring.
    Ringback,
    /// They talk.
    Talking,
}

impl Center {
    /// The calls that have an agent.
    pub fn phone_calls(&self) -> Vec<PhoneCall> {
        let calls = self.calls.iter();
        calls
            .filter_map(|(id, call)| {
                let agent = self.agents.get(call.agent?)?;
                let (number, early) = match &call.origin {
                    Origin::Inbound { caller, .. } => (caller, false),
                    Origin::Outbound {
                        dest_number,
                        early_media,
                        ..
                    } => (dest_number, *early_media),
                };
                let stage = match call.phase {
                    Phase::Waiting => return None,
                    Phase::AgentRinging => Stage::Ringing,
                    Phase::DestRinging if early => Stage::Ringback,
                    Phase::AgentAnswered | Phase::DestRinging => Stage::Waiting,
                    Phase::Talking => Stage::Talking,
                };
                Some(PhoneCall {
                    call: id.uuid.to_string(),
                    serial: id.serial,
                    extn: agent.extn.clone(),
                    number: number.clone(),
                    stage,
                })
            })
            .collect()
    }

    /// A real phone rings: it is not picked up by itself.
    pub fn phone_rings(&mut self, call: &str) {
        let due = self.after(self.config.times.ring);
        if let Some(id) = self.ringing(call)
            && let Some(call) = self.calls.get_mut(&id)
        {
            call.real_phone = true;
            call.due = due;
        }
    }

    /// A real phone was picked up.
    pub fn phone_answered(&mut self, now: u64, call: &str) {
        self.tick(now);
        if let Some(id) = self.ringing(call) {
            self.agent_answered(id);
        }
    }

    /// A real phone does not ring any more, without an answer.
    pub fn phone_refused(&mut self, now: u64, call: &str) {
        self.tick(now);
        if let Some(id) = self.ringing(call) {
            match self.calls.get(&id).map(|call| &call.origin) {
                Some(Origin::Inbound { .. }) => self.requeue(id),
                _ => self.end_call(id, cause::NO_ANSWER),
            }
            self.dispatch();
        }
    }

    fn ringing(&self, call: &str) -> Option<CallId> {
        let mut calls = self.calls.iter();
        let found =
            calls.find(|(id, row)| row.phase == Phase::AgentRinging && id.uuid.to_string() == call);
        found.map(|(id, _)| *id)
    }
}

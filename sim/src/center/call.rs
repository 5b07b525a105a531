//! The data of a telephone call: of a caller who wants an agent, or of an agent who dials.

use serde_json::{Value, json};
use uuid::Uuid;

/// The name of a call. Calls are sorted by their beginning, so that a caller who returns to the
/// queue because an agent did not answer is first again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallId {
    pub(super) serial: u64,
    pub(super) uuid: Uuid,
}

/// Who called, and what was asked for.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    Inbound {
        queue: String,
        caller: String,
        gives_up: u64,
    },
    Outbound {
        cid_number: String,
        dest_number: String,
        early_media: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The caller is in the queue.
    Waiting,
    /// The agent's phone rings, for a caller or as the first leg of an outbound call.
    AgentRinging,
    /// The agent who dialled has picked up.
    AgentAnswered,
    DestRinging,
    Talking,
}

impl Phase {
    pub(super) fn name(self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::AgentRinging => "agentRinging",
            Phase::AgentAnswered => "agentAnswered",
            Phase::DestRinging => "destRinging",
            Phase::Talking => "talking",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) origin: Origin,
    pub(super) phase: Phase,
    /// The agent's place in the list of agents. None while the caller waits.
    pub(super) agent: Option<usize>,
    pub(super) began: u64,
    /// When the two sides began to talk.
    pub(super) answered: Option<u64>,
    /// When something happens next.
    pub(super) due: u64,
    /// Whether the agent's phone is a real one, which somebody must pick up.
    pub(super) real_phone: bool,
}

impl Call {
    pub(super) fn waits_in(&self, queue: &str) -> bool {
        self.waiting_queue() == Some(queue)
    }

    /// The queue in which the caller waits. None if the call does not wait.
    pub(super) fn waiting_queue(&self) -> Option<&str> {
        match (&self.origin, self.phase) {
            (Origin::Inbound { queue, .. }, Phase::Waiting) => Some(queue),
            _ => None,
        }
    }

    /// The members that every event and list has: call, queue, caller, agent, direction.
    pub(super) fn data(&self, id: CallId, agent: &str) -> Value {
        let (queue, caller, direction) = match &self.origin {
            Origin::Inbound { queue, caller, .. } => (queue.as_str(), caller, "inbound"),
            Origin::Outbound { cid_number, .. } => ("", cid_number, "outbound"),
        };
        json!({
            "call": id.uuid.to_string(),
            "queue": queue,
            "caller": caller,
            "agent": agent,
            "direction": direction,
        })
    }
}

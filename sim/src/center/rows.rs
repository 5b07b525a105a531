//! Agents, queues and calls as replies, events and lists show them.

use serde_json::{Value, json};

use super::agent::Agent;
use super::call::{Call, CallId, Origin};
use super::state::Center;

impl Center {
    /// The rows of all agents. An agent has a row for each queue that the agent is signed in to, or
    /// one row that says LOGOUT.
    pub fn agents(&self) -> Value {
        self.agents.iter().flat_map(Agent::rows).collect()
    }

    /// The rows in one queue of all agents who may sign in to it.
    pub fn agents_in(&self, queue: &str) -> Value {
        let agents = self.agents.iter();
        agents
            .filter(|agent| agent.queues.iter().any(|own| own == queue))
            .map(|agent| agent.row(queue))
            .collect()
    }

    /// The queues: `queue`, `name`, `waiting`, `longestWaitMs`, `answered` and `abandoned`.
    pub fn queues(&self, now: u64) -> Value {
        let queues = self.config.queues.iter();
        queues
            .map(|queue| {
                let mut row = self.queue_row(&queue.id, now);
                if let Some(row) = row.as_object_mut() {
                    row.insert("name".into(), queue.name.as_str().into());
                }
                row
            })
            .collect()
    }

    /// The calls, the oldest first: `call`, `queue`, `caller`, `agent`, `direction`,
    /// `state` and `since`; outbound ones also `destNumber` and `earlyMedia`.
    pub fn calls(&self) -> Value {
        let calls = self.calls.iter();
        calls.map(|(id, call)| self.call_row(*id, call)).collect()
    }

    pub(super) fn queue_row(&self, queue: &str, now: u64) -> Value {
        let waiting = self.calls.values().filter(|call| call.waits_in(queue));
        let (count, first) = waiting.fold((0u64, now), |(count, first), call| {
            (count.saturating_add(1), first.min(call.began))
        });
        let (answered, abandoned) = self.outcomes.get(queue).copied().unwrap_or_default();
        json!({
            "queue": queue,
            "waiting": count,
            "longestWaitMs": now.saturating_sub(first),
            "answered": answered,
            "abandoned": abandoned,
        })
    }

    /// The call as the lists show it.
    pub(super) fn call_row(&self, id: CallId, call: &Call) -> Value {
        let agent = call.agent.and_then(|index| self.agents.get(index));
        let mut row = call.data(id, agent.map_or("", |agent| &agent.id));
        if let Some(row) = row.as_object_mut() {
            row.insert("state".into(), call.phase.name().into());
            row.insert("since".into(), call.began.into());
            if let Origin::Outbound {
                dest_number,
                early_media,
                ..
            } = &call.origin
            {
                row.insert("destNumber".into(), dest_number.as_str().into());
                row.insert("earlyMedia".into(), (*early_media).into());
            }
        }
        row
    }

    /// How many callers wait, in all queues.
    pub fn waiting(&self) -> usize {
        let calls = self.calls.values();
        calls.filter(|call| call.waiting_queue().is_some()).count()
    }

    /// How many calls there are, in whatever phase.
    pub fn call_count(&self) -> usize {
        self.calls.len()
    }
}

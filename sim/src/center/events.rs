//! What the call centre tells its subscribers, and the changes to agents that it tells of.

use serde_json::{Value, json};

use super::agent::{Activity, Agent};
use super::call::{Call, CallId, Origin};
use super::state::{Center, CenterEvent};

impl Center {
    /// The events since the last call of this, in their order.
    pub fn take_events(&mut self) -> Vec<CenterEvent> {
        std::mem::take(&mut self.events)
    }

    /// Tells the agent who has a call about it.
    pub(super) fn emit_call(&mut self, id: CallId, event_type: &'static str) {
        let Some((call, agent)) = self.call_and_agent(id) else {
            return;
        };
        let (channel, data) = (agent.channel(), call.data(id, &agent.id));
        self.emit(channel, event_type, data);
    }

    pub(super) fn emit_ended(&mut self, id: CallId, cause: &str) {
        let Some((call, agent)) = self.call_and_agent(id) else {
            return;
        };
        let (channel, mut data) = (agent.channel(), call.data(id, &agent.id));
        let talked = call
            .answered
            .map_or(0, |answered| self.clock.saturating_sub(answered));
        if let Some(data) = data.as_object_mut() {
            data.insert("durationMs".into(), talked.into());
            data.insert("cause".into(), cause.into());
        }
        self.emit(channel, "callEnded", data);
    }

    /// Tells a step of an outbound call. Inbound calls have none: other events tell of them.
    pub(super) fn emit_progress(&mut self, id: CallId, step: &str, cause: Option<&str>) {
        let Some((call, agent)) = self.call_and_agent(id) else {
            return;
        };
        let Origin::Outbound {
            cid_number,
            dest_number,
            ..
        } = &call.origin
        else {
            return;
        };
        let mut data = json!({
            "call": id.uuid.to_string(),
            "agent": agent.id,
            "extn": agent.extn,
            "cidNumber": cid_number,
            "destNumber": dest_number,
            "step": step,
        });
        if let (Some(cause), Some(data)) = (cause, data.as_object_mut()) {
            data.insert("cause".into(), cause.into());
        }
        let channel = agent.channel();
        self.emit(channel, "dialProgress", data);
    }

    fn call_and_agent(&self, id: CallId) -> Option<(&Call, &Agent)> {
        let call = self.calls.get(&id)?;
        Some((call, self.agents.get(call.agent?)?))
    }

    /// Signs an agent out of a queue, and tells of it.
    pub(super) fn sign_out(&mut self, index: usize, queue: &str) {
        let now = self.clock;
        if let Some(agent) = self.agents.get_mut(index) {
            agent.remove_sign_in(queue, now);
        }
        self.emit_agent_in(index, queue);
    }

    /// Changes what the agent's phone does, and tells of it.
    pub(super) fn set_activity(&mut self, index: usize, activity: Activity) {
        let now = self.clock;
        self.update_agent(index, |agent| agent.set_activity(activity, now));
    }

    /// Changes an agent, and tells of each row of the agent's that has changed.
    pub(super) fn update_agent(&mut self, index: usize, change: impl FnOnce(&mut Agent)) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let before = agent.rows();
        change(agent);
        let after = agent.rows();
        let channel = agent.channel();
        for row in after.into_iter().filter(|row| !before.contains(row)) {
            self.emit(channel.clone(), "agentState", row);
        }
    }

    /// Tells of the agent's row in one queue.
    pub(super) fn emit_agent_in(&mut self, index: usize, queue: &str) {
        if let Some(agent) = self.agents.get(index) {
            let (channel, row) = (agent.channel(), agent.row(queue));
            self.emit(channel, "agentState", row);
        }
    }

    /// Tells each group that has agents for this queue how many callers wait in it.
    pub(super) fn emit_queue(&mut self, queue: &str) {
        let mut groups: Vec<&str> = Vec::new();
        for agent in &self.agents {
            let serves = agent.queues.iter().any(|q| q == queue);
            if serves && !groups.contains(&agent.group.as_str()) {
                groups.push(&agent.group);
            }
        }
        let row = self.queue_row(queue, self.clock);
        let channels: Vec<String> = groups.iter().map(|group| format!("vcc.{group}")).collect();
        for channel in channels {
            self.emit(channel, "queueState", row.clone());
        }
    }

    pub(super) fn emit(&mut self, channel: String, event_type: &'static str, data: Value) {
        self.event_count = self.event_count.saturating_add(1);
        self.events.push(CenterEvent {
            channel,
            event_type,
            data,
        });
    }
}

//! Agents beyond those of the configuration, who come and go while the simulator runs.

use super::agent::Agent;
use super::cause;
use super::config::AgentConfig;
use super::state::Center;

impl Center {
    /// Replaces the former colleagues, whose calls end, by these, who are not signed in yet.
    pub fn set_colleagues(&mut self, now: u64, colleagues: &[AgentConfig]) {
        self.tick(now);
        self.dismiss_colleagues();
        for config in colleagues {
            let mut agent = Agent::new(config, &self.config.queues);
            agent.start(self.clock);
            let (channel, rows) = (agent.channel(), agent.rows());
            self.agents.push(agent);
            // A page that has read the list of agents already learns of the new ones by this event.
            for row in rows {
                self.emit(channel.clone(), "agentState", row);
            }
        }
        self.dispatch();
    }

    /// Removes all colleagues. They stand at the end of the list, so that no other agent's place
    /// in it changes.
    pub(super) fn dismiss_colleagues(&mut self) {
        let first = self.config.agents.len();
        for index in first..self.agents.len() {
            if let Some(call) = self.agents.get(index).and_then(|a| a.activity.call()) {
                self.end_call(call, cause::SYSTEM_SHUTDOWN);
            }
            while let Some(queue) = self.agents.get(index).and_then(Agent::first_queue) {
                self.sign_out(index, &queue);
            }
        }
        self.agents.truncate(first);
    }

    /// The names by which commands know the queues.
    pub fn queue_ids(&self) -> Vec<String> {
        let queues = self.config.queues.iter();
        queues.map(|queue| queue.id.clone()).collect()
    }

    /// How many events there have been.
    pub fn event_count(&self) -> u64 {
        self.event_count
    }
}

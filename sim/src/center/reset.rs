//! The call centre as it was at the start.

use super::agent::Agent;
use super::cause;
use super::state::Center;
use crate::random::Random;

impl Center {
    /// Ends every call, signs every agent out, with the events of that, and begins anew
    /// with the same seed. Whether random callers arrive stays as it is.
    pub fn reset(&mut self, now: u64) {
        self.clock = self.clock.max(now);
        while let Some(id) = self.calls.keys().next().copied() {
            self.end_call(id, cause::SYSTEM_SHUTDOWN);
        }
        for index in 0..self.agents.len() {
            while let Some(queue) = self.agents.get(index).and_then(Agent::first_queue) {
                self.sign_out(index, &queue);
            }
        }
        self.dismiss_colleagues();
        let now = self.clock;
        for (agent, config) in self.agents.iter_mut().zip(&self.config.agents) {
            *agent = Agent::new(config, &self.config.queues);
            agent.start(now);
        }
        self.random = Random::new(self.seed);
        self.last_serial = 0;
        self.outcomes.clear();
        self.next_arrival = None;
    }
}

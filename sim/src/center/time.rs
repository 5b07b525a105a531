//! How time passes in the call centre: what is due next, and the random callers.

use super::agent::Activity;
use super::call::CallId;
use super::state::Center;
use crate::limits::MOST_WAITING;

/// What happens next. Of two things that are due at the same time, the one that stands first here
/// happens first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Call(CallId),
    WrapUp(usize),
    Arrival,
}

impl Center {
    /// Lets everything happen that is due up to `now`.
    pub fn tick(&mut self, now: u64) {
        if self.clock == 0 {
            self.agents.iter_mut().for_each(|agent| agent.start(now));
        }
        while let Some((at, due)) = self.earliest()
            && at <= now
        {
            self.clock = self.clock.max(at);
            match due {
                Due::Call(id) => self.step_call(id),
                Due::WrapUp(agent) => self.set_activity(agent, Activity::Idle),
                Due::Arrival => self.random_caller(),
            }
            self.dispatch();
        }
        self.clock = self.clock.max(now);
        if self.arrivals && self.next_arrival.is_none() {
            self.schedule_arrival();
        }
    }

    /// When [`Center::tick`] is to be called next; None while nothing is going to happen
    /// by itself.
    pub fn next_due(&self) -> Option<u64> {
        if self.arrivals && self.next_arrival.is_none() {
            return Some(self.clock);
        }
        self.earliest().map(|(at, _)| at)
    }

    /// Starts or stops the random callers. Callers who are there already stay.
    pub fn set_arrivals(&mut self, on: bool) {
        self.arrivals = on;
        if !on {
            self.next_arrival = None;
        }
    }

    fn earliest(&self) -> Option<(u64, Due)> {
        let calls = self.calls.iter().map(|(id, c)| (c.due, Due::Call(*id)));
        let agents = self.agents.iter().enumerate();
        let wrap_ups = agents.filter_map(|(index, agent)| match agent.activity {
            Activity::WrapUp { ends } => Some((ends, Due::WrapUp(index))),
            _ => None,
        });
        let arrival = self.next_arrival.map(|at| (at, Due::Arrival));
        calls.chain(wrap_ups).chain(arrival).min()
    }

    fn schedule_arrival(&mut self) {
        let wait = self.random.exponential(self.config.times.arrival);
        // Two callers never come at the same time: at a high speed, or with a mean of 0, `tick`
        // would not end.
        self.next_arrival = Some(self.after(wait).max(self.clock.saturating_add(1)));
    }

    /// Lets a random caller join one of the queues in which an agent is signed in, so that
    /// whoever signs in gets calls. If there is no such queue, any queue will do.
    fn random_caller(&mut self) {
        self.schedule_arrival();
        if self.waiting() >= MOST_WAITING {
            return;
        }
        let all = self.config.queues.iter().map(|queue| queue.id.as_str());
        let served = |queue: &&str| self.agents.iter().any(|a| a.sign_in(queue).is_some());
        let mut queues: Vec<&str> = all.clone().filter(served).collect();
        if queues.is_empty() {
            queues = all.collect();
        }
        let last = (queues.len() as u64).saturating_sub(1);
        let chosen = self.random.between(0, last) as usize;
        let Some(queue) = queues.get(chosen).map(|queue| String::from(*queue)) else {
            return;
        };
        let caller = format!("1380000{:04}", self.random.between(0, 9999));
        self.join(&queue, &caller);
    }
}

//! A small living call centre: agents, queues, callers and dialled calls.
//!
//! It is a pure state machine: the time goes in, events come out. What happens between
//! two times happens at its own moment, whether [`Center::tick`] is called once or often.

mod agent;
mod call;
mod colleagues;
mod command;
mod config;
mod dial;
#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::random::Random;
use agent::{Activity, Agent};
use call::{Call, CallId, cause};
pub use config::{AgentConfig, CenterConfig};

/// Something that subscribers of `channel` are to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct CenterEvent {
    /// `vcc.<group>.<agent>`, or `vcc.<group>` for what concerns a queue.
    pub channel: String,
    /// `agentState`, `callOffered`, `callAnswered`, `callEnded`, `dialProgress` or
    /// `queueState`.
    pub event_type: &'static str,
    /// What the event says.
    pub data: Value,
}

/// The call centre. All times are Unix milliseconds; a time before one already given
/// counts as that one.
#[derive(Debug)]
pub struct Center {
    config: CenterConfig,
    speed: f64,
    seed: u64,
    random: Random,
    clock: u64,
    arrivals: bool,
    /// None while there are no random callers, or until the time is known.
    next_arrival: Option<u64>,
    agents: Vec<Agent>,
    calls: BTreeMap<CallId, Call>,
    last_serial: u64,
    /// By queue, what became of its callers so far: answered, and gone without an answer.
    outcomes: BTreeMap<String, (u64, u64)>,
    events: Vec<CenterEvent>,
    event_count: u64,
}

/// What happens next. Of two at the same time the first in this order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Call(CallId),
    WrapUp(usize),
    Arrival,
}

impl Center {
    /// A call centre in which nobody is signed in and random callers arrive.
    ///
    /// All durations are divided by `speed`; one that is no positive number counts as 1.
    pub fn new(config: CenterConfig, speed: f64, seed: u64) -> Self {
        let agents = config.agents.iter();
        Self {
            agents: agents.map(|a| Agent::new(a, &config.queues)).collect(),
            config,
            speed: if speed.is_finite() && speed > 0.0 {
                speed
            } else {
                1.0
            },
            seed,
            random: Random::new(seed),
            clock: 0,
            arrivals: true,
            next_arrival: None,
            calls: BTreeMap::new(),
            last_serial: 0,
            outcomes: BTreeMap::new(),
            events: Vec::new(),
            event_count: 0,
        }
    }

    /// Carries out a page's command and returns the back end's reply.
    pub fn command(&mut self, now: u64, func: &str, data: &Value) -> Value {
        self.tick(now);
        let reply = self.run(func, data);
        self.dispatch();
        reply
    }

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

    /// The events since the last call of this, in their order.
    pub fn take_events(&mut self) -> Vec<CenterEvent> {
        std::mem::take(&mut self.events)
    }

    /// A caller joins a queue; returns the call's id, or why that can't be.
    pub fn caller(&mut self, now: u64, queue: &str, caller: &str) -> Result<String, String> {
        self.tick(now);
        if !self.has_queue(queue) {
            return Err(self.queue_not_found(queue));
        }
        if caller.is_empty() {
            return Err("caller must be the number that calls; it is empty".into());
        }
        let id = self.join(queue, caller);
        self.dispatch();
        Ok(id.uuid.to_string())
    }

    /// Ends a call, in whatever phase it is.
    pub fn hangup(&mut self, now: u64, call: &str) -> Result<(), String> {
        self.tick(now);
        self.hang_up(call)?;
        self.dispatch();
        Ok(())
    }

    /// Starts or stops the random callers. Those who are there already stay.
    pub fn set_arrivals(&mut self, on: bool) {
        self.arrivals = on;
        if !on {
            self.next_arrival = None;
        }
    }

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

    /// The agents' rows: one for each queue signed in to, or one that says LOGOUT.
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

    /// The time in `ms` at speed 1 from now on.
    fn after(&self, ms: u64) -> u64 {
        let ms = (ms as f64 / self.speed).round() as u64;
        self.clock.saturating_add(ms)
    }

    fn schedule_arrival(&mut self) {
        let wait = self.random.exponential(self.config.times.arrival);
        // Never two at the same time: at a high speed or a mean of 0 that would not end.
        self.next_arrival = Some(self.after(wait).max(self.clock.saturating_add(1)));
    }

    /// A caller from nowhere, to one of the queues that are served, so that whoever signs
    /// in to one gets calls; where none is, to any.
    fn random_caller(&mut self) {
        self.schedule_arrival();
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

    fn sign_out(&mut self, index: usize, queue: &str) {
        let now = self.clock;
        if let Some(agent) = self.agents.get_mut(index) {
            agent.remove_sign_in(queue, now);
        }
        self.emit_agent_in(index, queue);
    }

    fn has_queue(&self, queue: &str) -> bool {
        self.config.queues.iter().any(|q| q.id == queue)
    }

    fn queue_not_found(&self, queue: &str) -> String {
        let ids: Vec<&str> = self.config.queues.iter().map(|q| q.id.as_str()).collect();
        format!("queue {queue} not found; there are {}", ids.join(", "))
    }

    fn queue_row(&self, queue: &str, now: u64) -> Value {
        let waiting = self.calls.values().filter(|call| call.waits_in(queue));
        let (count, first) = waiting.fold((0u64, now), |(count, first), call| {
            (count + 1, first.min(call.began))
        });
        let (answered, abandoned) = self.outcomes.get(queue).copied().unwrap_or_default();
        json!({
            "queue": queue,
            "waiting": count,
            "longestWaitMs": now - first,
            "answered": answered,
            "abandoned": abandoned,
        })
    }

    /// Changes what the agent's phone does, and says so.
    fn set_activity(&mut self, index: usize, activity: Activity) {
        let now = self.clock;
        self.update_agent(index, |agent| agent.set_activity(activity, now));
    }

    /// Changes an agent, and tells of each of the agent's rows that differs thereafter.
    fn update_agent(&mut self, index: usize, change: impl FnOnce(&mut Agent)) {
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
    fn emit_agent_in(&mut self, index: usize, queue: &str) {
        if let Some(agent) = self.agents.get(index) {
            let (channel, row) = (agent.channel(), agent.row(queue));
            self.emit(channel, "agentState", row);
        }
    }

    /// Tells each group that has agents for this queue how many callers wait there.
    fn emit_queue(&mut self, queue: &str) {
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

    fn emit(&mut self, channel: String, event_type: &'static str, data: Value) {
        self.event_count += 1;
        self.events.push(CenterEvent {
            channel,
            event_type,
            data,
        });
    }
}

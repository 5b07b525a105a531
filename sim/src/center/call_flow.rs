//! How a call proceeds: waiting, ringing, talking, ended, and who is offered which call.

use super::agent::{Activity, Agent};
use super::call::{Call, CallId, Origin, Phase};
use super::cause;
use super::config::Times;
use super::fate::Fate;
use super::state::Center;

impl Center {
    /// Lets a caller join a queue, which must exist.
    pub(super) fn join(&mut self, queue: &str, caller: &str) -> CallId {
        let gives_up = self.after(self.config.times.patience);
        let id = self.insert_call(Call {
            origin: Origin::Inbound {
                queue: queue.into(),
                caller: caller.into(),
                gives_up,
            },
            phase: Phase::Waiting,
            agent: None,
            began: self.clock,
            answered: None,
            due: gives_up,
            real_phone: false,
        });
        self.emit_queue(queue);
        id
    }

    /// Begins an outbound call of an agent. The agent's own phone rings first.
    pub(super) fn dial(&mut self, agent: usize, origin: Origin) -> CallId {
        let id = self.insert_call(Call {
            origin,
            phase: Phase::AgentRinging,
            agent: Some(agent),
            began: self.clock,
            answered: None,
            due: self.phone_rings_until(self.config.times.agent_answer),
            real_phone: false,
        });
        self.emit_progress(id, "agentRinging", None);
        self.set_activity(agent, Activity::Dialing(id));
        id
    }

    fn insert_call(&mut self, call: Call) -> CallId {
        self.last_serial = self.last_serial.saturating_add(1);
        let id = CallId {
            serial: self.last_serial,
            uuid: self.random.uuid(),
        };
        self.calls.insert(id, call);
        id
    }

    /// Gives waiting callers, the longest waiting first, to the agents of their queues
    /// who have been free for longest.
    pub(super) fn dispatch(&mut self) {
        // Without this a thousand callers would be compared with thousands of agents each time.
        if !self.agents.iter().any(Agent::is_free) {
            return;
        }
        let waiting: Vec<(CallId, String)> = self
            .calls
            .iter()
            .filter_map(|(id, call)| Some((*id, call.waiting_queue()?.to_owned())))
            .collect();
        for (id, queue) in waiting {
            let free = self.agents.iter().enumerate();
            let longest = free
                .filter_map(|(index, agent)| Some((agent.free_since(&queue)?, index)))
                .min();
            if let Some((_, agent)) = longest {
                self.offer(id, &queue, agent);
            }
        }
    }

    fn offer(&mut self, id: CallId, queue: &str, agent: usize) {
        let due = self.phone_rings_until(self.config.times.agent_answer);
        self.update_call(id, |call| {
            call.phase = Phase::AgentRinging;
            call.agent = Some(agent);
            call.due = due;
        });
        self.emit_queue(queue);
        self.emit_call(id, "callOffered");
        self.set_activity(agent, Activity::Ringing(id));
    }

    /// Takes a call, whose time has come, to its next step.
    pub(super) fn step_call(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id).cloned() else {
            return;
        };
        let times = &self.config.times;
        match (call.phase, call.origin) {
            (Phase::Waiting, _) => self.end_call(id, cause::ORIGINATOR_CANCEL),
            (Phase::AgentRinging, _) if !call.real_phone && agent_answers(times) => {
                self.agent_answered(id);
            }
            (Phase::AgentRinging, Origin::Inbound { .. }) => self.requeue(id),
            (Phase::AgentRinging, Origin::Outbound { .. }) => self.end_call(id, cause::NO_ANSWER),
            (Phase::AgentAnswered, Origin::Outbound { dest_number, .. }) => {
                match Fate::of(&dest_number) {
                    Fate::Refused(cause) => self.end_call(id, cause),
                    Fate::Rings => {
                        let due = self.phone_rings_until(times.dest_ring);
                        self.progress(id, Phase::DestRinging, due);
                    }
                    Fate::RingsOut => {
                        let due = self.after(times.ring);
                        self.progress(id, Phase::DestRinging, due);
                    }
                }
            }
            (Phase::DestRinging, Origin::Outbound { dest_number, .. }) => {
                let rings_out = times.dest_ring > times.ring;
                if rings_out || Fate::of(&dest_number) == Fate::RingsOut {
                    self.end_call(id, cause::NO_ANSWER);
                } else {
                    self.begin_talk(id);
                }
            }
            (Phase::Talking, _) => self.end_call(id, cause::NORMAL_CLEARING),
            (Phase::AgentAnswered | Phase::DestRinging, Origin::Inbound { .. }) => {}
        }
    }

    /// The agent has picked up the phone.
    pub(super) fn agent_answered(&mut self, id: CallId) {
        match self.calls.get(&id).map(|call| &call.origin) {
            Some(Origin::Inbound { .. }) => self.begin_talk(id),
            Some(Origin::Outbound { .. }) => {
                let due = self.after(self.config.times.connect);
                self.progress(id, Phase::AgentAnswered, due);
            }
            None => {}
        }
    }

    /// Takes an outbound call to its next phase, and tells of it.
    fn progress(&mut self, id: CallId, phase: Phase, due: u64) {
        self.update_call(id, |call| {
            call.phase = phase;
            call.due = due;
        });
        self.emit_progress(id, phase.name(), None);
    }

    fn begin_talk(&mut self, id: CallId) {
        let (shortest, longest) = self.config.times.talk;
        let talk = self.random.between(shortest, longest);
        let (now, due) = (self.clock, self.after(talk));
        self.update_call(id, |call| {
            call.phase = Phase::Talking;
            call.answered = Some(now);
            call.due = due;
        });
        self.count_outcome(id, |(answered, _)| answered);
        self.emit_progress(id, "talking", None);
        self.emit_call(id, "callAnswered");
        if let Some(agent) = self.calls.get(&id).and_then(|call| call.agent) {
            self.set_activity(agent, Activity::Talking(id));
        }
    }

    /// Returns a caller, whom the agent did not answer, to the old place in the queue.
    pub(super) fn requeue(&mut self, id: CallId) {
        self.emit_ended(id, cause::NO_ANSWER);
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let Origin::Inbound {
            queue, gives_up, ..
        } = call.origin.clone()
        else {
            return;
        };
        let agent = call.agent.take();
        call.phase = Phase::Waiting;
        call.real_phone = false;
        call.due = gives_up;
        if let Some(index) = agent {
            let now = self.clock;
            self.update_agent(index, |agent| {
                agent.begin_pending_breaks(now);
                agent.mark_absent(now);
                agent.set_activity(Activity::Idle, now);
            });
        }
        self.emit_queue(&queue);
    }

    /// Ends a call in whatever phase it is.
    pub(super) fn end_call(&mut self, id: CallId, cause: &str) {
        self.emit_progress(id, "ended", Some(cause));
        self.emit_ended(id, cause);
        if self
            .calls
            .get(&id)
            .is_some_and(|call| call.answered.is_none())
        {
            self.count_outcome(id, |(_, abandoned)| abandoned);
        }
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        if let Some(queue) = call.waiting_queue() {
            self.emit_queue(queue);
        }
        if let Some(index) = call.agent {
            let now = self.clock;
            let ends = self.after(self.config.times.wrap_up);
            self.update_agent(index, |agent| {
                agent.begin_pending_breaks(now);
                // After a call that nobody answered there is no wrap-up time.
                let next = match call.answered {
                    Some(_) => Activity::WrapUp { ends },
                    None => Activity::Idle,
                };
                agent.set_activity(next, now);
            });
        }
    }

    /// Ends a call as if one of the two sides had put the phone down.
    pub(super) fn hang_up(&mut self, uuid: &str) -> Result<(), String> {
        let found = self
            .calls
            .iter()
            .find(|(id, _)| id.uuid.to_string() == uuid);
        let Some((id, call)) = found else {
            return Err(format!("call {uuid} not found; it may have ended already"));
        };
        let cause = match call.answered {
            Some(_) => cause::NORMAL_CLEARING,
            None => cause::ORIGINATOR_CANCEL,
        };
        let id = *id;
        self.end_call(id, cause);
        Ok(())
    }

    /// Counts what became of a caller. The outbound calls of agents are not counted.
    fn count_outcome(&mut self, id: CallId, which: impl FnOnce(&mut (u64, u64)) -> &mut u64) {
        if let Some(Origin::Inbound { queue, .. }) = self.calls.get(&id).map(|call| &call.origin) {
            let count = which(self.outcomes.entry(queue.clone()).or_default());
            *count = count.saturating_add(1);
        }
    }

    fn update_call(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.get_mut(&id) {
            change(call);
        }
    }

    /// When a phone that rings from now on is answered or given up, whichever comes first.
    fn phone_rings_until(&self, answer: u64) -> u64 {
        self.after(answer.min(self.config.times.ring))
    }
}

fn agent_answers(times: &Times) -> bool {
    times.agent_answer <= times.ring
}

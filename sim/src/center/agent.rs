//! An agent: the queues signed in to, the state in each, and what the phone does.

use serde_json::{Value, json};

use super::call::CallId;
use super::config::{AgentConfig, QueueConfig};

/// An agent's state in a queue that the agent is signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Signed in, and neither ready nor on a break since.
    Login,
    /// Gets calls.
    Ready,
    /// On a break, with its reason.
    Unready(String),
}

impl State {
    fn name(&self) -> &'static str {
        match self {
            State::Login => "LOGIN",
            State::Ready => "READY",
            State::Unready(_) => "UNREADY",
        }
    }

    fn reason(&self) -> &str {
        match self {
            State::Unready(reason) => reason,
            State::Login | State::Ready => "",
        }
    }
}

/// What the agent's phone does. It holds the call, so that there can never be a second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    Idle,
    Ringing(CallId),
    Talking(CallId),
    /// An outbound call from its beginning until the destination answers.
    Dialing(CallId),
    WrapUp {
        ends: u64,
    },
}

impl Activity {
    fn name(self) -> &'static str {
        match self {
            Activity::Idle => "IDLE",
            Activity::Ringing(_) => "RINGING",
            Activity::Talking(_) => "TALKING",
            Activity::Dialing(_) => "DIALING",
            Activity::WrapUp { .. } => "WRAPUP",
        }
    }

    pub(super) fn call(self) -> Option<CallId> {
        match self {
            Activity::Ringing(call) | Activity::Talking(call) | Activity::Dialing(call) => {
                Some(call)
            }
            Activity::Idle | Activity::WrapUp { .. } => None,
        }
    }
}

/// An agent's presence in one queue.
#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) queue: String,
    pub(super) state: State,
    pub(super) since: u64,
    /// The reason of a break that was asked for during a call and begins after it.
    pub(super) pending_break: Option<String>,
}

#[derive(Debug)]
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) extn: String,
    pub(super) group: String,
    name: Option<String>,
    /// The queues that the agent may sign in to.
    pub(super) queues: Vec<String>,
    pub(super) sign_ins: Vec<SignIn>,
    pub(super) activity: Activity,
    activity_since: u64,
    last_queue: String,
    signed_out_since: u64,
}

impl Agent {
    pub(super) fn new(config: &AgentConfig, queues: &[QueueConfig]) -> Self {
        let queues = if config.queues.is_empty() {
            queues.iter().map(|queue| queue.id.clone()).collect()
        } else {
            config.queues.clone()
        };
        Self {
            id: config.id.clone(),
            extn: config.extn.clone(),
            group: config.group.clone(),
            name: config.name.clone(),
            last_queue: queues.first().cloned().unwrap_or_default(),
            queues,
            sign_ins: Vec::new(),
            activity: Activity::Idle,
            activity_since: 0,
            signed_out_since: 0,
        }
    }

    /// The event channel of this agent.
    pub(super) fn channel(&self) -> String {
        format!("vcc.{}.{}", self.group, self.id)
    }

    pub(super) fn sign_in(&self, queue: &str) -> Option<&SignIn> {
        self.sign_ins.iter().find(|s| s.queue == queue)
    }

    /// The queue that the agent has been signed in to for longest.
    pub(super) fn first_queue(&self) -> Option<String> {
        self.sign_ins.first().map(|s| s.queue.clone())
    }

    pub(super) fn add_sign_in(&mut self, queue: &str, now: u64) {
        self.sign_ins.push(SignIn {
            queue: queue.into(),
            state: State::Login,
            since: now,
            pending_break: None,
        });
    }

    pub(super) fn remove_sign_in(&mut self, queue: &str, now: u64) {
        self.sign_ins.retain(|s| s.queue != queue);
        self.last_queue = queue.into();
        self.signed_out_since = now;
        if self.sign_ins.is_empty() {
            self.set_activity(Activity::Idle, now);
        }
    }

    pub(super) fn set_activity(&mut self, activity: Activity, now: u64) {
        if self.activity != activity {
            self.activity = activity;
            self.activity_since = now;
        }
    }

    /// Changes the state in a queue. A break that was postponed there does not begin any more.
    pub(super) fn set_state(&mut self, queue: &str, state: State, now: u64) {
        let Some(sign_in) = self.sign_ins.iter_mut().find(|s| s.queue == queue) else {
            return;
        };
        sign_in.pending_break = None;
        if sign_in.state != state {
            sign_in.state = state;
            sign_in.since = now;
        }
    }

    /// Remembers a break that was asked for during a call, and begins when the call ends.
    pub(super) fn postpone_break(&mut self, queue: &str, reason: &str) {
        if let Some(sign_in) = self.sign_ins.iter_mut().find(|s| s.queue == queue) {
            sign_in.pending_break = Some(reason.into());
        }
    }

    /// Begins the breaks that were asked for during the call that has ended.
    pub(super) fn begin_pending_breaks(&mut self, now: u64) {
        for sign_in in &mut self.sign_ins {
            if let Some(reason) = sign_in.pending_break.take() {
                let state = State::Unready(reason);
                if sign_in.state != state {
                    sign_in.state = state;
                    sign_in.since = now;
                }
            }
        }
    }

    /// Makes an agent unready whose phone was not answered. Otherwise the next caller would ring
    /// there too.
    pub(super) fn mark_absent(&mut self, now: u64) {
        for sign_in in &mut self.sign_ins {
            if sign_in.state == State::Ready {
                sign_in.state = State::Unready("no answer".into());
                sign_in.since = now;
            }
        }
    }

    /// Whether the agent can take a call of some queue now.
    pub(super) fn is_free(&self) -> bool {
        let ready = |sign_in: &SignIn| sign_in.state == State::Ready;
        self.activity == Activity::Idle && self.sign_ins.iter().any(ready)
    }

    /// Since when the agent could have taken a call of this queue. None if that is not possible now.
    pub(super) fn free_since(&self, queue: &str) -> Option<u64> {
        let sign_in = self.sign_in(queue)?;
        (sign_in.state == State::Ready && self.activity == Activity::Idle)
            .then(|| sign_in.since.max(self.activity_since))
    }

    /// The agent's row in this queue, as in replies, events and lists.
    pub(super) fn row(&self, queue: &str) -> Value {
        let (state, reason, activity, since) = match self.sign_in(queue) {
            Some(s) => {
                let since = s.since.max(self.activity_since);
                (s.state.name(), s.state.reason(), self.activity, since)
            }
            // What the agent does for another queue stands in the row of that queue.
            None => ("LOGOUT", "", Activity::Idle, self.signed_out_since),
        };
        let call = activity.call().map(|call| call.uuid.to_string());
        let mut row = json!({
            "agent_id": self.id,
            "extn": self.extn,
            "group_id": self.group,
            "queue_id": queue,
            "state": state,
            "callstate": activity.name(),
            "reason": reason,
            "agent_uuid": call.unwrap_or_default(),
            "since": since,
        });
        if let (Some(name), Some(row)) = (&self.name, row.as_object_mut()) {
            row.insert("name".into(), name.as_str().into());
        }
        row
    }

    /// A row for each queue that the agent is signed in to, or one row that says LOGOUT.
    pub(super) fn rows(&self) -> Vec<Value> {
        if self.sign_ins.is_empty() {
            return vec![self.row(&self.last_queue)];
        }
        self.sign_ins.iter().map(|s| self.row(&s.queue)).collect()
    }

    /// Sets the time since when the agent is signed out and idle, which is the start of the
    /// simulation.
    pub(super) fn start(&mut self, now: u64) {
        self.activity_since = now;
        self.signed_out_since = now;
    }
}

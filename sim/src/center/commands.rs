//! The commands that pages send: `ccLogin`, `ccLogout`, `ccGoReady`, `ccGoBreak` and `ccDial`.

use serde_json::{Value, json};

use super::agent::{Activity, Agent, State};
use super::call::Origin;
use super::config::DEFAULT_GROUP;
use super::state::Center;

const FUNCTIONS: &str = "ccLogin, ccLogout, ccGoReady, ccGoBreak and ccDial";

/// Why a command was not carried out.
pub(super) struct CommandError {
    code: u16,
    message: String,
}

impl CommandError {
    fn new(code: u16, message: String) -> Self {
        Self { code, message }
    }
}

/// What a command that was carried out says: a message and its data.
type CommandResult = Result<(String, Value), CommandError>;

impl Center {
    /// Carries out a page's command and returns the back end's reply.
    pub fn command(&mut self, now: u64, func: &str, data: &Value) -> Value {
        self.tick(now);
        let reply = self.run(func, data);
        self.dispatch();
        reply
    }

    fn run(&mut self, func: &str, data: &Value) -> Value {
        let outcome = match func {
            "ccLogin" => self.cc_login(data),
            "ccLogout" => self.cc_logout(data),
            "ccGoReady" => self.cc_go_ready(data),
            "ccGoBreak" => self.cc_go_break(data),
            "ccDial" => self.cc_dial(data),
            _ => Err(CommandError::new(
                404,
                format!("function {func:?} not found; there are {FUNCTIONS}"),
            )),
        };
        match outcome {
            Ok((message, data)) => json!({"code": 200, "message": message, "data": data}),
            Err(refusal) => json!({"code": refusal.code, "message": refusal.message}),
        }
    }

    fn cc_login(&mut self, data: &Value) -> CommandResult {
        let queue = text(data, "queue")?;
        let agent_name = text(data, "agent")?;
        let extn = text(data, "extn")?;
        let index = self.find_agent(agent_name)?;
        self.find_queue(queue)?;
        let agent = self.agent(index, agent_name)?;
        if !agent.queues.iter().any(|q| q == queue) {
            let message = format!(
                "agent {agent_name} does not belong to queue {queue}; its queues: {}",
                agent.queues.join(", ")
            );
            return Err(CommandError::new(403, message));
        }
        self.check_extension(index, agent_name, extn)?;
        if self.agent(index, agent_name)?.sign_in(queue).is_none() {
            let now = self.clock;
            if let Some(agent) = self.agents.get_mut(index) {
                agent.add_sign_in(queue, now);
            }
            self.emit_agent_in(index, queue);
        }
        self.ok_row(index, queue)
    }

    fn cc_logout(&mut self, data: &Value) -> CommandResult {
        let (queue, index, name) = self.signed_in(data)?;
        if self.agent(index, name)?.activity.call().is_some() {
            let message =
                format!("agent {name} is on a call; hang up before signing out of {queue}");
            return Err(CommandError::new(409, message));
        }
        self.sign_out(index, queue);
        self.ok_row(index, queue)
    }

    fn cc_go_ready(&mut self, data: &Value) -> CommandResult {
        let (queue, index, _) = self.signed_in(data)?;
        let now = self.clock;
        self.update_agent(index, |agent| {
            agent.set_state(queue, State::Ready, now);
            // An agent who goes ready has finished the work after the last call.
            if matches!(agent.activity, Activity::WrapUp { .. }) {
                agent.set_activity(Activity::Idle, now);
            }
        });
        self.ok_row(index, queue)
    }

    fn cc_go_break(&mut self, data: &Value) -> CommandResult {
        let reason = optional(data, "reason", "a string", Value::as_str)?.unwrap_or_default();
        let (queue, index, name) = self.signed_in(data)?;
        let now = self.clock;
        if self.agent(index, name)?.activity.call().is_some() {
            if let Some(agent) = self.agents.get_mut(index) {
                agent.postpone_break(queue, reason);
            }
            let (_, row) = self.ok_row(index, queue)?;
            return Ok(("OK, the break begins when the call ends".into(), row));
        }
        self.update_agent(index, |agent| {
            agent.set_state(queue, State::Unready(reason.into()), now);
        });
        self.ok_row(index, queue)
    }

    fn cc_dial(&mut self, data: &Value) -> CommandResult {
        let name = text(data, "agent")?;
        let extn = text(data, "extn")?;
        let cid_number = text(data, "cidNumber")?;
        let dest_number = text(data, "destNumber")?;
        let early_media = optional(data, "earlyMedia", "true or false", Value::as_bool)?;
        let index = self.find_agent(name)?;
        self.check_extension(index, name, extn)?;
        let agent = self.agent(index, name)?;
        if agent.sign_ins.is_empty() {
            let message =
                format!("agent {name} is not signed in; sign in to a queue before dialing");
            return Err(CommandError::new(409, message));
        }
        if agent.activity.call().is_some() {
            let message =
                format!("agent {name} is already on a call; dial again after it has ended");
            return Err(CommandError::new(409, message));
        }
        let origin = Origin::Outbound {
            cid_number: cid_number.into(),
            dest_number: dest_number.into(),
            early_media: early_media.unwrap_or(false),
        };
        let id = self.dial(index, origin);
        Ok(("OK".into(), json!({"call": id.uuid.to_string()})))
    }

    fn ok_row(&self, index: usize, queue: &str) -> CommandResult {
        let row = self.agents.get(index).map(|agent| agent.row(queue));
        Ok(("OK".into(), row.unwrap_or_default()))
    }

    /// Reads a command that only agents who are signed in to the queue may give. Returns the queue,
    /// the agent's place in the list, and the agent's name.
    fn signed_in<'a>(&self, data: &'a Value) -> Result<(&'a str, usize, &'a str), CommandError> {
        let queue = text(data, "queue")?;
        let name = text(data, "agent")?;
        let index = self.find_agent(name)?;
        self.find_queue(queue)?;
        let agent = self.agent(index, name)?;
        if agent.sign_in(queue).is_some() {
            return Ok((queue, index, name));
        }
        let others: Vec<&str> = agent.sign_ins.iter().map(|s| s.queue.as_str()).collect();
        let message = if others.is_empty() {
            format!("agent {name} is not signed in; sign in to queue {queue} first")
        } else {
            format!(
                "agent {name} is not signed in to queue {queue}, but to {}",
                others.join(", ")
            )
        };
        Err(CommandError::new(409, message))
    }

    /// Finds an agent, who is written `<group>.<agent>`, or `<agent>` in the default group.
    fn find_agent(&self, name: &str) -> Result<usize, CommandError> {
        let (group, id) = name.split_once('.').unwrap_or((DEFAULT_GROUP, name));
        self.agents
            .iter()
            .position(|agent| agent.group == group && agent.id == id)
            .ok_or_else(|| agent_not_found(name))
    }

    fn agent(&self, index: usize, name: &str) -> Result<&Agent, CommandError> {
        self.agents.get(index).ok_or_else(|| agent_not_found(name))
    }

    fn find_queue(&self, queue: &str) -> Result<(), CommandError> {
        if self.has_queue(queue) {
            return Ok(());
        }
        Err(CommandError::new(404, self.queue_not_found(queue)))
    }

    fn check_extension(&self, index: usize, name: &str, extn: &str) -> Result<(), CommandError> {
        let agent = self.agent(index, name)?;
        if agent.extn == extn {
            return Ok(());
        }
        let exists = self.agents.iter().any(|other| other.extn == extn);
        let what = if exists {
            "belongs to another agent"
        } else {
            "does not exist"
        };
        let message = format!(
            "extension {extn} {what}; agent {name}'s extension is {}",
            agent.extn
        );
        Err(CommandError::new(403, message))
    }
}

fn agent_not_found(name: &str) -> CommandError {
    CommandError::new(404, format!("agent {name} not found"))
}

/// An argument that must be there and be text that is not empty.
fn text<'a>(data: &'a Value, name: &str) -> Result<&'a str, CommandError> {
    match optional(data, name, "a string", Value::as_str)? {
        Some("") => Err(CommandError::new(400, format!("{name} must not be empty"))),
        Some(text) => Ok(text),
        None => Err(CommandError::new(400, format!("{name} is missing"))),
    }
}

/// An argument that may be left out. If it is there, it must have the right type.
fn optional<'a, T>(
    data: &'a Value,
    name: &str,
    expected: &str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Option<T>, CommandError> {
    let Some(members) = data.as_object() else {
        let message = format!("data must be an object, not {}", kind(data));
        return Err(CommandError::new(400, message));
    };
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    match read(value) {
        Some(value) => Ok(Some(value)),
        None => {
            let message = format!("{name} must be {expected}, not {}", kind(value));
            Err(CommandError::new(400, message))
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

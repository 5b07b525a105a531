//! What the call centre consists of: agents, queues and how long things take.

use std::collections::HashSet;

use serde::Deserialize;

/// The group of agents whose group is not named, in the configuration and in commands.
pub const DEFAULT_GROUP: &str = "default";

/// A whole call centre.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CenterConfig {
    /// The agents, in the order in which they are listed everywhere.
    #[serde(default)]
    pub agents: Vec<AgentConfig>,
    /// The queues in which callers wait.
    #[serde(default)]
    pub queues: Vec<QueueConfig>,
    /// How long things take.
    #[serde(default)]
    pub times: Times,
}

/// One agent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// The agent's number, unique in the group.
    pub id: String,
    /// The extension at which the agent is called.
    pub extn: String,
    /// The group, by which the agent's event channel is named.
    #[serde(default = "default_group")]
    pub group: String,
    /// A name to show.
    #[serde(default)]
    pub name: Option<String>,
    /// The queues that the agent may sign in to; empty for all of them.
    #[serde(default)]
    pub queues: Vec<String>,
}

/// One queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueConfig {
    /// The name that commands use.
    pub id: String,
    /// A name to show.
    pub name: String,
}

/// How long things take, in milliseconds at speed 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Times {
    /// The mean time between two random callers.
    pub arrival: u64,
    /// How long a caller waits in a queue before hanging up.
    pub patience: u64,
    /// How long a phone rings before it is given up.
    pub ring: u64,
    /// When an agent's phone picks up. Above `ring` it never does.
    pub agent_answer: u64,
    /// From the answer of an agent who dials until the destination rings or refuses.
    pub connect: u64,
    /// When the destination of an outbound call picks up. Above `ring` it never does.
    pub dest_ring: u64,
    /// The shortest and the longest conversation.
    pub talk: (u64, u64),
    /// How long an agent gets no calls after a conversation.
    pub wrap_up: u64,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            arrival: 20_000,
            patience: 90_000,
            ring: 20_000,
            agent_answer: 3_000,
            connect: 500,
            dest_ring: 5_000,
            talk: (15_000, 45_000),
            wrap_up: 5_000,
        }
    }
}

impl AgentConfig {
    /// An agent of the default group and of all queues, whose extension is the number.
    pub fn new(id: String, name: String) -> Self {
        Self {
            extn: id.clone(),
            id,
            group: default_group(),
            name: Some(name),
            queues: Vec::new(),
        }
    }
}

impl CenterConfig {
    /// Finds what would make some agent or queue impossible to address.
    pub fn check(&self) -> Result<(), String> {
        let mut queues = HashSet::new();
        for queue in &self.queues {
            if queue.id.is_empty() {
                return Err("a queue's id must not be empty".into());
            }
            if !queues.insert(queue.id.as_str()) {
                return Err(format!("queue {} is configured twice", queue.id));
            }
        }
        let mut agents = HashSet::new();
        for agent in &self.agents {
            for (what, text) in [("id", &agent.id), ("group", &agent.group)] {
                // A dot separates the two in commands and in channel names.
                if text.is_empty() || text.contains('.') {
                    return Err(format!(
                        "an agent's {what} must be neither empty nor contain a dot: {text:?}"
                    ));
                }
            }
            if agent.extn.is_empty() {
                return Err(format!("agent {} needs an extn", agent.id));
            }
            if !agents.insert((agent.group.as_str(), agent.id.as_str())) {
                return Err(format!(
                    "agent {} of group {} is configured twice",
                    agent.id, agent.group
                ));
            }
            if let Some(queue) = agent.queues.iter().find(|q| !queues.contains(q.as_str())) {
                return Err(format!(
                    "agent {} names queue {queue}, which is not configured",
                    agent.id
                ));
            }
        }
        if self.times.talk.0 > self.times.talk.1 {
            return Err("times.talk must be [shortest, longest]".into());
        }
        Ok(())
    }
}

fn default_group() -> String {
    DEFAULT_GROUP.into()
}

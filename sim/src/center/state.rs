//! The state of the call centre, and the small questions about it that every part asks.

use std::collections::BTreeMap;

use serde_json::Value;

use super::agent::Agent;
use super::call::{Call, CallId};
use super::config::CenterConfig;
use crate::random::Random;

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

/// The call centre. All times are Unix milliseconds. A time that lies before one that was given
/// earlier counts as the earlier one.
#[derive(Debug)]
pub struct Center {
    pub(super) config: CenterConfig,
    pub(super) speed: f64,
    pub(super) seed: u64,
    pub(super) random: Random,
    pub(super) clock: u64,
    pub(super) arrivals: bool,
    /// When the next random caller comes. None while there are no random callers, and until the
    /// clock is known.
    pub(super) next_arrival: Option<u64>,
    pub(super) agents: Vec<Agent>,
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) last_serial: u64,
    /// By queue, what became of its callers so far: answered, and gone without an answer.
    pub(super) outcomes: BTreeMap<String, (u64, u64)>,
    pub(super) events: Vec<CenterEvent>,
    pub(super) event_count: u64,
}

impl Center {
    /// A call centre in which nobody is signed in and random callers arrive.
    ///
    /// All durations are divided by `speed`. A `speed` that is no positive number counts as 1.
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

    /// The time that is `ms` later than now, when `ms` is a duration at speed 1.
    pub(super) fn after(&self, ms: u64) -> u64 {
        let ms = (ms as f64 / self.speed).round() as u64;
        self.clock.saturating_add(ms)
    }

    pub(super) fn has_queue(&self, queue: &str) -> bool {
        self.config.queues.iter().any(|q| q.id == queue)
    }

    pub(super) fn queue_not_found(&self, queue: &str) -> String {
        let ids: Vec<&str> = self.config.queues.iter().map(|q| q.id.as_str()).collect();
        format!("queue {queue} not found; there are {}", ids.join(", "))
    }
}

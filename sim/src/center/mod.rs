//! A small living call centre: agents, queues, callers and dialled calls.
//!
//! It is a pure state machine: the time goes in, events come out. What happens between
//! two times happens at its own moment, whether [`Center::tick`] is called once or often.
//!
//! Its files from the bottom to the top; each uses only those that stand before it here:
//! `config`, `cause`, `call`, `agent` and `fate` are data; `state` holds the centre; `rows`
//! shows it, and `events` tells what changes in it; `call_flow` moves calls; `time` lets time
//! pass; `commands`, `callers`, `colleagues`, `phones` and `reset` are what others ask of the
//! centre.

mod agent;
mod call;
mod call_flow;
mod callers;
mod cause;
mod colleagues;
mod commands;
mod config;
mod events;
mod fate;
mod phones;
mod reset;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod time;

pub use config::{AgentConfig, CenterConfig};
pub use phones::{PhoneCall, Stage};
pub use state::Center;

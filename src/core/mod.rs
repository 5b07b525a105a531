//! The protocol, without a browser: no clock, no socket, no JavaScript.
//!
//! The core is sans-IO. What happens (the page's commands, an opened or closed socket, a
//! frame, the time) is told to a [`session::Session`]; what is to be done comes out of it
//! as [`session::Io`] for the socket and [`session::Notice`] for the page.
//!
//! To be read in this order: [`session`], which is the whole of it from outside, with an
//! example from `connect` to the login; [`error`], how a call can fail; [`callcenter`], what
//! the commands are made of; `dialog`, the telephone calls; [`frame`] and [`value`], what is on
//! the wire and how it is read.

pub mod callcenter;
#[cfg(feature = "calls")]
pub mod dialog;
pub mod error;
pub mod frame;
mod json;
mod liveness;
pub mod memory;
mod queue;
mod random;
mod reconnect;
mod rpc;
pub mod session;
mod subscriptions;
pub mod value;

pub use liveness::KeepAlive;
pub use random::Random;
pub use rpc::{CallId, Expect};
pub use subscriptions::{Gap, Summary};

/// Every limit of the core that is no option of the page's. Each is defined where it is applied;
/// here tests and documents find it.
pub mod limits {
    pub use super::frame::LARGEST_FRAME;
    pub use super::liveness::{LONGEST_BUSY, SHORTEST_SLEEP, WAKE_TIMEOUT};
    pub use super::reconnect::{FIRST_DELAY, LONGEST_DELAY};
    pub use super::rpc::MOST_WAITING;
    pub use super::session::MOST_DOUBLINGS;
    pub use super::subscriptions::{LOGIN_WINDOW, MOST_MISSED};
}

/// A time or a span of time in milliseconds; times count from the Unix epoch.
pub type Ms = u64;

//! Everything that is reached over HTTP: the upgrade to a WebSocket, XSwitch's HTTP API, the
//! control API of the simulator with its faults, and the static files.

mod answer;
mod body;
mod calls;
mod control;
mod faults;
mod guard;
mod server;
mod xswitch;

pub use guard::Guard;
pub use server::{Files, serve};

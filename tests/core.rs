//! The protocol core, driven without a browser: readable scenarios, random programs
//! against a model, and whatever JSON a server may send.

// proptest doesn't compile for wasm32, and the core is the same there.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "core/alarm.rs"]
mod alarm;
#[path = "core/arbitrary.rs"]
mod arbitrary;
#[path = "core/calls.rs"]
mod calls;
#[cfg(feature = "calls")]
#[path = "core/dialog/mod.rs"]
mod dialog;
#[path = "core/ending.rs"]
mod ending;
#[path = "core/events.rs"]
mod events;
#[path = "core/frames.rs"]
mod frames;
#[path = "core/garbage.rs"]
mod garbage;
#[path = "core/glue.rs"]
mod glue;
#[path = "core/harness.rs"]
mod harness;
#[path = "core/json.rs"]
mod json;
#[path = "core/judge.rs"]
mod judge;
#[path = "core/liveness.rs"]
mod liveness;
#[path = "core/login.rs"]
mod login;
#[path = "core/model.rs"]
mod model;
#[path = "core/outages.rs"]
mod outages;
#[path = "core/peers.rs"]
mod peers;
#[path = "core/phases.rs"]
mod phases;
#[path = "core/recovery.rs"]
mod recovery;
#[path = "core/server.rs"]
mod server;
#[path = "core/subscribing.rs"]
mod subscribing;
#[path = "core/telling.rs"]
mod telling;
#[path = "core/times.rs"]
mod times;
#[path = "core/waking.rs"]
mod waking;
#[path = "core/world.rs"]
mod world;

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

mod credentials;
mod ending;
mod events;
mod fallback_address;
mod frames;
mod liveness;
mod login;
mod model;
mod peer_bugs;
mod random_frames;
mod random_json;
mod reconnecting;
mod requests;
mod resubscribing;
mod subscribing;
mod takeover;
mod waking;

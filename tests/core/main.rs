//! The protocol core, tested without a browser: readable scenarios (each file has one subject),
//! random programs against a model, and whatever JSON a server may send. The crate `testkit`
//! (`tests/kit`) is what they are written with, and its documentation says how.

// proptest does not compile for wasm32. The core is the same there, so nothing is left untested.
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
#[cfg(feature = "calls")]
mod dialog;
mod ending;
mod errors;
mod events;
mod fallback_address;
mod frames;
mod liveness;
mod login;
mod login_again;
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

//! The shell in a real browser. The sockets, the clock and the page are played by the test: they
//! are in `fake.js`, and `page.rs` makes them known to Rust.

#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod connecting;
mod credentials;
mod ending;
mod frames;
mod order;
mod page;
mod reentrancy;
mod timers;
mod waking;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

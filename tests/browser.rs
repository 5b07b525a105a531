//! The shell in a real browser, with sockets, clock and page played by the test.
#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "browser/connecting.rs"]
mod connecting;
#[path = "browser/credentials.rs"]
mod credentials;
#[path = "browser/ending.rs"]
mod ending;
#[path = "browser/frames.rs"]
mod frames;
#[path = "browser/order.rs"]
mod order;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/reentrancy.rs"]
mod reentrancy;
#[path = "browser/timers.rs"]
mod timers;
#[path = "browser/waking.rs"]
mod waking;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

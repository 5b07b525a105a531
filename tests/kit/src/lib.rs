//! The test kit of the protocol core (`verto_wasm::core`): what the scenarios in `tests/core`
//! and the examples in the documentation of `src/core` have in common.
//!
//! - [`Harness`] is a [`Session`] with a page, a network, a server and a clock around it, all
//!   of which a test plays. Most tests are written with it.
//! - [`logged_in`], [`serve`], [`sent`] and [`told`] are for an example that shows the methods
//!   of [`Session`] themselves. In the documentation one hidden line, `# use testkit::*;`,
//!   brings all of this in.
//! - [`Json`] is a parsed JSON value: in a browser it would be the object that `JSON.parse`
//!   made.
//!
//! # How to write a test
//!
//! 1. Choose the file in `tests/core` whose subject it is; each begins with a sentence that
//!    says what belongs there.
//! 2. Take a harness in the state in which the story begins: [`Harness::new`],
//!    [`Harness::ready`], [`Harness::watching`] or [`Harness::reconnecting`].
//! 3. Let things happen, one call for each: what the page does ([`Harness::call`],
//!    [`Harness::subscribe`]), what the server says ([`Harness::reply`], [`Harness::event`]),
//!    what the network does ([`Harness::drop_connection`]), how time passes
//!    ([`Harness::wait`]).
//! 4. Compare what came of it. [`Harness::did`] shows what the session did to its socket,
//!    [`Harness::told`] what it told the page, [`Harness::sent_short`] the requests alone: one
//!    line for each thing, and only what is new since the same method was called last.
//!
//! Here a page subscribes to a channel and gets an event from it. The login was request 1, so
//! that the subscription is request 2.
//!
//! ```
//! use testkit::Harness;
//!
//! let mut h = Harness::ready();
//! let listener = 1;
//! h.subscribe(&["vcc"], listener);
//! assert_eq!(h.sent_short(), [r#"2 verto.subscribe "vcc""#]);
//! h.grant(2, &["vcc"]);
//! h.event("vcc", Some("vcc"), Some(0));
//! assert_eq!(h.told(), ["readyHandler vcc [1]", "event [1]"]);
//! ```
//!
//! Then break the code on purpose, and see that the test fails.
//!
//! # Where it can be used
//!
//! In `tests/` and in documentation, but not in the unit tests inside `src/`: there the crate
//! under test and the crate that this kit was built with are two, and their types differ.

// A test ends where something is not as it should be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod alarm;
mod harness;
mod json;
mod routes;
mod session;
mod show;

pub use verto_wasm::core::error::{Error, Kind};
pub use verto_wasm::core::session::{
    Config, Io, Listener, Message, Notice, Origin, QuestionId, Request, Session, SocketId, State,
};
pub use verto_wasm::core::{CallId, Expect, KeepAlive, Ms};

pub use alarm::Alarm;
pub use harness::{CONNECT, CREDENTIALS, Harness, LOGGED_IN};
pub use json::Json;
pub use routes::Routes;
pub use session::{config, logged_in, sent, serve, told, watched};
pub use show::show_notice;

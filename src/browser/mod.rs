//! The browser's side: the socket, the clock, reading and writing JSON, and calling back
//! into the page.
//!
//! [`client::Client`] is what JavaScript sees; [`shell::Shell`] runs the core behind it.

mod client;
mod credentials;
mod host;
mod json;
mod options;
mod params;
mod shell;
mod socket;

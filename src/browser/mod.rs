//! The browser's side: the socket, the clock, reading and writing JSON, awaiting credentials, and
//! calling back into the page.
//!
//! [`Client`] is what JavaScript sees. Behind it `shell::Shell` runs the core, and calls the page
//! through a [`Host`].

#[cfg(feature = "calls")]
mod calls;
mod client;
mod connect_options;
mod credentials;
mod host;
mod json;
mod params;
mod shell;
mod socket;

pub use client::Client;
pub use host::Host;

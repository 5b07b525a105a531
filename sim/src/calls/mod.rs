//! Telephone calls, as mod_verto and its dialplan lead them.
//!
//! A browser's call is a [`leg`]; the [`table`] has all of them. What a browser asks for is in
//! [`requests`] and [`modify`], where a number leads in [`dialplan`] and [`route`], who rings and
//! who talks to whom in [`bridge`], callers who are no browsers in [`outside`], what a lost socket does in [`recovery`], what happens by itself
//! in [`time`].

mod bridge;
mod cause;
mod dialplan;
mod leg;
mod modify;
mod outside;
mod recovery;
mod requests;
mod route;
mod table;
mod time;
mod variables;

pub use bridge::socket;
pub use outside::Outside;
pub use table::{Calls, Habits, Times};

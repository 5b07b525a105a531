//! What came of it.

use serde_json::Value as Tree;
use verto_wasm::core::CallId;
use verto_wasm::core::error::Error;
use verto_wasm::core::session::{Io, Notice};

use super::Harness;
use crate::Json;
use crate::show::{short, show_io, show_notice};

impl Harness {
    /// Passes over all that hasn't been looked at.
    pub fn forget(&mut self) {
        self.did = self.io.len();
        self.sent = self.io.len();
        self.told = self.notices.len();
    }

    /// What was done since this was called last, one line each, such as
    /// `open 1 wss://a.test/ws`, `send 1 2 echo {"n":1}` (the socket, the request's id) and
    /// `close 1`.
    pub fn did(&mut self) -> Vec<String> {
        let new = self.io[self.did..].iter().map(show_io).collect();
        self.did = self.io.len();
        new
    }

    /// What the page was told since this was called last, one line each, such as
    /// `state ready`, `onWSLogin true`, `call 1: timeout, sent` and `event [1]` (the numbers of
    /// the registrations that it goes to).
    pub fn told(&mut self) -> Vec<String> {
        let new = self.notices[self.told..].iter().map(show_notice).collect();
        self.told = self.notices.len();
        new
    }

    /// The frames that were sent since this or [`Self::sent_short`] was called last.
    pub fn sent(&mut self) -> Vec<Tree> {
        let new = self.io[self.sent..].iter().filter_map(|io| match io {
            Io::Send { text, .. } => Some(serde_json::from_str(text).unwrap()),
            _ => None,
        });
        let new = new.collect();
        self.sent = self.io.len();
        new
    }

    /// The frames that were sent since this or [`Self::sent`] was called last, one line each:
    /// the id, the method, and the channels or the parameters without the `sessid`, such as
    /// `2 echo {"n":1}`.
    pub fn sent_short(&mut self) -> Vec<String> {
        self.sent().iter().map(short).collect()
    }

    /// The texts of all frames that were ever sent.
    pub fn texts(&self) -> Vec<&str> {
        let texts = self.io.iter().filter_map(|io| match io {
            Io::Send { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// All that the page was ever told.
    pub fn notices(&self) -> &[Notice<Json>] {
        &self.notices
    }

    /// The failure that the page was told with the newest state, if there was one.
    pub fn failure(&self) -> Option<&Error<Json>> {
        let mut states = self.notices.iter().filter_map(|notice| match notice {
            Notice::State { error, .. } => Some(error),
            _ => None,
        });
        states.next_back().and_then(Option::as_ref)
    }

    /// How `call` ended. The test fails unless it ended exactly once.
    pub fn outcome(&self, call: CallId) -> &Result<Json, Error<Json>> {
        let mut outcomes = self.notices.iter().filter_map(|notice| match notice {
            Notice::Settle { call: id, outcome } if *id == call => Some(outcome),
            _ => None,
        });
        let outcome = outcomes.next().expect("the call hasn't ended");
        assert!(outcomes.next().is_none(), "call {call} ended twice");
        outcome
    }

    /// The error with which `call` ended. The test fails unless it failed, exactly once.
    pub fn error(&self, call: CallId) -> &Error<Json> {
        self.outcome(call).as_ref().expect_err("the call succeeded")
    }
}

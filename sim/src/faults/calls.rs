//! Faults of calls: what goes wrong with their sound, their frames and their requests.

use std::time::Duration;

use tokio::time::Instant;

use super::kinds::name_of;
use super::limit::{Limit, is_over, millis};
use super::rules::{Rules, TooMany};
use crate::calls::Habits;
use crate::hub::{ConnId, Target};
use crate::json::Json;
use crate::limits::MOST_RULES;
use crate::media::{Impairment, Way};

/// What is missing where a method isn't answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The request is carried out, and the reply to it is lost.
    Reply,
    /// The request itself is lost.
    Request,
}

impl Missing {
    /// Both, by their words in the control API.
    pub const NAMES: [(&str, Missing); 2] =
        [("reply", Missing::Reply), ("request", Missing::Request)];
}

/// What `reattached_sessions` holds. Each of these was seen with some version of a real server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reattached {
    /// The ids of the calls, since 2021.
    #[default]
    Calls,
    /// The id of the session, once for each call, from 2017 to 2021.
    Session,
    /// Nothing.
    Empty,
}

impl Reattached {
    /// The forms, by their words in the control API.
    pub const NAMES: [(&str, Reattached); 3] = [
        ("calls", Reattached::Calls),
        ("session", Reattached::Session),
        ("empty", Reattached::Empty),
    ];

    /// The list in this form.
    pub fn list(self, calls: Vec<String>, sessid: &str) -> Vec<String> {
        match self {
            Reattached::Calls => calls,
            Reattached::Session => calls.iter().map(|_| sessid.to_owned()).collect(),
            Reattached::Empty => Vec::new(),
        }
    }
}

/// A method that isn't answered.
#[derive(Debug)]
struct Unanswered {
    method: String,
    missing: Missing,
    target: Target,
    limit: Limit,
}

/// The faults of calls that are on.
#[derive(Debug, Default)]
pub struct CallFaults {
    media: Rules<Impairment>,
    unanswered: Vec<Unanswered>,
    /// What is unusual in the frames of calls.
    pub habits: Habits,
    /// Whether the reply to an invite waits until another frame of its call has been sent.
    pub late_reply: bool,
    /// The form of `reattached_sessions`.
    pub reattached: Reattached,
    /// How much longer `verto.modify` takes.
    pub slow_modify: Duration,
    /// Whose calls are detached twice, and how often.
    detach_twice: Vec<(Target, Limit)>,
}

impl CallFaults {
    /// Lets something go wrong with the sound of calls. What is nothing ends it.
    pub fn impair(&mut self, target: Target, impairment: Impairment) -> Result<(), TooMany> {
        let nothing = impairment == Impairment::default();
        self.media.set(target, impairment, nothing)
    }

    /// What goes wrong with the sound of a connection's calls.
    pub fn impairment(&self, conn: ConnId, login: &str) -> Impairment {
        self.media.get(conn, Some(login)).unwrap_or_default()
    }

    /// Leaves a method without an answer; the last setting of a method for the same connections
    /// counts.
    pub fn leave_unanswered(
        &mut self,
        method: &str,
        missing: Missing,
        target: Target,
        limit: Limit,
    ) -> Result<(), TooMany> {
        let same = |other: &Unanswered| other.method == method && other.target == target;
        self.unanswered.retain(|other| !same(other));
        if self.unanswered.len() >= MOST_RULES {
            return Err(TooMany);
        }
        self.unanswered.push(Unanswered {
            method: method.to_owned(),
            missing,
            target,
            limit,
        });
        Ok(())
    }

    /// What is missing where this request comes, if anything is; that counts as one time.
    pub fn missing(
        &mut self,
        conn: ConnId,
        login: &str,
        method: &str,
        now: Instant,
    ) -> Option<Missing> {
        let faults = self.unanswered.iter_mut();
        faults
            .filter(|fault| fault.method == method && fault.target.matches(conn, Some(login)))
            .find_map(|fault| fault.limit.take(now).then_some(fault.missing))
    }

    /// Detaches calls once more after they were offered to their new connection; the last setting for
    /// the same connections counts.
    pub fn detach_twice(&mut self, target: Target, limit: Limit) -> Result<(), TooMany> {
        self.detach_twice.retain(|(other, _)| *other != target);
        if self.detach_twice.len() >= MOST_RULES {
            return Err(TooMany);
        }
        self.detach_twice.push((target, limit));
        Ok(())
    }

    /// Whether the calls of this login are detached once more; that counts as one time.
    pub fn detaches_twice(&mut self, conn: ConnId, login: &str, now: Instant) -> bool {
        let mut faults = self.detach_twice.iter_mut();
        faults.any(|(target, limit)| target.matches(conn, Some(login)) && limit.take(now))
    }

    /// The rows of the control API.
    pub fn show(&self, now: Instant) -> Vec<Json> {
        let named = |name: &str| Json::object().with("fault", name);
        let mut rows = self.media.show("media", |row, impairment| {
            row.with("in", show_way(impairment.inbound))
                .with("out", show_way(impairment.outbound))
        });
        for fault in &self.unanswered {
            if fault.limit.left != Some(0) && !is_over(fault.limit.until, now) {
                let row = fault.target.show(named("unanswered"));
                let row = row
                    .with("method", fault.method.as_str())
                    .with("missing", name_of(fault.missing, &Missing::NAMES));
                rows.push(fault.limit.show(row, now));
            }
        }
        for (target, limit) in &self.detach_twice {
            if limit.left != Some(0) && !is_over(limit.until, now) {
                rows.push(limit.show(target.show(named("detach-twice")), now));
            }
        }
        let Habits {
            media_twice,
            answer_without_sdp,
            assume_connected,
        } = self.habits;
        if media_twice || answer_without_sdp || assume_connected || self.late_reply {
            rows.push(
                named("call-frames")
                    .with("lateReply", self.late_reply)
                    .with("mediaTwice", media_twice)
                    .with("answerWithoutSdp", answer_without_sdp)
                    .with("assumeConnected", assume_connected),
            );
        }
        if self.reattached != Reattached::Calls {
            let form = name_of(self.reattached, &Reattached::NAMES);
            rows.push(named("reattached").with("form", form));
        }
        if !self.slow_modify.is_zero() {
            rows.push(named("slow-modify").with("ms", millis(self.slow_modify)));
        }
        rows
    }
}

fn show_way(way: Way) -> Json {
    Json::object()
        .with("lossPercent", i32::from(way.loss_percent))
        .with("delayMs", millis(way.delay))
        .with("stopped", way.stopped)
}

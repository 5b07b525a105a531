//! One connection as the hub knows it: its user, its session, its subscriptions, and the
//! frames that wait to be written to it.

use std::collections::HashMap;
use std::net::SocketAddr;

use tokio::sync::watch;
use tracing::debug;

use super::frame::Frame;
use super::queue::{Receiver, Sender};
use crate::limits::MOST_SUBSCRIPTIONS;

/// The number of a connection, unique as long as the server runs.
pub type ConnId = u64;

/// How the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a close frame of this code.
    Close(u16),
    /// The TCP connection is dropped, as by a crash.
    Cut,
    /// The TCP connection is dropped after the first half of a frame.
    CutInFrame,
}

impl Ending {
    /// Whether the connection ends without a close frame.
    pub fn is_cut(self) -> bool {
        matches!(self, Ending::Cut | Ending::CutInFrame)
    }
}

/// What the task of a connection gets from the hub.
#[derive(Debug)]
pub struct Joined {
    /// The new connection.
    pub conn: ConnId,
    /// The frames to write.
    pub queue: Receiver,
    /// Becomes `Some` when the connection is to end.
    pub ending: watch::Receiver<Option<Ending>>,
}

/// What became of the wish to subscribe to a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscribed {
    /// It is subscribed from now on.
    New,
    /// It was subscribed already.
    Already,
    /// The connection has as many subscriptions as it may have.
    Full,
}

/// One connection.
#[derive(Debug)]
pub struct Client {
    /// The address of the other side.
    pub remote: SocketAddr,
    /// The user's number, once logged in.
    pub user: Option<String>,
    /// The login with its domain, once logged in.
    pub login: Option<String>,
    /// When the login expires, in Unix seconds.
    pub expires: Option<u64>,
    /// The session id, once it is fixed.
    pub sessid: Option<String>,
    /// The subscribed channels and the number of the next event on each.
    pub(super) subscriptions: HashMap<String, u64>,
    /// The last frame with an event.
    pub(super) last_event: Option<String>,
    pub(super) queue: Sender,
    pub(super) ending: watch::Sender<Option<Ending>>,
}

impl Client {
    /// Adds a subscription.
    pub fn subscribe(&mut self, channel: &str) -> Subscribed {
        if self.subscriptions.contains_key(channel) {
            return Subscribed::Already;
        }
        if self.subscriptions.len() >= MOST_SUBSCRIPTIONS {
            return Subscribed::Full;
        }
        self.subscriptions.insert(channel.to_owned(), 0);
        Subscribed::New
    }

    /// Ends a subscription. The answer is false if there was none.
    pub fn unsubscribe(&mut self, channel: &str) -> bool {
        self.subscriptions.remove(channel).is_some()
    }

    /// Ends the connection. Of several reasons the first one counts.
    pub fn end(&self, ending: Ending) {
        self.ending.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(ending);
            }
            first
        });
    }

    /// Queues a frame. It is lost if the queue is full, since the client does not read.
    pub(super) fn push(&self, frame: Frame) -> bool {
        let queued = self.queue.push(frame);
        if !queued {
            debug!(
                login = self.login,
                "a frame was dropped: the client reads too slowly"
            );
        }
        queued
    }

    pub(super) fn channels(&self) -> Vec<&str> {
        let mut channels: Vec<_> = self.subscriptions.keys().map(String::as_str).collect();
        channels.sort_unstable();
        channels
    }
}

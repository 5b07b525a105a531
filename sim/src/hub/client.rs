//! One connection as the hub knows it: its user, its session, its subscriptions, and the
//! frames that wait to be written to it.

use std::collections::HashMap;
use std::net::SocketAddr;

use tokio::sync::{mpsc, watch};
use tracing::debug;

/// The number of a connection, unique as long as the server runs.
pub type ConnId = u64;

/// A frame that waits to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

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
    pub queue: mpsc::Receiver<Frame>,
    /// Becomes `Some` when the connection is to end.
    pub ending: watch::Receiver<Option<Ending>>,
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
    pub(super) queue: mpsc::Sender<Frame>,
    pub(super) ending: watch::Sender<Option<Ending>>,
}

impl Client {
    /// Adds a subscription. The answer is false if it was there already.
    pub fn subscribe(&mut self, channel: &str) -> bool {
        let new = !self.subscriptions.contains_key(channel);
        if new {
            self.subscriptions.insert(channel.to_owned(), 0);
        }
        new
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
        let queued = self.queue.try_send(frame).is_ok();
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

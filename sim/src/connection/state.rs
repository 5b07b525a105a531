//! What the task of a connection knows, and the ways in which a connection ends.

use std::sync::Arc;

use axum::extract::ws::WebSocket;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::faults::Hold;
use crate::hub::{ConnId, Ending, Receiver};
use crate::outgoing::Outgoing;
use crate::sim::Sim;
use crate::tcp::TcpHandle;

/// Why a connection is over.
pub(super) enum Over {
    /// The client has closed it, or is gone.
    Client,
    /// The server ends it.
    Server(Ending),
}

pub(super) struct Connection {
    pub(super) sim: Arc<Sim>,
    pub(super) conn: ConnId,
    pub(super) socket: WebSocket,
    pub(super) queue: Receiver,
    pub(super) ending: watch::Receiver<Option<Ending>>,
    pub(super) tcp: TcpHandle,
    pub(super) login: Option<String>,
    /// Learns that faults have changed.
    pub(super) faults: watch::Receiver<()>,
    pub(super) hold: Option<Hold>,
    /// How often the server had restarted before this connection was made.
    pub(super) restarts: u64,
    /// Whether the server has restarted since. Then nothing more is written, not even a close frame.
    pub(super) lost: bool,
    pub(super) outgoing: Outgoing,
    /// Replies that wait until the first frame that a call causes has been written.
    pub(super) late_replies: Vec<String>,
    pub(super) expires: Option<Instant>,
    /// When the client will have been silent for so long that events are written to it.
    pub(super) quiet_at: Instant,
    /// The size in bytes and the beginning of the speed test that is running.
    pub(super) speed_test: Option<(usize, Instant)>,
}

/// Waits until the connection is to be cut.
pub(super) async fn cut(ending: &mut watch::Receiver<Option<Ending>>) {
    let is_cut = |ending: &Option<Ending>| ending.is_some_and(Ending::is_cut);
    if ending.wait_for(is_cut).await.is_err() {
        // The hub has forgotten the connection, and no cut can come any more.
        std::future::pending().await
    }
}

/// Waits until the connection is to end.
pub(super) async fn ended(ending: &mut watch::Receiver<Option<Ending>>) -> Ending {
    let ended = ending.wait_for(Option::is_some).await;
    ended.ok().and_then(|ending| *ending).unwrap_or(Ending::Cut)
}

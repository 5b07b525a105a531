//! The end of a connection, with a close handshake or without.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message};
use tokio::time::timeout;
use tracing::debug;

use super::state::{Connection, Over};
use crate::faults::{Freeze, until};
use crate::hub::Ending;

/// How long a client may take for its part of the close handshake.
const CLOSING: Duration = Duration::from_secs(2);

impl Connection {
    /// Waits until no fault holds up the close handshake. The answer is false if the server has
    /// restarted meanwhile, so that there is no handshake any more.
    pub(super) async fn close_thawed(&mut self) -> bool {
        self.look_at_faults();
        while let Some(hold) = &self.hold
            && hold.freeze != Freeze::Answers
            && !self.lost
        {
            let end = hold.until;
            tokio::select! {
                _ = self.faults.changed() => {}
                () = until(end) => {}
            }
            self.look_at_faults();
        }
        !self.lost
    }

    pub(super) async fn finish(mut self, over: Over) {
        let close = match over {
            Over::Server(Ending::Cut) => return,
            Over::Server(Ending::CutInFrame) => {
                self.tcp.cut_in_next_write();
                let frame = Message::from(format!("{{\"cut\":\"{}\"}}", ".".repeat(1000)));
                let _ = timeout(CLOSING, self.socket.send(frame)).await;
                return;
            }
            Over::Server(Ending::Close(code)) => Some(Message::Close(Some(CloseFrame {
                code,
                reason: "".into(),
            }))),
            Over::Client => None,
        };
        if let Some(close) = close {
            let _ = timeout(CLOSING, self.socket.send(close)).await;
        }
        if !self.close_thawed().await {
            return;
        }
        let handshake = async {
            // The library completes the handshake while it reads.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        if timeout(CLOSING, handshake).await.is_err() {
            debug!(
                conn = self.conn,
                "the client didn't take part in the close handshake"
            );
        }
    }
}

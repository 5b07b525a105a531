//! Writing frames: at once, or when a fault lets them go.

use axum::extract::ws::Message;
use tokio::time::{Instant, sleep_until};

use super::state::{Connection, Over, cut, ended};
use crate::hub::Frame;
use crate::json::Json;
use crate::recorder::Direction;

impl Connection {
    pub(super) async fn write(&mut self, frame: Frame) -> Result<(), Over> {
        self.notice_faults();
        match self.outgoing.push(Instant::now(), frame) {
            Some(frame) => self.put(frame).await,
            None => Ok(()),
        }
    }

    /// Writes a frame of the hub's, and the replies that have waited for it.
    pub(super) async fn write_from_hub(&mut self, frame: Frame) -> Result<(), Over> {
        let of_call = !self.late_replies.is_empty() && is_of_call(&frame);
        self.write(frame).await?;
        if of_call {
            for reply in std::mem::take(&mut self.late_replies) {
                self.write(Frame::Text(reply)).await?;
            }
        }
        Ok(())
    }

    /// Writes the frame whose time has come.
    pub(super) async fn write_next(&mut self) -> Result<(), Over> {
        match self.outgoing.pop() {
            Some(frame) => self.put(frame).await,
            None => Ok(()),
        }
    }

    pub(super) async fn put(&mut self, frame: Frame) -> Result<(), Over> {
        self.notice_faults();
        self.thawed().await?;
        let (text, message) = match frame {
            Frame::Text(text) => (text.clone(), Message::from(text)),
            Frame::Binary(data) => (
                String::from_utf8_lossy(&data).into_owned(),
                Message::Binary(data.into()),
            ),
        };
        self.sim.recorder.frame(self.conn, Direction::Out, &text);
        tokio::select! {
            biased;
            sent = self.socket.send(message) => sent.map_err(|_| Over::Client),
            // A client that does not read must still be closed when the server wants that.
            ending = ended(&mut self.ending) => Err(Over::Server(ending)),
        }
    }

    /// Writes everything that is queued by now, for example a punt, and waits for what a fault holds
    /// up.
    pub(super) async fn flush(&mut self) -> Result<(), Over> {
        self.write_whole_queue().await?;
        self.write_delayed().await
    }

    /// Writes everything that is queued by now.
    pub(super) async fn write_whole_queue(&mut self) -> Result<(), Over> {
        while let Some(frame) = self.queue.try_recv() {
            self.write_from_hub(frame).await?;
        }
        Ok(())
    }

    /// Writes everything that a fault holds up, each frame at its time.
    pub(super) async fn write_delayed(&mut self) -> Result<(), Over> {
        while let Some(due) = self.outgoing.due() {
            tokio::select! {
                biased;
                _ = self.faults.changed() => self.look_at_faults(),
                () = cut(&mut self.ending) => return Ok(()),
                () = sleep_until(due) => self.write_next().await?,
            }
            self.thawed().await?;
        }
        Ok(())
    }
}

/// Whether a frame is one that follows the reply to an invite.
fn is_of_call(frame: &Frame) -> bool {
    let Frame::Text(text) = frame else {
        return false;
    };
    let frame = Json::parse(text);
    let method = frame.as_ref().and_then(|frame| frame.get_str("method"));
    matches!(method, Some("verto.media" | "verto.answer" | "verto.bye"))
}

//! Faults that make a connection stand still.

use axum::extract::ws::Message;
use tokio::time::Instant;

use super::state::{Connection, Over, cut};
use crate::faults::{Freeze, until};
use crate::hub::Ending;
use crate::recorder::Direction;

impl Connection {
    /// Looks at the faults if they have changed.
    pub(super) fn notice_faults(&mut self) {
        if !self.faults.has_changed().unwrap_or(false) {
            return;
        }
        self.faults.mark_unchanged();
        self.look_at_faults();
    }

    pub(super) fn look_at_faults(&mut self) {
        let (hold, delivery, restarts) = self.sim.update(|switch| {
            let faults = &mut switch.faults;
            let hold = faults.hold(self.conn, Instant::now()).cloned();
            let delivery = faults.delivery(self.conn, self.login.as_deref());
            (hold, delivery, faults.restarts())
        });
        self.hold = hold;
        self.lost = restarts != self.restarts;
        self.outgoing.set(Instant::now(), delivery);
    }

    /// Waits until the connection may go on.
    pub(super) async fn thawed(&mut self) -> Result<(), Over> {
        loop {
            if self.lost {
                return Err(Over::Server(Ending::Cut));
            }
            let Some(hold) = self.hold.as_ref().filter(|h| h.freeze != Freeze::Close) else {
                return Ok(());
            };
            let (end, reads) = (hold.until, hold.freeze == Freeze::Answers);
            tokio::select! {
                biased;
                _ = self.faults.changed() => {}
                () = until(end) => {}
                () = cut(&mut self.ending) => return Err(Over::Server(Ending::Cut)),
                message = self.socket.recv(), if reads => self.ignore(message)?,
            }
            self.look_at_faults();
        }
    }

    /// Records a message that is never answered.
    pub(super) fn ignore(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Over> {
        match message {
            Some(Ok(Message::Text(text))) => {
                self.sim.recorder.frame(self.conn, Direction::In, &text);
                Ok(())
            }
            Some(Ok(Message::Close(_))) => {
                self.tcp.answer_close();
                Err(Over::Client)
            }
            Some(Err(_)) | None => Err(Over::Client),
            Some(Ok(_)) => Ok(()),
        }
    }
}

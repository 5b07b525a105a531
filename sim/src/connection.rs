//! The task of one WebSocket connection: reads frames, has them handled one after
//! another, and writes replies before events.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, info};

use crate::faults::{Freeze, Hold, until};
use crate::hub::{ConnId, Ending, Frame, Joined, Target};
use crate::json::Json;
use crate::outgoing::Outgoing;
use crate::recorder::Direction;
use crate::switch::{Sim, unix_ms};
use crate::verto;
use crate::wire::Peer;

/// A larger frame ends the connection.
const LARGEST_FRAME: usize = 1_000_000;
/// How long a client may take for its part of the close handshake.
const CLOSING: Duration = Duration::from_secs(2);
/// The payload of a speed-test frame.
const SPEED_FRAME: usize = 1024;
/// The most frames that a speed test sends.
const SPEED_FRAMES: usize = 10_000;

/// Why a connection is over.
enum Over {
    /// The client closed it or is gone.
    Client,
    /// The server ends it.
    Server(Ending),
}

struct Connection {
    sim: Arc<Sim>,
    conn: ConnId,
    socket: WebSocket,
    queue: mpsc::Receiver<Frame>,
    ending: watch::Receiver<Option<Ending>>,
    peer: Peer,
    login: Option<String>,
    /// Tells of changed faults.
    faults: watch::Receiver<()>,
    hold: Option<Hold>,
    /// How often the server had restarted before.
    restarts: u64,
    /// The server has restarted since: nothing more is written, a close frame neither.
    lost: bool,
    outgoing: Outgoing,
    expires: Option<Instant>,
    /// The size of the speed test that is running.
    speed_test: Option<(usize, Instant)>,
}

/// Serves a connection until it ends.
pub async fn run(socket: WebSocket, sim: Arc<Sim>, peer: Peer, silent: bool) {
    let (joined, restarts, mut faults) = sim.update(|switch| {
        let joined = switch.hub.join(peer.remote);
        if switch.faults.is_down(Instant::now()) {
            // It was let in a moment before.
            switch.hub.end(&Target::Conn(joined.conn), Ending::Cut);
        }
        if silent {
            switch.faults.silence(joined.conn);
        }
        (joined, switch.faults.restarts(), switch.faults.watch())
    });
    let Joined {
        conn,
        queue,
        ending,
    } = joined;
    info!(conn, remote = %peer.remote, "connected");
    faults.mark_changed();
    let mut connection = Connection {
        sim: Arc::clone(&sim),
        conn,
        socket,
        queue,
        ending,
        peer,
        login: None,
        faults,
        hold: None,
        restarts,
        lost: false,
        outgoing: Outgoing::new(),
        expires: None,
        speed_test: None,
    };
    let over = connection.serve().await;
    // Before the close handshake: a client that sees it complete may come back at once.
    sim.update(|switch| {
        switch.hub.leave(conn);
        switch.calls.lost(&mut switch.hub, conn);
    });
    connection.finish(over).await;
    sim.update(|switch| switch.faults.forget(conn));
    info!(conn, "disconnected");
}

impl Connection {
    async fn serve(&mut self) -> Over {
        match self.serve_frames().await {
            Ok(never) => match never {},
            Err(over) => over,
        }
    }

    async fn serve_frames(&mut self) -> Result<std::convert::Infallible, Over> {
        let mut ping_at = Instant::now() + self.sim.idle_ping;
        loop {
            self.notice_faults();
            self.thawed().await?;
            let expires = self.expires;
            let expired = async move {
                match expires {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            // What waits to be written goes first: the reply to a ping then says that
            // everything before it has been written.
            tokio::select! {
                biased;
                _ = self.faults.changed() => self.faults.mark_changed(),
                ending = ended(&mut self.ending) => {
                    self.flush().await?;
                    return Err(Over::Server(ending));
                }
                () = until(self.outgoing.due()) => self.write_next().await?,
                Some(frame) = self.queue.recv() => self.write(frame).await?,
                () = expired => return Err(Over::Server(Ending::Close(1000))),
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + self.sim.idle_ping;
                    self.ping().await?;
                }
                message = self.socket.recv() => {
                    ping_at = Instant::now() + self.sim.idle_ping;
                    // A fault that was there before the message holds for it, though it wasn't when
                    // this began to look.
                    self.notice_faults();
                    if self.hold.as_ref().is_some_and(|h| h.freeze == Freeze::Answers) {
                        self.ignore(message)?;
                    } else {
                        self.thawed().await?;
                        self.read(message).await?;
                    }
                }
            }
        }
    }

    async fn read(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Over> {
        let (text, bytes) = match message {
            Some(Ok(Message::Text(text))) => (text.to_string(), text.len()),
            Some(Ok(Message::Binary(data))) => {
                (String::from_utf8_lossy(&data).into_owned(), data.len())
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Close(_))) | None => return Err(Over::Client),
            Some(Err(error)) => {
                debug!(conn = self.conn, %error, "the connection broke");
                return Err(Over::Client);
            }
        };
        self.sim.recorder.frame(self.conn, Direction::In, &text);
        if bytes > LARGEST_FRAME {
            return Err(Over::Server(Ending::Close(1000)));
        }
        if text.starts_with('#') {
            return self.speed_test(&text).await;
        }
        let now = unix_ms();
        let (outcome, login, expires) = self.sim.update(|switch| {
            let outcome = verto::handle(switch, self.conn, &text, now);
            let client = switch.hub.client(self.conn);
            let login = client.and_then(|client| client.login.clone());
            let expires = client.and_then(|client| client.expires);
            (outcome, login, expires)
        });
        if let Some(login) = login.filter(|login| self.login.as_ref() != Some(login)) {
            self.sim.recorder.login(self.conn, &login);
            self.login = Some(login);
            // There may be faults for this user.
            self.faults.mark_changed();
        }
        self.expires = expires.map(|seconds| {
            Instant::now() + Duration::from_millis((seconds * 1000).saturating_sub(now))
        });
        if !outcome.pause.is_zero() {
            tokio::select! {
                () = sleep(outcome.pause) => {}
                ending = ended(&mut self.ending) => return Err(Over::Server(ending)),
            }
        }
        if let Some(reply) = outcome.reply
            && !outcome.ending.is_some_and(Ending::is_cut)
        {
            self.write(Frame::Text(reply)).await?;
        }
        match outcome.ending {
            Some(ending) => {
                if !ending.is_cut() {
                    self.write_delayed().await?;
                }
                Err(Over::Server(ending))
            }
            None => Ok(()),
        }
    }

    /// `#SPU <bytes>`, `#SPB…` frames and `#SPE` measure the way up; then the same comes
    /// back, and `#SPD <ms>`.
    async fn speed_test(&mut self, text: &str) -> Result<(), Over> {
        if self.login.is_none() {
            return Err(Over::Server(Ending::Close(1000)));
        }
        if let Some(size) = text.strip_prefix("#SPU ") {
            let size = size.trim().parse().unwrap_or(0);
            self.speed_test = (size > 0).then(|| (size, Instant::now()));
        } else if text.starts_with("#SPE")
            && let Some((size, started)) = self.speed_test.take()
        {
            let up = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPU {up}"))).await?;
            let started = Instant::now();
            let filler = format!("#SPB{}", ".".repeat(SPEED_FRAME));
            // Ten times what came up, as the recorded server does.
            for _ in 0..(size.div_ceil(SPEED_FRAME) * 10).min(SPEED_FRAMES) {
                self.write(Frame::Text(filler.clone())).await?;
            }
            let down = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPD {down}"))).await?;
        }
        Ok(())
    }

    /// The server's own sign of life, to clients that are silent, logged in or not.
    async fn ping(&mut self) -> Result<(), Over> {
        let params = Json::object().with("serno", unix_ms() / 1000);
        let text = self
            .sim
            .update(|switch| switch.hub.request("verto.ping", params));
        self.write(Frame::Text(text)).await
    }

    async fn write(&mut self, frame: Frame) -> Result<(), Over> {
        self.notice_faults();
        match self.outgoing.push(Instant::now(), frame) {
            Some(frame) => self.put(frame).await,
            None => Ok(()),
        }
    }

    /// Writes the frame whose time has come.
    async fn write_next(&mut self) -> Result<(), Over> {
        match self.outgoing.pop() {
            Some(frame) => self.put(frame).await,
            None => Ok(()),
        }
    }

    async fn put(&mut self, frame: Frame) -> Result<(), Over> {
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
            // A client that doesn't read can still be thrown out.
            ending = ended(&mut self.ending) => Err(Over::Server(ending)),
        }
    }

    /// Writes what is queued already, a punt for example.
    async fn flush(&mut self) -> Result<(), Over> {
        while let Ok(frame) = self.queue.try_recv() {
            self.write(frame).await?;
        }
        self.write_delayed().await
    }

    /// Writes what waits for its time.
    async fn write_delayed(&mut self) -> Result<(), Over> {
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

    /// Looks at the faults if they have changed.
    fn notice_faults(&mut self) {
        if !self.faults.has_changed().unwrap_or(false) {
            return;
        }
        self.faults.mark_unchanged();
        self.look_at_faults();
    }

    fn look_at_faults(&mut self) {
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
    async fn thawed(&mut self) -> Result<(), Over> {
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

    /// Takes note of a message that is never answered.
    fn ignore(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Over> {
        match message {
            Some(Ok(Message::Text(text))) => {
                self.sim.recorder.frame(self.conn, Direction::In, &text);
                Ok(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Over::Client),
            Some(Ok(_)) => Ok(()),
        }
    }

    /// Waits until the close handshake may go on; false where it never will.
    async fn close_thawed(&mut self) -> bool {
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

    async fn finish(mut self, over: Over) {
        let close = match over {
            Over::Server(Ending::Cut) => return,
            Over::Server(Ending::CutInFrame) => {
                self.peer.cut_in_next_write();
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
            // Reading is what completes the handshake.
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

/// Waits until the connection is to be cut.
async fn cut(ending: &mut watch::Receiver<Option<Ending>>) {
    let is_cut = |ending: &Option<Ending>| ending.is_some_and(Ending::is_cut);
    if ending.wait_for(is_cut).await.is_err() {
        // It belongs to no session any more, and is to be closed another way.
        std::future::pending().await
    }
}

/// Waits until the connection is to end.
async fn ended(ending: &mut watch::Receiver<Option<Ending>>) -> Ending {
    let ended = ending.wait_for(Option::is_some).await;
    ended.ok().and_then(|ending| *ending).unwrap_or(Ending::Cut)
}

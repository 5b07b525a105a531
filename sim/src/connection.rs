//! The task of one WebSocket connection: reads frames, has them handled one after
//! another, and writes replies before events.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, info};

use crate::hub::{ConnId, Ending, Frame, Joined};
use crate::json::Json;
use crate::recorder::Direction;
use crate::switch::{Sim, unix_ms};
use crate::verto;

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
    logged_in: bool,
    expires: Option<Instant>,
    /// The size of the speed test that is running.
    speed_test: Option<(usize, Instant)>,
}

/// Serves a connection until it ends.
pub async fn run(socket: WebSocket, sim: Arc<Sim>, remote: SocketAddr) {
    let Joined {
        conn,
        queue,
        ending,
    } = sim.update(|switch| switch.hub.join(remote));
    info!(conn, %remote, "connected");
    let mut connection = Connection {
        sim: Arc::clone(&sim),
        conn,
        socket,
        queue,
        ending,
        logged_in: false,
        expires: None,
        speed_test: None,
    };
    let over = connection.serve().await;
    // Before the close handshake: a client that sees it complete may come back at once.
    sim.update(|switch| switch.hub.leave(conn));
    connection.finish(over).await;
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
                ending = ended(&mut self.ending) => {
                    self.flush().await?;
                    return Err(Over::Server(ending));
                }
                Some(frame) = self.queue.recv() => self.write(frame).await?,
                () = expired => return Err(Over::Server(Ending::Close(1000))),
                () = sleep_until(ping_at) => {
                    ping_at = Instant::now() + self.sim.idle_ping;
                    self.ping().await?;
                }
                message = self.socket.recv() => {
                    ping_at = Instant::now() + self.sim.idle_ping;
                    self.read(message).await?;
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
        self.logged_in = login.is_some();
        if let Some(login) = login {
            self.sim.recorder.login(self.conn, &login);
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
            && outcome.ending != Some(Ending::Cut)
        {
            self.write(Frame::Text(reply)).await?;
        }
        match outcome.ending {
            Some(ending) => Err(Over::Server(ending)),
            None => Ok(()),
        }
    }

    /// `#SPU <bytes>`, `#SPB…` frames and `#SPE` measure the way up; then the same comes
    /// back, and `#SPD <ms>`.
    async fn speed_test(&mut self, text: &str) -> Result<(), Over> {
        if !self.logged_in {
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
        let (Frame::Text(text) | Frame::Binary(text)) = &frame;
        self.sim.recorder.frame(self.conn, Direction::Out, text);
        let message = match frame {
            Frame::Text(text) => Message::from(text),
            Frame::Binary(text) => Message::Binary(text.into_bytes().into()),
        };
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
        Ok(())
    }

    async fn finish(mut self, over: Over) {
        let close = match over {
            Over::Server(Ending::Cut) => return,
            Over::Server(Ending::Close(code)) => Some(Message::Close(Some(CloseFrame {
                code,
                reason: "".into(),
            }))),
            Over::Client => None,
        };
        let handshake = async {
            if let Some(close) = close {
                let _ = self.socket.send(close).await;
            }
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

/// Waits until the connection is to end.
async fn ended(ending: &mut watch::Receiver<Option<Ending>>) -> Ending {
    let ended = ending.wait_for(Option::is_some).await;
    ended.ok().and_then(|ending| *ending).unwrap_or(Ending::Cut)
}

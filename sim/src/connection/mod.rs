//! The task of one WebSocket connection: reads frames, has them handled one after
//! another, and writes replies before events.

mod closing;
mod holding;
mod speed_test;
mod state;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, info};

use crate::clock::unix_ms;
use crate::faults::{Freeze, until};
use crate::hub::{Ending, Frame, Joined, Target};
use crate::json::Json;
use crate::outgoing::Outgoing;
use crate::recorder::Direction;
use crate::sim::Sim;
use crate::tcp::TcpHandle;
use crate::verto;
use state::{Connection, Over, ended};

/// The largest frame that is accepted, in bytes. A larger one ends the connection.
const LARGEST_FRAME: usize = 1_000_000;
/// Serves a connection until it ends.
pub async fn run(socket: WebSocket, sim: Arc<Sim>, tcp: TcpHandle, silent: bool) {
    let (joined, restarts, mut faults) = sim.update(|switch| {
        let joined = switch.hub.join(tcp.remote);
        if switch.faults.is_down(Instant::now()) {
            // The upgrade was answered a moment before the server went down.
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
    info!(conn, remote = %tcp.remote, "connected");
    faults.mark_changed();
    let mut connection = Connection {
        sim: Arc::clone(&sim),
        conn,
        socket,
        queue,
        ending,
        tcp,
        login: None,
        faults,
        hold: None,
        restarts,
        lost: false,
        outgoing: Outgoing::new(),
        late_replies: Vec::new(),
        expires: None,
        quiet_at: Instant::now(),
        speed_test: None,
    };
    let over = connection.serve().await;
    // This stands before the close handshake, since a client that has seen the handshake may come
    // back at once, and must not meet its own old connection.
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
        let mut ping_at = after(self.sim.idle_ping);
        loop {
            self.notice_faults();
            self.thawed().await?;
            let quiet = self.quiet_at <= Instant::now();
            let expires = self.expires;
            let expired = async move {
                match expires {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            // The order of the branches is the order of precedence. What has come from the client goes
            // before events: a client is not silent as long as there is something to read.
            tokio::select! {
                biased;
                _ = self.faults.changed() => self.faults.mark_changed(),
                ending = ended(&mut self.ending) => {
                    self.flush().await?;
                    return Err(Over::Server(ending));
                }
                () = until(self.outgoing.due()) => self.write_next().await?,
                () = expired => return Err(Over::Server(Ending::Close(1000))),
                () = sleep_until(ping_at) => {
                    ping_at = after(self.sim.idle_ping);
                    self.ping().await?;
                }
                message = self.socket.recv(), if self.outgoing.has_room() => {
                    ping_at = after(self.sim.idle_ping);
                    // A fault may have been switched on while this waited for the message. Then it
                    // holds for the message.
                    self.notice_faults();
                    if self.hold.as_ref().is_some_and(|h| h.freeze == Freeze::Answers) {
                        self.ignore(message)?;
                    } else {
                        self.thawed().await?;
                        if self.sim.event_silence.is_zero() {
                            // A client that has the reply to a ping then knows that it has every
                            // event of before.
                            self.write_whole_queue().await?;
                        }
                        self.read(message).await?;
                    }
                    self.quiet_at = after(self.sim.event_silence);
                }
                Some(frame) = self.queue.recv(), if quiet && self.takes_events() => {
                    self.write_from_hub(frame).await?;
                }
                // Events are looked for again when the client has been silent for long enough.
                () = sleep_until(self.quiet_at), if !quiet => {}
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
            Some(Ok(Message::Close(_))) => {
                self.tcp.answer_close();
                return Err(Over::Client);
            }
            None => return Err(Over::Client),
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
        // Any other frame ends a speed test, of which nothing more is heard.
        self.speed_test = None;
        if text.is_empty() {
            return Ok(());
        }
        let now = unix_ms();
        let (mut outcome, login, expires) = self.sim.update(|switch| {
            let outcome = verto::handle(switch, self.conn, &text, now);
            let client = switch.hub.client(self.conn);
            let login = client.and_then(|client| client.login.clone());
            let expires = client.and_then(|client| client.expires);
            (outcome, login, expires)
        });
        if let Some(login) = login.filter(|login| self.login.as_ref() != Some(login)) {
            self.sim.recorder.login(self.conn, &login);
            self.login = Some(login);
            // Some faults are for one user only, and the user is known from now on.
            self.faults.mark_changed();
        }
        self.expires = expires.map(|seconds| {
            after(Duration::from_millis(
                seconds.saturating_mul(1000).saturating_sub(now),
            ))
        });
        if !outcome.pause.is_zero() {
            tokio::select! {
                () = sleep(outcome.pause) => {}
                ending = ended(&mut self.ending) => return Err(Over::Server(ending)),
            }
        }
        if let Some(reply) = outcome.reply.take_if(|_| outcome.late_reply) {
            self.late_replies.push(reply);
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

    /// Whether an event can be written now, if the client is silent. mod_verto writes none while a
    /// speed test is running.
    fn takes_events(&self) -> bool {
        self.outgoing.has_room() && self.speed_test.is_none()
    }

    /// Sends the ping that every silent client gets, whether logged in or not.
    async fn ping(&mut self) -> Result<(), Over> {
        let params = Json::object().with("serno", unix_ms() / 1000);
        let text = self
            .sim
            .update(|switch| switch.hub.request("verto.ping", params));
        self.write(Frame::Text(text)).await
    }
}

/// The moment that is so far away. The configuration bounds every duration, so that it can be told.
fn after(duration: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(duration).unwrap_or(now)
}

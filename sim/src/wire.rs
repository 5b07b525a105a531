//! The TCP connections below HTTP and WebSocket, which can be made to break.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: u8 = 0;
/// The next write is cut in the middle.
const BREAKING: u8 = 1;
const BROKEN: u8 = 2;

/// The other side of a TCP connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub remote: SocketAddr,
    wire: Arc<AtomicU8>,
}

impl Peer {
    /// Nothing more is written; the attempt ends the connection.
    pub fn cut(&self) {
        self.wire.store(BROKEN, Ordering::Relaxed);
    }

    /// Of the next write only one half is written; what follows ends the connection.
    pub fn cut_in_next_write(&self) {
        self.wire.store(BREAKING, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Breakable>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Breakable>) -> Peer {
        stream.remote_addr().clone()
    }
}

/// A listener whose connections are [`Wire`]s.
#[derive(Debug)]
pub struct Breakable(pub TcpListener);

impl Listener for Breakable {
    type Io = Wire;
    type Addr = Peer;

    async fn accept(&mut self) -> (Wire, Peer) {
        let (stream, remote) = Listener::accept(&mut self.0).await;
        // Small frames must not wait for each other's acknowledgement.
        let _ = stream.set_nodelay(true);
        let state = Arc::new(AtomicU8::new(WHOLE));
        let wire = Arc::clone(&state);
        (Wire { stream, state }, Peer { remote, wire })
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer {
            remote: self.0.local_addr()?,
            wire: Arc::default(),
        })
    }
}

/// A TCP connection that its [`Peer`] can break.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    state: Arc<AtomicU8>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let state = self.state.load(Ordering::Relaxed);
        let bytes = match state {
            BROKEN => return Poll::Ready(Err(ErrorKind::ConnectionReset.into())),
            BREAKING => bytes.get(..bytes.len() / 2).unwrap_or_default(),
            _ => bytes,
        };
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if state == BREAKING && written.is_ready() {
            self.state.store(BROKEN, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

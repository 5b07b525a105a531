//! The TCP connections below HTTP and WebSocket, which a fault can break.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// Everything is written.
const WHOLE: u8 = 0;
/// The next write is cut in the middle.
const BREAKING: u8 = 1;
/// Nothing more is written.
const BROKEN: u8 = 2;
/// The next write is the WebSocket library's answer to a close frame.
const CLOSING: u8 = 3;
/// A close frame with the code 1000, as a server writes it.
const CLOSE_1000: [u8; 4] = [0x88, 2, 0x03, 0xe8];

/// What a request knows of the TCP connection below it: who is at the other end, and the means to
/// break it.
#[derive(Clone, Debug)]
pub struct TcpHandle {
    /// The address of the other end.
    pub remote: SocketAddr,
    state: Arc<AtomicU8>,
}

impl TcpHandle {
    /// From now on an attempt to write ends the connection instead.
    pub fn cut(&self) {
        self.state.store(BROKEN, Ordering::Relaxed);
    }

    /// The next write is a close frame with the code 1000, whatever it would have been: mod_verto
    /// answers so to every close frame. The WebSocket library would repeat the client's code.
    pub fn answer_close(&self) {
        // A connection that is broken stays so.
        let _ = self
            .state
            .compare_exchange(WHOLE, CLOSING, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Only the first half of the next write is written; the write after it ends the connection.
    pub fn cut_in_next_write(&self) {
        self.state.store(BREAKING, Ordering::Relaxed);
    }
}

/// A listener whose connections are [`BreakableStream`]s.
#[derive(Debug)]
pub struct BreakableListener {
    listener: TcpListener,
    write_timeout: Duration,
}

impl BreakableListener {
    /// Takes the connections of `listener`. One that takes nothing for as long as `write_timeout`
    /// while something is to be written to it is ended.
    pub fn new(listener: TcpListener, write_timeout: Duration) -> BreakableListener {
        BreakableListener {
            listener,
            write_timeout,
        }
    }

    /// The next connection.
    pub async fn accept(&mut self) -> (BreakableStream, TcpHandle) {
        // The library waits a moment where the system has no sockets left, and tries again.
        let (stream, remote) = Listener::accept(&mut self.listener).await;
        // Without this a small frame would wait until the one before it is acknowledged.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.write_timeout));
        let state = Arc::new(AtomicU8::new(WHOLE));
        let handle = TcpHandle {
            remote,
            state: Arc::clone(&state),
        };
        let stream = Box::pin(stream);
        (BreakableStream { stream, state }, handle)
    }
}

/// A TCP connection that its [`TcpHandle`] can break.
#[derive(Debug)]
pub struct BreakableStream {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    state: Arc<AtomicU8>,
}

impl AsyncRead for BreakableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let state = self.state.load(Ordering::Relaxed);
        let part = match state {
            BROKEN => return Poll::Ready(Err(ErrorKind::ConnectionReset.into())),
            BREAKING => bytes.get(..bytes.len() / 2).unwrap_or_default(),
            CLOSING => CLOSE_1000.as_slice(),
            _ => bytes,
        };
        let written = self.stream.as_mut().poll_write(context, part);
        match (state, &written) {
            (BREAKING, Poll::Ready(_)) => self.state.store(BROKEN, Ordering::Relaxed),
            (CLOSING, Poll::Ready(Ok(_))) => {
                self.state.store(WHOLE, Ordering::Relaxed);
                return Poll::Ready(Ok(bytes.len()));
            }
            _ => {}
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}

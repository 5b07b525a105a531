//! One WebSocket.

use web_sys::WebSocket;

use super::host::Host;
use crate::core::session::SocketId;

/// An open or opening socket, to which the glue listens (`pkg-template/host/sockets.js`); dropping it
/// ends that and closes it.
#[must_use = "a socket closes when it is dropped"]
pub struct Socket {
    /// The session's number for it.
    pub id: SocketId,
    /// The browser's socket.
    pub socket: WebSocket,
    /// Who made it.
    pub host: Host,
}

impl Socket {
    /// Writes a text frame. A socket that is closing swallows it; its `close` event then
    /// fails the request.
    pub fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.host.close(&self.socket);
    }
}

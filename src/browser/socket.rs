//! One WebSocket.

use web_sys::WebSocket;

use super::host::Host;
use crate::core::session::SocketId;

/// A socket that is open or opening. `pkg-template/host/sockets.js` listens to it; dropping it ends
/// that, and closes the socket.
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
    /// Writes a text frame.
    pub fn send(&self, text: &str) {
        self.host.send(&self.socket, text);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.host.close(&self.socket);
    }
}

//! One WebSocket.

use web_sys::WebSocket;

use crate::core::session::SocketId;

/// The close code of a connection that the client ends (FreeSWITCH, transcript s10).
const NORMAL: u16 = 1000;

/// An open or opening socket, to which the glue listens (`pkg-template/wire.js`); dropping it
/// ends that and closes it.
#[must_use = "a socket closes when it is dropped"]
pub struct Socket {
    /// The session's number for it.
    pub id: SocketId,
    /// The browser's socket.
    pub socket: WebSocket,
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
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close_with_code(NORMAL);
    }
}

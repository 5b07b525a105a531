//! One WebSocket with its listeners.

use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::json::Json;
use super::shell::Shell;
use crate::core::session::SocketId;

/// The close code of a connection that the client ends (FreeSWITCH, transcript s10).
const NORMAL: u16 = 1000;

/// An open or opening socket; dropping it closes it and ends listening.
#[must_use = "a socket closes when it is dropped"]
pub struct Socket {
    /// The session's number for it.
    pub id: SocketId,
    socket: WebSocket,
    // Each holds the shell weakly: the shell holds the socket, and would never be freed.
    _opened: Closure<dyn Fn()>,
    _message: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

impl Socket {
    /// A socket that reports to `shell`.
    pub fn new(shell: &Weak<Shell>, id: SocketId, socket: WebSocket) -> Socket {
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = listener(shell, move |shell, ()| {
            shell.happened(|session, now| session.opened(now, id));
        });
        let message = listener(shell, move |shell, event: MessageEvent| {
            match Json::parse(event.data()) {
                Ok(frame) => shell.happened(|session, now| session.frame(now, id, &frame)),
                Err(reason) => shell.happened(|session, now| session.garbage(now, id, reason)),
            }
        });
        let closed = listener(shell, move |shell, event: CloseEvent| {
            shell.happened(|session, now| session.closed(now, id, event.code()));
        });
        let opened = Closure::<dyn Fn()>::new(move || opened(()));
        let message = Closure::<dyn Fn(MessageEvent)>::new(message);
        let closed = Closure::<dyn Fn(CloseEvent)>::new(closed);
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Socket {
            id,
            socket,
            _opened: opened,
            _message: message,
            _closed: closed,
        }
    }

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

fn listener<E, F: Fn(Rc<Shell>, E)>(shell: &Weak<Shell>, heard: F) -> impl Fn(E) + use<E, F> {
    let shell = shell.clone();
    move |event| {
        if let Some(shell) = shell.upgrade() {
            heard(shell, event);
        }
    }
}

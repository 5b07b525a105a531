//! What the network and the server do.

use serde_json::{Value as Tree, json};
use verto_wasm::core::session::SocketId;

use super::{CREDENTIALS, Harness, LOGGED_IN};

impl Harness {
    /// The socket opens.
    pub fn open(&mut self) {
        self.session.opened(self.now, self.socket);
        self.drain();
    }

    /// The socket opens, the page gives its credentials, and the login is sent. The server
    /// hasn't answered it yet.
    pub fn authenticate(&mut self) {
        self.open();
        self.credentials(Ok(CREDENTIALS.into()));
    }

    /// The socket opens and the server grants the login.
    pub fn log_in(&mut self) {
        self.authenticate();
        self.reply(1, &serde_json::from_str(LOGGED_IN).unwrap());
    }

    /// The connection is lost, with the close code that a browser reports when a server has
    /// died.
    pub fn drop_connection(&mut self) {
        self.session.closed(self.now, self.socket, 1006);
        self.drain();
    }

    /// A frame comes in on the newest socket.
    pub fn frame(&mut self, frame: Tree) {
        self.frame_on(self.socket, frame);
    }

    /// A frame comes in on this socket.
    pub fn frame_on(&mut self, socket: SocketId, frame: Tree) {
        let told = self
            .routes
            .frame(&mut self.session, self.now, socket, frame);
        self.notices.extend(told);
        self.drain();
    }

    /// The server's result for the request with this id.
    pub fn reply(&mut self, id: u32, result: &Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// The server's error for the request with this id.
    pub fn refuse(&mut self, id: u32, error: &Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": id, "error": error }));
    }

    /// The server's answer to a subscribe request, which grants `channels`.
    pub fn grant(&mut self, id: u32, channels: &[&str]) {
        self.reply(id, &json!({ "subscribedChannels": channels }));
    }

    /// An event on `channel`. `subscribed` is the subscription that it comes by, if the server
    /// names it, and `event_serno` the number of the event there.
    pub fn event(&mut self, channel: &str, subscribed: Option<&str>, event_serno: Option<u64>) {
        let mut params = json!({ "eventChannel": channel, "eventType": "x", "data": {} });
        if let Some(subscribed) = subscribed {
            params["subscribedChannel"] = subscribed.into();
        }
        if let Some(number) = event_serno {
            params["eventSerno"] = number.into();
        }
        self.server_request("verto.event", params);
    }

    /// A request that the server makes. Its id is 1, as a request of ours has had: server and
    /// client each count their own.
    pub fn server_request(&mut self, method: &str, params: Tree) {
        self.frame(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
    }

    /// The server answers the newest ping.
    pub fn pong(&mut self) {
        let mut texts = self.texts().into_iter().rev();
        let ping = texts.find(|text| text.contains(r#""method":"verto.ping""#));
        let ping: Tree = serde_json::from_str(ping.expect("no ping was sent")).unwrap();
        self.reply(
            ping["id"].as_u64().unwrap() as u32,
            &json!({ "message": "PONG" }),
        );
    }
}

//! Who is connected, with which session and subscriptions, and what is sent to whom.

mod client;
mod frame;
mod queue;
mod target;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::config::Hierarchy;
use crate::json::Json;
use crate::limits::WHOLE_BACKLOG;

pub use client::{Client, ConnId, Ending, Joined, Subscribed};
pub use frame::Frame;
pub use queue::Receiver;
use queue::queue;
pub use target::Target;

/// A sessid that belongs to another user's connection.
#[derive(Debug, PartialEq, Eq)]
pub struct SessionInUse;

/// All connections.
#[derive(Debug)]
pub struct Hub {
    hierarchy: Hierarchy,
    send_queue: usize,
    /// The bytes that may still wait for all clients together.
    backlog: Arc<Semaphore>,
    clients: BTreeMap<ConnId, Client>,
    last_conn: ConnId,
    last_request: u64,
}

impl Hub {
    /// A hub without connections.
    pub fn new(hierarchy: Hierarchy, send_queue: usize) -> Hub {
        Hub {
            hierarchy,
            send_queue,
            backlog: Arc::new(Semaphore::new(WHOLE_BACKLOG)),
            clients: BTreeMap::new(),
            last_conn: 0,
            last_request: 0,
        }
    }

    /// Adds a connection.
    pub fn join(&mut self, remote: SocketAddr) -> Joined {
        let (queue, queued) = queue(self.send_queue, &self.backlog);
        let (ending, ended) = watch::channel(None);
        self.last_conn = self.last_conn.saturating_add(1);
        let client = Client {
            remote,
            user: None,
            login: None,
            expires: None,
            sessid: None,
            subscriptions: HashMap::new(),
            last_event: None,
            queue,
            ending,
        };
        self.clients.insert(self.last_conn, client);
        Joined {
            conn: self.last_conn,
            queue: queued,
            ending: ended,
        }
    }

    /// Removes a connection with everything that belongs to it.
    pub fn leave(&mut self, conn: ConnId) {
        self.clients.remove(&conn);
    }

    /// A connection, unless it has ended.
    pub fn client(&self, conn: ConnId) -> Option<&Client> {
        self.clients.get(&conn)
    }

    /// A connection, to change it.
    pub fn client_mut(&mut self, conn: ConnId) -> Option<&mut Client> {
        self.clients.get_mut(&conn)
    }

    /// The text of a request that the server makes, with the next id.
    pub fn request(&mut self, method: &str, params: Json) -> String {
        self.last_request = self.last_request.saturating_add(1);
        request_text(self.last_request, method, params)
    }

    /// Queues a request that the server makes.
    pub fn send_request(&mut self, conn: ConnId, method: &str, params: Json) -> bool {
        let text = self.request(method, params);
        self.client(conn)
            .is_some_and(|client| client.push(Frame::Text(text)))
    }

    /// Gives the connection `conn`, which is logged in as `login`, the session `sessid`. If an older
    /// connection of the same user has that session, it is told so, closed and forgotten; it is
    /// given back.
    pub fn take_session(
        &mut self,
        conn: ConnId,
        login: &str,
        sessid: &str,
    ) -> Result<Option<ConnId>, SessionInUse> {
        let holder = self
            .clients
            .iter()
            // A session belongs to nobody before its first login.
            .filter(|(id, client)| **id != conn && client.login.is_some())
            .find(|(_, client)| client.sessid.as_deref() == Some(sessid))
            .map(|(id, client)| (*id, client.login.as_deref() == Some(login)));
        let old = match holder {
            Some((_, false)) => return Err(SessionInUse),
            Some((old, true)) => {
                self.punt(old);
                Some(old)
            }
            None => None,
        };
        if let Some(client) = self.client_mut(conn) {
            client.sessid = Some(sessid.to_owned());
        }
        Ok(old)
    }

    /// Tells a connection that another one has taken its session, and closes it.
    pub fn punt(&mut self, conn: ConnId) {
        self.send_request(conn, "verto.punt", Json::object());
        if let Some(client) = self.clients.remove(&conn) {
            client.end(Ending::Close(1000));
        }
    }

    /// Cuts all connections, keeps nothing of them, and counts them.
    pub fn restart(&mut self) -> usize {
        let clients = std::mem::take(&mut self.clients);
        clients.values().for_each(|client| client.end(Ending::Cut));
        clients.len()
    }

    /// Delivers a server-side event and counts the frames. `params` that name a session,
    /// by `sessid` or as the channel, go to it alone, subscribed or not.
    pub fn publish(&mut self, params: &Json) -> usize {
        let channel = params.get_str("eventChannel").unwrap_or_default();
        let sessid = params.get_str("sessid");
        let private = self
            .clients
            .iter()
            .find(|(_, client)| client.sessid.as_deref() == Some(sessid.unwrap_or(channel)))
            .map(|(conn, _)| *conn);
        match private {
            Some(conn) => usize::from(self.send_request(conn, "verto.event", params.clone())),
            None if sessid.is_some() => 0,
            None => self
                .audience(channel)
                .into_iter()
                .map(|channel| self.deliver(channel, params))
                .sum(),
        }
    }

    /// Delivers an event to the subscribers of exactly `channel`.
    pub fn deliver(&mut self, channel: &str, params: &Json) -> usize {
        let mut delivered = 0usize;
        for client in self.clients.values_mut() {
            let Some(serno) = client.subscriptions.get_mut(channel) else {
                continue;
            };
            let params = params
                .clone()
                .with("eventSerno", *serno)
                .with("subscribedChannel", channel);
            // The number also rises for a frame that is dropped: clients notice the loss by that.
            *serno = serno.saturating_add(1);
            self.last_request = self.last_request.saturating_add(1);
            let text = request_text(self.last_request, "verto.event", params);
            client.last_event = Some(text.clone());
            let queued = client.push(Frame::Text(text));
            delivered = delivered.saturating_add(usize::from(queued));
        }
        delivered
    }

    /// How many events on `channel`, of that many bytes each, all its subscribers can take now.
    pub fn room(&self, channel: &str, bytes: usize) -> usize {
        let channels = self.audience(channel);
        let subscribers = self.clients.values().filter_map(|client| {
            let frames = channels
                .iter()
                .filter(|channel| client.subscriptions.contains_key(**channel))
                .count();
            client.queue.room(bytes).checked_div(frames)
        });
        subscribers.min().unwrap_or(usize::MAX)
    }

    /// Lets the numbers of the events on `channel` skip some, as if these had been lost;
    /// counts the subscribers.
    pub fn skip_events(&mut self, target: &Target, channel: &str, events: u64) -> usize {
        let mut skipped = 0usize;
        for conn in self.matching(target) {
            let client = self.clients.get_mut(&conn);
            if let Some(serno) = client.and_then(|c| c.subscriptions.get_mut(channel)) {
                *serno = serno.saturating_add(events);
                skipped = skipped.saturating_add(1);
            }
        }
        skipped
    }

    /// Sends each matching connection its last event once more, and counts those that got it.
    pub fn repeat_events(&self, target: &Target) -> usize {
        self.matching(target)
            .into_iter()
            .filter_map(|conn| self.client(conn))
            .filter(|client| {
                let event = client.last_event.clone();
                event.is_some_and(|text| client.push(Frame::Text(text)))
            })
            .count()
    }

    /// The channels whose subscribers get an event on `channel`, itself first.
    fn audience<'a>(&self, channel: &'a str) -> Vec<&'a str> {
        let mut ancestors: Vec<_> = channel
            .rmatch_indices('.')
            .filter_map(|(at, _)| channel.get(..at))
            .collect();
        if self.hierarchy == Hierarchy::Freeswitch {
            ancestors.drain(..ancestors.len().saturating_sub(1));
        }
        ancestors.insert(0, channel);
        ancestors
    }

    /// Sends a chat message to every connection of a user.
    pub fn message(&mut self, from: &str, to: &str, body: &str) {
        let receivers: Vec<_> = self.matching(&Target::Login(to.to_owned()));
        for conn in receivers {
            let message = Json::object()
                .with("from", from)
                .with("to", to)
                .with("body", body);
            self.send_request(conn, "verto.info", Json::object().with("msg", message));
        }
    }

    /// Queues the same frame for all connections that match, and counts those that got it.
    pub fn send(&self, target: &Target, frame: &Frame) -> usize {
        self.matching(target)
            .into_iter()
            .filter_map(|conn| self.client(conn))
            .filter(|client| client.push(frame.clone()))
            .count()
    }

    /// Ends all connections that match, and counts them.
    pub fn end(&self, target: &Target, ending: Ending) -> usize {
        let matching = self.matching(target);
        for client in matching.iter().filter_map(|conn| self.client(*conn)) {
            client.end(ending);
        }
        matching.len()
    }

    /// The connections that match.
    pub fn matching(&self, target: &Target) -> Vec<ConnId> {
        self.clients
            .iter()
            .filter(|(conn, client)| target.matches(**conn, client.login.as_deref()))
            .map(|(conn, _)| *conn)
            .collect()
    }

    /// The connections as the control API shows them.
    pub fn connections(&self) -> Json {
        let rows = self.clients.iter().map(|(conn, client)| {
            let text = |text: &Option<String>| text.clone().map_or(Json::Null, Json::from);
            Json::object()
                .with("id", *conn)
                .with("login", text(&client.login))
                .with("sessid", text(&client.sessid))
                .with("remote", client.remote.to_string())
                .with("channels", client.channels())
        });
        Json::Array(rows.collect())
    }
}

fn request_text(id: u64, method: &str, params: Json) -> String {
    Json::object()
        .with("jsonrpc", "2.0")
        .with("id", id)
        .with("method", method)
        .with("params", params)
        .to_string()
}

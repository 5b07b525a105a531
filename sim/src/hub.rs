//! Who is connected, with which session and subscriptions, and what is sent to whom.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use tokio::sync::{mpsc, watch};
use tracing::debug;

use crate::config::Hierarchy;
use crate::json::Json;

/// The number of a connection, unique as long as the server runs.
pub type ConnId = u64;

/// A frame that waits to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

/// How the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a close frame of this code.
    Close(u16),
    /// The TCP connection is dropped, as by a crash.
    Cut,
    /// The same in the middle of a frame.
    CutInFrame,
}

impl Ending {
    /// Whether there is no close frame.
    pub fn is_cut(self) -> bool {
        matches!(self, Ending::Cut | Ending::CutInFrame)
    }
}

/// What the task of a connection gets from the hub.
#[derive(Debug)]
pub struct Joined {
    /// The new connection.
    pub conn: ConnId,
    /// The frames to write.
    pub queue: mpsc::Receiver<Frame>,
    /// Becomes `Some` when the connection is to end.
    pub ending: watch::Receiver<Option<Ending>>,
}

/// One connection.
#[derive(Debug)]
pub struct Client {
    /// The address of the other side.
    pub remote: SocketAddr,
    /// The user's number, once logged in.
    pub user: Option<String>,
    /// The login with its domain, once logged in.
    pub login: Option<String>,
    /// When the login expires, in Unix seconds.
    pub expires: Option<u64>,
    /// The session id, once it is fixed.
    pub sessid: Option<String>,
    /// The subscribed channels and the number of the next event on each.
    subscriptions: HashMap<String, u64>,
    /// The last frame with an event.
    last_event: Option<String>,
    queue: mpsc::Sender<Frame>,
    ending: watch::Sender<Option<Ending>>,
}

impl Client {
    /// Adds a subscription; false where it exists.
    pub fn subscribe(&mut self, channel: &str) -> bool {
        let new = !self.subscriptions.contains_key(channel);
        if new {
            self.subscriptions.insert(channel.to_owned(), 0);
        }
        new
    }

    /// Ends a subscription; false where there is none.
    pub fn unsubscribe(&mut self, channel: &str) -> bool {
        self.subscriptions.remove(channel).is_some()
    }

    /// Ends the connection; the first reason counts.
    pub fn end(&self, ending: Ending) {
        self.ending.send_if_modified(|slot| {
            let first = slot.is_none();
            if first {
                *slot = Some(ending);
            }
            first
        });
    }

    /// Queues a frame; a client that doesn't read loses it.
    fn push(&self, frame: Frame) -> bool {
        let queued = self.queue.try_send(frame).is_ok();
        if !queued {
            debug!(
                login = self.login,
                "a frame was dropped: the client reads too slowly"
            );
        }
        queued
    }

    fn channels(&self) -> Vec<&str> {
        let mut channels: Vec<_> = self.subscriptions.keys().map(String::as_str).collect();
        channels.sort_unstable();
        channels
    }
}

/// A sessid that belongs to another user's connection.
#[derive(Debug, PartialEq, Eq)]
pub struct SessionInUse;

/// All connections.
#[derive(Debug)]
pub struct Hub {
    hierarchy: Hierarchy,
    send_queue: usize,
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
            clients: BTreeMap::new(),
            last_conn: 0,
            last_request: 0,
        }
    }

    /// Adds a connection.
    pub fn join(&mut self, remote: SocketAddr) -> Joined {
        let (queue, queued) = mpsc::channel(self.send_queue);
        let (ending, ended) = watch::channel(None);
        self.last_conn += 1;
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

    /// The text of a request of the server's own, under the next id.
    pub fn request(&mut self, method: &str, params: Json) -> String {
        self.last_request += 1;
        request_text(self.last_request, method, params)
    }

    /// Queues a request of the server's own.
    pub fn send_request(&mut self, conn: ConnId, method: &str, params: Json) -> bool {
        let text = self.request(method, params);
        self.client(conn)
            .is_some_and(|client| client.push(Frame::Text(text)))
    }

    /// Gives `conn`, which is logged in as `login`, the session `sessid`. An older
    /// connection of the same user's is told and closed, and keeps nothing; it is given back.
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

    /// Tells a connection that its session is someone else's, and closes it.
    pub fn punt(&mut self, conn: ConnId) {
        self.send_request(conn, "verto.punt", Json::object());
        if let Some(client) = self.clients.remove(&conn) {
            client.end(Ending::Close(1000));
        }
    }

    /// Cuts all connections and keeps nothing of them; counts them.
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
        let mut delivered = 0;
        for client in self.clients.values_mut() {
            let Some(serno) = client.subscriptions.get_mut(channel) else {
                continue;
            };
            let params = params
                .clone()
                .with("eventSerno", *serno)
                .with("subscribedChannel", channel);
            // The number also rises for a frame that is dropped: that's how clients see it.
            *serno += 1;
            self.last_request += 1;
            let text = request_text(self.last_request, "verto.event", params);
            client.last_event = Some(text.clone());
            delivered += usize::from(client.push(Frame::Text(text)));
        }
        delivered
    }

    /// How many events on `channel` all its subscribers can take now.
    pub fn room(&self, channel: &str) -> usize {
        let channels = self.audience(channel);
        let subscribers = self.clients.values().filter_map(|client| {
            let frames = channels
                .iter()
                .filter(|channel| client.subscriptions.contains_key(**channel))
                .count();
            client.queue.capacity().checked_div(frames)
        });
        subscribers.min().unwrap_or(usize::MAX)
    }

    /// Lets the numbers of the events on `channel` skip some, as if these had been lost;
    /// counts the subscribers.
    pub fn skip_events(&mut self, target: &Target, channel: &str, events: u64) -> usize {
        let mut skipped = 0;
        for conn in self.matching(target) {
            let client = self.clients.get_mut(&conn);
            if let Some(serno) = client.and_then(|c| c.subscriptions.get_mut(channel)) {
                *serno += events;
                skipped += 1;
            }
        }
        skipped
    }

    /// Sends each its last event once more; counts them.
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

    /// Queues the same frame for all that match; counts them.
    pub fn send(&self, target: &Target, frame: &Frame) -> usize {
        self.matching(target)
            .into_iter()
            .filter_map(|conn| self.client(conn))
            .filter(|client| client.push(frame.clone()))
            .count()
    }

    /// Ends all connections that match; counts them.
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

/// Which connections something is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// All of them.
    All,
    /// One.
    Conn(ConnId),
    /// Those of one user, named with or without the domain.
    Login(String),
}

impl Target {
    /// Whether it is meant for this connection, of which the login is known or not.
    pub fn matches(&self, conn: ConnId, login: Option<&str>) -> bool {
        match self {
            Target::All => true,
            Target::Conn(wanted) => conn == *wanted,
            Target::Login(wanted) => login.is_some_and(|login| {
                let number = login.split_once('@').map(|(number, _)| number);
                login == wanted || number == Some(wanted)
            }),
        }
    }

    /// `row` with what selects these connections.
    pub fn show(&self, row: Json) -> Json {
        match self {
            Target::All => row,
            Target::Conn(conn) => row.with("conn", *conn),
            Target::Login(login) => row.with("login", login.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(queue: &mut mpsc::Receiver<Frame>) -> Vec<String> {
        std::iter::from_fn(|| queue.try_recv().ok())
            .map(|frame| match frame {
                Frame::Text(text) => text,
                Frame::Binary(data) => panic!("{data:?}"),
            })
            .collect()
    }

    fn join(hub: &mut Hub) -> Joined {
        hub.join(SocketAddr::from(([127, 0, 0, 1], 1)))
    }

    fn subscribed_channels(hierarchy: Hierarchy) -> Vec<String> {
        let mut hub = Hub::new(hierarchy, 10);
        let mut joined = join(&mut hub);
        let client = hub.client_mut(joined.conn).unwrap();
        for channel in ["vcc", "vcc.default", "vcc.default.1001", "vcc.other", "vc"] {
            assert!(client.subscribe(channel));
        }
        let event = Json::object().with("eventChannel", "vcc.default.1001");
        hub.publish(&event);
        texts(&mut joined.queue)
            .iter()
            .map(|text| {
                let frame = Json::parse(text).unwrap();
                let params = frame.get("params").unwrap();
                assert_eq!(params.get_u64("eventSerno"), Some(0));
                params.get_str("subscribedChannel").unwrap().to_owned()
            })
            .collect()
    }

    #[test]
    fn an_event_reaches_the_ancestors_of_its_channel() {
        assert_eq!(
            subscribed_channels(Hierarchy::Every),
            ["vcc.default.1001", "vcc.default", "vcc"]
        );
        assert_eq!(
            subscribed_channels(Hierarchy::Freeswitch),
            ["vcc.default.1001", "vcc"]
        );
    }

    #[test]
    fn a_full_queue_drops_frames_and_leaves_a_gap_in_the_numbers() {
        let mut hub = Hub::new(Hierarchy::Every, 3);
        let mut slow = join(&mut hub);
        let mut quick = join(&mut hub);
        for joined in [&slow, &quick] {
            hub.client_mut(joined.conn).unwrap().subscribe("vcc");
        }
        let event = Json::object().with("eventChannel", "vcc");
        let mut quick_frames = 0;
        for _ in 0..5 {
            hub.publish(&event);
            quick_frames += texts(&mut quick.queue).len();
        }
        assert_eq!(quick_frames, 5);
        assert_eq!(texts(&mut slow.queue).len(), 3);
        assert_eq!(hub.publish(&event), 2);
        let next = texts(&mut slow.queue);
        assert!(next[0].contains("\"eventSerno\":5,"), "{next:?}");
    }

    #[test]
    fn the_first_reason_to_end_counts() {
        let mut hub = Hub::new(Hierarchy::Every, 1);
        let joined = join(&mut hub);
        let client = hub.client(joined.conn).unwrap();
        client.end(Ending::Close(1000));
        client.end(Ending::Cut);
        assert_eq!(*joined.ending.borrow(), Some(Ending::Close(1000)));
    }
}

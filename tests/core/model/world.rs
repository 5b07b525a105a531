//! What surrounds a session in the random programs: the page, the network, the server and the
//! time. The world remembers what each of them has seen, and so knows what the session may do
//! and must tell next ([`super::judge`]).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value as Tree;
use testkit::{
    Alarm, CallId, Config, Expect, Json, Ms, Notice, Origin, QuestionId, Routes, Session, SocketId,
    State, config,
};

use super::late_page::LatePage;
use super::phases::Phases;
use super::time::Silence;

/// The password and the token of the page. They must be in no log line and in nothing that the
/// page is told.
pub const SECRETS: [&str; 2] = ["S3CRET-PASSWORD", "S3CRET-TOKEN"];

/// A call of the page's.
#[derive(Debug)]
pub struct Call {
    /// It is the Promise of a `connect`, which has no deadline.
    pub connects: bool,
    pub expect: Expect,
    pub deadline: Ms,
    /// The socket that it was written to.
    pub sent: Option<SocketId>,
    /// Whether the server's answer is a success, once it has answered.
    pub answer: Option<bool>,
    pub settled: bool,
    /// The page gave it up.
    pub cancelled: bool,
    /// Its arguments were unusable.
    pub wrong: bool,
}

/// A request of the session's that the server has not answered yet, on the live socket.
#[derive(Debug)]
pub struct Asked {
    pub id: u32,
    pub what: What,
    pub deadline: Ms,
}

/// What a request of the session's is about.
#[derive(Debug)]
pub enum What {
    Login,
    Call(CallId),
    /// The channels, and those of them that an honest server grants.
    Subscribe(Vec<String>, BTreeSet<String>),
    /// An unsubscribe request, or a call that the page gave up.
    Nobody,
    Ping,
}

/// How a channel stands with the server, as far as the session can know it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire {
    /// Asked for by the request with this id.
    Asked(u32),
    Granted,
    Refused,
    /// Asked for by the request with this id, which was not answered in time.
    Unknown(u32),
}

/// The arguments of one `subscribe`.
#[derive(Clone, Debug)]
pub struct Subscribe {
    pub names: Vec<String>,
    pub listener: u32,
    pub origin: Origin,
    pub sub_params: Option<&'static str>,
    pub local: bool,
}

/// A handler on a channel.
#[derive(Clone, Debug)]
pub struct Registration {
    pub serno: u32,
    pub listener: u32,
    pub origin: Origin,
    pub local: bool,
    /// The `subParams` that were last given with it, and when that was.
    pub sub_params: Option<(u32, &'static str)>,
    /// How many logins were answered before it was made, and whether one was so just before.
    pub epoch: u32,
    pub in_window: bool,
    /// The run of `onWSLogin` in which it was made; 0 if it was made outside of one.
    pub run: u32,
    /// How many sessions had ended before it was made.
    pub ended: u32,
}

/// A session and everything around it.
pub struct World {
    pub session: Session<Json>,
    /// How many sessions have ended.
    pub ended: u32,
    /// The same session once more, on a page that hears of things late.
    pub late_page: LatePage,
    /// The wall clock.
    pub now: Ms,
    /// The time that the session was told last.
    pub told_now: Ms,
    pub alarm: Alarm,
    pub routes: Routes,
    /// An event that went the short way in this step.
    pub short: Option<Notice<Json>>,
    /// What the session has told in this step.
    pub taken: Vec<Notice<Json>>,
    /// The clock was set since the timer rang last.
    pub late: bool,
    /// The server answers nothing any more, though its sockets stay open.
    pub frozen: bool,
    /// The page's own socket class answers inside `send`.
    pub answers_inside: bool,
    /// The options of the last `connect`.
    pub config: Config,
    /// Since the last login that succeeded, one was refused and was tried again with fresh
    /// credentials.
    pub refused: bool,
    /// Since the last login that succeeded, one was refused because its sessid was in use, and
    /// was tried again under another.
    pub in_use: bool,
    /// A login under the page's own sessid went unanswered. If the server reads it late, it
    /// takes the session over: the next punt comes from that. Before the first of these times that
    /// is so, and from the second on it is not. Between them it depends on how many logins before
    /// it went unanswered, which is not followed here.
    pub late_login: (Ms, Ms),
    /// The state that must follow from the answer to a login in this step.
    pub after: Option<State>,
    /// The server has answered a ping since the last `connect`.
    pub answers: bool,
    pub silence: Silence,
    /// How many pings were sent in this step.
    pub pinged: usize,
    /// How many attempts have failed since the last login.
    pub failed: u32,
    /// Everything that came out, by which two runs are compared.
    pub trace: Vec<String>,
    /// The socket that the session opened and hasn't closed.
    pub live: Option<SocketId>,
    pub newest: SocketId,
    pub opened: bool,
    pub logged_in: bool,
    /// The number of the newest question for credentials.
    pub question: QuestionId,
    /// The page was asked for credentials and has not answered yet.
    pub asked: bool,
    /// Until when its answer counts.
    pub asked_until: Ms,
    /// The page has answered while there was no open socket.
    pub kept: bool,
    /// The page has given credentials, and the login was not sent yet.
    pub given: bool,
    /// The id of the newest request on the live socket.
    pub last_id: u32,
    /// The newest call that was written to a socket.
    pub last_sent: Option<CallId>,
    pub calls: BTreeMap<CallId, Call>,
    /// The newest socket was opened to the fallback address.
    pub at_fallback: bool,
    pub in_flight: Vec<Asked>,
    /// Subscribe requests of this connection that were not answered in time. An answer that
    /// comes late still counts.
    pub given_up: Vec<Asked>,
    /// All replies that the server has sent, so that it can send one again.
    pub replies: Vec<Tree>,
    /// The ids of the server's pings that the session has not answered yet.
    pub pings: VecDeque<Tree>,
    /// The page's handlers on each channel.
    pub channels: BTreeMap<String, Vec<Registration>>,
    /// How often `subParams` were given.
    pub given_params: u32,
    /// The `subParams` with which the server was last asked for a channel.
    pub wire_params: BTreeMap<String, Tree>,
    /// The highest number of a registration.
    pub last_serno: u32,
    /// How many times `onWSLogin(true)` has run.
    pub run: u32,
    /// How many logins the server has answered.
    pub epoch: u32,
    /// Until when a page may subscribe because of the last of them.
    pub window_ends: Ms,
    /// `onWSLogin(true)` is running.
    pub in_run: bool,
    /// Registrations that have ended and that the session has not released yet.
    pub released: BTreeSet<u32>,
    /// How each channel stands with the server.
    pub wire: BTreeMap<String, Wire>,
    /// The `subParams` of the subscribe requests that were sent in this step.
    pub asked_with: BTreeSet<String>,
    /// The channels to which the server has subscribed this client.
    pub held: BTreeSet<String>,
    /// Whether the server's replies agree with `held`.
    pub honest: bool,
    /// How many events the server has sent. Each carries this number, so that no two are equal.
    pub events: u32,
    /// For each channel the number of the next event that the server sends.
    pub numbers: BTreeMap<String, u64>,
    /// For each channel the number of the next event that the session waits for.
    pub expected: BTreeMap<String, u64>,
    /// The channels on which a number was greater than one before it.
    pub rises: BTreeSet<String>,
    /// The numbers that were skipped, and may still come.
    pub missed: BTreeMap<String, BTreeSet<u64>>,
    /// The state that the page was told last.
    pub state: State,
    /// The phases through which the session went.
    pub phases: Phases,
    /// The page was told of the present outage.
    pub outage_told: bool,
    /// What the page must be told in this step about logins, events and subscriptions.
    pub due: Vec<String>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        World {
            session: Session::new(seed),
            ended: 0,
            late_page: LatePage::new(seed),
            now: 1_000_000_000_000,
            told_now: 0,
            alarm: Alarm::default(),
            routes: Routes::default(),
            short: None,
            taken: Vec::new(),
            late: false,
            frozen: false,
            answers_inside: false,
            config: config(),
            refused: false,
            in_use: false,
            late_login: (0, 0),
            after: None,
            answers: false,
            silence: Silence::default(),
            pinged: 0,
            failed: 0,
            trace: Vec::new(),
            live: None,
            newest: 0,
            opened: false,
            logged_in: false,
            question: 0,
            asked: false,
            asked_until: 0,
            kept: false,
            given: false,
            last_id: 0,
            last_sent: None,
            calls: BTreeMap::new(),
            at_fallback: false,
            in_flight: Vec::new(),
            given_up: Vec::new(),
            replies: Vec::new(),
            pings: VecDeque::new(),
            channels: BTreeMap::new(),
            given_params: 0,
            wire_params: BTreeMap::new(),
            last_serno: 0,
            run: 0,
            epoch: 0,
            window_ends: 0,
            in_run: false,
            released: BTreeSet::new(),
            wire: BTreeMap::new(),
            asked_with: BTreeSet::new(),
            held: BTreeSet::new(),
            honest: true,
            events: 0,
            numbers: BTreeMap::new(),
            expected: BTreeMap::new(),
            rises: BTreeSet::new(),
            missed: BTreeMap::new(),
            state: State::Idle,
            phases: Phases::new(),
            outage_told: false,
            due: Vec::new(),
        }
    }

    /// A new call of the page's.
    pub fn new_call(&mut self, connects: bool, expect: Expect, deadline: Ms) -> CallId {
        let id = self.calls.len() as CallId;
        let call = Call {
            connects,
            expect,
            deadline,
            sent: None,
            answer: None,
            settled: false,
            cancelled: false,
            wrong: false,
        };
        self.calls.insert(id, call);
        id
    }

    /// Whether what the page now says of its credentials counts.
    pub fn is_asked(&self) -> bool {
        self.asked && self.now < self.asked_until
    }

    /// The page has no subscription any more.
    pub fn forget_channels(&mut self) {
        self.expected.clear();
        self.missed.clear();
        self.rises.clear();
        let all = std::mem::take(&mut self.channels).into_values().flatten();
        self.released.extend(all.map(|one| one.serno));
    }

    /// Another user connects: what was subscribed in a session that has ended is not theirs.
    pub fn forget_former_channels(&mut self) {
        let ended = self.ended;
        for (name, here) in &mut self.channels {
            let former = here.extract_if(.., |one| one.ended < ended);
            self.released.extend(former.map(|one| one.serno));
            if here.is_empty() {
                self.rises.remove(name);
            }
            if here.iter().all(|one| one.local) {
                self.expected.remove(name);
                self.missed.remove(name);
            }
        }
    }

    /// The `subParams` that were given last for a channel.
    pub fn sub_params(&self, name: &str) -> Tree {
        let here = self.channels.get(name).into_iter().flatten();
        let last = here.filter_map(|one| one.sub_params).max();
        last.map_or(Tree::Null, |(_, json)| json.parse().unwrap())
    }

    /// Whether the server was asked for a channel as it is wanted now, and has not refused it.
    pub fn is_asked_for(&self, name: &str) -> bool {
        matches!(self.wire.get(name), Some(Wire::Asked(_) | Wire::Granted))
            && self.wire_params.get(name) == Some(&self.sub_params(name))
    }

    /// Whether somebody listens to a channel who needs the server to send its events.
    pub fn is_wanted(&self, name: &str) -> bool {
        let here = self.channels.get(name).into_iter().flatten();
        here.into_iter().any(|one| !one.local)
    }
}

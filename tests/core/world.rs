//! What surrounds a session in the random programs: the page, the browser and the server,
//! each of which remembers what it has seen and fails the test where the session breaks a
//! promise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value as Tree, json};
use verto_wasm::core::error::{Error, Kind};
use verto_wasm::core::session::{Config, Io, Notice, Request, Session, SocketId, State};
use verto_wasm::core::{CallId, Expect, Ms};

use crate::alarm::Alarm;
use crate::glue::Glue;
use crate::harness::config;
use crate::json::Json;
use crate::phases::Phases;
use crate::telling::Page;
use crate::times::Silence;

/// What must never be seen in a log or in what the page is told.
pub const SECRETS: [&str; 2] = ["S3CRET-PASSWORD", "S3CRET-TOKEN"];

/// A call of the page's.
#[derive(Debug)]
pub struct Call {
    /// `connect`'s Promise, which has no deadline.
    pub connects: bool,
    pub expect: Expect,
    pub deadline: Ms,
    /// The socket that it was written to.
    pub sent: Option<SocketId>,
    /// The server has answered: whether that is a success.
    pub answer: Option<bool>,
    pub settled: bool,
    /// The page gave it up.
    pub cancelled: bool,
    /// Its arguments were unusable.
    pub wrong: bool,
}

/// What the session asked the server on the live socket, without an answer yet.
#[derive(Debug)]
pub struct Asked {
    pub id: u32,
    pub what: What,
    pub deadline: Ms,
}

#[derive(Debug)]
pub enum What {
    Login,
    Call(CallId),
    /// With what an honest server grants of it.
    Subscribe(Vec<String>, BTreeSet<String>),
    /// An unsubscribe request, or a call that the page gave up.
    Nobody,
    Ping,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire {
    Asked(u32),
    Granted,
    Refused,
    /// Asked for without an answer in time.
    Unknown(u32),
}

/// What the page subscribes.
#[derive(Clone, Debug)]
pub struct Subscribe {
    pub names: Vec<String>,
    pub listener: u32,
    pub sub_params: Option<&'static str>,
    pub local: bool,
}

#[derive(Clone, Debug)]
pub struct Registration {
    pub serno: u32,
    pub listener: u32,
    pub local: bool,
    pub run: u32,
}

pub struct World {
    pub session: Session<Json>,
    /// The same, on a page that hears of things late.
    pub page: Page,
    /// The wall clock.
    pub now: Ms,
    /// What the session was last told of it.
    pub told_now: Ms,
    pub alarm: Alarm,
    pub glue: Glue,
    /// An event that went the short way.
    pub short: Option<Notice<Json>>,
    /// What this input led the session to tell.
    pub taken: Vec<Notice<Json>>,
    /// The clock was set since the timer rang last.
    pub late: bool,
    /// The server does nothing any more.
    pub frozen: bool,
    /// The page's own socket class answers inside `send`.
    pub answers_inside: bool,
    /// How it was connected last.
    pub config: Config,
    /// The login was refused since the last that wasn't; so was one whose sessid was made.
    pub refused: bool,
    pub in_use: bool,
    /// A login under the page's sessid went unanswered: the next punt is its doing.
    pub late_login: bool,
    /// The state that an answer to a login is to lead to in this step.
    pub after: Option<State>,
    /// The server has answered a ping since the last `connect`.
    pub answers: bool,
    pub silence: Silence,
    /// Pings that the input led to.
    pub pinged: usize,
    /// How many attempts have failed since the last login.
    pub failed: u32,
    /// Everything that came out, to compare two runs.
    pub trace: Vec<String>,
    /// The socket that the session opened and hasn't closed.
    pub live: Option<SocketId>,
    pub newest: SocketId,
    pub opened: bool,
    pub logged_in: bool,
    /// The page is asked for credentials; it has given them.
    pub asked: bool,
    pub given: bool,
    pub last_id: u32,
    /// The newest call that was written to a socket.
    pub last_sent: Option<CallId>,
    pub calls: BTreeMap<CallId, Call>,
    pub at_fallback: bool,
    pub in_flight: Vec<Asked>,
    /// Subscribe requests of this connection that were given up.
    pub given_up: Vec<Asked>,
    pub replies: Vec<Tree>,
    pub pings: VecDeque<Tree>,
    pub channels: BTreeMap<String, Vec<Registration>>,
    /// The `subParams` that were last given for a channel.
    pub sub_params: BTreeMap<String, &'static str>,
    pub last_serno: u32,
    pub run: u32,
    pub in_run: bool,
    pub released: BTreeSet<u32>,
    pub wire: BTreeMap<String, Wire>,
    /// The `subParams` of the subscribe requests that this input led to.
    pub asked_with: BTreeSet<String>,
    /// What the server holds, and whether its replies have said so.
    pub held: BTreeSet<String>,
    pub honest: bool,
    /// How many events the server has sent: no two are the same.
    pub events: u32,
    /// The event numbers that the server gives out next, and those that the session waits
    /// for.
    pub numbers: BTreeMap<String, u64>,
    pub expected: BTreeMap<String, u64>,
    /// The numbers that were skipped, and may still come.
    pub missed: BTreeMap<String, BTreeSet<u64>>,
    pub state: State,
    /// Through which phases the session went.
    pub phases: Phases,
    pub outage_told: bool,
    /// What the page is to be told in this step of events and subscriptions.
    pub due: Vec<String>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        World {
            session: Session::new(seed),
            page: Page::new(seed),
            now: 1_000_000_000_000,
            told_now: 0,
            alarm: Alarm::default(),
            glue: Glue::default(),
            short: None,
            taken: Vec::new(),
            late: false,
            frozen: false,
            answers_inside: false,
            config: config(),
            refused: false,
            in_use: false,
            late_login: false,
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
            asked: false,
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
            sub_params: BTreeMap::new(),
            last_serno: 0,
            run: 0,
            in_run: false,
            released: BTreeSet::new(),
            wire: BTreeMap::new(),
            asked_with: BTreeSet::new(),
            held: BTreeSet::new(),
            honest: true,
            events: 0,
            numbers: BTreeMap::new(),
            expected: BTreeMap::new(),
            missed: BTreeMap::new(),
            state: State::Idle,
            phases: Phases::new(),
            outage_told: false,
            due: Vec::new(),
        }
    }

    // The page.

    pub fn connect(&mut self, change: impl FnOnce(&mut Config)) {
        let call = self.new_call(true, Expect::Result, Ms::MAX);
        let mut config = config();
        change(&mut config);
        self.clock();
        if self.opened {
            self.forget_channels();
        }
        self.outage_told = false;
        self.config = config.clone();
        self.refused = false;
        self.in_use = false;
        self.answers = false;
        self.failed = 0;
        self.late_page_connects();
        self.input(|one, now| one.connect(now, call, Box::new(config.clone())));
        self.settle_down();
        self.late_login = false;
        assert_eq!(self.session.state(), State::Connecting);
        let older = self.calls.range(..call);
        for (older, state) in older {
            assert!(state.settled, "call {older} outlived a newer connect");
        }
    }

    pub fn logout(&mut self) {
        let was_active = self.session.is_active();
        self.forget_channels();
        self.late_page_logs_out(was_active);
        self.input(|one, _| one.logout());
        let (io, notices) = self.settle_down();
        let only_closes = |io: &Io| matches!(io, Io::Close { .. } | Io::Release { .. });
        assert!(io.iter().all(only_closes), "{io:?}");
        if !was_active {
            assert!(notices.is_empty(), "{notices:?}");
            return;
        }
        assert_eq!(self.session.state(), State::Closed);
        let settles = notices.len().checked_sub(2).unwrap();
        let settle = |one: &Notice<_>| {
            matches!(
                one,
                Notice::Settle {
                    outcome: Err(_),
                    ..
                }
            )
        };
        assert!(notices[..settles].iter().all(settle), "{notices:?}");
        assert!(
            matches!(
                notices[settles..],
                [Notice::State { .. }, Notice::Closed { asked: true }]
            ),
            "{notices:?}"
        );
        self.stay_silent();
    }

    /// After a logout nothing is left that anything could set going.
    fn stay_silent(&mut self) {
        self.clock();
        assert_eq!(self.session.deadline(), None);
        for late in [0, 3_600_000] {
            let socket = self.newest;
            let reply = Json(json!({ "id": 1, "result": {} }));
            self.input(|one, now| {
                let now = now + late;
                one.timer(now);
                one.woke(now);
                one.opened(now, socket);
                one.credentials(now, socket, Ok("{}".into()));
                one.frame(now, socket, &reply);
                one.closed(now, socket, 1006);
            });
        }
        self.input(|one, now| one.timer(now));
        assert!(self.next_io().is_none());
        assert!(self.next_notice().is_none());
    }

    pub fn request(&mut self, method: &str, expect: Expect, timeout: Option<Ms>) {
        let usual = match method {
            "jsapi" => config().jsapi_timeout,
            _ => config().timeout,
        };
        self.clock();
        let deadline = self.now.saturating_add(timeout.unwrap_or(usual));
        let call = self.new_call(false, expect, deadline);
        let request = Request {
            call,
            method: method.into(),
            params: json!({ "call": call }).to_string(),
            expect,
            timeout,
        };
        self.input(|one, now| one.request(now, request.clone()));
        self.settle_down();
    }

    /// A call whose arguments the page got wrong.
    pub fn wrong(&mut self) {
        let call = self.new_call(false, Expect::Result, Ms::MAX);
        self.calls.get_mut(&call).unwrap().wrong = true;
        self.input(|one, _| one.refuse(call, Error::argument("queue", "is missing")));
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.len() == 1, "{io:?} {notices:?}");
    }

    /// What the page gives for its logins from now on: functions, or what stays as it is.
    pub fn login_data(&mut self, fresh: bool) {
        self.config.fresh_credentials = fresh;
        self.input(|one, _| one.fresh_credentials(fresh));
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
    }

    /// The page gives up a call, which may have ended, or one that it never made.
    pub fn cancel(&mut self, pick: usize) {
        let id = pick % (self.calls.len() + 1);
        let call = self.calls.get_mut(&(id as CallId));
        let mut pending = call.filter(|call| !call.settled && !call.connects);
        if let Some(call) = &mut pending {
            call.cancelled = true;
        }
        let due = usize::from(pending.is_some());
        let error = Error::new(Kind::Aborted, "given up");
        self.input(|one, _| one.cancel(id as CallId, error.clone()));
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.len() == due, "{io:?} {notices:?}");
    }

    pub fn subscribe(&mut self, subscribe: &Subscribe) {
        let Subscribe {
            names,
            listener,
            sub_params,
            local,
        } = subscribe;
        let (listener, local) = (*listener, *local);
        self.clock();
        let sernos = self.input(|one, now| one.subscribe(now, names, listener, *sub_params, local));
        assert_eq!(sernos.len(), names.len());
        self.holds_handlers(&sernos);
        let run = if self.in_run { self.run } else { 0 };
        for (index, (name, serno)) in names.iter().zip(&sernos).enumerate() {
            if let Some(json) = sub_params {
                self.sub_params.insert(name.clone(), json);
            }
            let here = self.channels.entry(name.clone()).or_default();
            match here.iter_mut().find(|one| one.listener == listener) {
                Some(one) => {
                    assert_eq!(*serno, one.serno, "the same listener registers once");
                    one.local &= local;
                    if one.run != 0 {
                        one.run = run;
                    }
                }
                None => {
                    assert!(*serno > self.last_serno, "a number was used twice");
                    self.last_serno = *serno;
                    here.push(Registration {
                        serno: *serno,
                        listener,
                        local,
                        run,
                    });
                }
            }
            if run != 0 {
                let outlived = here.extract_if(.., |one| one.run != 0 && one.run < run);
                self.released.extend(outlived.map(|one| one.serno));
            }
            let told = names[..index].contains(name);
            if self.wire.get(name) == Some(&Wire::Granted) && !local && !told {
                self.due.push(format!("confirmed {name} [{serno}]"));
            }
        }
        self.settle_down();
    }

    /// Ends registrations: each of a channel, or all of a channel.
    pub fn unsubscribe(&mut self, targets: &[(String, Option<usize>)]) {
        self.clock();
        // The page has the handles before any of them ends.
        let serno_of = |(name, pick): &(String, Option<usize>)| {
            let here = self.channels.get(name).filter(|here| !here.is_empty());
            match (pick, here) {
                (Some(pick), Some(here)) => here[pick % here.len()].serno,
                (Some(_), None) => self.last_serno,
                (None, _) => 0,
            }
        };
        let sernos: Vec<u32> = targets.iter().map(serno_of).collect();
        let names: Vec<String> = targets.iter().map(|(name, _)| name.clone()).collect();
        for (name, serno) in names.iter().zip(&sernos) {
            let Some(here) = self.channels.get_mut(name) else {
                continue;
            };
            let meant = |one: &mut Registration| *serno == 0 || one.serno == *serno;
            self.released
                .extend(here.extract_if(.., meant).map(|one| one.serno));
            if here.is_empty() {
                self.sub_params.remove(name);
            }
            if !self.is_wanted(name) {
                self.expected.remove(name);
                self.missed.remove(name);
            }
        }
        self.input(|one, now| one.unsubscribe(now, &names, &sernos));
        let (io, _) = self.settle_down();
        let sent = |io: &&Io| matches!(io, Io::Send { .. });
        assert!(io.iter().filter(sent).count() <= 1, "all in one: {io:?}");
    }

    pub fn unsubscribe_all(&mut self) {
        self.clock();
        self.forget_channels();
        self.input(|one, now| one.unsubscribe_all(now));
        self.settle_down();
    }

    pub fn in_login_callback(&mut self, page: impl FnOnce(&mut Self)) {
        self.begin_login_callback();
        page(self);
        self.end_login_callback();
    }

    pub fn credentials(&mut self, good: bool) {
        let [password, token] = SECRETS;
        let login = if good {
            Ok(json!({ "passwd": password, "loginParams": { "xui_sessid": token } }).to_string())
        } else {
            Err(Error::new(Kind::Auth, "no token to be had"))
        };
        self.clock();
        self.given = good && std::mem::take(&mut self.asked);
        let socket = self.newest;
        self.input(|one, now| one.credentials(now, socket, login.clone()));
        self.settle_down();
        assert!(!self.given, "the login wasn't sent");
    }

    // The network.

    pub fn open(&mut self) {
        self.clock();
        self.opened |= self.live.is_some();
        let socket = self.newest;
        self.input(|one, now| one.opened(now, socket));
        self.settle_down();
    }

    pub fn drop_connection(&mut self) {
        self.clock();
        let socket = self.newest;
        self.input(|one, now| one.closed(now, socket, 1006));
        self.settle_down();
        assert_eq!(self.live, None);
    }

    /// The browser refuses the address; it does so only where a socket is being opened.
    pub fn unusable(&mut self) {
        if self.live.is_none() {
            return;
        }
        let socket = self.newest;
        self.input(|one, _| one.unusable(socket, "no address".into()));
        self.settle_down();
        // The first address is as good as before where the fallback's is refused.
        assert_eq!(
            self.session.is_active(),
            self.at_fallback && self.config.auto_reconnect
        );
        if self.at_fallback {
            self.config.fallback_url = None;
        }
    }

    /// A socket that isn't the live one speaks up.
    pub fn stale(&mut self, frame: Tree) {
        self.clock();
        for socket in [self.newest.wrapping_sub(1), self.newest + 1] {
            let frame = Json(frame.clone());
            self.input(|one, now| {
                one.opened(now, socket);
                one.credentials(now, socket, Ok("{}".into()));
                one.frame(now, socket, &frame);
                one.garbage(now, socket);
                one.closed(now, socket, 1006);
                one.unusable(socket, "no address".into());
            });
        }
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
    }

    /// What everybody hopes for comes next.
    pub fn advance(&mut self) {
        if self.live.is_none() {
            self.pass_to_deadline();
        } else if !self.opened {
            self.open();
        } else if self.asked {
            self.credentials(true);
        } else if self.frozen {
            self.pass_to_deadline();
        } else {
            self.answer(0, |_| {});
        }
    }

    // What comes out.

    fn new_call(&mut self, connects: bool, expect: Expect, deadline: Ms) -> CallId {
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

    fn forget_channels(&mut self) {
        self.expected.clear();
        self.missed.clear();
        self.sub_params.clear();
        let all = std::mem::take(&mut self.channels).into_values().flatten();
        self.released.extend(all.map(|one| one.serno));
    }

    pub fn is_wanted(&self, name: &str) -> bool {
        let here = self.channels.get(name).into_iter().flatten();
        here.into_iter().any(|one| !one.local)
    }
}

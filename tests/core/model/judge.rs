//! The promises: what a session may do and must tell, given what page and server have seen.

use std::collections::BTreeSet;

use serde_json::Value as Tree;
use testkit::{CallId, Error, Io, Json, Kind, Notice, State, config};
use verto_wasm::core::limits::{
    FIRST_DELAY, LARGEST_FRAME, LONGEST_DELAY, MOST_DOUBLINGS, SHORTEST_SLEEP, WAKE_TIMEOUT,
};

use super::time::Silence;
use super::world::{Asked, SECRETS, What, Wire, World};

impl World {
    /// Takes out all that the session wants to do and to tell, and judges it.
    pub fn settle_down(&mut self) -> (Vec<Io>, Vec<Notice<Json>>) {
        self.pinged = 0;
        self.asked_with.clear();
        let mut io = Vec::new();
        loop {
            self.take_notices();
            let Some(one) = self.next_io() else {
                break;
            };
            self.trace.push(format!("{one:?}"));
            self.phases.did(&one);
            self.judge_io(&one);
            let sent = matches!(one, Io::Send { .. });
            io.push(one);
            if sent && self.answers_inside {
                self.answer_newest();
            }
        }
        let notices = std::mem::take(&mut self.taken);
        let mut told = Vec::new();
        for one in &notices {
            self.phases.told(one);
            self.routes.learn(one);
            let shown = format!("{one:?}");
            let leaks = SECRETS.iter().any(|secret| shown.contains(secret));
            assert!(!leaks, "{shown}");
            self.trace.push(shown);
            told.extend(self.judge_notice(one));
        }
        let mut due = std::mem::take(&mut self.due);
        // A server may name the channels in any order, but events must keep theirs.
        let in_order = |line: &String| {
            let events = line.starts_with("event") || line.starts_with("gap");
            (!events).then(|| line.clone())
        };
        due.sort_by_cached_key(in_order);
        told.sort_by_cached_key(in_order);
        assert_eq!(told, due, "what the page is told");
        self.alarm.set(self.told_now, self.session.deadline());
        self.excuse_late_timer();
        self.judge_state();
        self.judge_silence();
        (io, notices)
    }

    /// Takes out what the session tells. It is counted here how many attempts have failed, since
    /// the address of the next attempt depends on it, and since a login that is answered inside of
    /// its `send` begins to count anew before the page is told.
    fn take_notices(&mut self) {
        while let Some(notice) = self.next_notice() {
            if let Notice::State {
                state,
                attempt,
                delay,
                ..
            } = &notice
            {
                if *state == State::Reconnecting {
                    self.failed += 1;
                    let bound = (FIRST_DELAY << (self.failed - 1).min(16)).min(LONGEST_DELAY);
                    assert!(*delay <= bound, "{delay} before attempt {attempt}");
                }
                match state {
                    State::Closed => self.ended += 1,
                    _ => assert_eq!(*attempt, self.failed),
                }
            }
            self.taken.push(notice);
        }
    }

    fn judge_io(&mut self, io: &Io) {
        match io {
            Io::Open { socket, url } => {
                assert_eq!(self.live, None, "two live sockets");
                let usual =
                    self.config.fallback_urls.is_empty() || (self.failed / 2).is_multiple_of(2);
                assert_eq!(*url == config().url, usual, "whose turn is it: {url}");
                if self.at_fallback == usual {
                    self.at_fallback = !usual;
                    self.answers = false;
                }
                assert!(*socket > self.newest, "a socket's number was used twice");
                self.live = Some(*socket);
                self.newest = *socket;
                self.last_id = 0;
                self.honest = true;
            }
            Io::Close { socket } => {
                assert_eq!(self.live.take(), Some(*socket), "closed what isn't open");
                self.opened = false;
                self.logged_in = false;
                let login = |asked: &Asked| matches!(asked.what, What::Login);
                if self.config.sessid.is_some() && self.in_flight.iter().any(login) {
                    let timeout = config().timeout;
                    let latest = timeout << MOST_DOUBLINGS;
                    self.late_login = (self.now + timeout, self.now + latest);
                }
                self.in_flight.clear();
                self.given_up.clear();
                self.wire.clear();
                self.held.clear();
                self.numbers.clear();
                self.expected.clear();
                self.missed.clear();
            }
            Io::Credentials { question } => {
                assert!(self.opened && !self.logged_in);
                assert!(!self.is_asked(), "the page is asked twice");
                assert!(!self.given, "the page had given them");
                assert_eq!(*question, self.question + 1);
                self.question = *question;
                self.asked = true;
                self.asked_until = self.now.saturating_add(config().credentials_timeout);
            }
            Io::Send { socket, text } => {
                assert!(
                    self.opened && self.live == Some(*socket),
                    "sent on a socket that isn't open: {text}"
                );
                assert!(text.len() <= LARGEST_FRAME);
                self.judge_sent(&serde_json::from_str(text).unwrap());
            }
            Io::Release { sernos } => {
                for serno in sernos {
                    assert!(self.released.remove(serno), "released {serno} unasked");
                }
            }
            Io::Log(line) => {
                assert!(
                    !SECRETS.iter().any(|secret| line.contains(secret)),
                    "{line}"
                );
            }
        }
    }

    fn judge_sent(&mut self, frame: &Tree) {
        let Some(method) = frame["method"].as_str() else {
            let id = self.pings.pop_front().expect("no ping to answer");
            let same = id.as_f64() == frame["id"].as_f64() && id.as_str() == frame["id"].as_str();
            assert!(same, "{id} was echoed as {}", frame["id"]);
            return;
        };
        self.last_id += 1;
        assert_eq!(frame["id"], self.last_id, "ids rise by one");
        assert_eq!(frame["params"]["sessid"], self.session.sessid());
        assert_eq!(
            method == "login",
            !self.logged_in,
            "nothing but the login before the login: {method}"
        );
        let id = self.last_id;
        let names = || -> Vec<String> {
            let names = &frame["params"]["eventChannel"];
            let list = names
                .as_array()
                .map_or(std::slice::from_ref(names), Vec::as_slice);
            list.iter()
                .map(|one| one.as_str().unwrap().into())
                .collect()
        };
        let mut deadline = self.now.saturating_add(config().timeout);
        let what = match method {
            "login" => {
                assert!(
                    std::mem::take(&mut self.given),
                    "a login without credentials"
                );
                assert!(self.in_flight.is_empty(), "a login beside something else");
                // This is the latest time. It may be earlier, which depends on how many logins
                // before it went unanswered, and that is not followed here.
                deadline = self.now.saturating_add(config().timeout << MOST_DOUBLINGS);
                What::Login
            }
            "verto.subscribe" => {
                let mut granted = BTreeSet::new();
                let sub_params = &frame["params"]["subParams"];
                let first = self.asked_with.insert(sub_params.to_string());
                assert!(first, "those with {sub_params} aren't asked for together");
                for name in names() {
                    assert!(self.is_wanted(&name), "asked for {name} that nobody wants");
                    let given = self.sub_params(&name);
                    assert_eq!(*sub_params, given, "the subParams of {name}");
                    assert!(!self.is_asked_for(&name), "asked for {name} twice");
                    self.wire.insert(name.clone(), Wire::Asked(id));
                    self.wire_params.insert(name.clone(), given);
                    self.expected.remove(&name);
                    if name != "secret" {
                        granted.insert(name.clone());
                        self.held.insert(name);
                    }
                }
                // The server works strictly in order: it answers this when it has answered what
                // was sent before.
                let ahead = self.in_flight.iter();
                // Other subscribe requests get their time when their turn comes.
                let ahead =
                    ahead.filter(|asked| !matches!(asked.what, What::Ping | What::Subscribe(..)));
                let busy = ahead.map(|asked| asked.deadline).max().unwrap_or(0);
                deadline = busy.max(self.now).saturating_add(config().timeout);
                What::Subscribe(names(), granted)
            }
            "verto.unsubscribe" => {
                for name in names() {
                    assert!(!self.is_wanted(&name), "gave up {name} that is wanted");
                    let before = self.wire.remove(&name);
                    assert!(
                        matches!(
                            before,
                            Some(Wire::Asked(_) | Wire::Granted | Wire::Unknown(_))
                        ),
                        "gave up {name} that the server doesn't hold"
                    );
                    self.held.remove(&name);
                }
                What::Nobody
            }
            "verto.ping" => {
                self.judge_ping();
                What::Ping
            }
            _ => {
                let call = frame["params"]["call"].as_u64().unwrap() as CallId;
                let state = self.calls.get_mut(&call).unwrap();
                assert_eq!(state.sent, None, "call {call} was sent twice");
                assert!(!state.settled, "call {call} was sent after its end");
                assert!(self.now < state.deadline, "call {call} was sent too late");
                assert!(self.last_sent < Some(call), "call {call} overtook another");
                self.last_sent = Some(call);
                state.sent = self.live;
                deadline = state.deadline;
                What::Call(call)
            }
        };
        let silence = &self.silence;
        let interval = self
            .config
            .keep_alive
            .map_or(0, |settings| settings.interval);
        let works = matches!(what, What::Ping) || self.works_on().is_some();
        if !works && self.alarm.clock <= silence.since.saturating_add(interval) {
            self.silence.until = silence.until.max(self.excused(deadline));
        }
        self.in_flight.push(Asked { id, what, deadline });
    }

    /// Judges a ping: there must be a reason for it, which is a login or a silence.
    fn judge_ping(&mut self) {
        let settings = self.config.keep_alive.expect("pings weren't wanted");
        self.pinged += 1;
        self.silence.asked = Some((self.alarm.clock, self.now));
        assert_eq!(self.pinged, 1, "two pings at once");
        let login = self.due.iter().any(|due| due == "login");
        // The ping that follows a login judges nothing: the silence has not been asked about.
        if !login && self.silence.excuse.is_none() {
            self.silence.excuse = Some(self.works_on().map_or(0, |asked| asked.id));
            // What was ahead of it may have been given up since the server was last heard.
            self.silence.until = self.silence.until.max(self.busy_until());
        }
        let silent = self.now - self.silence.heard;
        assert!(
            login || silent >= settings.interval.min(SHORTEST_SLEEP),
            "a needless ping after {silent} ms"
        );
    }

    fn judge_notice(&mut self, notice: &Notice<Json>) -> Option<String> {
        match notice {
            Notice::Settle { call, outcome } => {
                self.judge_outcome(*call, outcome);
                return None;
            }
            Notice::State { state, .. } => {
                self.state = *state;
                if *state == State::Closed {
                    (self.asked, self.kept) = (false, false);
                }
            }
            Notice::Closed { asked: false } => {
                assert!(!self.outage_told, "one outage was told twice");
                self.outage_told = true;
            }
            Notice::Login { error: None } => return Some("login".into()),
            Notice::Event { sernos, params, .. } => {
                return Some(format!("event {sernos:?} {}", params.0));
            }
            Notice::Confirmed { sernos, channel } => {
                return Some(format!("confirmed {channel} {sernos:?}"));
            }
            Notice::Refused { channel, .. } => return Some(format!("refused {channel}")),
            Notice::Gap(gap) => {
                let (channel, expected) = (&gap.channel, gap.expected);
                return Some(format!("gap {channel} {expected} {}", gap.received));
            }
            _ => {}
        }
        None
    }

    fn judge_outcome(&mut self, id: CallId, outcome: &Result<Json, Error<Json>>) {
        let call = self.calls.get_mut(&id).unwrap();
        assert!(!call.settled, "call {id} was settled twice");
        call.settled = true;
        let mine = |asked: &Asked| matches!(asked.what, What::Call(call) if call == id);
        if call.cancelled {
            let asked = self.in_flight.iter_mut().filter(|asked| mine(asked));
            asked.for_each(|asked| asked.what = What::Nobody);
        }
        self.in_flight.retain(|asked| !mine(asked));
        let error = match outcome {
            Ok(_) => return assert_eq!(call.answer, Some(true), "call {id} has no answer"),
            Err(error) => error,
        };
        let sent = Some(call.sent.is_some());
        let right = match error.kind {
            Kind::Rejected => call.answer == Some(false) && !call.connects,
            Kind::Timeout if !call.connects => call.deadline <= self.now && error.sent == sent,
            Kind::ConnectionLost if !call.connects => {
                call.sent.is_some() && call.sent != self.live && error.sent == Some(true)
            }
            Kind::Closed if !call.connects => error.sent == sent,
            Kind::Aborted => call.cancelled && error.sent == sent,
            Kind::InvalidArgument => call.wrong || call.connects,
            Kind::Closed | Kind::Auth | Kind::TakenOver | Kind::Timeout | Kind::ConnectionLost => {
                call.connects
            }
            _ => false,
        };
        assert!(right, "call {id} ended wrongly: {call:?} {error:?}");
    }

    fn judge_state(&mut self) {
        let state = self.session.state();
        assert_eq!(self.state, state, "the state that the page was told");
        assert_eq!(self.logged_in, state == State::Ready);
        let has_socket = matches!(
            state,
            State::Connecting | State::Authenticating | State::Ready
        );
        assert_eq!(self.live.is_some(), has_socket, "in state {state:?}");
        let active = self.session.is_active();
        assert_eq!(active, has_socket || state == State::Reconnecting);
        let deadline = self.session.deadline();
        let most = match state {
            State::Idle | State::Closed => None,
            State::Connecting => Some(config().timeout),
            // Each login that goes unanswered doubles the time of the next.
            State::Authenticating => Some(config().timeout << MOST_DOUBLINGS),
            State::Reconnecting => Some(LONGEST_DELAY),
            State::Ready => self
                .config
                .keep_alive
                .map(|settings| settings.interval.max(WAKE_TIMEOUT)),
        };
        if !active {
            assert_eq!(deadline, None, "a timer after the end");
        }
        if let Some(most) = most {
            let latest = self.told_now.saturating_add(most);
            assert!(
                deadline <= Some(latest),
                "the timer is too late in {state:?}"
            );
            assert!(deadline.is_some(), "nothing gets it out of {state:?}");
        }
        for asked in &self.in_flight {
            assert!(deadline <= Some(asked.deadline) && deadline.is_some());
        }
        for (id, call) in self.calls.iter().filter(|(_, call)| !call.settled) {
            if call.sent.is_some() {
                assert_eq!(call.sent, self.live, "call {id} hangs on a lost socket");
            } else {
                assert!(active && !self.logged_in, "call {id} is forgotten");
            }
            assert!(call.connects || deadline.is_some_and(|at| at <= call.deadline));
        }
        assert!(
            self.released.is_empty(),
            "not released: {:?}",
            self.released
        );
        self.judge_subscriptions();
    }

    /// If the server is known to answer pings, its socket is not kept when it has been silent
    /// for too long.
    fn judge_silence(&self) {
        if self.logged_in && self.answers && self.config.keep_alive.is_some() {
            let Silence { since, until, .. } = self.silence;
            let clock = self.alarm.clock;
            assert!(
                clock <= until,
                "silent for {} ms, and still there",
                clock - since
            );
        }
    }

    /// After the timer was called, nothing is overdue.
    pub fn judge_times(&self) {
        let deadline = self.session.deadline();
        assert!(
            deadline.is_none_or(|at| at >= self.now),
            "the timer is to be called in the past"
        );
        for (id, call) in &self.calls {
            assert!(
                call.settled || call.deadline > self.now,
                "call {id} is overdue"
            );
        }
    }

    fn judge_subscriptions(&mut self) {
        let names: Vec<String> = self.channels.keys().cloned().collect();
        let wanted: Vec<String> = names
            .into_iter()
            .filter(|name| self.is_wanted(name))
            .collect();
        // What the server refused is forgotten when nobody wants it any more.
        self.wire
            .retain(|name, wire| *wire != Wire::Refused || wanted.contains(name));
        let with = |meant: Wire| -> Vec<String> {
            let matching = self.wire.iter().filter(|(_, wire)| **wire == meant);
            matching.map(|(name, _)| name.clone()).collect()
        };
        let summary = self.session.subscriptions();
        assert_eq!(summary.wanted, wanted);
        assert_eq!(summary.confirmed, with(Wire::Granted));
        assert_eq!(summary.refused, with(Wire::Refused));
        let asked: Vec<String> = self.wire.keys().cloned().collect();
        if self.logged_in {
            assert_eq!(asked, wanted, "asked of the server is what is wanted");
        }
        let is_subscribing =
            |asked: &Asked| matches!(asked.what, What::Subscribe(..) | What::Nobody);
        let mut answered = with(Wire::Granted);
        answered.extend(with(Wire::Refused));
        answered.sort();
        let pending = |wire: &Wire| matches!(wire, Wire::Asked(_) | Wire::Unknown(_));
        if self.logged_in && !self.wire.values().any(pending) {
            assert_eq!(answered, wanted, "confirmed and refused are what is wanted");
        }
        if self.logged_in && self.honest && !self.in_flight.iter().any(is_subscribing) {
            let held: Vec<String> = self.held.iter().cloned().collect();
            assert_eq!(
                summary.confirmed, held,
                "confirmed is what the server holds"
            );
        }
    }
}

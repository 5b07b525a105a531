//! What a session does with what the server says.

use super::login::AfterRefusal;
use super::{Io, Message, Notice, Phase, Session, SocketId};
use crate::core::Ms;
#[cfg(feature = "calls")]
use crate::core::dialog;
use crate::core::error::{Error, Kind};
use crate::core::frame::{self, Event, Frame, Method};
use crate::core::liveness::{Liveness, Verdict};
use crate::core::rpc::Owner;
use crate::core::subscriptions::Route;
use crate::core::value::{Field, Value};

/// The code of a login that the server refuses (seen with FreeSWITCH).
const AUTH_REFUSED: i32 = -32001;

impl<V: Value> Session<V> {
    /// A frame came in on `socket`. An array is taken as one frame per item, as XSwitch's
    /// reference shows them.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// let sernos = session.subscribe(0, &["vcc".to_owned()], 1, None, false);
    /// let event = Json(serde_json::json!({
    ///     "method": "verto.event",
    ///     "params": { "eventChannel": "vcc", "eventSerno": 0, "data": {} },
    /// }));
    /// session.frame(0, 1, &event);
    /// assert!(matches!(&told(&mut session)[..], [Notice::Event { sernos: to, .. }] if *to == sernos));
    /// ```
    pub fn frame(&mut self, now: Ms, socket: SocketId, value: &V) {
        self.clock(now);
        match value.items() {
            Some(items) => {
                for item in &items {
                    self.one_frame(now, socket, item);
                }
            }
            None => self.one_frame(now, socket, value),
        }
    }

    /// A frame came in on `socket` that isn't JSON. It shows that the server is there, and leaves a
    /// line in the log.
    pub fn garbage(&mut self, now: Ms, socket: SocketId) {
        self.clock(now);
        if self.socket == Some(socket) {
            self.heard(now);
            self.ignored("a frame that isn't JSON");
        }
    }

    /// An event came in on `socket` with the channels of an event before, whose `route` is known.
    /// Returns whether its registrations are to be called at once. If not, nothing has happened,
    /// and the event must be given to [`Self::frame`]. That is so where the route is void, where
    /// a number was skipped or repeated, where something else is to be told first, and where the
    /// session woke and waits for a sign of life.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.subscribe(0, &["vcc".to_owned()], 1, None, false);
    /// let event = Json(serde_json::json!({
    ///     "method": "verto.event",
    ///     "params": { "eventChannel": "vcc", "eventSerno": 0, "data": {} },
    /// }));
    /// session.frame(0, 1, &event);
    /// let route = told(&mut session).into_iter().find_map(|notice| match notice {
    ///     Notice::Event { route, .. } => Some(route),
    ///     _ => None,
    /// });
    /// // The next event on this channel need not be read by the core.
    /// assert!(session.routed(0, 1, route.unwrap(), 1.0));
    /// ```
    pub fn routed(&mut self, now: Ms, socket: SocketId, route: Route, event_serno: f64) -> bool {
        let usual = self.socket == Some(socket) && now >= self.now && self.notices.is_empty();
        if !usual || self.liveness.as_ref().is_some_and(Liveness::is_waking) {
            return false;
        }
        let routed = self.subscriptions.routed(route, frame::whole(event_serno));
        if routed {
            self.now = now;
            self.heard(now);
        }
        routed
    }

    fn one_frame(&mut self, now: Ms, socket: SocketId, value: &V) {
        // An earlier item of the same array may have ended this socket.
        if self.socket != Some(socket) {
            return;
        }
        self.heard(now);
        match frame::classify(value) {
            Frame::Reply { id, outcome } => {
                let late = || self.subscriptions.take_late(id).map(Owner::Subscribe);
                match self.rpc.answered(id).or_else(late) {
                    Some(owner) => self.answered(now, id, owner, outcome),
                    None => self.ignored("a reply to a request that waits for none"),
                }
            }
            Frame::Event(event) => self.event(event),
            Frame::Request { method, id, params } => self.server_request(now, method, id, params),
            Frame::Malformed(reason) => self.ignored(reason),
        }
    }

    fn heard(&mut self, now: Ms) {
        if let Some(liveness) = &mut self.liveness {
            liveness.heard(now);
        }
    }

    fn answered(&mut self, now: Ms, id: u32, owner: Owner, outcome: Result<V, V>) {
        match (owner, outcome) {
            (Owner::Page(call), outcome) => self.settle(call, outcome),
            (Owner::Login, outcome) => {
                self.subscriptions.login_answered(now);
                match outcome {
                    Ok(result) => self.logged_in(now, result),
                    Err(error) => self.login_failed(now, error),
                }
            }
            (Owner::Subscribe(channels), Ok(answer) | Err(answer)) => {
                self.rpc.allow_subscribes(self.due(now));
                self.subscription_answered(id, &channels, answer);
            }
            #[cfg(feature = "calls")]
            (Owner::Dialog(asker), outcome) => {
                let method = asker.asked.method();
                let refused = |answer| Error::refusal(Kind::Rejected, method, answer);
                self.dialog_answered(asker, outcome.map_err(refused));
            }
            (Owner::Nobody, _) => {}
            // An error is an answer too: the server is there.
            (Owner::Ping, _) => {
                self.answers_pings = true;
                if let Some(liveness) = &mut self.liveness {
                    liveness.answered();
                }
            }
        }
    }

    fn logged_in(&mut self, now: Ms, result: V) {
        // A server that didn't take our sessid says which one it made instead.
        let sessid = result.text_of(Field::Sessid);
        let sessid = sessid.filter(|text| !text.is_empty());
        if sessid.is_some() {
            // An event on the channel with this name is private, whatever it was before.
            self.subscriptions.forget_routes();
        }
        self.login.succeeded(sessid);
        self.phase = Phase::Ready;
        self.tell_state(0, None, None);
        while let Some(call) = self.login.take_call() {
            let outcome = Ok(result.clone());
            self.notices.push(Notice::Settle { call, outcome });
        }
        self.notices.push(Notice::Login { error: None });
        #[cfg(feature = "calls")]
        self.keep_quiet();
        self.ask_for_all(now);
        #[cfg(feature = "calls")]
        {
            let resumes = self.login.is_pages_sessid();
            self.dialogs.logged_in(resumes);
            self.follow_dialogs();
        }
        for entry in self.rpc.take_waiting() {
            // After a sleep the login's reply may come before the timer has run: a request
            // that is overdue must not leave.
            if entry.deadline <= now {
                self.timed_out(now, entry.owner, 0);
            } else if let Owner::Page(call) = entry.owner {
                self.depart(call, &entry.params, entry.deadline);
            }
        }
        // The first ping shows whether this server answers them.
        if let Some(settings) = self.config.as_ref().and_then(|config| config.keep_alive) {
            self.liveness = Some(Liveness::new(settings, self.answers_pings, now));
            self.judged(now, Some(Verdict::Ask));
        }
    }

    fn login_failed(&mut self, now: Ms, answer: V) {
        let error = Error::refusal(Kind::Auth, "login", answer);
        if error.code != AUTH_REFUSED {
            let failed = Some(error.clone());
            self.notices.push(Notice::Login { error: failed });
            return self.lost(now, error);
        }
        let fresh = self.is_fresh();
        match self.login.refused(error.reason.as_deref(), fresh) {
            AfterRefusal::OpenAgain => {
                // The server closes this socket, so that the next login needs another.
                self.close_socket();
                self.open(now);
            }
            AfterRefusal::AskAgain => self.ask_credentials(now),
            AfterRefusal::End => {
                let told = Notice::Login {
                    error: Some(error.clone()),
                };
                self.finish(error, Kind::Auth.name(), Some(told));
            }
        }
    }

    fn event(&mut self, event: Event<V>) {
        if event.channel == self.login.sessid() {
            return self.private(event);
        }
        let Some((sernos, gap)) = self.subscriptions.route(&event) else {
            return self.ignored("an event that came before");
        };
        if let Some(gap) = gap {
            self.notices.push(Notice::Gap(gap));
        }
        if !sernos.is_empty() {
            let route = self.subscriptions.route_of(&event);
            let params = event.params;
            self.notices.push(Notice::Event {
                sernos,
                params,
                route,
            });
        } else if event.subscribed.is_none() && event.sessid.as_deref() == Some(self.login.sessid())
        {
            self.private(event);
        } else if !self.event_of_call(&event) {
            self.ignored("an event on a channel that nobody listens to");
        }
    }

    /// Tells an event on a call's own channel; says whether it was one.
    #[cfg(feature = "calls")]
    fn event_of_call(&mut self, event: &Event<V>) -> bool {
        let found = self.dialogs.private_event(&event.channel, &event.params);
        self.follow_dialogs();
        found
    }

    #[cfg(not(feature = "calls"))]
    fn event_of_call(&mut self, _event: &Event<V>) -> bool {
        false
    }

    fn private(&mut self, event: Event<V>) {
        self.notices.push(Notice::Message {
            message: Message::PrivateEvent,
            data: Some(event.params),
        });
    }

    fn server_request(&mut self, now: Ms, method: Method, id: Option<String>, params: Option<V>) {
        match method {
            Method::Ping => {
                // Before the login nothing but the login may be sent.
                if let (Some(socket), Some(id), Phase::Ready) = (self.socket, id, self.phase) {
                    let text = frame::answer(&id, "verto.ping");
                    self.io.push(Io::Send { socket, text });
                }
            }
            Method::ClientReady => {
                #[cfg(feature = "calls")]
                {
                    self.speak();
                    self.dialogs.client_ready();
                    self.follow_dialogs();
                }
                self.notices.push(Notice::Message {
                    message: Message::ClientReady,
                    data: params,
                });
            }
            #[cfg(feature = "calls")]
            Method::Info
                if self.dialog_request(dialog::Method::Info, id.as_deref(), params.as_ref()) => {}
            Method::Info => self.notices.push(Notice::Message {
                message: Message::Info,
                data: params.and_then(|params| params.field(Field::Msg)),
            }),
            Method::Punt if self.login.is_own_takeover(now) => {
                let message = "a login of ours that came late took this session over";
                self.lost(now, Error::new(Kind::ConnectionLost, message));
            }
            Method::Punt => {
                let message = "another login took this session over";
                let told = (!self.login.outage_told()).then_some(Notice::Closed { asked: false });
                let error = Error::new(Kind::TakenOver, message);
                self.finish(error, Kind::TakenOver.name(), told);
            }
            #[cfg(feature = "calls")]
            Method::Call(method) => {
                if !self.dialog_request(method, id.as_deref(), params.as_ref()) {
                    self.ignored("a request about a call that it doesn't name");
                }
            }
            // No error is sent back: mod_verto would answer that under an id that may be one of
            // ours.
            Method::Other => self.ignored("a request with an unknown method"),
        }
    }

    pub(super) fn ignored(&mut self, what: &str) {
        self.io.push(Io::Log(["ignored ", what].concat()));
    }
}

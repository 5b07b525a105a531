//! What the page does in the random programs.

use serde_json::json;
use testkit::{
    CallId, Config, Error, Expect, Io, Json, Kind, Listener, Ms, Notice, Origin, Request, State,
    config,
};

use super::programs::Given;
use super::world::{Registration, SECRETS, Subscribe, Wire, World};

impl World {
    pub fn connect(&mut self, change: impl FnOnce(&mut Config)) {
        let call = self.new_call(true, Expect::Result, Ms::MAX);
        let mut config = config();
        change(&mut config);
        self.clock();
        if self.opened {
            self.forget_channels();
        } else if self.config.login != config.login {
            self.ended += u32::from(self.session.is_active());
            self.forget_former_channels();
        }
        self.outage_told = false;
        self.config = config.clone();
        self.refused = false;
        self.in_use = false;
        self.answers = false;
        self.failed = 0;
        (self.asked, self.kept) = (false, false);
        self.late_page_connects();
        self.input(|one, now| one.connect(now, call, Box::new(config.clone())));
        self.settle_down();
        self.late_login = (0, 0);
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

    /// After a logout nothing that happens late makes the session do or tell anything.
    fn stay_silent(&mut self) {
        self.clock();
        assert_eq!(self.session.deadline(), None);
        for late in [0, 3_600_000] {
            let (socket, question) = (self.newest, self.question);
            let reply = Json(json!({ "id": 1, "result": {} }));
            self.input(|one, now| {
                let now = now + late;
                one.timer(now);
                one.woke(now);
                one.opened(now, socket);
                one.credentials(now, question, Ok("{}".into()));
                one.frame(now, socket, &reply);
                one.closed(now, socket, 1006);
            });
        }
        self.input(|one, now| one.timer(now));
        // To the session the clock was set back by that hour.
        self.window_ends = self.window_ends.saturating_sub(3_600_000);
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

    /// A call whose arguments are unusable.
    pub fn wrong(&mut self) {
        let call = self.new_call(false, Expect::Result, Ms::MAX);
        self.calls.get_mut(&call).unwrap().wrong = true;
        self.input(|one, _| one.refuse(call, Error::argument("queue", "is missing")));
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.len() == 1, "{io:?} {notices:?}");
    }

    /// `loginData`: whether the page gives its credentials by a function from now on, so that
    /// each login may have fresh ones.
    pub fn login_data(&mut self, fresh: bool) {
        self.config.fresh_credentials = fresh;
        self.input(|one, _| one.fresh_credentials(fresh));
        let (io, notices) = self.settle_down();
        assert!(io.is_empty() && notices.is_empty(), "{io:?} {notices:?}");
    }

    /// The page gives up a call. The call may have ended, and it may be one that the page never
    /// made.
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
            origin,
            sub_params,
            local,
        } = subscribe;
        let (listener, origin, local) = (*listener, *origin, *local);
        let twin = listener % 2;
        let who = Listener {
            number: listener,
            twin,
            origin,
        };
        self.clock();
        let sernos = self.input(|one, now| one.subscribe(now, names, who, *sub_params, local));
        assert_eq!(sernos.len(), names.len());
        self.holds_handlers(&sernos);
        let run = if self.in_run { self.run } else { 0 };
        let (epoch, in_window) = (self.epoch, self.now < self.window_ends);
        for (index, (name, serno)) in names.iter().zip(&sernos).enumerate() {
            let params = sub_params.filter(|_| !local).map(|json| {
                self.given_params += 1;
                (self.given_params, json)
            });
            let ended = self.ended;
            let here = self.channels.entry(name.clone()).or_default();
            let known = here.iter().any(|one| one.listener == listener);
            let mut replaced = Vec::new();
            match here.iter_mut().find(|one| one.listener == listener) {
                Some(one) => {
                    (one.origin, one.epoch) = (origin, epoch);
                    one.in_window |= in_window;
                    assert_eq!(*serno, one.serno, "the same listener registers once");
                    one.local &= local;
                    one.ended = ended;
                    one.sub_params = params.or(one.sub_params);
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
                        origin,
                        local,
                        sub_params: params,
                        epoch,
                        in_window,
                        run,
                        ended,
                    });
                }
            }
            if run != 0 {
                replaced.extend(here.extract_if(.., |one| {
                    one.run != 0 && one.run < run && one.origin == Origin::Subscribe
                }));
            }
            let is_loop = origin == Origin::Loop;
            if !known && (replaced.is_empty() || is_loop) && in_window && origin != Origin::Signal {
                // Made after a login, before others; then the oldest.
                here.sort_by_key(|one| (!one.in_window, one.serno));
                let index = here.iter().position(|one| {
                    one.epoch < epoch
                        && one.listener % 2 == twin
                        && one.origin == origin
                        && (one.in_window || (run == 0 && origin == Origin::Subscribe))
                });
                replaced.extend(index.map(|index| here.remove(index)));
                here.sort_by_key(|one| one.serno);
            }
            self.released.extend(replaced.iter().map(|one| one.serno));
            let told = names[..index].contains(name);
            let granted = self.wire.get(name) == Some(&Wire::Granted) && self.is_asked_for(name);
            if granted && !local && !told {
                self.due.push(format!("confirmed {name} [{serno}]"));
            }
        }
        self.settle_down();
        let unasked = |name: &&String| {
            let answered = matches!(self.wire.get(*name), Some(Wire::Refused | Wire::Unknown(_)));
            self.is_wanted(name) && !answered && !self.is_asked_for(name)
        };
        if self.logged_in {
            assert_eq!(
                names.iter().find(unasked),
                None,
                "asked with the new subParams"
            );
        }
    }

    /// Ends registrations: each target is a channel, with one of its registrations or, with
    /// `None`, all of them.
    pub fn unsubscribe(&mut self, targets: &[(String, Option<usize>)]) {
        self.clock();
        // The page chose its handles before any of them ended.
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
            if self.channels[name].is_empty() {
                self.rises.remove(name);
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

    pub fn credentials(&mut self, given: Given) {
        let [password, token] = SECRETS;
        let params = json!({ "passwd": password, "loginParams": { "xui_sessid": token } });
        let login = match given {
            Given::Good => Ok(params.to_string()),
            Given::Nothing => Ok(String::new()),
            Given::Failure => Err(Error::new(Kind::Auth, "no token to be had")),
        };
        self.clock();
        let counts = self.is_asked();
        self.asked &= !counts;
        let is_good = counts && given == Given::Good;
        let was_open = self.opened;
        self.given = is_good && was_open;
        self.kept |= is_good && !was_open;
        let (question, failed) = (self.question, self.failed);
        self.input(|one, now| one.credentials(now, question, login.clone()));
        self.settle_down();
        assert!(!self.given, "the login wasn't sent");
        match given {
            _ if !counts => {}
            Given::Good => {}
            Given::Nothing => assert_eq!(self.session.state(), State::Closed),
            Given::Failure => {
                let lost = u32::from(was_open && self.config.auto_reconnect);
                assert_eq!(self.failed, failed + lost);
            }
        }
    }
}

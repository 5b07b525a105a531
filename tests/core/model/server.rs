//! What the server does in the random programs, and what must follow from it.

use std::collections::BTreeSet;

use serde_json::{Value as Tree, json};
use testkit::{Expect, State, config};
use verto_wasm::core::limits::{LOGIN_WINDOW, MOST_MISSED};

use super::world::{Asked, Call, What, Wire, World};

impl World {
    /// Answers one of the requests in flight, which `pick` chooses. `how` may change the honest
    /// answer.
    pub fn answer(&mut self, pick: usize, how: impl FnOnce(&mut Tree)) {
        if self.frozen {
            return;
        }
        let Some(asked) = self.in_flight.get(pick % self.in_flight.len().max(1)) else {
            return;
        };
        let result = match &asked.what {
            What::Login => json!({ "message": "logged in", "sessid": self.session.sessid() }),
            What::Call(_) => json!({ "code": 200, "message": "OK" }),
            What::Subscribe(_, granted) => json!({ "subscribedChannels": granted }),
            What::Nobody | What::Ping => json!({}),
        };
        let mut reply = json!({ "jsonrpc": "2.0", "id": asked.id, "result": result });
        how(&mut reply);
        self.replies.push(reply.clone());
        self.frame(reply);
    }

    /// Answers what was sent just now, if it was a request.
    pub fn answer_newest(&mut self) {
        let newest = self.in_flight.len().wrapping_sub(1);
        if self.in_flight.get(newest).map(|asked| asked.id) == Some(self.last_id) {
            self.answer(newest, |_| {});
        }
    }

    /// The state that must follow when `error` is the answer to a login.
    fn after_refusal(&mut self, error: &Tree) -> State {
        let code = error.get("code");
        let number = |code: &Tree| match code.as_str() {
            Some(text) => text.parse().ok(),
            None => code.as_f64().map(|code| code as i32),
        };
        if code.and_then(number) != Some(-32001) {
            return match self.config.auto_reconnect {
                true => State::Reconnecting,
                false => State::Closed,
            };
        }
        let said = |member| error.get(member).and_then(Tree::as_str);
        let in_use = said("reason").or_else(|| said("message")) == Some("Session in use");
        if in_use && self.config.sessid.is_none() && !std::mem::replace(&mut self.in_use, true) {
            return State::Connecting;
        }
        let again = self.config.fresh_credentials && !in_use;
        match again && !std::mem::replace(&mut self.refused, true) {
            true => State::Authenticating,
            false => State::Closed,
        }
    }

    /// Sends a reply once more, perhaps on another socket than before.
    pub fn repeat(&mut self, pick: usize) {
        if let Some(reply) = self.replies.get(pick % self.replies.len().max(1)) {
            self.frame(reply.clone());
        }
    }

    /// Sends a frame on the live socket.
    pub fn frame(&mut self, mut frame: Tree) {
        if self.frozen {
            return;
        }
        self.clock();
        let mut punted = false;
        if self.live.is_some() {
            match frame.as_array_mut() {
                // The answer to a login makes the session send requests at once, while it is
                // still reading the array. The world would judge the items that come after it
                // without knowing of these requests, so it leaves these items out.
                Some(items) => {
                    let login = |item: &Tree| self.is_login_reply(item);
                    if let Some(index) = items.iter().position(login) {
                        items.truncate(index + 1);
                    }
                    punted = !items.iter().all(|item| self.understand(item));
                }
                None => punted = !self.understand(&frame),
            }
            if frame.as_array().is_none_or(|items| !items.is_empty()) {
                self.hear();
            }
        }
        let mut ours = (false, false);
        if punted {
            let (surely, perhaps) = std::mem::take(&mut self.late_login);
            let auto = self.config.auto_reconnect;
            ours = (auto && self.now < surely, auto && self.now < perhaps);
        }
        self.input_frame(self.newest, frame);
        self.settle_down();
        if let Some(after) = self.after.take() {
            assert_eq!(self.session.state(), after, "after that answer to a login");
        }
        if punted {
            let fights = self.session.is_active();
            assert!(
                fights || !ours.0,
                "it gave up because of a login of its own"
            );
            assert!(!fights || ours.1, "it fights back");
        }
        let answered = |call: &Call| call.answer.is_none() || call.settled;
        assert!(self.calls.values().all(answered), "an answer was lost");
        assert!(self.pings.is_empty(), "a ping wasn't answered");
    }

    fn is_login_reply(&self, item: &Tree) -> bool {
        let id = reply_id(item);
        let login = |asked: &Asked| matches!(asked.what, What::Login) && Some(asked.id) == id;
        self.in_flight.iter().any(login)
    }

    /// Works out what must follow from a frame. Returns `false` if it ends the socket.
    fn understand(&mut self, item: &Tree) -> bool {
        match method(item).map(Tree::as_str) {
            Some(Some("verto.punt")) => return false,
            Some(Some("verto.ping")) => {
                let id = item.get("id").filter(|id| can_echo(id));
                self.pings.extend(id.filter(|_| self.logged_in).cloned());
            }
            Some(Some("verto.event")) => self.expect_event(&item["params"]),
            Some(_) => {}
            None => {
                let index = self
                    .in_flight
                    .iter()
                    .position(|asked| Some(asked.id) == reply_id(item));
                if let Some(index) = index {
                    let asked = self.in_flight.remove(index);
                    self.expect_answer(asked, item);
                } else if let Some(index) = self
                    .given_up
                    .iter()
                    .position(|asked| Some(asked.id) == reply_id(item))
                {
                    let asked = self.given_up.remove(index);
                    self.expect_answer(asked, item);
                }
            }
        }
        true
    }

    fn expect_answer(&mut self, asked: Asked, reply: &Tree) {
        let failed = reply.get("error").is_some_and(|error| !error.is_null());
        let answer = &reply[if failed { "error" } else { "result" }];
        if matches!(asked.what, What::Login) {
            self.epoch += 1;
            self.window_ends = self.now.saturating_add(LOGIN_WINDOW);
        }
        match asked.what {
            What::Login if !failed => {
                self.after = Some(State::Ready);
                self.logged_in = true;
                self.outage_told = false;
                self.failed = 0;
                self.refused = false;
                self.in_use = false;
                let connecting = self.calls.values_mut().filter(|call| call.connects);
                for call in connecting.filter(|call| !call.settled) {
                    call.answer = Some(true);
                }
                self.due.push("login".into());
            }
            What::Login => self.after = Some(self.after_refusal(answer)),
            What::Nobody => {}
            What::Ping => self.answers = true,
            What::Call(call) => {
                let call = self.calls.get_mut(&call).unwrap();
                call.answer = Some(!failed && is_success(answer, call.expect));
            }
            What::Subscribe(names, honestly) => {
                let mut granted = BTreeSet::new();
                for member in ["subscribedChannels", "alreadySubscribedChannels"] {
                    let list = answer.get(member).and_then(Tree::as_array);
                    let texts = list.into_iter().flatten().filter_map(Tree::as_str);
                    granted.extend(texts.map(str::to_owned));
                }
                self.honest &= granted == honestly;
                // The next subscribe request has its own time from now on.
                let due = self.now + config().timeout;
                for one in &mut self.in_flight {
                    if matches!(one.what, What::Subscribe(..)) {
                        one.deadline = one.deadline.max(due);
                    }
                }
                self.expect_wire(asked.id, &names, &granted, Wire::Refused);
            }
        }
    }

    /// The request `id` for `names` has come to its end; what isn't granted is `otherwise`.
    pub fn expect_wire(
        &mut self,
        id: u32,
        names: &[String],
        granted: &BTreeSet<String>,
        otherwise: Wire,
    ) {
        for name in names {
            let wire = self.wire.get(name);
            if !matches!(wire, Some(Wire::Asked(of) | Wire::Unknown(of)) if *of == id) {
                continue;
            }
            if granted.contains(name) {
                self.wire.insert(name.clone(), Wire::Granted);
                self.expected.remove(name);
                self.missed.remove(name);
                let here = self.channels[name].iter().filter(|one| !one.local);
                let sernos: Vec<u32> = here.map(|one| one.serno).collect();
                self.due.push(format!("confirmed {name} {sernos:?}"));
            } else {
                self.wire.insert(name.clone(), otherwise);
                self.due.push(format!("refused {name}"));
            }
        }
    }

    fn expect_event(&mut self, params: &Tree) {
        let Some(channel) = params.get("eventChannel").and_then(Tree::as_str) else {
            return;
        };
        if channel == self.session.sessid() {
            return;
        }
        let mut names = Vec::new();
        match params.get("subscribedChannel").and_then(Tree::as_str) {
            Some(subscribed) => {
                if self
                    .channels
                    .get(subscribed)
                    .is_some_and(|here| !here.is_empty())
                    && let Some(number) = params.get("eventSerno").and_then(counter)
                    && !self.expect_number(subscribed, number)
                {
                    return;
                }
                names.push(subscribed.to_owned());
            }
            None => {
                let parts: Vec<&str> = channel.split('.').collect();
                names.extend(
                    (1..=parts.len())
                        .rev()
                        .map(|count| parts[..count].join(".")),
                );
            }
        }
        let mut listeners = BTreeSet::new();
        let here = names.iter().filter_map(|name| self.channels.get(name));
        let sernos = here.flatten().filter(|one| listeners.insert(one.listener));
        let sernos: Vec<u32> = sernos.map(|one| one.serno).collect();
        if !sernos.is_empty() {
            self.due.push(format!("event {sernos:?} {params}"));
        }
    }

    /// Follows the numbers of the events on a channel. Returns `false` if the event came before.
    fn expect_number(&mut self, channel: &str, number: u64) -> bool {
        let known = self.expected.get(channel).copied();
        let expected = known.unwrap_or(0);
        let missed = self.missed.entry(channel.into()).or_default();
        if known.is_none() {
            missed.clear();
        }
        if known.is_some() && number >= expected {
            self.rises.insert(channel.into());
        }
        if number < expected {
            if number + 1 == expected && !self.rises.contains(channel) {
                return true;
            }
            if !missed.contains(&number) {
                self.rises.insert(channel.into());
            }
            if number != 0 || missed.contains(&0) || expected == 1 {
                return missed.remove(&number);
            }
            missed.clear();
        }
        missed.extend(expected.max(number.saturating_sub(MOST_MISSED as u64))..number);
        while missed.len() > MOST_MISSED {
            missed.pop_first();
        }
        if known.is_some_and(|expected| number > expected) {
            self.due.push(format!("gap {channel} {expected} {number}"));
        }
        self.expected.insert(channel.into(), number + 1);
        true
    }

    /// The frame of an event. Its number is the one that comes next plus `off`; with `None` it
    /// has no number.
    pub fn event(&mut self, channel: &str, subscribed: Option<&str>, off: Option<i64>) -> Tree {
        self.events += 1;
        let mut params = json!({ "eventChannel": channel, "data": self.events });
        if let Some(subscribed) = subscribed {
            params["subscribedChannel"] = subscribed.into();
        }
        if let Some(off) = off {
            let next = self.numbers.entry(subscribed.unwrap_or(channel).into());
            let next = next.or_default();
            let number = next.saturating_add_signed(off);
            if off >= 0 || number == 0 {
                *next = number + 1;
            }
            params["eventSerno"] = number.into();
        }
        json!({ "id": 1, "method": "verto.event", "params": params })
    }
}

/// The method of a frame. One that is `null` counts as absent.
fn method(item: &Tree) -> Option<&Tree> {
    item.get("method").filter(|method| !method.is_null())
}

fn reply_id(item: &Tree) -> Option<u32> {
    let is_reply = method(item).is_none()
        && (item.get("result").is_some()
            || item.get("error").is_some_and(|error| !error.is_null()));
    let id = item.get("id").filter(|_| is_reply)?;
    match id {
        Tree::String(text) => text.parse().ok(),
        _ => id
            .as_f64()
            .filter(|id| id.fract() == 0.0 && (0.0..4e9).contains(id))
            .map(|id| id as u32),
    }
}

/// A JSON number that can count something: whole, not negative, and exact as an `f64`.
fn counter(number: &Tree) -> Option<u64> {
    let number = number.as_f64()?;
    let whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
    whole.then_some(number as u64)
}

fn can_echo(id: &Tree) -> bool {
    id.is_string() || counter(id).is_some()
}

fn is_success(result: &Tree, expect: Expect) -> bool {
    let code = result.get("code");
    let is_200 = |code: &Tree| code.as_f64() == Some(200.0) || code == "200";
    match expect {
        Expect::Result => true,
        Expect::Code200 => code.is_some_and(is_200),
        Expect::NoRefusal => code.is_none_or(is_200),
    }
}

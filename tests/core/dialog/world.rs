//! A page, a server and a media part that do anything, and what must hold of every dialog after
//! each step.
//!
//! For each dialog the world keeps the facts (what was sent, said, reported) and derives from
//! them which state must have been told and whether the dialog still lives. Everything that comes
//! out is judged on its way (`judge.rs`).

use std::collections::BTreeMap;

use serde_json::{Value as Tree, json};
use verto_wasm::core::Ms;
use verto_wasm::core::dialog::{
    Ask, Asked, Asker, Connection, Dialogs, Expected, Method, Report, State,
};
use verto_wasm::core::error::{Error, Kind};

use super::facts::Facts;
use testkit::Json;

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub enum How {
    Ok,
    Held,
    Unheld,
    Refused,
    Timeout,
}

pub struct World {
    pub dialogs: Dialogs<Json>,
    pub now: Ms,
    pub online: bool,
    pub resumes: bool,
    pub facts: BTreeMap<u32, Facts>,
    /// Requests of which the dialogs await the reply.
    pub in_flight: Vec<Asker>,
    /// Those that were answered, to be answered again.
    pub over: Vec<Asker>,
    /// The page's calls that are neither refused nor sent.
    pub open_calls: Vec<u32>,
    /// The calls of a tab's record.
    pub expected: Vec<Expected>,
    /// How many things came out.
    pub outputs: u32,
    /// The dialogs want another socket.
    pub socket_blamed: bool,
    last_call: u32,
    last_call_id: u32,
}

impl World {
    pub fn new() -> Self {
        World {
            dialogs: Dialogs::new(),
            now: 1_000_000,
            online: false,
            resumes: false,
            facts: BTreeMap::new(),
            in_flight: Vec::new(),
            over: Vec::new(),
            open_calls: Vec::new(),
            expected: Vec::new(),
            outputs: 0,
            socket_blamed: false,
            last_call: 0,
            last_call_id: 0,
        }
    }

    /// The dialogs, at this time.
    pub fn dialogs(&mut self) -> &mut Dialogs<Json> {
        self.dialogs.at(self.now);
        &mut self.dialogs
    }

    pub fn new_call_id(&mut self) -> String {
        self.last_call_id += 1;
        format!("c{}", self.last_call_id)
    }

    /// The number of the n-th dialog that lives, or, for one in four, of all that ever did.
    pub fn nth(&self, n: usize) -> Option<u32> {
        let all = n % 4 == 3;
        let facts = self.facts.iter().filter(|(_, fact)| all || fact.alive);
        let numbers: Vec<u32> = facts.map(|(dialog, _)| *dialog).collect();
        numbers.get((n / 4) % numbers.len().max(1)).copied()
    }

    pub fn fact(&mut self, dialog: u32) -> &mut Facts {
        self.facts.get_mut(&dialog).unwrap()
    }

    /// The newest dialog of this one's `callID`: the server may use that again.
    fn newest(&self, dialog: u32) -> u32 {
        let call_id = &self.facts[&dialog].call_id;
        let mut facts = self.facts.iter().rev();
        let newest = facts.find(|(_, fact)| fact.call_id == *call_id);
        newest.map_or(dialog, |(dialog, _)| *dialog)
    }

    pub fn new_call(&mut self) {
        let call_id = self.new_call_id();
        let dialog = self.dialogs().new_call(call_id.clone(), "{}".into());
        let dialog = dialog.expect("the id is new");
        self.facts.insert(dialog, Facts::new(&call_id, true));
    }

    pub fn answer(&mut self, dialog: u32) {
        let did = self.dialogs().answer(dialog, "{}".into());
        let fact = self.fact(dialog);
        let rings = fact.alive && fact.told == State::Ringing && !fact.answering;
        assert_eq!(did, rings, "answer() of {fact:?}");
        fact.answering |= rings;
    }

    pub fn hangup(&mut self, dialog: u32) {
        let ended = self.dialogs().hangup(dialog, None, None);
        let fact = self.fact(dialog);
        assert_eq!(ended, fact.alive);
        fact.end();
    }

    pub fn ask(&mut self, dialog: u32, ask: Ask) {
        self.last_call += 1;
        let call = self.last_call;
        self.open_calls.push(call);
        self.dialogs().ask(call, dialog, ask, "{}");
    }

    pub fn hold_others(&mut self, dialog: u32) {
        let goes_on = self.facts[&dialog].alive;
        let talking =
            |fact: &Facts| goes_on && fact.alive && fact.told == State::Active && !fact.away;
        let others = self
            .facts
            .iter()
            .filter(|(one, fact)| **one != dialog && talking(fact));
        let mut expected: Vec<u32> = others.map(|(one, _)| *one).collect();
        let before = self.in_flight.len();
        self.dialogs().hold_others(dialog);
        self.judge_outputs();
        let mut held: Vec<u32> = self.in_flight[before..]
            .iter()
            .map(|asker| asker.dialog)
            .collect();
        held.sort_unstable();
        expected.sort_unstable();
        assert_eq!(held, expected, "which calls are held");
    }

    pub fn end_all(&mut self) {
        self.facts.values_mut().for_each(Facts::end);
    }

    /// A report of the connection that is `older` than the newest.
    pub fn report(&mut self, dialog: u32, older: u32, report: Report) {
        let fact = self.fact(dialog);
        let epoch = fact.epoch.wrapping_sub(older);
        if older == 0 && fact.alive {
            match &report {
                // What an attach was in need of when the connection was lost, the next one makes.
                Report::Granted { .. } | Report::Local { .. } | Report::Failed { .. }
                    if fact.away => {}
                Report::Granted { .. } => fact.granted = true,
                Report::Local { .. } => fact.described |= fact.granted,
                Report::Applied => {
                    let applies = fact.remote && !fact.applied && !fact.attaching;
                    let applies = applies && !fact.renewing();
                    fact.applied |= applies;
                    fact.established |= applies && fact.answered;
                }
                Report::Failed { .. } => {
                    let login = fact.outbound && !fact.known && fact.described;
                    let mends = fact.mending && !fact.attaching;
                    if fact.prepares() && !login && !mends {
                        fact.end();
                    }
                }
                Report::Connection(_) => {}
            }
        }
        if let Report::Connection(connection) = report
            && epoch == fact.playing
        {
            fact.media = connection;
        }
        self.dialogs().report(dialog, epoch, report);
    }

    pub fn server(&mut self, method: Method, dialog: u32, sdp: bool) {
        if !self.online {
            return;
        }
        let dialog = self.newest(dialog);
        let fact = self.fact(dialog);
        let mut params = json!({ "callID": fact.call_id });
        if sdp {
            params["sdp"] = json!("v=0");
        }
        let outbound = fact.outbound && fact.known && !fact.attaching && !fact.established;
        let outbound = outbound && !fact.away;
        match method {
            _ if !fact.alive => {
                if matches!(method, Method::Attach | Method::Invite) {
                    fact.byes_allowed += 1;
                    fact.known = true;
                }
            }
            Method::Trying => fact.taken |= outbound && fact.told == State::Requesting,
            Method::Media if outbound => fact.sdp |= sdp,
            Method::Answer if outbound && !fact.answered => {
                fact.sdp |= sdp;
                fact.answered = true;
                fact.established |= fact.applied;
            }
            Method::Bye => {
                fact.alive = false;
                fact.byes_allowed = 0;
            }
            Method::Attach if sdp && fact.known => {
                fact.away = false;
                fact.mending = false;
                fact.attaching = true;
                fact.attach_sent = false;
                fact.answered = true;
            }
            _ => {}
        }
        self.says(method, params);
    }

    /// Without a connection it can say nothing.
    fn says(&mut self, method: Method, params: Tree) {
        if self.online {
            self.dialogs().request(method, &Json(params));
        }
    }

    pub fn invite(&mut self) {
        let call_id = self.new_call_id();
        let params = json!({ "callID": call_id, "sdp": "v=0" });
        self.says(Method::Invite, params);
    }

    /// A call that the page doesn't know; it is `expected` where the tab has a record of it.
    pub fn attach_unknown(&mut self, expected: Option<Expected>) {
        let call_id = self.new_call_id();
        if let (Some(call), true) = (expected, self.online) {
            let call_id = call_id.clone();
            let call = Expected { call_id, ..call };
            self.expected.push(call.clone());
            self.dialogs().expect(call);
        }
        let params = json!({ "callID": call_id, "sdp": "v=0" });
        self.says(Method::Attach, params);
    }

    pub fn garbage(&mut self, method: Method, params: Tree) {
        self.says(method, params);
    }

    /// A private event on a call's channel.
    pub fn event(&mut self, dialog: u32) {
        let fact = &self.facts[&self.newest(dialog)];
        let event = Json(json!({ "eventChannel": fact.call_id }));
        let taken = self.dialogs.private_event(&fact.call_id, &event);
        assert_eq!(taken, fact.alive);
    }

    pub fn reply(&mut self, asker: Asker, how: How, first: bool) {
        let fact = self.fact(asker.dialog);
        let ok = matches!(how, How::Ok | How::Held | How::Unheld);
        let attaches = fact.alive
            && first
            && fact.attaching
            && !fact.away
            && fact.described
            && asker.asked == Asked::Attach(fact.epoch);
        if fact.alive {
            match asker.asked {
                Asked::Invite if first && fact.told == State::Requesting => {
                    fact.taken = ok || matches!(how, How::Timeout) && (fact.sdp || fact.answered);
                    if !fact.taken && matches!(how, How::Timeout) {
                        fact.end();
                    }
                    fact.alive = fact.taken;
                }
                Asked::Answer if first && fact.told == State::Answering && !fact.attaching => {
                    fact.answered |= ok;
                    fact.established = ok;
                    fact.alive = ok;
                }
                // It may be the socket's fault.
                Asked::Attach(_) if attaches && !matches!(how, How::Timeout) => {
                    fact.attaching = false;
                    fact.fresh = false;
                    fact.established = ok;
                    fact.alive = ok;
                    if fact.epoch != fact.playing {
                        fact.mending = true;
                        fact.media = Connection::Failed;
                    }
                }
                Asked::Hold => match how {
                    How::Held if fact.answered => fact.held = true,
                    How::Unheld => fact.held = false,
                    _ => {}
                },
                _ => {}
            }
        }
        let state = match how {
            How::Held => json!("held"),
            How::Unheld => json!("active"),
            _ => json!(null),
        };
        let mut result = json!({ "holdState": state });
        // A server that doesn't know `updateMedia` says only that.
        if matches!(asker.asked, Asked::Update(_)) && !matches!(how, How::Unheld) {
            result["sdp"] = json!("v=0 theirs");
        }
        let result = Json(result);
        let refusal = Error::refusal(Kind::Rejected, "it", Json(json!({})));
        let timeout = Error::new(Kind::Timeout, "no answer");
        let outcome = match how {
            How::Refused => Err(&refusal),
            How::Timeout => Err(&timeout),
            _ => Ok(&result),
        };
        self.dialogs().replied(asker, outcome);
        if attaches && matches!(how, How::Timeout) {
            self.judge_outputs();
            if !self.replaces_socket() {
                self.fact(asker.dialog).end();
            }
        }
    }

    /// Where a dialog wants another socket there is one; says whether it wanted it.
    fn replaces_socket(&mut self) -> bool {
        let blamed = std::mem::take(&mut self.socket_blamed);
        if blamed {
            self.lost();
            self.logged_in(false);
        }
        blamed
    }

    pub fn lost(&mut self) {
        if self.online {
            for fact in self.facts.values_mut().filter(|fact| fact.alive) {
                fact.away |= fact.answered;
                fact.mending &= !fact.answered;
                if fact.known && !fact.answered {
                    fact.end();
                }
            }
        }
        self.online = false;
        self.dialogs().lost();
        let error = Error::new(Kind::ConnectionLost, "lost");
        for asker in std::mem::take(&mut self.in_flight) {
            self.dialogs().replied(asker, Err(&error));
        }
    }

    pub fn logged_in(&mut self, resumes: bool) {
        self.online = true;
        self.resumes = resumes;
        self.dialogs().logged_in(resumes);
    }

    pub fn client_ready(&mut self) {
        for fact in self.facts.values_mut() {
            if fact.away {
                fact.end();
            }
        }
        self.dialogs().client_ready();
    }

    pub fn closed(&mut self) {
        self.online = false;
        self.end_all();
        // What another page has taken over isn't this one's to end.
        for fact in self.facts.values_mut() {
            fact.owes = false;
        }
        let error = Error::new(Kind::TakenOver, "taken over");
        self.dialogs.closed(&error);
        self.in_flight.clear();
    }

    pub fn logout(&mut self) {
        self.end_all();
        self.dialogs().logout();
        self.judge();
        self.online = false;
        let error = Error::new(Kind::Closed, "logged out");
        self.dialogs.closed(&error);
        self.in_flight.clear();
    }

    /// The next timer rings, if one is set: then somebody waited, and now no more.
    pub fn ring(&mut self) {
        let Some(at) = self.dialogs.deadline() else {
            return;
        };
        self.now = self.now.max(at);
        let waiting: Vec<u32> = self.waiting();
        let before = self.outputs;
        self.dialogs().timer();
        let ended: Vec<u32> = self.judge_outputs();
        assert!(self.outputs > before, "a timer that does nothing");
        self.replaces_socket();
        for dialog in ended {
            assert!(waiting.contains(&dialog), "{dialog} waited for nothing");
            self.fact(dialog).end();
        }
    }

    pub fn waiting(&self) -> Vec<u32> {
        let alive = self.facts.iter().filter(|(_, fact)| fact.alive);
        let waiting = alive.filter(|(_, fact)| fact.waits(self.online));
        waiting.map(|(dialog, _)| *dialog).collect()
    }
}

//! Telephone calls: what each of them is in, and what is to be done next.
//!
//! [`Dialogs`] is the table of an instance's calls. It is sans-IO like the session, and knows
//! nothing of it: the page's commands, the server's requests and replies, the media part's
//! [`Report`]s, the connection's fate go in, each after the time ([`Dialogs::at`]); [`Output`]s come
//! out, to be taken by [`Dialogs::next_output`] after each input.
//!
//! # Who says what
//!
//! | who | says | by |
//! | --- | --- | --- |
//! | the page | call, answer, hang up, hold, send digits, mute | the commands: [`Dialogs::new_call`] and what follows |
//! | the server | a call comes in, is answered, over, back | [`Dialogs::request`] and [`Dialogs::replied`] |
//! | the media part | the microphone is granted, a description is ready or set | [`Dialogs::report`] |
//! | the connection | lost, logged in, ready, ended | [`Dialogs::lost`] and what follows |
//! | the core | what is sent | [`Output::Send`] |
//! | | what the page is told | [`Notice`] |
//! | | what the media part does | [`Media`] |
//!
//! SDP is a text that is passed on; only `m=video` and `stereo=1` are looked for in it.
//!
//! # The way of a call
//!
//! Out: `new_call` → `Connect` → `Granted`, `Local` → **requesting**, `verto.invite` → its reply →
//! **trying** → `verto.media` → `Remote`, `Applied` → **early** → `verto.answer` → **active**. An
//! answer without early media: `Remote`, `Applied` → **active**.
//!
//! In: `verto.invite` → **ringing** → the page's `answer` → `Connect` → `Granted`, `Local` →
//! **answering**, `verto.answer` → its reply → **active**.
//!
//! In between: `verto.modify` and its reply's `holdState` → **held** or **active**.
//!
//! Back after a lost connection: `verto.attach` → **recovering**, `Connect` with the next epoch →
//! `Granted`, `Local` → `verto.attach` → its reply → **active**, or **held** as before; the old
//! connection plays until the new one is connected. A call that the page doesn't know (it was
//! reloaded) is taken back where the page chose the `sessid` itself: **recovering**,
//! **answering**, **active**.
//!
//! Media that die while the socket lives: `Connect` with the next epoch and no offer → `Granted`,
//! `Local` → `verto.modify` with `updateMedia` → its reply → `Remote` → connected, and `Play`. No state
//! is told (`outage.rs`).
//!
//! The end: **hangup**, `verto.bye` unless the server said it or knows nothing of the call,
//! **destroy**, `Release`. Where the session ends for good (taken over, refused): **purge**,
//! **destroy**, `Release`.
//!
//! # What always holds
//!
//! 1. A dialog ends once, and then nothing leaves for it but one `verto.bye`.
//! 2. The page is told of a change before its media follow. What a page calls inside a callback
//!    comes in as the next command.
//! 3. What is told follows the table of the original client, with two more ways for a call that
//!    comes back: from any state in which the server knows it to `recovering`, and from there to
//!    `active` or `held`.
//! 4. What is early (media or answer before the invite's reply) is kept until its time; what is
//!    late, doubled or of an older [`Epoch`] is ignored. Neither ends a call.
//! 5. Media are made anew by one doer at a time: while the connection is lost, or an attach goes on, no
//!    `updateMedia` leaves.
//! 6. Each wait for this side, the server's reply or the connection has its time; a call that
//!    rings or is talked in lasts as long as people want.
//! 7. A bye that could not be sent, for want of a connection, leaves after the next login.

mod commands;
mod effect;
mod line;
mod machine;
mod outage;
mod recovery;
mod report;
mod server;
mod state;
mod time;

pub use commands::{Ask, Change, Tracks};
pub use effect::{
    Asked, Asker, DialogId, End, Epoch, Incoming, Media, Notice, Output, Send, Sender,
};
pub use line::REPLY;
pub use recovery::Expected;
pub use report::{Connection, Report, Trouble};
pub use server::Method;
pub use state::State;

use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::value::{Field, Value};
use line::{LATE, Line, NORMAL};
use machine::Dialog;

/// The calls of one instance.
#[derive(Debug)]
pub struct Dialogs<V> {
    // In boxes, so that what is done with one of them is not copied for each place.
    #[allow(clippy::vec_box)]
    live: Vec<Box<Dialog<V>>>,
    last: DialogId,
    /// The page chose the session's id, so that calls from before a reload may come back.
    resumes: bool,
    /// Calls from before a reload that the tab has a record of, until they are back.
    expected: Vec<Expected>,
    line: Line<V>,
}

impl<V: Value> Dialogs<V> {
    /// No call, and no connection.
    pub fn new() -> Self {
        Dialogs {
            live: Vec::new(),
            last: 0,
            resumes: false,
            expected: Vec::new(),
            line: Line::new(),
        }
    }

    /// The time is `now`: whatever comes in next happens then.
    pub fn at(&mut self, now: Ms) {
        self.line.now = now;
        self.bury();
    }

    /// Calls that have ended are forgotten, and nothing that comes in finds them.
    fn bury(&mut self) {
        self.live.retain(|dialog| dialog.state != State::Destroy);
    }

    /// What is to be done next.
    pub fn next_output(&mut self) -> Option<Output<V>> {
        self.bury();
        self.line.out.pop()
    }

    /// Whether this call has not ended.
    pub fn has(&self, dialog: DialogId) -> bool {
        self.live.iter().any(|one| one.id == dialog)
    }

    /// Whether there is a call that has not ended.
    pub fn any(&self) -> bool {
        !self.live.is_empty()
    }

    /// Whether a call is to come back after the next login, or after this one.
    pub fn awaits_calls(&self) -> bool {
        !self.expected.is_empty() || self.live.iter().any(|dialog| dialog.away)
    }

    /// The page was reloaded during this call: it may come back.
    pub fn expect(&mut self, call: Expected) {
        self.expected.push(call);
    }

    /// When [`Self::timer`] is to be called.
    pub fn deadline(&self) -> Option<Ms> {
        self.live.iter().filter_map(|dialog| dialog.due()).min()
    }

    /// Does what is due.
    pub fn timer(&mut self) {
        for dialog in &mut self.live {
            dialog.timer(&mut self.line);
        }
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        for dialog in &mut self.live {
            dialog.set_back(by);
        }
    }

    /// A request of the server's about a call; says whether it was one, so that it is to be
    /// answered.
    pub fn request(&mut self, method: Method, params: &V) -> bool {
        let Some(call_id) = params.text_of(Field::CallId) else {
            return false;
        };
        let line = &mut self.line;
        let known = self.live.iter_mut().find(|one| one.call_id == call_id);
        match (known, method) {
            (Some(dialog), _) => dialog.request(line, method, params),
            (None, Method::Invite | Method::Attach) => {
                self.incoming(call_id, params, method == Method::Attach);
            }
            (None, Method::Info) => return false,
            (None, _) => line.ignored(LATE),
        }
        true
    }

    fn incoming(&mut self, call_id: String, params: &V, attach: bool) {
        let line = &mut self.line;
        if attach && line.ended_before(&call_id) {
            return line.ignored(LATE);
        }
        let offers = server::sdp_of(params).is_some();
        let expected = self.expected.iter().position(|one| one.call_id == call_id);
        let expected = expected.map(|at| self.expected.swap_remove(at));
        // Nothing may open a microphone that the page didn't ask for.
        if !offers || (attach && !self.resumes && expected.is_none()) {
            let dialog_params = line::with_member("{}", "callID", &line::quoted(&call_id));
            let (cause, code) = match offers {
                true => (NORMAL, None),
                false => ("INCOMPATIBLE_DESTINATION", Some(88)),
            };
            line.bye(&call_id, &dialog_params, cause, code);
            return line.ignored("a call that cannot be taken");
        }
        self.last += 1;
        let attach = attach.then(|| expected.unwrap_or_default());
        let dialog = Dialog::incoming(line, self.last, call_id, params, attach);
        self.live.push(dialog);
    }

    /// A private event on this call's channel; says whether there is such a call.
    pub fn private_event(&mut self, channel: &str, params: &V) -> bool {
        let dialog = self.live.iter().find(|one| one.call_id == channel);
        if let Some(dialog) = dialog {
            dialog.message(&mut self.line, true, params);
        }
        dialog.is_some()
    }

    /// The reply to a request, or that there is none.
    pub fn replied(&mut self, asker: Asker, outcome: Result<&V, &Error<V>>) {
        if let Some((dialog, line)) = self.find(asker.dialog) {
            dialog.replied(line, asker.asked, outcome);
        }
    }

    /// What the media part reports.
    pub fn report(&mut self, dialog: DialogId, epoch: Epoch, report: Report) {
        if let Some((dialog, line)) = self.find(dialog) {
            dialog.report(line, epoch, report);
        }
    }

    /// A login succeeded. `resumes` says whether the page chose the session's id: then a call that
    /// it doesn't know is one from before a reload.
    pub fn logged_in(&mut self, resumes: bool) {
        self.resumes = resumes;
        self.line.logged_in();
        for dialog in &mut self.live {
            dialog.logged_in(&mut self.line);
        }
    }

    /// `verto.clientReady`: what isn't back by now, is over.
    pub fn client_ready(&mut self) {
        self.expected.clear();
        for dialog in &mut self.live {
            if dialog.away {
                dialog.not_back(&mut self.line);
            }
        }
    }

    /// The network is back, or the page has slept.
    pub fn woke(&mut self) {
        for dialog in &mut self.live {
            dialog.hasten(&self.line);
        }
    }

    /// The connection is lost, and may come back. Says whether that is to be tried at once, for the
    /// sake of a call that is talked in. Where such a call was lost before and isn't back since, it is
    /// not: a server that takes logins and then closes them is not to be asked without end.
    pub fn lost(&mut self) -> bool {
        let mut at_once = false;
        if std::mem::take(&mut self.line.online) {
            for dialog in &mut self.live {
                at_once |= dialog.lost(&mut self.line);
            }
        }
        at_once
    }

    /// The session ended for good, without a logout.
    pub fn closed(&mut self, error: &Error<V>) {
        self.line.online = false;
        self.expected.clear();
        self.end_all(State::Purge, Some(error));
        self.line.closed(error.kind == Kind::TakenOver);
    }

    /// A dialog that has not ended, and what it shares with the others.
    fn find(&mut self, dialog: DialogId) -> Option<(&mut Dialog<V>, &mut Line<V>)> {
        let dialog = self.live.iter_mut().find(|one| one.id == dialog)?;
        Some((dialog, &mut self.line))
    }
}

impl<V: Value> Default for Dialogs<V> {
    fn default() -> Self {
        Self::new()
    }
}

//! Telephone calls: what the table of dialogs wants sent and told, and what a session tells it.
//!
//! Requests of a dialog leave now or never. None waits for a login: what a page wants of a call
//! that isn't there any more must not reach it later.

use super::{Io, Notice, Phase, Session};
use crate::core::Ms;
use crate::core::dialog::{self, Asker, DialogId, Dialogs, Method, Output, REPLY, Send, Sender};
use crate::core::error::{Error, Kind};
use crate::core::frame;
use crate::core::rpc::{Call, Expect, Owner};
use crate::core::value::Value;

/// How long the server has to look for the calls of a session that is back, in ms. It does so once
/// it has heard nothing for 50 ms (mod_verto's source).
const LOOKS_FOR_CALLS: Ms = 500;

/// After a login with calls that are to come back nothing is written until the server has looked for
/// them.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// When it ends, while it lasts.
    pub until: Option<Ms>,
    withheld: Vec<Io>,
}

impl Quiet {
    /// Keeps this for later, or gives it back where there is no silence.
    pub(super) fn withhold(&mut self, io: Io) -> Option<Io> {
        if self.until.is_none() {
            return Some(io);
        }
        self.withheld.push(io);
        None
    }
}

impl<V: Value> Session<V> {
    /// The login succeeded: is silent where calls are to come back.
    pub(super) fn keep_quiet(&mut self) {
        if self.awaits_calls() {
            self.quiet.until = Some(self.now.saturating_add(LOOKS_FOR_CALLS));
        }
    }

    /// The page was reloaded while calls were talked in: the login that is to come is made under the
    /// sessid of before. Says whether there is such a login; otherwise nothing is changed. Which calls
    /// may come back follows by [`Dialogs::expect`].
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = Session::<Json>::new(42);
    /// session.connect(0, 1, Box::new(config()));
    /// assert!(session.resume("3f2b".to_owned()));
    /// assert_eq!(session.sessid(), "3f2b");
    /// assert!(!logged_in().resume("3f2b".to_owned()), "too late");
    /// ```
    pub fn resume(&mut self, sessid: String) -> bool {
        let before = matches!(
            self.phase,
            Phase::Connecting { .. } | Phase::Asking { .. } | Phase::Reconnecting { .. }
        );
        let resumes = before && !self.login.is_pages_sessid();
        if resumes {
            self.login.resume(sessid);
        }
        resumes
    }

    /// Ends that silence.
    pub(super) fn speak(&mut self) {
        self.quiet.until = None;
        for io in std::mem::take(&mut self.quiet.withheld) {
            self.io.push(io);
        }
    }

    /// The calls, for what the page wants of them, or its media part reports. What comes of that is
    /// taken up by the next [`Self::next_io`].
    ///
    /// ```
    /// # use testkit::*;
    /// use verto_wasm::core::dialog::Change;
    ///
    /// let mut session = logged_in();
    /// let made = session.new_call(0, "c1".to_owned(), "{}".to_owned());
    /// session.calls(0).enable(made.unwrap(), false, Change::Off);
    /// assert!(session.next_io().is_none(), "nothing is sent");
    /// // The microphone is asked for, and is to be silent.
    /// assert!(matches!(told(&mut session)[..], [Notice::Dialog(_), Notice::Dialog(_)]));
    /// ```
    pub fn calls(&mut self, now: Ms) -> &mut Dialogs<V> {
        self.clock(now);
        &mut self.dialogs
    }

    /// `newCall`; `None` where there is no connection, or a call of this id.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = Session::<Json>::new(42);
    /// assert_eq!(session.new_call(0, "c1".to_owned(), "{}".to_owned()), None);
    /// ```
    pub fn new_call(&mut self, now: Ms, call_id: String, params: String) -> Option<DialogId> {
        match self.is_active() {
            true => self.calls(now).new_call(call_id, params),
            false => None,
        }
    }

    /// `hangup`; says whether the call had not ended yet. States of it that the page hasn't heard
    /// of by now it doesn't hear any more: after this comes `hangup`.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// let call = session.new_call(0, "c1".to_owned(), "{}".to_owned()).unwrap();
    /// assert!(session.hangup(0, call, Some("CALL_REJECTED".to_owned()), None));
    /// assert!(!session.hangup(0, call, None, None), "it ends once");
    /// ```
    pub fn hangup(
        &mut self,
        now: Ms,
        dialog: DialogId,
        cause: Option<String>,
        code: Option<u32>,
    ) -> bool {
        if self.calls(now).has(dialog) {
            self.notices.retain(|notice| match notice {
                Notice::Dialog(dialog::Notice::State { dialog: whose, .. }) => *whose != dialog,
                _ => true,
            });
        }
        self.dialogs.hangup(dialog, cause, code)
    }

    /// Says bye for each call: the session ends, or another begins.
    pub(super) fn hang_up_all(&mut self) {
        self.dialogs.logout();
        self.follow_dialogs();
    }

    /// Takes what the dialogs want done.
    pub(super) fn follow_dialogs(&mut self) {
        while let Some(output) = self.dialogs.next_output() {
            match output {
                Output::Send(send) => self.send_for_dialog(send),
                Output::Notice(notice) => self.notices.push(Notice::Dialog(notice)),
                Output::Refuse { call, error } => self.refuse(call, error),
                Output::Reconnect if matches!(self.phase, Phase::Ready) => {
                    let message = "a call's media could not be made anew on this connection";
                    self.lost(self.now, Error::new(Kind::ConnectionLost, message));
                }
                Output::Reconnect => {}
                Output::Ignored(what) => self.ignored(what),
            }
        }
    }

    fn send_for_dialog(&mut self, send: Send) {
        let Send {
            sender,
            method,
            params,
        } = send;
        let owner = match sender {
            Sender::Page(id) => Owner::Page(Call {
                id,
                method: method.into(),
                expect: Expect::Result,
            }),
            Sender::Dialog(asker) => Owner::Dialog(asker),
            Sender::Nobody => Owner::Nobody,
        };
        if let Some(error) = self.too_large(method, &params) {
            return self.fail_owner(owner, error, false);
        }
        let deadline = self.now.saturating_add(REPLY.max(self.timeout()));
        self.send(deadline, owner, method, &params);
    }

    /// The answer to a dialog's request, or its failure: for the dialog, then for the page.
    pub(super) fn dialog_answered(&mut self, asker: Asker, outcome: Result<V, Error<V>>) {
        self.dialogs.replied(asker, outcome.as_ref());
        self.follow_dialogs();
        if let Some(call) = asker.call {
            self.notices.push(Notice::Settle { call, outcome });
        }
    }

    /// A request of the server's about a call. It is answered, as the clients before this one do;
    /// says whether it was about one.
    pub(super) fn dialog_request(
        &mut self,
        method: Method,
        id: Option<&str>,
        params: Option<&V>,
    ) -> bool {
        let Some(params) = params.filter(|_| matches!(self.phase, Phase::Ready)) else {
            return false;
        };
        let taken = self.dialogs.request(method, params);
        self.follow_dialogs();
        if let (true, Some(socket), Some(id)) = (taken, self.socket, id) {
            let text = frame::answer(id, method.name());
            self.io.push(Io::Send { socket, text });
        }
        taken
    }
}

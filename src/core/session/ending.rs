//! How a connection is lost, and how a session ends.

use super::{Io, Notice, Phase, Session, SocketId};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::json::push_number;
use crate::core::rpc::Owner;
use crate::core::value::Value;

impl<V: Value> Session<V> {
    /// Ends the session as the page asked: every call is settled, every subscription
    /// ended, and nothing reconnects. Without a connection it only ends subscriptions.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.logout();
    /// assert_eq!(session.state(), State::Closed);
    /// assert_eq!(session.next_io(), Some(Io::Close { socket: 1 }));
    /// assert_eq!(session.deadline(), None);
    /// ```
    pub fn logout(&mut self) {
        let removed = self.subscriptions.clear();
        self.released(removed.sernos);
        let active = self.is_active();
        #[cfg(feature = "calls")]
        self.hang_up_all();
        self.unsay(active);
        if active {
            let error = Error::new(Kind::Closed, "logged out");
            self.finish(error, "logout", Some(Notice::Closed { asked: true }));
        }
    }

    /// The socket closed with `code`.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// session.closed(5_000, 1, 1006);
    /// assert_eq!(session.state(), State::Reconnecting);
    /// // The first attempt follows within a second.
    /// assert!(session.deadline().unwrap() <= 6_000);
    /// ```
    pub fn closed(&mut self, now: Ms, socket: SocketId, code: u16) {
        self.clock(now);
        if self.socket == Some(socket) {
            let mut message = String::from("the connection was lost (close code ");
            push_number(&mut message, code.into());
            message.push(')');
            self.lost(now, Error::new(Kind::ConnectionLost, message));
        }
    }

    /// The one way in which a connection is lost, whoever noticed it.
    pub(super) fn lost(&mut self, now: Ms, error: Error<V>) {
        if self.rpc.awaits_login() {
            let has_calls = self.awaits_calls();
            self.login.interrupted(now, self.timeout(), has_calls);
        }
        self.close_socket();
        #[cfg(feature = "calls")]
        let at_once = self.dialogs.lost();
        #[cfg(feature = "calls")]
        self.follow_dialogs();
        let message = "the connection was lost before the answer came";
        self.fail_in_flight(&Error::new(Kind::ConnectionLost, message));
        let reconnects = self
            .config
            .as_ref()
            .is_some_and(|config| config.auto_reconnect);
        let notice = self
            .login
            .tells_outage()
            .then_some(Notice::Closed { asked: false });
        if !reconnects {
            let reason = error.kind.name();
            return self.finish(error, reason, notice);
        }
        let delay = self.login.failed();
        #[cfg(feature = "calls")]
        let delay = if at_once { 0 } else { delay };
        let at = now.saturating_add(delay);
        self.phase = Phase::Reconnecting { at };
        self.tell_state(delay, Some(error.kind.name()), Some(error));
        if let Some(notice) = notice {
            self.notices.push(notice);
        }
    }

    /// The one way in which a session ends for good.
    pub(super) fn finish(
        &mut self,
        error: Error<V>,
        reason: &'static str,
        last: Option<Notice<V>>,
    ) {
        self.abandon(error.clone());
        self.phase = Phase::Closed;
        self.subscriptions.session_ended();
        self.login.ended();
        // A logout is what the page asked for, not a failure.
        let failure = (error.kind != Kind::Closed).then_some(error);
        self.tell_state(0, Some(reason), failure);
        if let Some(notice) = last {
            self.notices.push(notice);
        }
    }

    /// Closes the socket and settles every call; `connect`'s and `login`'s with `error` itself.
    pub(super) fn abandon(&mut self, error: Error<V>) {
        self.close_socket();
        self.question = None;
        #[cfg(feature = "calls")]
        {
            self.dialogs.closed(&error);
            self.follow_dialogs();
        }
        let closed = Error::new(Kind::Closed, error.message.clone());
        self.fail_in_flight(&closed);
        for entry in self.rpc.take_waiting() {
            if let Owner::Page(call) = &entry.owner {
                self.fail(call, closed.clone(), false);
            }
        }
        while let Some(call) = self.login.take_call() {
            self.refuse(call, error.clone());
        }
    }

    /// Closes the socket, if there is one, and forgets what was true of its connection.
    pub(super) fn close_socket(&mut self) {
        self.liveness = None;
        if let Some(socket) = self.socket.take() {
            // A bye may be among what wasn't written yet.
            #[cfg(feature = "calls")]
            self.speak();
            self.io.push(Io::Close { socket });
            self.subscriptions.disconnected();
        }
    }

    /// Takes back what the page hasn't heard yet of the connection that it now ends: a login
    /// must not be told after a logout. The outcome of a call, a state and a close are told all
    /// the same, since the page waits for them. So is the refused login that ended a connection,
    /// where that is not `open` any more.
    pub(super) fn unsay(&mut self, open: bool) {
        self.notices.retain(|notice| match notice {
            Notice::Settle { .. } | Notice::State { .. } | Notice::Closed { .. } => true,
            Notice::Login { error } => !open && error.is_some(),
            // They keep the page's dialogs and their media in step.
            #[cfg(feature = "calls")]
            Notice::Dialog(_) => true,
            _ => false,
        });
    }
}

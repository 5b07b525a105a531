//! The page's subscriptions, and what the server is told of them.

use super::{Io, Notice, Phase, Session};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::frame::LARGEST_FRAME;
use crate::core::json::push_channels;
use crate::core::rpc::Owner;
use crate::core::subscriptions::{Answer, Asking, Listener, Removed, json_bytes};
use crate::core::value::{Field, Value};

/// The bytes of channel names that go into one request.
const MOST_ASKED: usize = LARGEST_FRAME - 10_000;

impl<V: Value> Session<V> {
    /// Registers `listener` on each of `channels`; returns the registrations' numbers.
    /// With `local` the server is not asked. `sub_params` is JSON text.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// let sernos = session.subscribe(0, &["vcc".to_owned(), "presence".to_owned()], 1, None, false);
    /// assert_eq!(sernos.len(), 2);
    /// assert_eq!(sent(&mut session), ["verto.subscribe"], "both in one");
    /// ```
    pub fn subscribe(
        &mut self,
        now: Ms,
        channels: &[String],
        listener: impl Into<Listener>,
        sub_params: Option<&str>,
        local: bool,
    ) -> Vec<u32> {
        self.clock(now);
        let listener = listener.into();
        let mut sernos = Vec::with_capacity(channels.len());
        for channel in channels {
            let added = self
                .subscriptions
                .add(channel, listener, sub_params, local, now);
            if !added.replaced.sernos.is_empty() {
                let line = "a handler took the place of one of an earlier login on ";
                self.io.push(Io::Log([line, channel].concat()));
            }
            self.unsubscribed(now, added.replaced);
            if added.confirmed && !local && !sernos.contains(&added.serno) {
                self.notices.push(Notice::Confirmed {
                    sernos: vec![added.serno],
                    channel: channel.clone(),
                });
            }
            sernos.push(added.serno);
        }
        if matches!(self.phase, Phase::Ready) {
            let asking = self.subscriptions.take_unasked(channels, MOST_ASKED);
            self.ask(now, asking);
        }
        sernos
    }

    /// Ends registrations, each given by its channel and its number; 0 means all of that
    /// channel.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// let channels = ["vcc".to_owned()];
    /// let sernos = session.subscribe(0, &channels, 1, None, false);
    /// session.unsubscribe(0, &channels, &sernos);
    /// assert!(session.subscriptions().wanted.is_empty());
    /// ```
    pub fn unsubscribe(&mut self, now: Ms, channels: &[String], sernos: &[u32]) {
        self.clock(now);
        let mut removed = Removed::default();
        for (channel, serno) in channels.iter().zip(sernos) {
            self.subscriptions.remove(channel, *serno, &mut removed);
        }
        self.unsubscribed(now, removed);
    }

    /// Ends all registrations.
    pub fn unsubscribe_all(&mut self, now: Ms) {
        self.clock(now);
        let removed = self.subscriptions.clear();
        self.unsubscribed(now, removed);
    }

    /// The page's `onWSLogin(true)` is about to run. What it subscribes on a channel replaces
    /// what its previous run subscribed on that channel.
    ///
    /// ```
    /// # use testkit::*;
    /// let mut session = logged_in();
    /// for listener in [1, 2] {
    ///     session.login_callback_begins();
    ///     session.subscribe(0, &["vcc".to_owned()], listener, None, false);
    ///     session.login_callback_ended();
    /// }
    /// // The second run's listener has taken the place of the first's.
    /// let io: Vec<_> = std::iter::from_fn(|| session.next_io()).collect();
    /// assert_eq!(io.iter().filter(|io| matches!(io, Io::Release { .. })).count(), 1);
    /// ```
    pub fn login_callback_begins(&mut self) {
        self.subscriptions.login_callback_begins();
    }

    /// The page's `onWSLogin` has returned: what is subscribed from now on replaces nothing.
    pub fn login_callback_ended(&mut self) {
        self.subscriptions.login_callback_ended();
    }

    /// The page is told of each of these channels that the request `id` asked for in vain.
    pub(super) fn not_granted(
        &mut self,
        channels: &[String],
        id: u32,
        answer: Answer,
        error: &Error<V>,
    ) {
        for channel in channels {
            if self.subscriptions.answered(channel, id, answer).is_some() {
                self.notices.push(Notice::Refused {
                    channel: channel.clone(),
                    error: error.clone(),
                });
            }
        }
    }

    /// The server knows no channel of a new connection, so it is asked for all that are wanted.
    pub(super) fn ask_for_all(&mut self, now: Ms) {
        let asking = self.subscriptions.take_all_unasked(MOST_ASKED);
        self.ask(now, asking);
    }

    fn ask(&mut self, now: Ms, asking: Vec<Asking>) {
        for one in asking {
            let mut params = String::new();
            push_channels(&mut params, &one.channels, one.sub_params.as_deref());
            let owner = Owner::Subscribe(one.channels.clone());
            // The server works in order, so that a slow command may delay the answer: that is
            // no refusal.
            let busy = self.rpc.busy_until().unwrap_or(now).max(now);
            let id = self.send(self.due(busy), owner, "verto.subscribe", &params);
            self.subscriptions.asked(&one.channels, id);
        }
    }

    /// Registrations have ended: their handlers are let go, and the server is told which
    /// channels nobody wants any more.
    pub(super) fn unsubscribed(&mut self, now: Ms, removed: Removed) {
        self.released(removed.sernos);
        // Only a ready session holds channels, so nothing is sent before a login.
        let mut rest = removed.unwanted.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |name: &&String| {
                bytes += json_bytes(name);
                bytes <= MOST_ASKED
            };
            // At least one, so that the loop ends: a name that is too long by itself doesn't
            // come in here.
            let count = rest.iter().take_while(fits).count().max(1);
            let (names, later) = rest.split_at(count);
            let mut params = String::new();
            push_channels(&mut params, names, None);
            let due = self.due(now);
            self.send(due, Owner::Nobody, "verto.unsubscribe", &params);
            rest = later;
        }
    }

    /// The handlers of these registrations are to be forgotten.
    pub(super) fn released(&mut self, sernos: Vec<u32>) {
        if !sernos.is_empty() {
            self.io.push(Io::Release { sernos });
        }
    }

    /// Granted channels are named in `result`, or in some versions in `error`; what is
    /// named nowhere has not been granted (seen with FreeSWITCH).
    pub(super) fn subscription_answered(&mut self, id: u32, asked: &[String], answer: V) {
        for field in [Field::SubscribedChannels, Field::AlreadySubscribedChannels] {
            for channel in answer.texts_of(field) {
                if let Some(sernos) = self.subscriptions.answered(&channel, id, Answer::Granted) {
                    let confirmed = Notice::Confirmed { sernos, channel };
                    self.notices.push(confirmed);
                }
            }
        }
        let error = Error::refusal(Kind::Rejected, "verto.subscribe", answer).or_explain(
            "the server doesn't allow this user to subscribe to this channel: \
             check the user's permissions and the domain in `login`",
        );
        self.not_granted(asked, id, Answer::Refused, &error);
    }
}

//! Which channels the page wants, who listens on them, and what the server has granted.
//!
//! The page's handlers are not here: a handler with its `userData` is a *listener number*
//! (the same pair has the same number), and each registration of a listener on a channel
//! has a *serno*, which is in the handle that the page holds. An event's number on its channel
//! is another thing, the *event serno*.
//!
//! Where it is decided:
//!
//! | what | file |
//! | --- | --- |
//! | whether a handler takes the place of its twin of an earlier login | `channel.rs` |
//! | which channels go into one request (the frame is written by `../session/subscribing.rs`) | `asking.rs` |
//! | who gets an event | `routes.rs` |
//! | whether an event is a repetition, or some before it are missing | `numbers.rs` |
//! | the table of channels by their names | `channels.rs` |

mod asking;
mod channel;
mod channels;
mod numbers;
mod routes;

use channel::{Grant, Moment};
use channels::Channels;

use crate::core::Ms;

pub use asking::{Asking, json_bytes};
pub use channel::{Answer, Listener, Origin};
pub use numbers::MOST_MISSED;
pub use routes::{Gap, Route};

/// How long after the answer to a login a page that subscribes is taken to subscribe because of
/// that login, in ms.
pub const LOGIN_WINDOW: Ms = 10_000;

/// What adding a registration led to.
#[derive(Debug, PartialEq, Eq)]
pub struct Added {
    /// The registration.
    pub serno: u32,
    /// What it replaces.
    pub replaced: Removed,
    /// The server already grants the channel.
    pub confirmed: bool,
}

/// What removing registrations led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The registrations that are gone.
    pub sernos: Vec<u32>,
    /// The channels that the server need not send any more.
    pub unwanted: Vec<String>,
}

/// The state of all channels, for tests and tools.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Granted by the server.
    pub confirmed: Vec<String>,
    /// Refused by the server.
    pub refused: Vec<String>,
    /// Wanted by the page.
    pub wanted: Vec<String>,
}

/// The subscriptions of one session.
#[derive(Debug, Default)]
pub struct Subscriptions {
    channels: Channels,
    /// Routes that were learned at another version are void.
    version: u32,
    /// The subscribe requests of this connection that got no answer in time, with their
    /// channels.
    late: Vec<(u32, Vec<String>)>,
    last_serno: u32,
    /// How often the page's `onWSLogin(true)` has run, and whether it is running.
    last_run: u32,
    in_login: bool,
    /// How many logins the server has answered, and until when a page subscribes because of the
    /// last one.
    epoch: u32,
    window_ends: Ms,
    /// How many sessions have ended.
    ended: u32,
}

impl Subscriptions {
    /// Marks where the page's `onWSLogin(true)` begins: what it subscribes until
    /// [`Self::login_callback_ended`] replaces, on the same channel, what its previous
    /// run subscribed there.
    pub fn login_callback_begins(&mut self) {
        self.last_run += 1;
        self.in_login = true;
    }

    /// Marks where the page's `onWSLogin` ends.
    pub fn login_callback_ended(&mut self) {
        self.in_login = false;
    }

    /// The server has granted or refused a login, at the time `now`.
    pub fn login_answered(&mut self, now: Ms) {
        self.epoch += 1;
        self.window_ends = now.saturating_add(LOGIN_WINDOW);
    }

    /// The session ends. What is subscribed from now on is for the next one.
    pub fn session_ended(&mut self) {
        self.ended += 1;
    }

    /// Another user connects: what was subscribed in a session that has ended is removed. There
    /// is no connection, so the server needn't be told. Returns the registrations.
    pub fn end_former(&mut self) -> Vec<u32> {
        self.forget_routes();
        let mut released = Vec::new();
        for mut entry in self.channels.take() {
            entry.channel.release_former(self.ended, &mut released);
            if !entry.channel.registrations().is_empty() {
                self.channels.put(entry);
            }
        }
        released
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        self.window_ends = self.window_ends.saturating_sub(by);
    }

    /// Registers `listener` on `channel`; a listener registers once on a channel.
    pub fn add(
        &mut self,
        channel: &str,
        listener: Listener,
        sub_params: Option<&str>,
        local: bool,
        now: Ms,
    ) -> Added {
        // The events so far may go to one more now, and to others no more.
        self.forget_routes();
        let at = Moment {
            epoch: self.epoch,
            in_window: now < self.window_ends,
            ended: self.ended,
            run: if self.in_login { self.last_run } else { 0 },
        };
        let mut replaced = Removed::default();
        let entry = self.channels.get_or_insert(channel);
        let new_serno = self.last_serno + 1;
        let serno = entry.register(listener, at, local, new_serno, &mut replaced.sernos);
        self.last_serno = self.last_serno.max(serno);
        if let Some(json) = sub_params.filter(|_| !local) {
            entry.set_sub_params(serno, json);
        }
        if entry.give_up() {
            replaced.unwanted.push(channel.into());
        }
        Added {
            serno,
            replaced,
            confirmed: entry.grant() == Grant::Confirmed && !entry.is_to_be_asked(),
        }
    }

    /// Removes the registration `serno`, or with 0 all of them, from `channel`.
    pub fn remove(&mut self, channel: &str, serno: u32, removed: &mut Removed) {
        self.forget_routes();
        let Some(entry) = self.channels.get(channel) else {
            return;
        };
        entry.channel.release(serno, &mut removed.sernos);
        if entry.channel.is_wanted() {
            return;
        }
        if entry.channel.give_up() {
            removed.unwanted.push(channel.into());
        }
        entry.restart();
        if entry.channel.registrations().is_empty() {
            self.channels.remove(channel);
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) -> Removed {
        self.forget_routes();
        let mut removed = Removed::default();
        for mut entry in self.channels.take() {
            entry.channel.release(0, &mut removed.sernos);
            if entry.channel.give_up() {
                removed.unwanted.push(entry.name);
            }
        }
        removed
    }

    /// The connection is gone, and with it what the server knew of the session's channels
    /// (seen with FreeSWITCH).
    pub fn disconnected(&mut self) {
        self.forget_routes();
        self.late.clear();
        for entry in self.channels.iter_mut() {
            entry.restart();
            entry.channel.disconnected();
        }
    }

    /// The request `id` was answered for `channel`. Returns the registrations that this
    /// concerns; none where the channel was given up, or asked for anew, since.
    pub fn answered(&mut self, channel: &str, id: u32, answer: Answer) -> Option<Vec<u32>> {
        let entry = self.channels.get(channel)?;
        let concerned = entry.channel.answered(id, answer)?;
        if answer == Answer::Granted {
            // What came before the grant was of an earlier subscription.
            entry.restart();
        }
        Some(concerned)
    }

    /// What the server has granted, what it has refused, and what is wanted.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for entry in self.channels.iter() {
            let name = || entry.name.clone();
            match entry.channel.grant() {
                Grant::Confirmed => summary.confirmed.push(name()),
                Grant::Refused => summary.refused.push(name()),
                _ => {}
            }
            if entry.channel.is_wanted() {
                summary.wanted.push(name());
            }
        }
        summary
    }
}

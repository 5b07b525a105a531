//! One channel: who listens on it, and what the server has granted.

use super::numbers::Missed;

/// What the server was told of a channel on the present connection, and what it said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grant {
    /// It was not asked for the channel.
    #[default]
    Unasked,
    /// It was asked by the request with this id.
    Asked(u32),
    /// It sends the channel's events.
    Confirmed,
    /// It doesn't send them.
    Refused,
    /// It didn't answer the request with this id in time: it may send them or not.
    Unanswered(u32),
}

/// What the server said when it was asked for a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Granted,
    /// No.
    Refused,
    /// Nothing, in time.
    Missing,
}

/// How a registration was made, which decides what may take its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// By `subscribe()`.
    #[default]
    Subscribe,
    /// By `events()`: only another `events()` takes its place.
    Loop,
    /// With a `signal`, by which the page ends it itself: nothing takes its place.
    Signal,
}

/// Who listens: the page's handler with its `userData`.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    /// The same pair has the same number.
    pub number: u32,
    /// Equal for handlers with the same source text and the same `userData`: a page that runs
    /// the same code again makes such a twin.
    pub twin: u32,
    /// How it is registered.
    pub origin: Origin,
}

/// A listener without a twin, which `subscribe()` registers.
impl From<u32> for Listener {
    fn from(number: u32) -> Self {
        Listener {
            number,
            twin: number,
            origin: Origin::Subscribe,
        }
    }
}

/// When a registration is made.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// How many logins the server has answered.
    pub epoch: u32,
    /// The last of these answers came a moment ago.
    pub in_window: bool,
    /// How many sessions have ended.
    pub ended: u32,
    /// The run of `onWSLogin` that makes it; 0 where the page makes it elsewhere.
    pub run: u32,
}

/// A listener on a channel.
#[derive(Debug)]
pub struct Registration {
    /// The registration's number, which is in the handle that the page holds.
    pub serno: u32,
    /// Who listens.
    pub listener: Listener,
    /// When it was made, or made again.
    made: Moment,
    /// Hears events, but doesn't make the server send any.
    local: bool,
}

/// A channel with its registrations.
#[derive(Debug, Default)]
pub struct Channel {
    registrations: Vec<Registration>,
    grant: Grant,
    /// The `subParams` of those registrations that make the server send events, as JSON text: what
    /// was given last is last.
    sub_params: Vec<(u32, String)>,
    /// The `subParams` with which the server was asked last.
    asked_with: Option<String>,
    /// Which event numbers were skipped. It lies here, and not beside the counter in the
    /// table, since it is looked at only where a number is unusual.
    pub missed: Missed,
}

impl Channel {
    /// Registers `listener`, which registers once on a channel: where it is there already its
    /// number is returned, otherwise `new_serno` becomes its number. `replaced` gets those whose
    /// place it takes: what an earlier run of `onWSLogin` made, or an earlier twin.
    pub fn register(
        &mut self,
        listener: Listener,
        at: Moment,
        local: bool,
        new_serno: u32,
        replaced: &mut Vec<u32>,
    ) -> u32 {
        let same = |one: &&mut Registration| one.listener.number == listener.number;
        let known = self.registrations.iter_mut().find(same);
        let serno = known.map(|one| {
            one.local &= local;
            one.listener.origin = listener.origin;
            one.made.epoch = at.epoch;
            one.made.ended = at.ended;
            one.made.in_window |= at.in_window;
            if one.made.run != 0 {
                one.made.run = at.run;
            }
            one.serno
        });
        let before = |one: &Registration| one.made.run != 0 && one.made.run < at.run;
        self.release_those(
            &|one| before(one) && one.listener.origin == Origin::Subscribe,
            replaced,
        );
        if let Some(serno) = serno {
            return serno;
        }
        if replaced.is_empty() || listener.origin == Origin::Loop {
            let twin = self.earlier_twin(listener, at);
            self.release_those(&|one| Some(one.serno) == twin, replaced);
        }
        self.registrations.push(Registration {
            serno: new_serno,
            listener,
            made: at,
            local,
        });
        new_serno
    }

    /// The registration whose place `listener` takes. A page that subscribes anew after each
    /// login, as its ancestors made it do, would otherwise have one handler more each time.
    /// It takes one that was itself made after a login, if there is one, since code that mounts
    /// at another time doesn't mean to replace anything.
    fn earlier_twin(&self, listener: Listener, at: Moment) -> Option<u32> {
        if !at.in_window || listener.origin == Origin::Signal {
            return None;
        }
        let twins = self.registrations.iter().filter(|one| {
            one.made.epoch < at.epoch
                && one.listener.twin == listener.twin
                && one.listener.origin == listener.origin
        });
        // All loops have the same source text, and a run of `onWSLogin` has replaced already what
        // the run before it subscribed. So a loop, and a subscription made inside `onWSLogin`, only
        // replace a twin that was itself made just after a login.
        let is_sure = listener.origin == Origin::Subscribe && at.run == 0;
        let found = twins
            .filter(|one| is_sure || one.made.in_window)
            .min_by_key(|one| (!one.made.in_window, one.serno));
        found.map(|one| one.serno)
    }

    /// Removes the registration `serno`, or with 0 all of them.
    pub fn release(&mut self, serno: u32, released: &mut Vec<u32>) {
        self.release_those(&|one| serno == 0 || one.serno == serno, released);
    }

    /// Removes what was made before the last of `ended` sessions ended.
    pub fn release_former(&mut self, ended: u32, released: &mut Vec<u32>) {
        self.release_those(&|one| one.made.ended < ended, released);
    }

    fn release_those(&mut self, meant: &dyn Fn(&Registration) -> bool, released: &mut Vec<u32>) {
        let before = released.len();
        self.registrations.retain(|one| {
            let gone = meant(one);
            if gone {
                released.push(one.serno);
            }
            !gone
        });
        let is_gone = |serno: &u32| released.iter().skip(before).any(|one| one == serno);
        self.sub_params.retain(|(serno, _)| !is_gone(serno));
    }

    /// Everybody who hears the channel's events.
    pub fn registrations(&self) -> &[Registration] {
        &self.registrations
    }

    /// Whether somebody makes the server send the channel's events.
    pub fn is_wanted(&self) -> bool {
        self.registrations.iter().any(|one| !one.local)
    }

    /// The `subParams` that were given last, as JSON text.
    pub fn sub_params(&self) -> Option<&String> {
        self.sub_params.last().map(|(_, json)| json)
    }

    /// These `subParams` were given with the registration `serno`.
    pub fn set_sub_params(&mut self, serno: u32, json: &str) {
        self.sub_params.retain(|(one, _)| *one != serno);
        self.sub_params.push((serno, json.into()));
    }

    /// What the server was told, and what it said.
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// Whether the server is still to be asked for it, or once more with other `subParams`.
    pub fn is_to_be_asked(&self) -> bool {
        let is_asked = matches!(self.grant, Grant::Asked(_) | Grant::Confirmed);
        self.is_wanted() && !(is_asked && self.asked_with.as_ref() == self.sub_params())
    }

    /// The server is asked by the request `id`; 0 while the request has no id yet.
    pub fn asked(&mut self, id: u32) {
        self.grant = Grant::Asked(id);
        self.asked_with = self.sub_params().cloned();
    }

    /// The request `id` has this answer. Returns the registrations that it concerns; none
    /// where the channel was given up, or asked for anew, since.
    pub fn answered(&mut self, id: u32, answer: Answer) -> Option<Vec<u32>> {
        if !matches!(self.grant, Grant::Asked(of) | Grant::Unanswered(of) if of == id) {
            return None;
        }
        self.grant = match answer {
            Answer::Granted => Grant::Confirmed,
            Answer::Refused => Grant::Refused,
            Answer::Missing => Grant::Unanswered(id),
        };
        let asking = self.registrations.iter().filter(|one| !one.local);
        Some(asking.map(|one| one.serno).collect())
    }

    /// The connection is gone, and the server knows nothing of it any more.
    pub fn disconnected(&mut self) {
        self.grant = Grant::Unasked;
    }

    /// Gives the server's grant up where nobody wants the channel any more; returns whether
    /// the server must be told, since it may send the channel's events.
    pub fn give_up(&mut self) -> bool {
        if self.is_wanted() {
            return false;
        }
        let may_send = !matches!(self.grant, Grant::Unasked | Grant::Refused);
        self.grant = Grant::Unasked;
        may_send
    }
}

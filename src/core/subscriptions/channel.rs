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

/// A listener on a channel.
#[derive(Debug)]
pub struct Registration {
    /// The registration's number, which is in the handle that the page holds.
    pub serno: u32,
    /// The page's handler with its `userData`.
    pub listener: u32,
    /// The run of `onWSLogin` that made it; 0 where the page made it elsewhere.
    run: u32,
    /// Hears events, but doesn't make the server send any.
    local: bool,
}

/// A channel with its registrations.
#[derive(Debug, Default)]
pub struct Channel {
    registrations: Vec<Registration>,
    grant: Grant,
    sub_params: Option<String>,
    /// Which event numbers were skipped. It lies here, and not beside the counter in the
    /// table, since it is looked at only where a number is unusual.
    pub missed: Missed,
}

impl Channel {
    /// Registers `listener`, which registers once on a channel: where it is there already its
    /// number is returned, otherwise `new_serno` becomes its number.
    pub fn register(&mut self, listener: u32, run: u32, local: bool, new_serno: u32) -> u32 {
        let same = |one: &&mut Registration| one.listener == listener;
        if let Some(one) = self.registrations.iter_mut().find(same) {
            one.local &= local;
            if one.run != 0 {
                one.run = run;
            }
            return one.serno;
        }
        self.registrations.push(Registration {
            serno: new_serno,
            listener,
            run,
            local,
        });
        new_serno
    }

    /// Removes the registration `serno`, or with 0 all of them.
    pub fn release(&mut self, serno: u32, released: &mut Vec<u32>) {
        self.release_those(&|one| serno == 0 || one.serno == serno, released);
    }

    /// Removes the registrations that runs of `onWSLogin` before `run` made.
    pub fn release_before(&mut self, run: u32, released: &mut Vec<u32>) {
        self.release_those(&|one| one.run != 0 && one.run < run, released);
    }

    fn release_those(&mut self, meant: &dyn Fn(&Registration) -> bool, released: &mut Vec<u32>) {
        self.registrations.retain(|one| {
            let gone = meant(one);
            if gone {
                released.push(one.serno);
            }
            !gone
        });
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
        self.sub_params.as_ref()
    }

    /// These `subParams` go with the channel from now on.
    pub fn set_sub_params(&mut self, json: &str) {
        self.sub_params = Some(json.into());
    }

    /// What the server was told, and what it said.
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// Whether the server is still to be asked for it.
    pub fn is_to_be_asked(&self) -> bool {
        self.is_wanted() && !matches!(self.grant, Grant::Asked(_) | Grant::Confirmed)
    }

    /// The server is asked by the request `id`; 0 while the request has no id yet.
    pub fn asked(&mut self, id: u32) {
        self.grant = Grant::Asked(id);
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

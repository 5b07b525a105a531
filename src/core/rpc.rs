//! The correlation table: which request is whose, and until when.
//!
//! It knows no socket. A request is either *waiting* for a login, in the order in which
//! the page made it, or *in flight*, written once under an id; it is never both, and never
//! goes back (invariant 6).

use crate::core::Ms;

/// The page's number for a call that it wants settled.
pub type CallId = u32;

/// How many requests may wait for a login.
pub const MOST_WAITING: usize = 1000;

/// Which answers of the server count as success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Any `result`.
    Result,
    /// A `result` whose `code` is 200: call-centre commands (XSwitch reference).
    Code200,
    /// A `result` without a `code`, or with 200: `verto.broadcast` is refused by a result
    /// with a code (FreeSWITCH, transcript s05).
    NoRefusal,
}

/// A call of the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The page's number for it.
    pub id: CallId,
    /// The method, for the error that it may end with.
    pub method: String,
    /// Which answers count as success.
    pub expect: Expect,
}

/// Who gets the answer to a request in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The page.
    Page(Call),
    /// The session: `login`.
    Login,
    /// The session: `verto.subscribe` for these channels.
    Subscribe(Vec<String>),
    /// Nobody: `verto.unsubscribe`, and calls that the page gave up, with which the server
    /// may still be busy.
    Nobody,
    /// The session: `verto.ping`.
    Ping,
}

#[derive(Debug)]
struct InFlight {
    id: u32,
    owner: Owner,
    deadline: Ms,
}

/// A request that waits for a login.
#[derive(Debug)]
pub struct Waiting {
    /// The page's call.
    pub call: Call,
    /// Its parameters as JSON text.
    pub params: String,
    /// When it fails if it still waits.
    pub deadline: Ms,
}

/// The table of one session.
#[derive(Debug, Default)]
pub struct Rpc {
    last_id: u32,
    /// In the order of their ids. Servers answer in order, so that what is asked for is
    /// nearly always the first.
    in_flight: Vec<InFlight>,
    waiting: Vec<Waiting>,
}

impl Rpc {
    /// A new connection: its ids start at 1 again.
    pub fn restart(&mut self) {
        self.last_id = 0;
    }

    /// Registers a request that is about to be written; returns its id.
    pub fn register(&mut self, owner: Owner, deadline: Ms) -> u32 {
        self.last_id += 1;
        self.in_flight.push(InFlight {
            id: self.last_id,
            owner,
            deadline,
        });
        self.last_id
    }

    /// Takes out whoever waits for the answer to request `id`.
    pub fn answered(&mut self, id: u32) -> Option<Owner> {
        let index = self
            .in_flight
            .binary_search_by_key(&id, |entry| entry.id)
            .ok()?;
        Some(self.in_flight.remove(index).owner)
    }

    /// Takes out the page's call `id`, and says whether it was in flight; then its answer
    /// is nobody's.
    pub fn cancel(&mut self, id: CallId) -> Option<(Call, bool)> {
        if let Some(index) = self.waiting.iter().position(|one| one.call.id == id) {
            return Some((self.waiting.remove(index).call, false));
        }
        let mut in_flight = self.in_flight.iter_mut().map(|entry| &mut entry.owner);
        let owner = in_flight.find(|owner| matches!(owner, Owner::Page(call) if call.id == id))?;
        match std::mem::replace(owner, Owner::Nobody) {
            Owner::Page(call) => Some((call, true)),
            _ => None,
        }
    }

    /// Lets a request wait for the next login; gives the call back where too many do.
    pub fn wait(&mut self, request: Waiting) -> Result<(), Call> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(request.call);
        }
        self.waiting.push(request);
        Ok(())
    }

    /// Takes out everything that waits, oldest first.
    pub fn take_waiting(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.waiting)
    }

    /// Takes out everything in flight, oldest first.
    pub fn take_in_flight(&mut self) -> impl Iterator<Item = Owner> + use<> {
        let all = std::mem::take(&mut self.in_flight);
        all.into_iter().map(|entry| entry.owner)
    }

    /// Takes out what is overdue at `now`, with its id where it had been sent.
    pub fn overdue(&mut self, now: Ms) -> Vec<(Owner, Option<u32>)> {
        let mut overdue = Vec::new();
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return overdue;
        }
        // Not `retain`: the owners are moved out.
        for entry in std::mem::take(&mut self.in_flight) {
            if entry.deadline <= now {
                overdue.push((entry.owner, Some(entry.id)));
            } else {
                self.in_flight.push(entry);
            }
        }
        for entry in std::mem::take(&mut self.waiting) {
            if entry.deadline <= now {
                overdue.push((Owner::Page(entry.call), None));
            } else {
                self.waiting.push(entry);
            }
        }
        overdue
    }

    /// When the last of the requests in flight, but for pings, is given up.
    pub fn busy_until(&self) -> Option<Ms> {
        let requests = self.in_flight.iter();
        let others = requests.filter(|entry| entry.owner != Owner::Ping);
        others.map(|entry| entry.deadline).max()
    }

    /// Whether a login is in flight.
    pub fn awaits_login(&self) -> bool {
        self.in_flight
            .iter()
            .any(|entry| entry.owner == Owner::Login)
    }

    /// A login in flight is given up at `deadline` at the latest.
    pub fn hurry_login(&mut self, deadline: Ms) {
        for entry in &mut self.in_flight {
            if entry.owner == Owner::Login {
                entry.deadline = entry.deadline.min(deadline);
            }
        }
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        let in_flight = self.in_flight.iter_mut().map(|entry| &mut entry.deadline);
        let waiting = self.waiting.iter_mut().map(|entry| &mut entry.deadline);
        for deadline in in_flight.chain(waiting) {
            *deadline = deadline.saturating_sub(by);
        }
    }

    /// When the next request is overdue.
    pub fn deadline(&self) -> Option<Ms> {
        let in_flight = self.in_flight.iter().map(|entry| entry.deadline);
        let waiting = self.waiting.iter().map(|entry| entry.deadline);
        in_flight.chain(waiting).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(id: CallId) -> Call {
        Call {
            id,
            method: "jsapi".into(),
            expect: Expect::Result,
        }
    }

    #[test]
    fn ids_rise_from_one_on_each_connection() {
        let mut rpc = Rpc::default();
        assert_eq!(rpc.register(Owner::Login, 10), 1);
        assert_eq!(rpc.register(Owner::Nobody, 10), 2);
        rpc.take_in_flight().for_each(drop);
        rpc.restart();
        assert_eq!(rpc.register(Owner::Login, 10), 1);
    }

    #[test]
    fn an_answer_finds_its_owner_once_and_in_any_order() {
        let mut rpc = Rpc::default();
        for id in 1..=3 {
            rpc.register(Owner::Page(page(id)), 10);
        }
        assert_eq!(rpc.answered(2), Some(Owner::Page(page(2))));
        assert_eq!(rpc.answered(2), None);
        assert_eq!(rpc.answered(7), None);
        assert_eq!(rpc.answered(1), Some(Owner::Page(page(1))));
        assert_eq!(rpc.answered(3), Some(Owner::Page(page(3))));
    }

    #[test]
    fn what_is_overdue_says_whether_it_was_sent() {
        let mut rpc = Rpc::default();
        rpc.register(Owner::Page(page(1)), 20);
        let waiting = |id, deadline| Waiting {
            call: page(id),
            params: "{}".into(),
            deadline,
        };
        rpc.wait(waiting(2, 10)).unwrap();
        rpc.wait(waiting(3, 30)).unwrap();
        assert_eq!(rpc.deadline(), Some(10));
        assert_eq!(rpc.overdue(9), []);
        let both = [
            (Owner::Page(page(1)), Some(1)),
            (Owner::Page(page(2)), None),
        ];
        assert_eq!(rpc.overdue(20), both);
        assert_eq!(rpc.take_waiting()[0].call.id, 3);
        assert_eq!(rpc.deadline(), None);
    }

    #[test]
    fn at_most_a_thousand_wait() {
        let mut rpc = Rpc::default();
        let waiting = |id| Waiting {
            call: page(id),
            params: "{}".into(),
            deadline: 1,
        };
        for id in 0..MOST_WAITING as u32 {
            rpc.wait(waiting(id)).unwrap();
        }
        assert_eq!(rpc.wait(waiting(5000)), Err(page(5000)));
    }
}

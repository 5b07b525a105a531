//! The correlation table: which request is whose, and until when.
//!
//! It knows no socket. A request is either *waiting* for a login, in the order in which
//! the page made it, or *in flight*, written once under an id. It is never both, and never
//! goes back: a request that was written is never written again.

use crate::core::Ms;

/// The page's number for a call that it wants settled.
pub type CallId = u32;

/// How many requests may wait for a login.
pub const MOST_WAITING: usize = 1000;

/// How many bytes a request that fails may take: an error, a notice, and a place in each list,
/// where a list that is full doubles. Found by trying: with 64 bytes `tests/glue/memory.test.mjs` fails.
const FAILURE: usize = 192;

/// Which answers of the server count as success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Any `result`.
    Result,
    /// A `result` whose `code` is 200: call-centre commands (XSwitch reference).
    Code200,
    /// A `result` without a `code`, or with 200: `verto.broadcast` is refused by a result
    /// with a code (seen with FreeSWITCH).
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
    /// Nobody. These are `verto.unsubscribe`, and the calls that the page gave up: the server
    /// may still be busy with them.
    Nobody,
    /// The session: `verto.ping`.
    Ping,
    /// A dialog, and then the page's call that it asks for, if there is one.
    #[cfg(feature = "calls")]
    Dialog(crate::core::dialog::Asker),
}

/// A request that waits for a login or for its answer.
#[derive(Debug)]
pub struct Entry {
    /// The id under which it was written; 0 while it waits for a login.
    pub id: u32,
    /// Who gets the answer.
    pub owner: Owner,
    /// When it fails if it is still here.
    pub deadline: Ms,
    /// What is to be written: its parameters as JSON text, while it waits.
    pub params: String,
}

/// Requests, oldest first. They are in boxes, so that when the oldest leaves, 4 bytes of each
/// other request move, and not 56.
#[allow(clippy::vec_box)]
type Entries = Vec<Box<Entry>>;

/// The table of one session.
#[derive(Debug, Default)]
pub struct Rpc {
    last_id: u32,
    /// Both those that wait and those in flight: two tables would be twice the code. Servers
    /// answer in order, so that the request of an answer is nearly always among the first.
    entries: Entries,
    /// No entry's deadline is before this time. It is computed anew only when it has come:
    /// otherwise each answer would lead to a search through all requests in flight.
    earliest: Ms,
}

impl Rpc {
    /// A new connection: its ids start at 1 again.
    pub fn restart(&mut self) {
        self.last_id = 0;
    }

    /// Registers a request that is about to be written; returns its id.
    pub fn register(&mut self, owner: Owner, deadline: Ms) -> u32 {
        self.last_id += 1;
        self.register_as(self.last_id, owner, deadline);
        self.last_id
    }

    /// Registers a request under an id that isn't the next.
    pub fn register_as(&mut self, id: u32, owner: Owner, deadline: Ms) {
        self.push(Entry {
            id,
            owner,
            deadline,
            params: String::new(),
        });
    }

    fn push(&mut self, entry: Entry) {
        if self.entries.is_empty() || entry.deadline < self.earliest {
            self.earliest = entry.deadline;
        }
        self.entries.push(Box::new(entry));
    }

    /// Takes out whoever waits for the answer to request `id`.
    pub fn answered(&mut self, id: u32) -> Option<Owner> {
        let index = self
            .entries
            .iter()
            .position(|one| one.id == id && id != 0)?;
        Some(self.entries.remove(index).owner)
    }

    /// Takes out the page's call `id`, and says whether its request was in flight. If so, the
    /// request stays as nobody's.
    pub fn cancel(&mut self, id: CallId) -> Option<(Call, bool)> {
        let entries = &mut self.entries;
        let index = entries
            .iter()
            .position(|one| matches!(&one.owner, Owner::Page(call) if call.id == id))?;
        let mut entry = self.entries.remove(index);
        let owner = std::mem::replace(&mut entry.owner, Owner::Nobody);
        let sent = entry.id != 0;
        if sent {
            self.entries.insert(index, entry);
        }
        match owner {
            Owner::Page(call) => Some((call, sent)),
            _ => None,
        }
    }

    /// Lets a request wait for the next login; gives the call back where too many wait.
    pub fn wait(&mut self, call: Call, params: String, deadline: Ms) -> Result<(), Call> {
        let waiting = self.entries.iter().filter(|one| one.id == 0);
        if waiting.count() >= MOST_WAITING {
            return Err(call);
        }
        self.push(Entry {
            id: 0,
            owner: Owner::Page(call),
            deadline,
            params,
        });
        Ok(())
    }

    /// Takes out everything that waits, oldest first.
    pub fn take_waiting(&mut self) -> Entries {
        self.take(&|one| one.id == 0)
    }

    /// Takes out everything in flight, oldest first.
    pub fn take_in_flight(&mut self) -> Entries {
        self.take(&|one| one.id != 0)
    }

    /// Takes out what is overdue at `now`, oldest first.
    pub fn overdue(&mut self, now: Ms) -> Entries {
        if now < self.earliest {
            return Vec::new();
        }
        let overdue = self.take(&|one| one.deadline <= now);
        let left = self.entries.iter().map(|one| one.deadline);
        self.earliest = left.min().unwrap_or_default();
        overdue
    }

    fn take(&mut self, wanted: &dyn Fn(&Entry) -> bool) -> Entries {
        let mut taken = Vec::new();
        let mut left = Vec::new();
        for one in std::mem::take(&mut self.entries) {
            match wanted(&one) {
                true => taken.push(one),
                false => left.push(one),
            }
        }
        self.entries = left;
        taken
    }

    /// How many bytes it may take to fail all requests at once, as a lost connection does, and
    /// one more with them.
    pub fn failure_bytes(&self) -> usize {
        (self.entries.len() + 1) * FAILURE
    }

    /// When the request that the server works on now is given up: the oldest in flight, but for
    /// pings, since a server works in order.
    pub fn busy_until(&self) -> Option<Ms> {
        let mut entries = self.entries.iter();
        let oldest = entries.find(|one| one.id != 0 && !matches!(one.owner, Owner::Ping));
        oldest.map(|one| one.deadline)
    }

    /// When the last of what is in flight beside pings and subscribe requests is given up. Until
    /// then a subscribe request that is written now may wait for its turn.
    pub fn turn_comes_by(&self) -> Option<Ms> {
        let entries = self.entries.iter();
        let ahead = entries
            .filter(|one| one.id != 0 && !matches!(one.owner, Owner::Ping | Owner::Subscribe(_)));
        ahead.map(|one| one.deadline).max()
    }

    /// The server has answered a subscribe request, so that the next one's turn has come: those
    /// in flight are given up at `deadline` at the earliest.
    pub fn allow_subscribes(&mut self, deadline: Ms) {
        for one in &mut self.entries {
            if matches!(one.owner, Owner::Subscribe(_)) {
                one.deadline = one.deadline.max(deadline);
            }
        }
    }

    /// Whether a login is in flight.
    pub fn awaits_login(&self) -> bool {
        self.entries
            .iter()
            .any(|one| matches!(one.owner, Owner::Login))
    }

    /// A login in flight is given up at `deadline` at the latest.
    pub fn hurry_login(&mut self, deadline: Ms) {
        for one in &mut self.entries {
            if matches!(one.owner, Owner::Login) && deadline < one.deadline {
                one.deadline = deadline;
                self.earliest = self.earliest.min(deadline);
            }
        }
    }

    /// The clock was set back by this much.
    pub fn set_back(&mut self, by: Ms) {
        for one in &mut self.entries {
            one.deadline = one.deadline.saturating_sub(by);
        }
        self.earliest = self.earliest.saturating_sub(by);
    }

    /// When to ask for [`Self::overdue`]. It may be too early: the deadline of a request that was
    /// answered meanwhile may still count.
    pub fn deadline(&self) -> Option<Ms> {
        (!self.entries.is_empty()).then_some(self.earliest)
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
        rpc.take_in_flight();
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
        rpc.wait(page(2), "{}".into(), 10).unwrap();
        rpc.wait(page(3), "{}".into(), 30).unwrap();
        assert_eq!(rpc.deadline(), Some(10));
        assert!(rpc.overdue(9).is_empty());
        let ids: Vec<_> = rpc.overdue(20).iter().map(|one| one.id).collect();
        assert_eq!(ids, [1, 0]);
        assert_eq!(rpc.answered(0), None, "0 is no id");
        assert_eq!(rpc.take_waiting()[0].owner, Owner::Page(page(3)));
        assert_eq!(rpc.deadline(), None);
    }

    #[test]
    fn memory_is_kept_for_the_failure_of_each_request_and_of_one_more() {
        let mut rpc = Rpc::default();
        assert_eq!(rpc.failure_bytes(), FAILURE);
        rpc.register(Owner::Login, 1);
        rpc.wait(page(1), "{}".into(), 1).unwrap();
        assert_eq!(rpc.failure_bytes(), 3 * FAILURE);
    }

    #[test]
    fn at_most_a_thousand_wait() {
        let mut rpc = Rpc::default();
        rpc.register(Owner::Login, 1);
        for id in 0..MOST_WAITING as u32 {
            rpc.wait(page(id), "{}".into(), 1).unwrap();
        }
        assert_eq!(rpc.wait(page(5000), "{}".into(), 1), Err(page(5000)));
    }
}

//! Which channels the page wants, who listens on them, and what the server has granted.
//!
//! The page's handlers are not here: a handler with its `userData` is a *listener number*
//! (the same pair has the same number), and each registration of a listener on a channel
//! has a *serno*, which is in the handle that the page holds.

use std::rc::Rc;

use crate::core::frame::Event;

/// How many routes are remembered: enough for every agent of a large switch.
const MOST_ROUTES: usize = 20_000;

/// How many skipped event numbers of a channel are remembered.
const MOST_MISSED: u64 = 1_000;

/// What the server has been told of a channel on the present connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Unasked,
    /// Asked for by this request.
    Asked(u32),
    Confirmed,
    Refused,
    /// Asked for in vain: the server may hold it or not.
    Unknown(u32),
}

/// What the server said when it was asked for a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Granted,
    /// No.
    Refused,
    /// Nothing, in time.
    None,
}

#[derive(Debug)]
struct Registration {
    serno: u32,
    listener: u32,
    /// The run of `onWSLogin` that made it; 0 where the page made it elsewhere.
    run: u32,
    /// Hears events, but doesn't make the server send any.
    local: bool,
}

#[derive(Debug)]
struct Channel {
    registrations: Vec<Registration>,
    wire: Wire,
    sub_params: Option<String>,
    /// The `eventSerno` that comes next, where one was seen.
    expected: Option<u64>,
    /// The latest numbers before that one that were skipped: they may still come.
    missed: Vec<u64>,
}

impl Channel {
    /// Removes the registrations that are `meant`, and notes their numbers.
    fn release(&mut self, meant: &dyn Fn(&Registration) -> bool, sernos: &mut Vec<u32>) {
        self.registrations.retain(|one| {
            let gone = meant(one);
            if gone {
                sernos.push(one.serno);
            }
            !gone
        });
    }

    fn is_wanted(&self) -> bool {
        self.registrations.iter().any(|one| !one.local)
    }

    /// Whether the server may hold it, so that it must be told when it is unwanted.
    fn is_held(&self) -> bool {
        !matches!(self.wire, Wire::Unasked | Wire::Refused)
    }

    fn is_to_be_asked(&self) -> bool {
        self.is_wanted() && !matches!(self.wire, Wire::Asked(_) | Wire::Confirmed)
    }
}

/// The channels in the order of their names. Not a `BTreeMap`, which is 8 KB of wasm; the
/// boxes keep what an insertion moves small.
#[derive(Debug, Default)]
struct Channels(Vec<(String, Box<Channel>)>);

impl Channels {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Channel> {
        let index = self.find(name).ok()?;
        self.0.get_mut(index).map(|(_, channel)| &mut **channel)
    }

    #[allow(clippy::indexing_slicing)] // It was found there, or put there.
    fn get_or_insert(&mut self, name: &str) -> &mut Channel {
        let index = self.find(name).unwrap_or_else(|index| {
            let channel = Box::new(Channel {
                registrations: Vec::new(),
                wire: Wire::Unasked,
                sub_params: None,
                expected: None,
                missed: Vec::new(),
            });
            self.0.insert(index, (name.into(), channel));
            index
        });
        &mut self.0[index].1
    }

    fn remove(&mut self, name: &str) {
        if let Ok(index) = self.find(name) {
            self.0.remove(index);
        }
    }
}

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

/// A hole in a channel's event numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The subscribed channel.
    pub channel: String,
    /// The number that should have come.
    pub expected: u64,
    /// The number that came.
    pub received: u64,
}

/// Channels that go into one subscribe request.
#[derive(Debug, PartialEq, Eq)]
pub struct Asking {
    /// Their names.
    pub channels: Vec<String>,
    /// The `subParams` that they share, as JSON text.
    pub sub_params: Option<String>,
}

/// Who gets the events on one channel with one `subscribedChannel`, as long as no
/// registration comes or goes.
#[derive(Debug)]
struct Route {
    /// Where the channel is by which the events are numbered.
    counted: Option<usize>,
    sernos: Rc<[u32]>,
}

/// The routes that are good now. Numbers are never used again, so that one of before is known
/// to be void.
#[derive(Debug, Default)]
struct Routes {
    known: Vec<Route>,
    /// The number of the first of `known`.
    first: u32,
}

impl Routes {
    fn forget(&mut self) {
        self.first += self.known.len() as u32;
        self.known.clear();
    }
}

/// The subscriptions of one session.
#[derive(Debug, Default)]
pub struct Subscriptions {
    channels: Channels,
    routes: Routes,
    last_serno: u32,
    last_run: u32,
    in_login: bool,
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

    /// Registers `listener` on `channel`; a listener registers once on a channel.
    pub fn add(
        &mut self,
        channel: &str,
        listener: u32,
        sub_params: Option<&str>,
        local: bool,
    ) -> Added {
        // One may come, and others go.
        self.routes.forget();
        let run = if self.in_login { self.last_run } else { 0 };
        let entry = self.channels.get_or_insert(channel);
        if let Some(json) = sub_params {
            entry.sub_params = Some(json.into());
        }
        let same = |one: &&mut Registration| one.listener == listener;
        let serno = match entry.registrations.iter_mut().find(same) {
            Some(one) => {
                one.local &= local;
                if one.run != 0 {
                    one.run = run;
                }
                one.serno
            }
            None => {
                self.last_serno += 1;
                entry.registrations.push(Registration {
                    serno: self.last_serno,
                    listener,
                    run,
                    local,
                });
                self.last_serno
            }
        };
        let mut replaced = Removed::default();
        let outlived = |one: &Registration| run != 0 && one.run != 0 && one.run < run;
        entry.release(&outlived, &mut replaced.sernos);
        if !entry.is_wanted() {
            if entry.is_held() {
                replaced.unwanted.push(channel.into());
            }
            entry.wire = Wire::Unasked;
        }
        Added {
            serno,
            replaced,
            confirmed: entry.wire == Wire::Confirmed,
        }
    }

    /// Removes the registration `serno`, or with 0 all of them, from `channel`.
    pub fn remove(&mut self, channel: &str, serno: u32, removed: &mut Removed) {
        self.routes.forget();
        let Some(entry) = self.channels.get_mut(channel) else {
            return;
        };
        let meant = |one: &Registration| serno == 0 || one.serno == serno;
        entry.release(&meant, &mut removed.sernos);
        if entry.is_wanted() {
            return;
        }
        if entry.is_held() {
            removed.unwanted.push(channel.into());
        }
        entry.wire = Wire::Unasked;
        entry.expected = None;
        if entry.registrations.is_empty() {
            self.channels.remove(channel);
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) -> Removed {
        self.routes.forget();
        let mut removed = Removed::default();
        for (name, mut channel) in std::mem::take(&mut self.channels.0) {
            channel.release(&|_| true, &mut removed.sernos);
            if channel.is_held() {
                removed.unwanted.push(name);
            }
        }
        removed
    }

    /// The connection is gone, and with it what the server knew (FreeSWITCH, s11).
    pub fn disconnected(&mut self) {
        self.routes.forget();
        for (_, channel) in &mut self.channels.0 {
            channel.wire = Wire::Unasked;
            channel.expected = None;
        }
    }

    /// The wanted channels that a new connection must be asked for; see [`Self::take_unasked`].
    pub fn take_all_unasked(&mut self, most: usize) -> Vec<Asking> {
        let names: Vec<String> = self
            .channels
            .0
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        self.take_unasked(&names, most)
    }

    /// Those of the channels `named` that are wanted and that the server must be asked
    /// for, those with equal `subParams` together, in requests of about `most` bytes.
    /// Each is to be passed to [`Self::asked`] once its request has an id.
    pub fn take_unasked(&mut self, named: &[String], most: usize) -> Vec<Asking> {
        let mut asking: Vec<(usize, Asking)> = Vec::new();
        for name in named {
            let Some(channel) = self.channels.get_mut(name) else {
                continue;
            };
            if !channel.is_to_be_asked() {
                continue;
            }
            // So that a name given twice is asked for once.
            channel.wire = Wire::Asked(0);
            let bytes = json_bytes(name);
            let fits = |(sum, one): &&mut (usize, Asking)| {
                one.sub_params == channel.sub_params && *sum + bytes <= most
            };
            match asking.iter_mut().find(fits) {
                Some((sum, one)) => {
                    *sum += bytes;
                    one.channels.push(name.clone());
                }
                None => asking.push((
                    bytes + channel.sub_params.as_ref().map_or(0, String::len),
                    Asking {
                        channels: vec![name.clone()],
                        sub_params: channel.sub_params.clone(),
                    },
                )),
            }
        }
        asking.into_iter().map(|(_, one)| one).collect()
    }

    /// Notes that `channels` are asked for by the request `id`.
    pub fn asked(&mut self, channels: &[String], id: u32) {
        for name in channels {
            if let Some(channel) = self.channels.get_mut(name) {
                channel.wire = Wire::Asked(id);
                channel.expected = None;
            }
        }
    }

    /// The request `id` was answered for `channel`. Returns the registrations that this
    /// concerns; none where the channel was given up, or asked for anew, since.
    pub fn answered(&mut self, channel: &str, id: u32, answer: Answer) -> Option<Vec<u32>> {
        let entry = self.channels.get_mut(channel)?;
        if !matches!(entry.wire, Wire::Asked(of) | Wire::Unknown(of) if of == id) {
            return None;
        }
        entry.wire = match answer {
            Answer::Granted => {
                // What came before the grant was of an earlier subscription.
                entry.expected = None;
                Wire::Confirmed
            }
            Answer::Refused => Wire::Refused,
            Answer::None => Wire::Unknown(id),
        };
        let wire = entry.registrations.iter().filter(|one| !one.local);
        Some(wire.map(|one| one.serno).collect())
    }

    /// Who gets an event: the registrations on `subscribedChannel` where the server names
    /// it, else those on the event's channel and on its dotted ancestors, each listener
    /// once; `None` for a repetition. Notes the event's number, and tells of a hole in
    /// front of it.
    pub fn route<V>(&mut self, event: &Event<V>) -> Option<(Vec<u32>, Option<Gap>)> {
        let (mut listeners, mut sernos) = (Vec::new(), Vec::new());
        let mut gap = None;
        let mut name = event.subscribed.as_deref().unwrap_or(&event.channel);
        loop {
            if let Some(channel) = self.channels.get_mut(name) {
                // Without `subscribedChannel` a number can't be told to belong here.
                if let (Some(received), Some(_)) = (event.serno, &event.subscribed) {
                    match channel.note(received) {
                        Noted::Next => {}
                        Noted::Repeated => return None,
                        Noted::Gap(expected) => {
                            gap = Some(Gap {
                                channel: name.into(),
                                expected,
                                received,
                            });
                        }
                    }
                }
                for one in &channel.registrations {
                    if !listeners.contains(&one.listener) {
                        listeners.push(one.listener);
                        sernos.push(one.serno);
                    }
                }
            }
            let dot = name.bytes().rposition(|byte| byte == b'.');
            match dot.and_then(|dot| name.get(..dot)) {
                Some(parent) if event.subscribed.is_none() => name = parent,
                _ => break,
            }
        }
        Some((sernos, gap))
    }

    /// Remembers that events like this one go to `sernos`. Returns the route's number, and
    /// whether those before it are void.
    pub fn learn<V>(&mut self, event: &Event<V>, sernos: &[u32]) -> (u32, bool) {
        if self.routes.known.len() >= MOST_ROUTES {
            self.routes.forget();
        }
        let counted = event.subscribed.as_ref();
        let route = self.routes.first + self.routes.known.len() as u32;
        self.routes.known.push(Route {
            counted: counted.and_then(|name| self.channels.find(name).ok()),
            sernos: sernos.into(),
        });
        (route, route == self.routes.first)
    }

    /// The registrations that an event with the number `serno` goes to by `route`; `None`,
    /// and nothing is noted, where the route is void or the number isn't the next.
    pub fn routed(&mut self, route: u32, serno: Option<u64>) -> Option<Rc<[u32]>> {
        let index = route.checked_sub(self.routes.first)?;
        let route = self.routes.known.get(index as usize)?;
        if let (Some(counted), Some(serno)) = (route.counted, serno) {
            let (_, channel) = self.channels.0.get_mut(counted)?;
            if channel.expected != Some(serno) {
                return None;
            }
            channel.expected = Some(serno + 1);
        }
        Some(route.sernos.clone())
    }

    /// Makes every route void.
    pub fn forget_routes(&mut self) {
        self.routes.forget();
    }

    /// What the server has granted, what it has refused, and what is wanted.
    pub fn summary(&self) -> Summary {
        let with = |wire| {
            let matching = self.channels.0.iter().filter(move |(_, c)| c.wire == wire);
            matching.map(|(name, _)| name.clone()).collect()
        };
        let wanted = self.channels.0.iter().filter(|(_, c)| c.is_wanted());
        Summary {
            confirmed: with(Wire::Confirmed),
            refused: with(Wire::Refused),
            wanted: wanted.map(|(name, _)| name.clone()).collect(),
        }
    }
}

impl Channel {
    /// Takes note of an event's number.
    fn note(&mut self, serno: u64) -> Noted {
        let skipped = self.missed.iter().position(|missed| *missed == serno);
        match self.expected {
            // Those before the first may still come, and aren't known to be lost.
            None => {
                self.missed.clear();
                self.skip(0, serno);
            }
            Some(expected) if serno >= expected => {
                self.skip(expected, serno);
                if serno > expected {
                    return Noted::Gap(expected);
                }
            }
            Some(expected) => match skipped {
                Some(index) => {
                    self.missed.remove(index);
                }
                // It counts anew.
                None if serno == 0 && expected > 1 => {
                    self.missed.clear();
                    self.expected = Some(1);
                }
                None => return Noted::Repeated,
            },
        }
        Noted::Next
    }

    fn skip(&mut self, from: u64, to: u64) {
        self.missed
            .extend(from.max(to.saturating_sub(MOST_MISSED))..to);
        let surplus = self.missed.len().saturating_sub(MOST_MISSED as usize);
        self.missed.drain(..surplus);
        self.expected = Some(to + 1);
    }
}

enum Noted {
    Next,
    Repeated,
    Gap(u64),
}

/// The most bytes that a name takes in a JSON array: a character at most 6, the quotes, a
/// comma.
pub fn json_bytes(name: &str) -> usize {
    name.len() * 6 + 3
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

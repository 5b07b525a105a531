//! Which channels the page wants, who listens on them, and what the server has granted.
//!
//! The page's handlers are not here: a handler with its `userData` is a *listener number*
//! (the same pair has the same number), and each registration of a listener on a channel
//! has a *serno*, which is in the handle that the page holds.

use crate::core::frame::Event;

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
    /// The latest numbers before the one that comes next that were skipped: they may still come.
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

#[derive(Debug)]
struct Entry {
    name: String,
    /// The `eventSerno` that comes next; 0 where none was seen. Here, and not in the box: of
    /// 10,000 channels none is in the cache, and an event shall look at one place.
    expected: u64,
    channel: Box<Channel>,
}

/// The channels in the order of their names. Not a `BTreeMap`, which is 8 KB of wasm; the
/// boxes keep what an insertion moves small.
#[derive(Debug, Default)]
struct Channels(Vec<Entry>);

impl Channels {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|entry| entry.name.as_str().cmp(name))
    }

    fn entry(&mut self, name: &str) -> Option<&mut Entry> {
        let index = self.find(name).ok()?;
        self.0.get_mut(index)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Channel> {
        self.entry(name).map(|entry| &mut *entry.channel)
    }

    #[allow(clippy::indexing_slicing)] // It was found there, or put there.
    fn get_or_insert(&mut self, name: &str) -> &mut Channel {
        let index = self.find(name).unwrap_or_else(|index| {
            let channel = Box::new(Channel {
                registrations: Vec::new(),
                wire: Wire::Unasked,
                sub_params: None,
                missed: Vec::new(),
            });
            let entry = Entry {
                name: name.into(),
                expected: 0,
                channel,
            };
            self.0.insert(index, entry);
            index
        });
        &mut self.0[index].channel
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

/// How the events on one channel with one `subscribedChannel` go. Who gets them is known where
/// the handlers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Of when it is.
    pub version: u32,
    /// Where the channel is by which the events are numbered; beyond all where none is.
    pub counter: u32,
}

/// The subscriptions of one session.
#[derive(Debug, Default)]
pub struct Subscriptions {
    channels: Channels,
    /// Routes that were learned at another version are void.
    version: u32,
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
        self.forget_routes();
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
        self.forget_routes();
        let Some(Entry {
            expected,
            channel: entry,
            ..
        }) = self.channels.entry(channel)
        else {
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
        *expected = 0;
        if entry.registrations.is_empty() {
            self.channels.remove(channel);
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) -> Removed {
        self.forget_routes();
        let mut removed = Removed::default();
        for mut entry in std::mem::take(&mut self.channels.0) {
            entry.channel.release(&|_| true, &mut removed.sernos);
            if entry.channel.is_held() {
                removed.unwanted.push(entry.name);
            }
        }
        removed
    }

    /// The connection is gone, and with it what the server knew (FreeSWITCH, s11).
    pub fn disconnected(&mut self) {
        self.forget_routes();
        for entry in &mut self.channels.0 {
            entry.expected = 0;
            entry.channel.wire = Wire::Unasked;
        }
    }

    /// The wanted channels that a new connection must be asked for; see [`Self::take_unasked`].
    pub fn take_all_unasked(&mut self, most: usize) -> Vec<Asking> {
        let names: Vec<String> = self
            .channels
            .0
            .iter()
            .map(|entry| entry.name.clone())
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
            if let Some(entry) = self.channels.entry(name) {
                entry.expected = 0;
                entry.channel.wire = Wire::Asked(id);
            }
        }
    }

    /// The request `id` was answered for `channel`. Returns the registrations that this
    /// concerns; none where the channel was given up, or asked for anew, since.
    pub fn answered(&mut self, channel: &str, id: u32, answer: Answer) -> Option<Vec<u32>> {
        let Entry {
            expected,
            channel: entry,
            ..
        } = self.channels.entry(channel)?;
        if !matches!(entry.wire, Wire::Asked(of) | Wire::Unknown(of) if of == id) {
            return None;
        }
        entry.wire = match answer {
            Answer::Granted => {
                // What came before the grant was of an earlier subscription.
                *expected = 0;
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
            if let Some(entry) = self.channels.entry(name) {
                // Without `subscribedChannel` a number can't be told to belong here.
                if let (Some(received), Some(_)) = (event.serno, &event.subscribed) {
                    match entry.note(received) {
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
                for one in &entry.channel.registrations {
                    if !listeners.contains(&one.listener) {
                        listeners.push(one.listener);
                        sernos.push(one.serno);
                    }
                }
            }
            match parent(name) {
                Some(parent) if event.subscribed.is_none() => name = parent,
                _ => break,
            }
        }
        Some((sernos, gap))
    }

    /// The route of events like this one, as long as no registration comes or goes.
    pub fn route_of<V>(&self, event: &Event<V>) -> Route {
        let counted = event.subscribed.as_ref();
        let found = counted.and_then(|name| self.channels.find(name).ok());
        Route {
            version: self.version,
            counter: found.map_or(u32::MAX, |index| index as u32),
        }
    }

    /// Whether an event with the number `serno` may go by `route`: not, and nothing is noted,
    /// where the route is void or the number isn't the next.
    pub fn routed(&mut self, route: Route, serno: Option<u64>) -> bool {
        if route.version != self.version {
            return false;
        }
        let counted = self.channels.0.get_mut(route.counter as usize);
        if let (Some(entry), Some(serno)) = (counted, serno) {
            if entry.expected != serno || serno == 0 {
                return false;
            }
            entry.expected = serno + 1;
        }
        true
    }

    /// Makes every route void.
    pub fn forget_routes(&mut self) {
        self.version += 1;
    }

    /// What the server has granted, what it has refused, and what is wanted.
    pub fn summary(&self) -> Summary {
        let with = |wire| {
            let entries = self.channels.0.iter();
            let matching = entries.filter(move |one| one.channel.wire == wire);
            matching.map(|one| one.name.clone()).collect()
        };
        let wanted = self.channels.0.iter().filter(|one| one.channel.is_wanted());
        Summary {
            confirmed: with(Wire::Confirmed),
            refused: with(Wire::Refused),
            wanted: wanted.map(|one| one.name.clone()).collect(),
        }
    }
}

impl Entry {
    /// Takes note of an event's number.
    fn note(&mut self, serno: u64) -> Noted {
        let missed = &mut self.channel.missed;
        let skipped = missed.iter().position(|missed| *missed == serno);
        match self.expected {
            // Those before the first may still come, and aren't known to be lost.
            0 => {
                missed.clear();
                self.skip(0, serno);
            }
            expected if serno >= expected => {
                self.skip(expected, serno);
                if serno > expected {
                    return Noted::Gap(expected);
                }
            }
            expected => match skipped {
                Some(index) => {
                    missed.remove(index);
                }
                // It counts anew.
                None if serno == 0 && expected > 1 => {
                    missed.clear();
                    self.expected = 1;
                }
                None => return Noted::Repeated,
            },
        }
        Noted::Next
    }

    fn skip(&mut self, from: u64, to: u64) {
        let missed = &mut self.channel.missed;
        for number in from.max(to.saturating_sub(MOST_MISSED))..to {
            missed.push(number);
        }
        while missed.len() > MOST_MISSED as usize {
            missed.remove(0);
        }
        self.expected = to + 1;
    }
}

/// The channel above one.
fn parent(channel: &str) -> Option<&str> {
    let mut dot = None;
    for (at, byte) in channel.bytes().enumerate() {
        if byte == b'.' {
            dot = Some(at);
        }
    }
    channel.get(..dot?)
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

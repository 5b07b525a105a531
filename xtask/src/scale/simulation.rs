//! An outage in virtual time: many clients, one server, a queue of events.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::RangeInclusive;

use verto_wasm::core::session::SocketId;
use verto_wasm::core::{Ms, Random};

use super::clients::{Client, Deed};

/// Microseconds since the server went down.
pub type Us = u64;

/// One second.
pub const SECOND: Us = 1_000_000;

const MILLISECOND: Us = 1_000;

/// The clients' clocks when the server goes down.
const EPOCH: Ms = 1_700_000_000_000;

/// What a packet takes from a client to the server or back.
pub const HOP: RangeInclusive<Us> = 5_000..=50_000;

/// An outage to be simulated.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub clients: u32,
    pub outage: Us,
    pub logins_per_second: u64,
    /// How long a client waits for a login.
    pub timeout: Ms,
    /// Whether the server leaves out a login whose socket has been closed meanwhile.
    pub skips_closed: bool,
    /// When the simulation gives up.
    pub end: Us,
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// When each attempt to connect reached the server, in order.
    pub attempts: Vec<Us>,
    /// When each login was answered, in order.
    pub answers: Vec<Us>,
    /// Logins that a client stopped waiting for.
    pub abandoned: u64,
    /// When each client was ready again, in order; those that never were are not in it.
    pub ready: Vec<Us>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    // At a client.
    Closed(SocketId),
    Opened(SocketId),
    LoggedIn(SocketId),
    Timer,
    // At the server.
    Connects(SocketId),
    LogsIn(SocketId),
    Closes(SocketId),
    /// The server has time for the next login.
    Serves,
}

/// When, the order in which it was added, at whose client, and what.
type Entry = Reverse<(Us, u64, u32, Event)>;

/// What is going to happen, by time, then in the order in which it was added. Only what
/// is due in the current millisecond is kept sorted: one heap of all spent half of the
/// simulation's time on sorting.
struct Events {
    now: BinaryHeap<Entry>,
    /// By millisecond.
    later: Vec<Vec<Entry>>,
    current: usize,
    added: u64,
}

impl Events {
    /// What is later than `end` is left out.
    fn until(end: Us) -> Self {
        Events {
            now: BinaryHeap::new(),
            later: vec![Vec::new(); (end / MILLISECOND) as usize],
            current: 0,
            added: 0,
        }
    }

    fn add(&mut self, at: Us, client: u32, event: Event) {
        self.added += 1;
        let entry = Reverse((at, self.added, client, event));
        let millisecond = (at / MILLISECOND) as usize;
        if millisecond == self.current {
            self.now.push(entry);
        } else if let Some(later) = self.later.get_mut(millisecond) {
            later.push(entry);
        }
    }

    fn next(&mut self) -> Option<(Us, u32, Event)> {
        while self.now.is_empty() {
            self.current += 1;
            self.now = std::mem::take(self.later.get_mut(self.current)?).into();
        }
        let Reverse((at, _, client, event)) = self.now.pop()?;
        Some((at, client, event))
    }
}

/// What the network knows of a client's newest socket.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    /// A login was sent and is not answered.
    logging_in: bool,
    /// The newest socket that the client closed, as the client and as the server knows.
    closed: SocketId,
    closed_at_server: SocketId,
    /// For when its timer is set.
    timer: Option<Ms>,
}

struct Simulation<C> {
    setup: Setup,
    now: Us,
    random: Random,
    clients: Vec<(C, Link)>,
    events: Events,
    logins: VecDeque<(u32, SocketId)>,
    serving: bool,
    outcome: Outcome,
}

/// Lets all clients be ready, the server go down at 0 and come back after the outage.
pub fn run<C: Client>(setup: Setup) -> Outcome {
    let mut random = Random::new(setup.seed);
    let clients = (0..setup.clients)
        .map(|_| {
            (
                C::ready(random.bits(), EPOCH, setup.timeout),
                Link::default(),
            )
        })
        .collect();
    let mut simulation = Simulation {
        setup,
        now: 0,
        random,
        clients,
        events: Events::until(setup.end),
        logins: VecDeque::new(),
        serving: false,
        outcome: Outcome::default(),
    };
    for client in 0..setup.clients {
        simulation.after_hop(client, Event::Closed(1));
    }
    simulation.run();
    simulation.outcome
}

impl<C: Client> Simulation<C> {
    fn run(&mut self) {
        let all = self.clients.len();
        while self.outcome.ready.len() < all
            && let Some((at, client, event)) = self.events.next()
        {
            self.now = at;
            match event {
                Event::Connects(socket) => self.connects(client, socket),
                Event::LogsIn(socket) => self.logs_in(client, socket),
                Event::Closes(socket) => {
                    if let Some((_, link)) = self.clients.get_mut(client as usize) {
                        link.closed_at_server = socket;
                    }
                }
                Event::Serves => self.serves(),
                _ => self.at_client(client, event),
            }
        }
    }

    fn at(&mut self, at: Us, client: u32, event: Event) {
        self.events.add(at.max(self.now), client, event);
    }

    fn after_hop(&mut self, client: u32, event: Event) {
        let hop = HOP.start() + self.random.up_to(HOP.end() - HOP.start());
        self.at(self.now + hop, client, event);
    }

    fn connects(&mut self, client: u32, socket: SocketId) {
        self.outcome.attempts.push(self.now);
        let is_up = self.now >= self.setup.outage;
        let answer = if is_up { Event::Opened } else { Event::Closed };
        self.after_hop(client, answer(socket));
    }

    fn logs_in(&mut self, client: u32, socket: SocketId) {
        self.logins.push_back((client, socket));
        if !self.serving {
            self.serving = true;
            self.serves();
        }
    }

    fn serves(&mut self) {
        while let Some((client, socket)) = self.logins.pop_front() {
            let Some((_, link)) = self.clients.get(client as usize) else {
                continue;
            };
            if self.setup.skips_closed && link.closed_at_server >= socket {
                continue;
            }
            self.outcome.answers.push(self.now);
            self.after_hop(client, Event::LoggedIn(socket));
            let each = SECOND / self.setup.logins_per_second;
            return self.at(self.now + each, 0, Event::Serves);
        }
        self.serving = false;
    }

    fn at_client(&mut self, index: u32, event: Event) {
        let now = EPOCH + self.now / MILLISECOND;
        let Some((client, link)) = self.clients.get_mut(index as usize) else {
            return;
        };
        match event {
            Event::Closed(socket) => client.closed(now, socket),
            Event::Opened(socket) => client.opened(now, socket),
            Event::LoggedIn(socket) => {
                if link.closed < socket {
                    link.logging_in = false;
                    client.logged_in(now, socket);
                }
            }
            _ if link.timer == Some(now) => {
                link.timer = None;
                client.timer(now);
            }
            // The timer was set anew meanwhile.
            _ => return,
        }
        if client.is_ready() {
            // What it does from here on is no part of the outage.
            link.timer = None;
            return self.outcome.ready.push(self.now);
        }
        let mut deeds = Vec::new();
        while let Some(deed) = client.next_deed(now) {
            match deed {
                Deed::Open(socket) => deeds.push(Event::Connects(socket)),
                Deed::Login(socket) => {
                    link.logging_in = true;
                    deeds.push(Event::LogsIn(socket));
                }
                Deed::Close(socket) => {
                    self.outcome.abandoned += u64::from(link.logging_in);
                    link.logging_in = false;
                    link.closed = socket;
                    deeds.push(Event::Closes(socket));
                }
            }
        }
        let deadline = client.deadline();
        let due = deadline.filter(|_| deadline != link.timer);
        link.timer = deadline;
        for deed in deeds {
            self.after_hop(index, deed);
        }
        if let Some(due) = due {
            self.at((due - EPOCH) * MILLISECOND, index, Event::Timer);
        }
    }
}

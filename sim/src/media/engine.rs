//! The task that owns the endpoints and the sockets.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use str0m::config::DtlsCert;
use tokio::net::UdpSocket;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep_until;
use tracing::debug;

use super::endpoint::{Datagram, Endpoint, Given, Packet};
use super::impairment::{Delayed, Fate, Waiting, fate};
use super::leg::{Leg, SOUND};
use super::messages::{Command, Happened, Hears, LegId};
use super::rebase::Rebase;
use super::sockets::Sockets;
use super::sound::{FRAME_MS, Sound};

/// The longest datagram that is read.
const LONGEST: usize = 2_000;
/// How many datagrams may wait.
const QUEUE: usize = 1_000;

/// How long the task sleeps at most.
const IDLE: Duration = Duration::from_secs(60);

/// The moment that much later.
fn later(moment: Instant, by: Duration) -> Instant {
    moment.checked_add(by).unwrap_or(moment)
}

/// Runs until the switch is gone.
pub async fn run(
    sockets: Sockets,
    certificate: DtlsCert,
    commands: Arc<Mutex<mpsc::UnboundedReceiver<Command>>>,
    happened: mpsc::UnboundedSender<Happened>,
) {
    let mut commands = commands.lock().await;
    let (sender, mut datagrams) = mpsc::channel(QUEUE);
    for (address, socket) in &sockets {
        tokio::spawn(read(*address, Arc::clone(socket), sender.clone()));
    }
    let mut engine = Engine {
        sockets,
        certificate,
        legs: BTreeMap::new(),
        next_frame: None,
        waiting: Waiting::default(),
        happened,
    };
    loop {
        let due = engine.due();
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => engine.command(command),
                None => return,
            },
            Some(datagram) = datagrams.recv() => engine.arrive(datagram),
            () = sleep_until(due.into()) => engine.wake(),
        }
    }
}

async fn read(address: SocketAddr, socket: Arc<UdpSocket>, datagrams: mpsc::Sender<Datagram>) {
    let mut buffer = vec![0; LONGEST];
    loop {
        // An error is a port that is closed now: the peer connection there is gone.
        let Ok((length, source)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let datagram = Datagram {
            source,
            destination: address,
            bytes: buffer.get(..length).unwrap_or_default().to_vec(),
        };
        if datagrams.send(datagram).await.is_err() {
            return;
        }
    }
}

struct Engine {
    sockets: Sockets,
    certificate: DtlsCert,
    legs: BTreeMap<LegId, Leg>,
    /// When the next frames of the sounds are due, while somebody hears one.
    next_frame: Option<Instant>,
    /// What is delayed on purpose.
    waiting: Waiting,
    happened: mpsc::UnboundedSender<Happened>,
}

impl Engine {
    fn due(&self) -> Instant {
        let deadlines = self.legs.values().filter_map(|leg| leg.endpoint.as_ref());
        let first = deadlines.map(|endpoint| endpoint.deadline).min();
        let idle = later(Instant::now(), IDLE);
        let all = [first, self.next_frame, self.waiting.due(), Some(idle)];
        all.into_iter().flatten().min().unwrap_or(idle)
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Open {
                leg,
                meter,
                local,
                remote,
                active,
            } => {
                let addresses: Vec<_> = self.sockets.iter().map(|(address, _)| *address).collect();
                let endpoint =
                    Endpoint::open(&self.certificate, &addresses, &local, &remote, active);
                meter.connected.store(false, Ordering::Relaxed);
                let entry = self.leg(leg);
                entry.meter = meter;
                entry.rebase = Rebase::new(remote.codec.0.clock());
                entry.endpoint = endpoint;
                if !std::mem::take(&mut entry.stale) {
                    entry.lost = None;
                }
                // The new connection counts its packets from another number on.
                self.interrupt_listeners(leg);
                self.drain(leg);
            }
            Command::RestartIce { leg, transport } => {
                let entry = self.leg(leg);
                entry.lost = None;
                if let Some(endpoint) = &mut entry.endpoint {
                    endpoint.restart_ice(&transport);
                }
                self.drain(leg);
            }
            Command::Hear { leg, hears } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.hears = hears;
                    leg.frame = 0;
                    leg.rebase.interrupt();
                }
            }
            Command::Impair { leg, impairment } => self.leg(leg).impairment = impairment,
            Command::ChangeNetwork { leg, lost } => {
                let entry = self.leg(leg);
                entry.lost = Some(lost);
                entry.stale = entry.endpoint.is_none();
            }
            Command::Hold { leg, held } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.held = held;
                    leg.rebase.interrupt();
                }
                self.interrupt_listeners(leg);
            }
            Command::Suspend { leg } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.endpoint = None;
                    leg.meter.connected.store(false, Ordering::Relaxed);
                }
            }
            Command::Close { leg } => drop(self.legs.remove(&leg)),
        }
        self.plan_frames();
    }

    /// Who hears a leg hears a new stretch from now on.
    fn interrupt_listeners(&mut self, speaker: LegId) {
        for listener in self.legs.values_mut() {
            if listener.hears == Hears::Leg(speaker) {
                listener.rebase.interrupt();
            }
        }
    }

    /// A leg, which comes to be by being told something about.
    fn leg(&mut self, id: LegId) -> &mut Leg {
        self.legs.entry(id).or_insert_with(|| Leg::new(id))
    }

    fn endpoint(&mut self, leg: LegId) -> Option<&mut Endpoint> {
        self.legs.get_mut(&leg)?.endpoint.as_mut()
    }

    /// Takes a datagram from the network.
    fn arrive(&mut self, datagram: Datagram) {
        let now = Instant::now();
        let taker = self.legs.iter_mut().find(|(_, leg)| {
            let endpoint = leg.endpoint.as_ref();
            endpoint.is_some_and(|endpoint| endpoint.accepts(now, &datagram))
        });
        let Some((id, leg)) = taker.filter(|(_, leg)| !leg.loses(&datagram.bytes)) else {
            return;
        };
        let id = *id;
        match fate(leg.impairment.inbound, &mut leg.random, &datagram.bytes) {
            Fate::Passes => self.receive(id, &datagram),
            Fate::Waits(delay) => self
                .waiting
                .push(later(now, delay), Delayed::In(id, datagram)),
            Fate::Lost => {}
        }
    }

    fn receive(&mut self, leg: LegId, datagram: &Datagram) {
        if let Some(endpoint) = self.endpoint(leg) {
            endpoint.receive(Instant::now(), datagram);
        }
        self.drain(leg);
    }

    fn wake(&mut self) {
        let now = Instant::now();
        let late: Vec<LegId> = self
            .legs
            .iter_mut()
            .filter_map(|(id, leg)| {
                let endpoint = leg.endpoint.as_mut()?;
                (endpoint.deadline <= now).then(|| {
                    endpoint.wake(now);
                    *id
                })
            })
            .collect();
        for leg in late {
            self.drain(leg);
        }
        while let Some(delayed) = self.waiting.pop(now) {
            match delayed {
                Delayed::In(leg, datagram) => self.receive(leg, &datagram),
                Delayed::Out(source, destination, bytes) => self.send(source, destination, &bytes),
            }
        }
        while let Some(due) = self.next_frame
            && due <= now
        {
            self.next_frame = Some(later(due, Duration::from_millis(FRAME_MS)));
            self.play(now);
            self.plan_frames();
        }
    }

    /// Sends a frame to everybody who hears a sound.
    fn play(&mut self, now: Instant) {
        let listeners: Vec<(LegId, Sound)> = self
            .legs
            .iter()
            .filter_map(|(id, leg)| Some((*id, leg.plays()?)))
            .collect();
        for (id, sound) in listeners {
            if let Some(leg) = self.legs.get_mut(&id)
                && let Some(codec) = leg.endpoint.as_ref().map(|endpoint| endpoint.codec)
            {
                let packet = Packet {
                    codec,
                    number: leg.frame,
                    // The cast cuts off what a time stamp has no place for.
                    time: leg.frame.wrapping_mul(codec.ticks_in(FRAME_MS)) as u32,
                    payload: sound.frame(codec, leg.frame),
                };
                leg.frame = leg.frame.wrapping_add(1);
                leg.send(now, SOUND, &packet);
            }
            self.drain(id);
        }
    }

    fn plan_frames(&mut self) {
        let playing = self.legs.values().any(|leg| leg.plays().is_some());
        self.next_frame = match self.next_frame {
            _ if !playing => None,
            None => Some(Instant::now()),
            planned => planned,
        };
    }

    /// Carries on what a leg's endpoint gives, to the network and to those who hear it.
    fn drain(&mut self, first: LegId) {
        let now = Instant::now();
        let mut waiting = VecDeque::from([first]);
        while let Some(id) = waiting.pop_front() {
            let Some(leg) = self.legs.get_mut(&id) else {
                continue;
            };
            let mut given = VecDeque::new();
            if let Some(endpoint) = leg.endpoint.as_mut() {
                endpoint.drain(&mut given);
            }
            for item in given {
                match item {
                    Given::Datagram(transmit) => {
                        let (from, to) = (transmit.source, transmit.destination);
                        self.depart(id, from, to, &transmit.contents);
                    }
                    Given::Connected => {
                        if let Some(leg) = self.legs.get(&id) {
                            leg.meter.connected.store(true, Ordering::Relaxed);
                        }
                        debug!(leg = id, "media are connected");
                        self.tell(Happened::Connected(id));
                        self.plan_frames();
                    }
                    Given::Sound(packet) => waiting.extend(self.hear(now, id, &packet)),
                    Given::Event(code, time) => self.event(id, code, time),
                }
            }
        }
    }

    /// Lets everybody who hears the leg have its packet; gives those back.
    fn hear(&mut self, now: Instant, speaker: LegId, packet: &Packet) -> Vec<LegId> {
        let Some(leg) = self.legs.get(&speaker) else {
            return Vec::new();
        };
        leg.meter.received.fetch_add(1, Ordering::Relaxed);
        if leg.held {
            return Vec::new();
        }
        let mut told = Vec::new();
        for (id, leg) in &mut self.legs {
            if leg.hears == Hears::Leg(speaker) && leg.can_hear() {
                leg.send(now, speaker, packet);
                told.push(*id);
            }
        }
        told
    }

    /// Each event comes in several packets, which have the same time stamp.
    fn event(&mut self, id: LegId, code: u8, time: u32) {
        const DIGITS: &[u8] = b"0123456789*#ABCD";
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.last_event.replace(time) != Some(time)
            && let Some(digit) = DIGITS.get(usize::from(code))
        {
            self.tell(Happened::Digit(id, char::from(*digit)));
        }
    }

    fn tell(&self, happened: Happened) {
        // Nobody listens any more where the server ends.
        let _ = self.happened.send(happened);
    }

    /// Gives a datagram of a leg to the network.
    fn depart(&mut self, id: LegId, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        let leg = self.legs.get_mut(&id);
        let Some(leg) = leg.filter(|leg| !leg.loses(bytes)) else {
            return;
        };
        match fate(leg.impairment.outbound, &mut leg.random, bytes) {
            Fate::Passes => self.send(source, destination, bytes),
            Fate::Waits(delay) => {
                let delayed = Delayed::Out(source, destination, bytes.to_vec());
                self.waiting.push(later(Instant::now(), delay), delayed);
            }
            Fate::Lost => {}
        }
    }

    fn send(&self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        let socket = self.sockets.iter().find(|(address, _)| *address == source);
        if let Some((_, socket)) = socket
            && let Err(error) = socket.try_send_to(bytes, destination)
        {
            debug!(%destination, %error, "a datagram was not sent");
        }
    }
}

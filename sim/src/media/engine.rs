//! The task that owns the endpoints and the sockets.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use str0m::config::DtlsCert;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::sleep_until;
use tracing::debug;

use super::endpoint::{Datagram, Endpoint, Given, Packet};
use super::messages::{Command, Happened, Hears, LegId, Meter};
use super::rebase::Rebase;
use super::sockets::Sockets;
use super::sound::{FRAME_MS, Sound};

/// The longest datagram that is read.
const LONGEST: usize = 2_000;
/// How many datagrams may wait.
const QUEUE: usize = 1_000;

/// Runs until the switch is gone.
pub async fn run(
    sockets: Sockets,
    certificate: DtlsCert,
    mut commands: mpsc::UnboundedReceiver<Command>,
    happened: mpsc::UnboundedSender<Happened>,
) {
    let (sender, mut datagrams) = mpsc::channel(QUEUE);
    for (address, socket) in &sockets {
        tokio::spawn(read(*address, Arc::clone(socket), sender.clone()));
    }
    let mut engine = Engine {
        sockets,
        certificate,
        legs: BTreeMap::new(),
        next_frame: None,
        happened,
    };
    loop {
        let due = engine.due();
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => engine.command(command),
                None => return,
            },
            Some(datagram) = datagrams.recv() => engine.receive(&datagram),
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

/// One end of a call.
struct Leg {
    endpoint: Option<Endpoint>,
    meter: Arc<Meter>,
    hears: Hears,
    held: bool,
    rebase: Rebase,
    /// The next frame of the sound that it hears.
    frame: u64,
    /// The time stamp of the last telephone event.
    last_event: Option<u32>,
}

/// What stands for a sound where a leg's number stands for a leg.
const SOUND: u64 = u64::MAX;

impl Leg {
    fn new(meter: Arc<Meter>) -> Leg {
        Leg {
            endpoint: None,
            meter,
            hears: Hears::Nothing,
            held: false,
            rebase: Rebase::new(0),
            frame: 0,
            last_event: None,
        }
    }

    fn plays(&self) -> Option<Sound> {
        match self.hears {
            Hears::Sound(sound) if self.can_hear() => Some(sound),
            _ => None,
        }
    }

    fn can_hear(&self) -> bool {
        !self.held && self.endpoint.as_ref().is_some_and(|e| e.connected)
    }

    /// Sends a packet to the browser.
    fn send(&mut self, now: Instant, source: u64, packet: &Packet) {
        let Some(endpoint) = self.endpoint.as_mut() else {
            return;
        };
        // There is no transcoding.
        if endpoint.codec == packet.codec {
            let stamp = self.rebase.stamp(source, packet.number, packet.time, now);
            endpoint.send(now, stamp, Arc::clone(&packet.payload));
            self.meter.sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Engine {
    sockets: Sockets,
    certificate: DtlsCert,
    legs: BTreeMap<LegId, Leg>,
    /// When the next frames of the sounds are due, while somebody hears one.
    next_frame: Option<Instant>,
    happened: mpsc::UnboundedSender<Happened>,
}

impl Engine {
    fn due(&self) -> Instant {
        let deadlines = self.legs.values().filter_map(|leg| leg.endpoint.as_ref());
        let first = deadlines.map(|endpoint| endpoint.deadline).min();
        let idle = Instant::now() + Duration::from_secs(60);
        let due = first.unwrap_or(idle).min(self.next_frame.unwrap_or(idle));
        due.min(idle)
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
                let entry = self.legs.entry(leg).or_insert_with(|| Leg::new(meter));
                entry.rebase = Rebase::new(remote.codec.0.clock());
                entry.endpoint = endpoint;
                self.drain(leg);
            }
            Command::RestartIce { leg, transport } => {
                if let Some(endpoint) = self.endpoint(leg) {
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
            Command::Hold { leg, held } => {
                if let Some(leg) = self.legs.get_mut(&leg) {
                    leg.held = held;
                    leg.rebase.interrupt();
                }
                // Who hears it hears a new stretch afterwards.
                for listener in self.legs.values_mut() {
                    if listener.hears == Hears::Leg(leg) {
                        listener.rebase.interrupt();
                    }
                }
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

    fn endpoint(&mut self, leg: LegId) -> Option<&mut Endpoint> {
        self.legs.get_mut(&leg)?.endpoint.as_mut()
    }

    fn receive(&mut self, datagram: &Datagram) {
        let now = Instant::now();
        let taker = self.legs.iter().find(|(_, leg)| {
            let endpoint = leg.endpoint.as_ref();
            endpoint.is_some_and(|endpoint| endpoint.accepts(now, datagram))
        });
        let Some(leg) = taker.map(|(leg, _)| *leg) else {
            return;
        };
        if let Some(endpoint) = self.endpoint(leg) {
            endpoint.receive(now, datagram);
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
        while let Some(due) = self.next_frame
            && due <= now
        {
            self.next_frame = Some(due + Duration::from_millis(FRAME_MS));
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
                    time: (leg.frame * FRAME_MS * u64::from(codec.clock()) / 1000) as u32,
                    payload: sound.frame(codec, leg.frame),
                };
                leg.frame += 1;
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
                        self.send(transmit.source, transmit.destination, &transmit.contents);
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

    fn send(&self, source: SocketAddr, destination: SocketAddr, bytes: &[u8]) {
        let socket = self.sockets.iter().find(|(address, _)| *address == source);
        if let Some((_, socket)) = socket
            && let Err(error) = socket.try_send_to(bytes, destination)
        {
            debug!(%destination, %error, "a datagram was not sent");
        }
    }
}

//! Where browsers' calls end: WebRTC endpoints, and what they hear.
//!
//! One task owns all endpoints and all UDP sockets. The switch tells it by [`Media`] who hears
//! whom; it needs no answer, because all that SDP says is known before (see [`sdp_out`]).

mod endpoint;
mod engine;
mod rebase;
pub mod sdp_in;
pub mod sdp_out;
mod sound;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use str0m::RtcConfig;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use sdp_in::{Remote, Transport};
use sdp_out::{Local, Site};
pub use sound::Sound;

/// The number of a leg: one end of a call.
pub type LegId = u64;

/// What a leg hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hears {
    /// Nothing: no packet is sent.
    Nothing,
    /// Another leg, or itself.
    Leg(LegId),
    /// A sound of the switch's own.
    Sound(Sound),
}

/// What is counted of a leg.
#[derive(Debug, Default)]
pub struct Meter {
    connected: AtomicBool,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Meter {
    /// Whether sound can flow.
    pub fn connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// How many packets of sound came from the browser.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// How many packets of sound were sent to the browser.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

/// What the task tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Sound can flow.
    Connected(LegId),
    /// A digit was sent within the sound (RFC 4733).
    Digit(LegId, char),
}

#[derive(Debug)]
enum Command {
    Open {
        leg: LegId,
        meter: Arc<Meter>,
        local: Box<Local>,
        remote: Box<Remote>,
        active: bool,
    },
    RestartIce {
        leg: LegId,
        transport: Transport,
    },
    Hear {
        leg: LegId,
        hears: Hears,
    },
    Hold {
        leg: LegId,
        held: bool,
    },
    Suspend {
        leg: LegId,
    },
    Close {
        leg: LegId,
    },
}

/// The switch's handle of the task.
#[derive(Clone, Debug)]
pub struct Media {
    site: Arc<Site>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Media {
    /// Binds the sockets and starts the task, which tells by the receiver what happens. The error
    /// is one line.
    pub async fn start() -> Result<(Media, mpsc::UnboundedReceiver<Happened>), String> {
        let sockets = bind().await?;
        let certificate = str0m::crypto::from_feature_flags()
            .dtls_provider
            .generate_certificate()
            .ok_or("cannot make a certificate for calls")?;
        let mut probe = RtcConfig::new()
            .set_dtls_cert(certificate.clone())
            .build(std::time::Instant::now());
        let site = Arc::new(Site {
            fingerprint: probe.direct_api().local_dtls_fingerprint().to_string(),
            addresses: sockets.iter().map(|(address, _)| *address).collect(),
        });
        let (commands, receiver) = mpsc::unbounded_channel();
        let (teller, happened) = mpsc::unbounded_channel();
        tokio::spawn(engine::run(sockets, certificate, receiver, teller));
        Ok((Media { site, commands }, happened))
    }

    /// What SDP needs.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// Reads a client's SDP; see [`Remote::read`].
    pub fn read(&self, sdp: &str) -> Option<Remote> {
        Remote::read(sdp, |address| self.site.reaches(address))
    }

    /// Gives a leg a new endpoint for a client's peer connection. What it hears and whether it is
    /// held stays as it was.
    pub fn open(
        &self,
        leg: LegId,
        meter: &Arc<Meter>,
        local: &Local,
        remote: &Remote,
        active: bool,
    ) {
        self.tell(Command::Open {
            leg,
            meter: Arc::clone(meter),
            local: Box::new(local.clone()),
            remote: Box::new(remote.clone()),
            active,
        });
    }

    /// The client's peer connection has begun anew with ICE.
    pub fn restart_ice(&self, leg: LegId, transport: &Transport) {
        self.tell(Command::RestartIce {
            leg,
            transport: transport.clone(),
        });
    }

    /// Lets a leg hear something else.
    pub fn hear(&self, leg: LegId, hears: Hears) {
        self.tell(Command::Hear { leg, hears });
    }

    /// Stops the packets both ways, or lets them flow again.
    pub fn hold(&self, leg: LegId, held: bool) {
        self.tell(Command::Hold { leg, held });
    }

    /// Ends a leg's endpoint but not the leg, which gets another one later.
    pub fn suspend(&self, leg: LegId) {
        self.tell(Command::Suspend { leg });
    }

    /// Ends a leg.
    pub fn close(&self, leg: LegId) {
        self.tell(Command::Close { leg });
    }

    fn tell(&self, command: Command) {
        // The task ends only with the server.
        let _ = self.commands.send(command);
    }
}

/// A socket on loopback and one on each address of the machine: browsers reach 127.0.0.1 only from
/// itself, and some not at all.
async fn bind() -> Result<Vec<(SocketAddr, Arc<UdpSocket>)>, String> {
    let mut addresses = vec![IpAddr::from(Ipv4Addr::LOCALHOST)];
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    addresses.extend(
        interfaces
            .iter()
            .filter(|interface| !interface.is_loopback() && !interface.is_link_local())
            .map(|interface| interface.ip()),
    );
    let mut sockets = Vec::new();
    let mut port = 0;
    for address in addresses {
        // One port for all, where it is free everywhere.
        let socket = match UdpSocket::bind((address, port)).await {
            Err(_) if port != 0 => UdpSocket::bind((address, 0)).await,
            bound => bound,
        };
        let Ok(socket) = socket else { continue };
        let Ok(bound) = socket.local_addr() else {
            continue;
        };
        port = bound.port();
        sockets.push((bound, Arc::new(socket)));
    }
    if sockets.is_empty() {
        return Err("cannot open a UDP socket for calls".to_owned());
    }
    Ok(sockets)
}

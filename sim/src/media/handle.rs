//! The switch's side of the media.

use std::sync::Arc;

use str0m::RtcConfig;
use tokio::sync::{Mutex, mpsc};

use super::messages::{Command, Happened, Hears, Impairment, LegId, Lost, Meter};
use super::sdp_in::{Remote, Transport};
use super::sdp_out::{Local, Site};
use super::{engine, sockets};
use crate::supervise::keep_going;

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
        let sockets = sockets::bind().await?;
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
        let receiver = Arc::new(Mutex::new(receiver));
        let run = move || {
            let (sockets, certificate) = (sockets.clone(), certificate.clone());
            engine::run(sockets, certificate, Arc::clone(&receiver), teller.clone())
        };
        tokio::spawn(async move { keep_going("media", run).await });
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

    /// Lets something go wrong between the browser of a leg and the switch.
    pub fn impair(&self, leg: LegId, impairment: Impairment) {
        self.tell(Command::Impair { leg, impairment });
    }

    /// The browser of a leg has changed its network, by which this is lost.
    pub fn change_network(&self, leg: LegId, lost: Lost) {
        self.tell(Command::ChangeNetwork { leg, lost });
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

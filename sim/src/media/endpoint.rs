//! One WebRTC endpoint: what a browser's peer connection talks to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use str0m::config::{DtlsCert, Fingerprint};
use str0m::format::{Codec as RtcCodec, FormatParams};
use str0m::media::{Frequency, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive, Transmit};
use str0m::rtp::{RtpWrite, Ssrc};
use str0m::{Candidate, Event, IceCreds, Input, Output, Rtc, RtcConfig};
use tracing::debug;

use super::rebase::Stamp;
use super::sdp_in::{Codec, Remote, Transport};
use super::sdp_out::Local;

/// What an endpoint gives.
#[derive(Debug)]
pub enum Given {
    /// To be sent over the network.
    Datagram(Transmit),
    /// ICE and DTLS are done: sound can flow.
    Connected,
    /// Sound of the browser's.
    Sound(Packet),
    /// A telephone event: its code, the time stamp by which packets of one event belong together.
    Event(u8, u32),
}

/// A packet of sound.
#[derive(Clone, Debug)]
pub struct Packet {
    /// How it is coded.
    pub codec: Codec,
    /// Its number, counted on beyond 16 bits.
    pub number: u64,
    /// Its time stamp.
    pub time: u32,
    /// The coded sound.
    pub payload: Arc<[u8]>,
}

/// A browser's peer connection seen from here.
pub struct Endpoint {
    rtc: Rtc,
    /// When it wants to be woken.
    pub deadline: Instant,
    /// The codec of the call.
    pub codec: Codec,
    payload_type: Pt,
    events: Option<Pt>,
    ssrc: Ssrc,
    /// The browser's addresses.
    candidates: Vec<SocketAddr>,
    /// Whether sound can flow.
    pub connected: bool,
}

impl Endpoint {
    /// An endpoint that waits for the browser. `active` says who begins with DTLS: FreeSWITCH
    /// where it answers, the browser where FreeSWITCH offers.
    pub fn open(
        certificate: &DtlsCert,
        addresses: &[SocketAddr],
        local: &Local,
        remote: &Remote,
        active: bool,
    ) -> Option<Endpoint> {
        let transport = remote.transport.as_ref()?;
        let now = Instant::now();
        let (codec, payload_type) = remote.codec;
        let payload_type = Pt::new_with_value(payload_type);
        let events = remote
            .telephone_event
            .map(|(event, _)| Pt::new_with_value(event));
        let mut config = RtcConfig::new()
            .set_dtls_cert(certificate.clone())
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .clear_codecs()
            .clear_extension_map()
            // What is heard goes on at once, in the order in which it came.
            .set_reordering_size_audio(0);
        let codecs = config.codec_config();
        let (name, clock, channels) = match codec {
            Codec::Opus => (RtcCodec::Opus, Frequency::FORTY_EIGHT_KHZ, Some(2)),
            Codec::Pcmu => (RtcCodec::PCMU, Frequency::EIGHT_KHZ, None),
            Codec::Pcma => (RtcCodec::PCMA, Frequency::EIGHT_KHZ, None),
        };
        codecs.add_config(
            payload_type,
            None,
            name,
            clock,
            channels,
            FormatParams::default(),
        );
        if let Some(events) = events {
            codecs.add_config(
                events,
                None,
                RtcCodec::Tele,
                clock,
                None,
                FormatParams::default(),
            );
        }
        let mut rtc = config.build(now);
        for address in addresses {
            if let Some(candidate) = host(*address) {
                rtc.add_local_candidate(candidate);
            }
        }
        let ssrc = Ssrc::from(local.ssrc);
        let mid = Mid::from("0");
        let mut direct = rtc.direct_api();
        direct.set_ice_controlling(false);
        direct.set_local_ice_credentials(IceCreds {
            ufrag: local.ufrag.clone(),
            pass: local.pwd.clone(),
        });
        direct.set_remote_ice_credentials(credentials(transport));
        direct.set_remote_fingerprint(fingerprint(transport)?);
        direct.declare_media(mid, MediaKind::Audio);
        direct.declare_stream_tx(ssrc, None, mid, None);
        if let Some(remote_ssrc) = remote.ssrc {
            direct.expect_stream_rx(Ssrc::from(remote_ssrc), None, mid, None);
        }
        if let Err(error) = direct.start_dtls(active) {
            debug!(%error, "no DTLS");
            return None;
        }
        let mut endpoint = Endpoint {
            rtc,
            deadline: now,
            codec,
            payload_type,
            events,
            ssrc,
            candidates: Vec::new(),
            connected: false,
        };
        endpoint.add_candidates(transport);
        Some(endpoint)
    }

    /// The browser's new ICE credentials and candidates; ours stay, as FreeSWITCH's do.
    pub fn restart_ice(&mut self, transport: &Transport) {
        self.rtc
            .direct_api()
            .set_remote_ice_credentials(credentials(transport));
        // Otherwise what the browser has closed stays in use until it has been silent for long.
        let (stay, go): (Vec<_>, Vec<_>) = std::mem::take(&mut self.candidates)
            .into_iter()
            .partition(|address| transport.candidates.contains(address));
        self.candidates = stay;
        for candidate in go.into_iter().filter_map(host) {
            self.rtc.direct_api().invalidate_candidate(&candidate);
        }
        self.add_candidates(transport);
    }

    fn add_candidates(&mut self, transport: &Transport) {
        for address in &transport.candidates {
            if !self.candidates.contains(address)
                && let Some(candidate) = host(*address)
            {
                self.rtc.add_remote_candidate(candidate);
                self.candidates.push(*address);
            }
        }
    }

    /// Whether a datagram is for this endpoint.
    pub fn accepts(&self, now: Instant, datagram: &Datagram) -> bool {
        datagram
            .read()
            .is_some_and(|receive| self.rtc.accepts(&Input::Receive(now, receive)))
    }

    /// Takes a datagram.
    pub fn receive(&mut self, now: Instant, datagram: &Datagram) {
        if let Some(receive) = datagram.read() {
            self.input(Input::Receive(now, receive));
        }
    }

    /// Lets time pass.
    pub fn wake(&mut self, now: Instant) {
        self.input(Input::Timeout(now));
    }

    fn input(&mut self, input: Input) {
        if let Err(error) = self.rtc.handle_input(input) {
            debug!(%error, "the endpoint didn't take it");
        }
    }

    /// Sends a packet of sound.
    pub fn send(&mut self, now: Instant, stamp: Stamp, payload: Arc<[u8]>) {
        let write = RtpWrite::new(
            self.payload_type,
            stamp.number.into(),
            stamp.time,
            now,
            payload,
        )
        .marker(stamp.marker);
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_tx(&self.ssrc) {
            stream.write_rtp(write);
        }
        self.wake(now);
    }

    /// What has come of it. To be called after each of the others.
    pub fn drain(&mut self, given: &mut VecDeque<Given>) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(deadline)) => {
                    self.deadline = deadline;
                    return;
                }
                Ok(Output::Transmit(transmit)) => given.push_back(Given::Datagram(transmit)),
                Ok(Output::Event(event)) => self.event(event, given),
                Err(error) => {
                    debug!(%error, "the endpoint failed");
                    self.rtc.disconnect();
                }
            }
        }
    }

    fn event(&mut self, event: Event, given: &mut VecDeque<Given>) {
        match event {
            Event::Connected => {
                self.connected = true;
                given.push_back(Given::Connected);
            }
            Event::RtpPacket(packet) if Some(packet.header.payload_type) == self.events => {
                if let Some(code) = packet.payload.first() {
                    given.push_back(Given::Event(*code, packet.header.timestamp));
                }
            }
            Event::RtpPacket(packet) => given.push_back(Given::Sound(Packet {
                codec: self.codec,
                number: *packet.seq_no,
                time: packet.header.timestamp,
                payload: packet.payload,
            })),
            _ => {}
        }
    }
}

fn host(address: SocketAddr) -> Option<Candidate> {
    let candidate = Candidate::host(address, "udp");
    candidate
        .inspect_err(|error| debug!(%address, %error, "no candidate"))
        .ok()
}

fn credentials(transport: &Transport) -> IceCreds {
    IceCreds {
        ufrag: transport.ufrag.clone(),
        pass: transport.pwd.clone(),
    }
}

fn fingerprint(transport: &Transport) -> Option<Fingerprint> {
    transport.fingerprint.parse().ok()
}

/// What came over the network.
#[derive(Debug)]
pub struct Datagram {
    /// From where.
    pub source: SocketAddr,
    /// To which of the switch's addresses.
    pub destination: SocketAddr,
    /// What.
    pub bytes: Vec<u8>,
}

impl Datagram {
    fn read(&self) -> Option<Receive<'_>> {
        Receive::new(Protocol::Udp, self.source, self.destination, &self.bytes).ok()
    }
}

//! What the switch says of its side, written as FreeSWITCH writes it (transcripts s16, s17, s30,
//! s40): without `a=mid` and BUNDLE groups, each line in its place.
//!
//! Two things differ, which a browser needs here (found by trying): the line `a=ice-lite`, and a
//! candidate for each address of the machine.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use super::sdp_in::{Codec, Direction, Remote};

/// What is the same in all calls.
#[derive(Debug)]
pub struct Site {
    /// The hash of the certificate, with the name of the hash function.
    pub fingerprint: String,
    /// The addresses at which the switch takes media; the first is the one in `m=`.
    pub addresses: Vec<SocketAddr>,
}

impl Site {
    /// Whether the switch has an address of this family.
    pub fn reaches(&self, address: IpAddr) -> bool {
        self.addresses
            .iter()
            .any(|own| own.is_ipv4() == address.is_ipv4())
    }
}

/// The switch's side of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// `a=ice-ufrag`
    pub ufrag: String,
    /// `a=ice-pwd`
    pub pwd: String,
    /// The SSRC of what the switch sends.
    pub ssrc: u32,
    cname: String,
    stream: String,
    session: u64,
    version: u64,
}

impl Local {
    /// A side with everything random.
    pub fn new() -> Local {
        let session = u64::from(random_u32());
        Local {
            ufrag: random_text(16),
            pwd: random_text(24),
            // Never 0, which stands for probes.
            ssrc: random_u32() | 1,
            cname: random_text(16),
            stream: random_text(32),
            session,
            version: session,
        }
    }

    /// New ICE credentials, as a call gets when its socket is lost.
    pub fn renew_ice(&mut self) {
        self.ufrag = random_text(16);
        self.pwd = random_text(24);
    }

    /// The answer to an offer; `active` says whether the switch begins with DTLS.
    pub fn answer(&mut self, site: &Site, remote: &Remote, active: bool) -> String {
        let setup = if active { "active" } else { "passive" };
        let mut sdp = self.agreed(site, remote, setup, &["1"]);
        if remote.video {
            sdp.line(&format!("m=video 0 {} 19", sdp.protocol));
        }
        sdp.text
    }

    /// The offer by which a browser gets its call back: what both had agreed on (s18, s35).
    pub fn offer_again(&mut self, site: &Site, remote: &Remote) -> String {
        self.agreed(site, remote, "actpass", &["1", "2"]).text
    }

    fn agreed(&mut self, site: &Site, remote: &Remote, setup: &str, components: &[&str]) -> Sdp {
        let (codec, payload_type) = remote.codec;
        let events = remote.telephone_event;
        let secure = remote.transport.is_some();
        let mut types = payload_type.to_string();
        if let Some((event, _)) = events {
            let _ = write!(types, " {event}");
        }
        let mut sdp = self.start(site, secure, "UDP/TLS/RTP/SAVPF", &types);
        sdp.rtpmap(payload_type, codec);
        if codec == Codec::Opus {
            let most = if remote.has_fmtp { "" } else { "; maxptime=40" };
            let parameters = format!("useinbandfec=1; minptime=10{most}");
            sdp.line(&format!("a=fmtp:{payload_type} {parameters}"));
        }
        if let Some((event, rate)) = events {
            sdp.line(&format!("a=rtpmap:{event} telephone-event/{rate}"));
        }
        sdp.packets(remote.direction.reversed());
        if secure {
            sdp.line(&format!("a=fingerprint:{}", site.fingerprint));
            sdp.line(&format!("a=setup:{setup}"));
            sdp.rtcp(site);
            sdp.credentials(self);
            sdp.candidates(site, components);
            sdp.line("a=end-of-candidates");
            sdp.source(self);
        }
        sdp
    }

    /// An offer for a party who calls from outside, or for one who was called and then sent
    /// elsewhere: `only` its own codec (s34).
    pub fn offer(&mut self, site: &Site, codec: Codec, only: bool) -> String {
        let mut codecs = vec![codec];
        if !only {
            codecs.extend(Codec::ALL.into_iter().filter(|other| *other != codec));
        }
        let types: Vec<_> = codecs
            .iter()
            .map(|c| payload_type(*c).to_string())
            .collect();
        let mut sdp = self.start(site, true, "RTP/SAVPF", &types.join(" "));
        for codec in codecs {
            sdp.rtpmap(payload_type(codec), codec);
            if codec == Codec::Opus {
                let stereo = if only { "" } else { "; stereo=1" };
                sdp.line(&format!(
                    "a=fmtp:{} useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; \
                     ptime=20; minptime=10; maxptime=40{stereo}",
                    payload_type(codec)
                ));
            }
        }
        sdp.line(&format!("a=fingerprint:{}", site.fingerprint));
        sdp.line("a=setup:actpass");
        sdp.rtcp(site);
        sdp.source(self);
        sdp.credentials(self);
        sdp.candidates(site, &["1", "2"]);
        sdp.packets(Direction::SendRecv);
        sdp.text
    }

    fn start(&mut self, site: &Site, secure: bool, protocol: &'static str, types: &str) -> Sdp {
        self.version = self.version.wrapping_add(1);
        let protocol = if secure { protocol } else { "RTP/AVP" };
        let mut sdp = Sdp {
            text: String::new(),
            protocol,
        };
        let host = host(site);
        sdp.line("v=0");
        sdp.line(&format!(
            "o=FreeSWITCH {} {} IN {host}",
            self.session, self.version
        ));
        sdp.line("s=FreeSWITCH");
        sdp.line(&format!("c=IN {host}"));
        sdp.line("t=0 0");
        if secure {
            sdp.line("a=ice-lite");
            sdp.line(&format!("a=msid-semantic: WMS {}", self.stream));
        }
        sdp.line(&format!("m=audio {} {protocol} {types}", port(site)));
        sdp
    }
}

/// The payload type that the switch proposes.
fn payload_type(codec: Codec) -> u8 {
    match codec {
        Codec::Opus => 102,
        Codec::Pcmu => 0,
        Codec::Pcma => 8,
    }
}

struct Sdp {
    text: String,
    protocol: &'static str,
}

impl Sdp {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str("\r\n");
    }

    fn rtpmap(&mut self, payload_type: u8, codec: Codec) {
        self.line(&format!("a=rtpmap:{payload_type} {}", codec.rtpmap()));
    }

    fn packets(&mut self, direction: Direction) {
        self.line("a=silenceSupp:off - - - -");
        self.line("a=ptime:20");
        self.line(&format!("a={}", direction.name()));
    }

    fn rtcp(&mut self, site: &Site) {
        self.line("a=rtcp-mux");
        self.line(&format!("a=rtcp:{} IN {}", port(site), host(site)));
    }

    fn credentials(&mut self, local: &Local) {
        self.line(&format!("a=ice-ufrag:{}", local.ufrag));
        self.line(&format!("a=ice-pwd:{}", local.pwd));
    }

    fn candidates(&mut self, site: &Site, components: &[&str]) {
        // A host's priority (RFC 8445, 5.1.2), each address a little lower than the last.
        let priorities = (0..=2_130_706_431_u32).rev().step_by(256);
        for (address, priority) in site.addresses.iter().zip(priorities) {
            let foundation = format!("{:010}", random_u32());
            for component in components {
                self.line(&format!(
                    "a=candidate:{foundation} {component} udp {priority} {} {} typ host generation 0",
                    address.ip(),
                    address.port()
                ));
            }
        }
    }

    fn source(&mut self, local: &Local) {
        let Local {
            ssrc,
            cname,
            stream,
            ..
        } = local;
        self.line(&format!("a=ssrc:{ssrc} cname:{cname}"));
        self.line(&format!("a=ssrc:{ssrc} msid:{stream} a0"));
        self.line(&format!("a=ssrc:{ssrc} mslabel:{stream}"));
        self.line(&format!("a=ssrc:{ssrc} label:{stream}a0"));
    }
}

fn host(site: &Site) -> String {
    match site.addresses.first().map(SocketAddr::ip) {
        Some(IpAddr::V6(address)) => format!("IP6 {address}"),
        Some(IpAddr::V4(address)) => format!("IP4 {address}"),
        None => "IP4 127.0.0.1".to_owned(),
    }
}

fn port(site: &Site) -> u16 {
    site.addresses.first().map_or(9, SocketAddr::port)
}

fn random_u32() -> u32 {
    uuid::Uuid::new_v4().as_u128() as u32
}

fn random_text(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let letter = |_| {
        let number = (random_u32() as usize).checked_rem(LETTERS.len());
        let letter = number.and_then(|number| LETTERS.get(number));
        letter.map_or('A', |letter| char::from(*letter))
    };
    (0..length).map(letter).collect()
}

#[cfg(test)]
mod tests;

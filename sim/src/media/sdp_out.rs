//! What the switch says of its side, written as FreeSWITCH writes it (transcripts s16, s17, s30,
//! s40): without `a=mid` and BUNDLE groups, each line in its place.
//!
//! Two things differ, which a browser needs here (`calls.md`, 6): the line `a=ice-lite`, and a
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

    /// The answer to an offer.
    pub fn answer(&mut self, site: &Site, remote: &Remote) -> String {
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
            sdp.line("a=setup:active");
            sdp.rtcp(site);
            sdp.credentials(self);
            sdp.candidates(site, &["1"]);
            sdp.line("a=end-of-candidates");
            sdp.source(self);
        }
        if remote.video {
            sdp.line(&format!("m=video 0 {} 19", sdp.protocol));
        }
        sdp.text
    }

    /// An offer; `first` is the codec that the other party uses.
    pub fn offer(&mut self, site: &Site, first: Codec) -> String {
        let mut codecs = vec![first];
        codecs.extend(Codec::ALL.into_iter().filter(|codec| *codec != first));
        let types: Vec<_> = codecs
            .iter()
            .map(|c| payload_type(*c).to_string())
            .collect();
        let mut sdp = self.start(site, true, "RTP/SAVPF", &types.join(" "));
        for codec in codecs {
            sdp.rtpmap(payload_type(codec), codec);
            if codec == Codec::Opus {
                sdp.line(&format!(
                    "a=fmtp:{} useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; \
                     ptime=20; minptime=10; maxptime=40; stereo=1",
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

    /// The offer by which a client whose RTP is plain gets its call back (s18).
    pub fn plain_offer(&mut self, site: &Site, remote: &Remote) -> String {
        let remote = Remote {
            transport: None,
            ..remote.clone()
        };
        self.answer(site, &remote)
    }

    fn start(&mut self, site: &Site, secure: bool, protocol: &'static str, types: &str) -> Sdp {
        self.version += 1;
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
        for (address, rank) in site.addresses.iter().zip(0..) {
            // A host's priority (RFC 8445, 5.1.2), each address a little lower than the last.
            let priority = 2_130_706_431 - 256 * rank;
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
        let number = random_u32() as usize % LETTERS.len();
        LETTERS
            .get(number)
            .map_or('A', |letter| char::from(*letter))
    };
    (0..length).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            fingerprint: "sha-256 3F:53".to_owned(),
            addresses: vec![
                SocketAddr::from(([127, 0, 0, 1], 17_266)),
                SocketAddr::from(([192, 0, 2, 2], 17_266)),
            ],
        }
    }

    /// The text with what is random replaced by words.
    fn masked(text: &str, local: &Local) -> Vec<String> {
        text.split("\r\n")
            .map(|line| {
                let line = match line.strip_prefix("a=candidate:") {
                    Some(rest) => format!("a=candidate:F {}", rest.split_once(' ').unwrap().1),
                    None => line.to_owned(),
                };
                line.replace(&format!("{} {}", local.session, local.version), "N N")
                    .replace(&local.ssrc.to_string(), "SSRC")
                    .replace(&local.cname, "CNAME")
                    .replace(&local.stream, "STREAM")
                    .replace(&local.ufrag, "UFRAG")
                    .replace(&local.pwd, "PWD")
            })
            .collect()
    }

    fn offered(lines: &str) -> Remote {
        let text = format!(
            "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 110\r\na=candidate:1 1 udp 1 127.0.0.1 5 typ host\r\n\
             a=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:sha-256 AA\r\na=rtpmap:111 opus/48000/2\r\n{lines}"
        );
        Remote::read(&text, |_| true).unwrap()
    }

    #[test]
    fn an_answer_has_the_recorded_lines() {
        let mut local = Local::new();
        let remote = offered(
            "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:110 telephone-event/48000\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
        );
        let text = local.answer(&site(), &remote);
        assert_eq!(
            masked(&text, &local),
            [
                "v=0",
                "o=FreeSWITCH N N IN IP4 127.0.0.1",
                "s=FreeSWITCH",
                "c=IN IP4 127.0.0.1",
                "t=0 0",
                "a=ice-lite",
                "a=msid-semantic: WMS STREAM",
                "m=audio 17266 UDP/TLS/RTP/SAVPF 111 110",
                "a=rtpmap:111 opus/48000/2",
                "a=fmtp:111 useinbandfec=1; minptime=10",
                "a=rtpmap:110 telephone-event/48000",
                "a=silenceSupp:off - - - -",
                "a=ptime:20",
                "a=sendrecv",
                "a=fingerprint:sha-256 3F:53",
                "a=setup:active",
                "a=rtcp-mux",
                "a=rtcp:17266 IN IP4 127.0.0.1",
                "a=ice-ufrag:UFRAG",
                "a=ice-pwd:PWD",
                "a=candidate:F 1 udp 2130706431 127.0.0.1 17266 typ host generation 0",
                "a=candidate:F 1 udp 2130706175 192.0.2.2 17266 typ host generation 0",
                "a=end-of-candidates",
                "a=ssrc:SSRC cname:CNAME",
                "a=ssrc:SSRC msid:STREAM a0",
                "a=ssrc:SSRC mslabel:STREAM",
                "a=ssrc:SSRC label:STREAMa0",
                "m=video 0 UDP/TLS/RTP/SAVPF 19",
                "",
            ]
        );
    }

    #[test]
    fn an_offer_has_the_recorded_lines() {
        let mut local = Local::new();
        let text = local.offer(&site(), Codec::Opus);
        let lines = masked(&text, &local);
        let kinds: Vec<&str> = lines
            .iter()
            .filter_map(|l| l.split([':', ' ']).next())
            .collect();
        assert_eq!(
            kinds.join(" "),
            "v=0 o=FreeSWITCH s=FreeSWITCH c=IN t=0 a=ice-lite a=msid-semantic m=audio a=rtpmap a=fmtp \
             a=rtpmap a=rtpmap a=fingerprint a=setup a=rtcp-mux a=rtcp a=ssrc a=ssrc a=ssrc a=ssrc \
             a=ice-ufrag a=ice-pwd a=candidate a=candidate a=candidate a=candidate a=silenceSupp a=ptime \
             a=sendrecv "
        );
        assert!(
            text.contains("m=audio 17266 RTP/SAVPF 102 0 8\r\n"),
            "{text}"
        );
        let text = local.offer(&site(), Codec::Pcma);
        assert!(
            text.contains("m=audio 17266 RTP/SAVPF 8 102 0\r\n"),
            "{text}"
        );
        // What is read again is what was meant.
        assert_eq!(
            Remote::read(&text, |_| true).unwrap().ssrc,
            Some(local.ssrc)
        );
    }

    #[test]
    fn each_description_is_a_new_version_and_keeps_the_rest() {
        let mut local = Local::new();
        let remote = offered("a=recvonly\r\n");
        let first = local.answer(&site(), &remote);
        let (ssrc, ufrag) = (local.ssrc, local.ufrag.clone());
        let second = local.answer(&site(), &remote);
        assert_ne!(first, second);
        assert_eq!((ssrc, &ufrag), (local.ssrc, &local.ufrag));
        assert!(second.contains("a=sendonly\r\n"), "{second}");
        local.renew_ice();
        assert_ne!(ufrag, local.ufrag);
        assert_eq!(local.ssrc, ssrc);
    }

    #[test]
    fn plain_rtp_is_answered_plainly() {
        let text = "v=0\r\nm=audio 50000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";
        let remote = Remote::read(text, |_| true).unwrap();
        let mut local = Local::new();
        let answer = local.answer(&site(), &remote);
        assert_eq!(
            masked(&answer, &local),
            [
                "v=0",
                "o=FreeSWITCH N N IN IP4 127.0.0.1",
                "s=FreeSWITCH",
                "c=IN IP4 127.0.0.1",
                "t=0 0",
                "m=audio 17266 RTP/AVP 0",
                "a=rtpmap:0 PCMU/8000",
                "a=silenceSupp:off - - - -",
                "a=ptime:20",
                "a=sendrecv",
                "",
            ]
        );
    }
}

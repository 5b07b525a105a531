//! What a client's SDP says, read as FreeSWITCH reads it.

use std::net::{IpAddr, SocketAddr};

/// A codec that the switch knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Opus at 48 kHz.
    Opus,
    /// G.711, µ-law.
    Pcmu,
    /// G.711, A-law.
    Pcma,
}

impl Codec {
    /// In the order in which the switch prefers them.
    pub const ALL: [Codec; 3] = [Codec::Opus, Codec::Pcmu, Codec::Pcma];

    /// The name in `a=rtpmap`.
    pub fn rtpmap(self) -> &'static str {
        match self {
            Codec::Opus => "opus/48000/2",
            Codec::Pcmu => "PCMU/8000",
            Codec::Pcma => "PCMA/8000",
        }
    }

    /// By how much the time stamp rises in so many milliseconds.
    pub fn ticks_in(self, ms: u64) -> u64 {
        ms.saturating_mul(u64::from(self.clock())) / 1000
    }

    /// RTP time stamps per second.
    pub fn clock(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Pcmu | Codec::Pcma => 8_000,
        }
    }
}

/// The way that audio takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// The one who says so only sends.
    SendOnly,
    /// The one who says so only receives.
    RecvOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    /// As it stands in SDP.
    pub fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    /// The same seen from the other side.
    pub fn reversed(self) -> Direction {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            same => same,
        }
    }
}

/// What a client needs ICE and DTLS for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// `a=ice-ufrag`
    pub ufrag: String,
    /// `a=ice-pwd`
    pub pwd: String,
    /// `a=fingerprint`: the hash function and the hash.
    pub fingerprint: String,
    /// The addresses of its candidates that the switch reaches.
    pub candidates: Vec<SocketAddr>,
}

/// A client's audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The best codec that both know, with its payload type.
    pub codec: (Codec, u8),
    /// Whether the client gave parameters for it.
    pub has_fmtp: bool,
    /// The payload type and the clock rate of telephone events, if the client knows them.
    pub telephone_event: Option<(u8, u32)>,
    /// Nothing for plain RTP, without encryption, which no browser speaks.
    pub transport: Option<Transport>,
    /// The SSRC of what the client sends.
    pub ssrc: Option<u32>,
    /// As the client says it.
    pub direction: Direction,
    /// Whether there is an `m=video` line, which is refused.
    pub video: bool,
}

impl Remote {
    /// Reads an offer or an answer. `reachable` tells whether the switch could send to an
    /// address. Nothing where a real server ends the call with INCOMPATIBLE_DESTINATION: no
    /// audio, no common codec, or no candidate that is reachable.
    pub fn read(text: &str, reachable: impl Fn(IpAddr) -> bool) -> Option<Remote> {
        let mut sections = sections(text);
        let session = sections.next().unwrap_or_default();
        let media: Vec<Vec<&str>> = sections.collect();
        let kind = |kind: &str| {
            let start = format!("m={kind} ");
            media
                .iter()
                .find(|lines| lines.iter().any(|line| line.starts_with(&start)))
        };
        let audio = kind("audio")?;
        let mline = audio
            .iter()
            .find_map(|line| line.strip_prefix("m=audio "))?;
        let mut words = mline.split_whitespace();
        let port: u32 = words.next()?.parse().ok()?;
        let secure = words.next()?.contains("SAVP");
        let types: Vec<u8> = words.filter_map(|word| word.parse().ok()).collect();
        if port == 0 {
            return None;
        }
        // What stands before the first m-line holds for each.
        let attributes = || {
            audio
                .iter()
                .chain(&session)
                .filter_map(|l| l.strip_prefix("a="))
        };
        let value = |name: &str| attributes().find_map(|a| a.strip_prefix(name)?.strip_prefix(':'));
        let maps = || {
            attributes().filter_map(|a| {
                let (payload_type, name) = a.strip_prefix("rtpmap:")?.split_once(' ')?;
                Some((payload_type.parse::<u8>().ok()?, name))
            })
        };
        let codec = Codec::ALL.into_iter().find_map(|codec| {
            let named = maps().find(|(pt, name)| types.contains(pt) && same_codec(name, codec));
            let fixed = match codec {
                Codec::Opus => None,
                Codec::Pcmu => Some(0),
                Codec::Pcma => Some(8),
            };
            let fixed = fixed.filter(|pt| types.contains(pt));
            Some((codec, named.map(|(pt, _)| pt).or(fixed)?))
        })?;
        let events: Vec<(u8, u32)> = maps()
            .filter_map(|(pt, name)| {
                let rate = name.strip_prefix("telephone-event/")?.parse().ok()?;
                types.contains(&pt).then_some((pt, rate))
            })
            .collect();
        let same_rate = events.iter().find(|(_, rate)| *rate == codec.0.clock());
        let transport = match secure {
            false => None,
            true => {
                let candidates: Vec<SocketAddr> = attributes()
                    .filter_map(|a| usable(a.strip_prefix("candidate:")?))
                    .filter(|address| reachable(address.ip()))
                    .collect();
                if candidates.is_empty() {
                    return None;
                }
                Some(Transport {
                    ufrag: value("ice-ufrag")?.to_owned(),
                    pwd: value("ice-pwd")?.to_owned(),
                    fingerprint: value("fingerprint")?.to_owned(),
                    candidates,
                })
            }
        };
        let fmtp = format!("fmtp:{} ", codec.1);
        let direction = attributes()
            .find_map(|a| match a {
                "sendrecv" => Some(Direction::SendRecv),
                "sendonly" => Some(Direction::SendOnly),
                "recvonly" => Some(Direction::RecvOnly),
                "inactive" => Some(Direction::Inactive),
                _ => None,
            })
            .unwrap_or(Direction::SendRecv);
        Some(Remote {
            codec,
            has_fmtp: attributes().any(|a| a.starts_with(&fmtp)),
            telephone_event: same_rate.or(events.first()).copied(),
            transport,
            ssrc: value("ssrc").and_then(|ssrc| ssrc.split(' ').next()?.parse().ok()),
            direction,
            video: kind("video").is_some(),
        })
    }
}

fn same_codec(name: &str, codec: Codec) -> bool {
    let known = codec.rtpmap();
    let short = known.strip_suffix("/2").unwrap_or(known);
    name.eq_ignore_ascii_case(known) || name.eq_ignore_ascii_case(short)
}

/// The address of a candidate of UDP. Names, as browsers give them to pages without permission to
/// use the microphone, are not looked up.
fn usable(candidate: &str) -> Option<SocketAddr> {
    let mut words = candidate.split_whitespace().skip(2);
    let protocol = words.next()?;
    let (address, port) = (words.nth(1)?, words.next()?);
    protocol
        .eq_ignore_ascii_case("udp")
        .then_some(SocketAddr::new(address.parse().ok()?, port.parse().ok()?))
}

/// The lines before the first m-line, then those of each m-line.
fn sections(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let mut sections = vec![Vec::new()];
    for line in text.lines().map(str::trim_end) {
        if line.starts_with("m=") {
            sections.push(Vec::new());
        }
        if let Some(section) = sections.last_mut() {
            section.push(line);
        }
    }
    sections.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An offer of Chromium's (transcript s30), shortened.
    const CHROMIUM: &str = "v=0\r\no=- 7354647328278804830 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0\r\na=msid-semantic: WMS x\r\n\
        m=audio 41710 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 192.0.2.2\r\n\
        a=candidate:1 1 udp 2122194687 192.0.2.2 41710 typ host generation 0 network-id 1\r\n\
        a=candidate:2 1 udp 2122265343 fd00::2 51324 typ host generation 0 network-id 2\r\n\
        a=candidate:3 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0\r\n\
        a=ice-ufrag:68lT\r\na=ice-pwd:EqPMxF7FY651ZNe94RBg5FE4\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 DA:73\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
        a=rtpmap:0 PCMU/8000\r\na=rtpmap:110 telephone-event/48000\r\n\
        a=rtpmap:126 telephone-event/8000\r\na=ssrc:3073641026 cname:OmiOtf6gEOWlV9l/\r\n\
        a=ssrc:3073641026 msid:a b\r\n";

    fn v4(address: IpAddr) -> bool {
        address.is_ipv4()
    }

    #[test]
    fn an_offer_of_chromiums() {
        let remote = Remote::read(CHROMIUM, v4).unwrap();
        assert_eq!(remote.codec, (Codec::Opus, 111));
        assert!(remote.has_fmtp);
        assert_eq!(remote.telephone_event, Some((110, 48_000)));
        let transport = remote.transport.unwrap();
        assert_eq!(transport.ufrag, "68lT");
        assert_eq!(transport.fingerprint, "sha-256 DA:73");
        assert_eq!(
            transport.candidates,
            [SocketAddr::from(([192, 0, 2, 2], 41_710))]
        );
        assert_eq!(remote.ssrc, Some(3_073_641_026));
        assert_eq!(remote.direction, Direction::SendRecv);
        assert!(!remote.video);
    }

    #[test]
    fn what_ends_a_call_as_incompatible() {
        let without = |what: &str| {
            let kept = CHROMIUM.split_inclusive("\r\n");
            kept.filter(|line| !line.contains(what)).collect::<String>()
        };
        for unusable in [
            "garbage".to_owned(),
            String::new(),
            without("candidate"),
            without("m=audio"),
            without("ice-ufrag"),
            without("fingerprint"),
            CHROMIUM.replace("192.0.2.2 41710", "5c0b.local 41710"),
            CHROMIUM.replace(" udp ", " tcp "),
            CHROMIUM.replace("111 63 9 0 8 13 110 126", "9 13"),
            CHROMIUM.replace("m=audio 41710", "m=audio 0"),
        ] {
            assert_eq!(Remote::read(&unusable, v4), None, "{unusable}");
        }
        // An address of a family that the switch hasn't got.
        assert_eq!(Remote::read(CHROMIUM, |_| false), None);
    }

    #[test]
    fn plain_rtp_needs_no_candidate() {
        let text = "v=0\r\nm=audio 50000 RTP/AVP 8 0\r\na=recvonly\r\n";
        let remote = Remote::read(text, v4).unwrap();
        assert_eq!(remote.codec, (Codec::Pcmu, 0));
        assert_eq!((remote.transport, remote.ssrc), (None, None));
        assert_eq!(remote.direction.reversed(), Direction::SendOnly);
    }

    #[test]
    fn what_stands_before_the_first_m_line_holds_for_all() {
        let fingerprint = "a=fingerprint:sha-256 DA:73\r\n";
        let text = CHROMIUM.replace(fingerprint, "");
        let text = text.replace("t=0 0\r\n", &format!("t=0 0\r\n{fingerprint}"));
        let transport = Remote::read(&text, v4).unwrap().transport.unwrap();
        assert_eq!(transport.fingerprint, "sha-256 DA:73");
    }

    #[test]
    fn video_is_seen_and_its_attributes_are_not_taken_for_audios() {
        let video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ssrc:7 cname:x\r\na=recvonly\r\n";
        let remote = Remote::read(&format!("{CHROMIUM}{video}"), v4).unwrap();
        assert!(remote.video);
        assert_eq!(remote.ssrc, Some(3_073_641_026));
        assert_eq!(remote.direction, Direction::SendRecv);
    }
}

//! Descriptions line by line as they were recorded.

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
    let text = local.answer(&site(), &remote, true);
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
    let text = local.offer(&site(), Codec::Opus, false);
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
    let text = local.offer(&site(), Codec::Opus, true);
    assert!(text.contains("m=audio 17266 RTP/SAVPF 102\r\n"), "{text}");
    assert!(!text.contains("stereo"), "{text}");
    let text = local.offer(&site(), Codec::Pcma, false);
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
    let first = local.answer(&site(), &remote, true);
    let (ssrc, ufrag) = (local.ssrc, local.ufrag.clone());
    let second = local.answer(&site(), &remote, true);
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
    let answer = local.answer(&site(), &remote, true);
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

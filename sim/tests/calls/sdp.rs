//! Descriptions of the server's without what is random, and without the two things in which the
//! simulator's differ.

/// The lines that are compared. Left out are `a=ice-lite`, which browsers need from an endpoint that
/// is none but lite, and all candidates but the first of each component, since the simulator offers
/// each address of the machine.
pub fn comparable(sdp: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in sdp.split("\r\n").filter(|line| *line != "a=ice-lite") {
        let line = masked(line);
        if !(line.starts_with("a=candidate:") && lines.contains(&line)) {
            lines.push(line);
        }
    }
    lines
}

/// A line with words in the place of numbers, names and addresses. Payload types stay.
fn masked(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["o=FreeSWITCH", _, _, rest @ ..] => format!("o=FreeSWITCH N N {}", rest.join(" ")),
        ["m=audio", _, rest @ ..] => format!("m=audio PORT {}", rest.join(" ")),
        ["a=msid-semantic:", "WMS", _] => "a=msid-semantic: WMS STREAM".to_owned(),
        ["a=fingerprint:sha-256", hash] => {
            format!("a=fingerprint:sha-256 {} bytes", hash.split(':').count())
        }
        [candidate, component, "udp", _, _, _, rest @ ..]
            if candidate.starts_with("a=candidate:") =>
        {
            format!("a=candidate: {component} udp {}", rest.join(" "))
        }
        [first, rest @ ..] => {
            let Some((name, value)) = first.split_once(':') else {
                return line.to_owned();
            };
            match (name, rest) {
                ("a=rtcp", _) => format!("a=rtcp:PORT {}", rest.join(" ")),
                ("a=ice-ufrag" | "a=ice-pwd", _) => format!("{name}: {} letters", value.len()),
                ("a=ssrc", [what, last @ ..]) => {
                    let key = what.split_once(':').map_or(*what, |(key, _)| key);
                    format!("a=ssrc:SSRC {key} {}", last.join(" "))
                }
                _ => line.to_owned(),
            }
        }
        [] => String::new(),
    }
}

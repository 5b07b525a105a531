//! The simulator against frames that were recorded from a real mod_verto.
//!
//! Each transcript is replayed: `A > …` is sent on socket A, `A < …` must be the next
//! frame on it, `A x …` ends it. The tables say what is left out, and why; everything
//! else must be the same to the byte, and nothing may come that isn't recorded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
mod common;
mod differences;
mod tables;
#[path = "../common/transcript.rs"]
mod transcript;

use std::collections::{BTreeMap, HashSet};

use common::{Client, End, Sim};
use serde_json::Value;
use tables::*;
use transcript::{Used, conformance, is_uuid, request_id};
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

transcripts! {
    s01_login_ok s02_login_bad s03_before_login s04_subscribe s05_broadcast s06_jsapi
    s07_invalid s08_punt s09_speed s10_logout s14_large s21_expiry s22_sessid s23_hierarchy
    s44_relogin
}

struct Replay {
    name: &'static str,
    text: String,
    sim: Sim,
    forced: Option<Sim>,
    sockets: BTreeMap<char, Client>,
    /// The UUIDs that the client chose. All others are the server's.
    chosen: HashSet<String>,
    /// The id of the last request that the server made, by socket.
    last_request: BTreeMap<char, u64>,
    requests: HashSet<u64>,
    /// The rows of the tables that were needed.
    used: Used,
}

impl Replay {
    fn new(name: &'static str) -> Replay {
        let mut config = conformance("users.toml");
        if name == "s21_expiry" {
            // The recording waited eight seconds.
            config = config.replace("login_expires = 300", "login_expires = 2");
        }
        let forced = FORCED_DOMAIN
            .iter()
            .any(|row| row.0 == name)
            .then(|| Sim::start(&format!("force_register_domain = true\n{config}"), &[]));
        let text = conformance(&format!("transcripts/{name}.txt"));
        let chosen = text.lines().filter(|line| line.get(1..4) == Some(" > "));
        Replay {
            name,
            chosen: chosen.flat_map(uuids).collect(),
            sim: Sim::start(&config, &[]),
            forced,
            sockets: BTreeMap::new(),
            last_request: BTreeMap::new(),
            requests: HashSet::new(),
            used: Used::of(name),
            text,
        }
    }

    fn run(mut self) {
        let text = std::mem::take(&mut self.text);
        for (number, line) in text.lines().enumerate() {
            self.act(line);
            let Some((socket, kind, rest)) = parse(line) else {
                assert!(
                    line.starts_with('#'),
                    "{}:{}: {line}",
                    self.name,
                    number + 1
                );
                continue;
            };
            let place = format!("{}:{}", self.name, number + 1);
            match kind {
                '>' => self.send(socket, rest, &text),
                '<' => self.receive(socket, rest, &place),
                'x' => self.end(socket, rest, &place),
                _ => panic!("{place}: {line}"),
            }
        }
        assert!(self.sockets.is_empty());
        self.check_tables();
    }

    fn act(&mut self, line: &str) {
        for (name, part, action) in ACTIONS {
            if *name != self.name || !line.contains(part) || !self.used.add(part) {
                continue;
            }
            match action {
                Action::Event(event) => {
                    let (status, answer) = self.sim.post("/sim/event", event);
                    assert_eq!(status, 200, "{answer}");
                }
                Action::Fragments(socket, parts) => {
                    let client = self.sockets.get_mut(socket).unwrap();
                    for (index, part) in parts.iter().enumerate() {
                        let code = if index == 0 {
                            Data::Text
                        } else {
                            Data::Continue
                        };
                        let last = index + 1 == parts.len();
                        let frame = Frame::message(*part, OpCode::Data(code), last);
                        client.socket.send(Message::Frame(frame)).unwrap();
                    }
                }
            }
        }
    }

    fn send(&mut self, socket: char, rest: &str, text: &str) {
        let forced = FORCED_DOMAIN.contains(&(self.name, socket));
        let sim = if forced {
            self.forced.as_ref().unwrap()
        } else {
            &self.sim
        };
        let client = self.sockets.entry(socket).or_insert_with(|| {
            self.last_request.remove(&socket);
            sim.connect()
        });
        if let Some(binary) = rest.strip_prefix("b'") {
            let binary = binary.strip_suffix('\'').unwrap().to_owned();
            client.socket.send(Message::binary(binary)).unwrap();
        } else {
            client.send(&lengthen(rest, text));
        }
    }

    fn receive(&mut self, socket: char, recorded: &str, place: &str) {
        if self.used.row(NOT_SENT, socket, recorded) {
            return;
        }
        let frame = self.next(socket).unwrap_or_else(|end| {
            panic!("{place}: {end:?} instead of {recorded}");
        });
        self.check_request_id(socket, &frame, place);
        if let Some((head, length)) = shortened(recorded) {
            check_long(&frame, head, length, place);
            return;
        }
        for (name, part, members, _) in COMPARED_AS_JSON {
            if *name == self.name && recorded.contains(part) {
                self.used.add(part);
                let [expected, actual] = [recorded, &frame].map(|text| {
                    let mut json = serde_json::from_str(&self.normalise(text)).unwrap();
                    members.iter().for_each(|path| remove(&mut json, path));
                    json
                });
                assert_eq!(actual, expected, "{place}");
                return;
            }
        }
        assert_eq!(self.normalise(&frame), self.normalise(recorded), "{place}");
    }

    fn end(&mut self, socket: char, recorded: &str, place: &str) {
        // One recorder wrote no reason.
        let (closed, reason) = recorded.split_at(16);
        assert_eq!(closed, "closed code=1000", "{place}");
        assert!(["", " reason=''"].contains(&reason), "{place}");
        let normal = End::Closed(1000, String::new());
        if SERVER_CLOSES.contains(&(self.name, socket)) {
            self.used.add("closes");
            let end = self.next(socket);
            assert_eq!(end, Err(normal), "{place}");
            self.sockets.remove(&socket);
            return;
        }
        let mut client = self.sockets.remove(&socket).unwrap();
        let forced = FORCED_DOMAIN.contains(&(self.name, socket));
        let sim = if forced {
            self.forced.as_ref().unwrap()
        } else {
            &self.sim
        };
        for frame in client.drain(sim) {
            assert!(
                self.is_not_recorded(socket, &frame),
                "{place}: extra frame {frame}"
            );
        }
        assert_eq!(client.close(), normal, "{place}");
    }

    fn next(&mut self, socket: char) -> Result<String, End> {
        loop {
            let frame = self.sockets.get_mut(&socket).unwrap().next()?;
            if !self.is_not_recorded(socket, &frame) {
                return Ok(frame);
            }
        }
    }

    fn is_not_recorded(&mut self, socket: char, frame: &str) -> bool {
        self.used.row(NOT_RECORDED, socket, frame)
    }

    /// The server counts its requests for all clients together.
    fn check_request_id(&mut self, socket: char, frame: &str, place: &str) {
        let Some(id) = request_id(frame) else { return };
        let id = id.parse().unwrap();
        if !FORCED_DOMAIN.contains(&(self.name, socket)) {
            assert!(self.requests.insert(id), "{place}: id {id} twice");
        }
        let last = self.last_request.insert(socket, id).unwrap_or(0);
        assert!(id > last, "{place}: id {id} after {last}");
    }

    fn normalise(&self, frame: &str) -> String {
        if let Some(kind @ ("#SPU" | "#SPD")) = frame.get(..4) {
            // The number is a time in milliseconds.
            return kind.to_owned();
        }
        let mut text = frame.to_owned();
        if let Some(id) = request_id(frame) {
            text = text.replacen(&format!("\"id\":{id},"), "\"id\":0,", 1);
        }
        if let Some((_, after)) = frame.split_once("\"auth-expires\":") {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            text = text.replace(&after[..digits], "0");
        }
        for uuid in uuids(frame) {
            if !self.chosen.contains(&uuid) {
                text = text.replace(&uuid, "<uuid>");
            }
        }
        text
    }

    fn check_tables(&self) {
        let parts = NOT_SENT.iter().map(|row| (row.0, row.2));
        let parts = parts.chain(NOT_RECORDED.iter().map(|row| (row.0, row.2)));
        let parts = parts.chain(COMPARED_AS_JSON.iter().map(|row| (row.0, row.1)));
        let parts = parts.chain(ACTIONS.iter().map(|row| (row.0, row.1)));
        let parts = parts.chain(SERVER_CLOSES.iter().map(|row| (row.0, "closes")));
        self.used.check(parts);
    }
}

/// `A > text`: the socket, the kind and the rest.
fn parse(line: &str) -> Option<(char, char, &str)> {
    let (head, rest) = line.split_at_checked(4)?;
    let head: Vec<char> = head.chars().collect();
    match head[..] {
        [socket @ 'A'..='Z', ' ', kind @ ('>' | '<' | 'x'), ' '] => Some((socket, kind, rest)),
        _ => None,
    }
}

fn uuids(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter(|word| is_uuid(word))
        .map(str::to_owned)
        .collect()
}

fn remove(json: &mut Value, path: &str) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    if let Some(Value::Object(members)) = json.pointer_mut(parent) {
        members.shift_remove(key);
    }
}

/// The recorder cut long lines: `…xxx...<70062 chars>`. The beginning and the length.
fn shortened(text: &str) -> Option<(&str, usize)> {
    let (head, length) = text.strip_suffix(" chars>")?.rsplit_once("...<")?;
    Some((head.trim_end_matches('x'), length.parse().unwrap()))
}

/// Restores a client's long line, whose id is the length of its text if it is answered.
fn lengthen(rest: &str, text: &str) -> String {
    let Some((head, length)) = shortened(rest) else {
        return rest.to_owned();
    };
    for id in [70_000, 500_000, 990_000, 99] {
        let tail = format!("\"}},\"id\":{id}}}");
        let filler = length - head.len() - tail.len();
        if filler == id || (id == 99 && !text.contains(&format!("\"id\":{filler},"))) {
            return format!("{head}{}{tail}", "x".repeat(filler));
        }
    }
    panic!("{length}");
}

fn check_long(frame: &str, head: &str, length: usize, place: &str) {
    assert_eq!(frame.len(), length, "{place}");
    let rest = frame.strip_prefix(head).unwrap();
    let tail = rest.trim_start_matches('x');
    assert!(
        tail.starts_with("\",\"sessid\":\"") && tail.ends_with("\"}}"),
        "{place}: {tail}"
    );
    assert_eq!(
        tail.len(),
        "\",\"sessid\":\"\"}}".len() + 36,
        "{place}: {tail}"
    );
}

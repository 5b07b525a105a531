//! The simulator's calls against frames that were recorded from FreeSWITCH.
//!
//! Each transcript is replayed as in `tests/conformance`: `A > …` is sent on socket A, `A < …` must
//! be the next frame on it, `A x …` ends it. Ids that the server chose stand for those that the
//! simulator chooses. The clients of the replay have no media: calls count as connected, but in the
//! recordings of a client that had none either. What flows is tested with browsers
//! (`tests/e2e/calls-*.test.mjs`).
//!
//! Compared are all members, in their order; but of descriptions only what `sdp.rs` says, and of
//! `variables` the names, since the values are times and names of the recorded machine. The tables
//! say what is left out besides. Conferences (s19, s37) are not simulated.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
mod common;
mod sdp;
mod tables;
#[path = "../common/transcript.rs"]
mod transcript;

use std::collections::{BTreeMap, HashMap, HashSet};

use common::{Client, End, Sim};
use serde_json::{Value, json};
use tables::*;
use transcript::{Used, conformance, is_uuid, request_id};

transcripts! {
    s16_call_tone s17_call_user s18_reattach
    s30_call_echo s31_call_user s32_reject_cancel_busy s33_early_media s34_transfer s35_attach
    s36_reload_attach s38_two_calls s39_logout_in_call s40_video_offer s41_sdp_rules
    s42_two_addresses s43_forking
}

struct Replay {
    name: &'static str,
    sim: Sim,
    sockets: BTreeMap<String, Client>,
    /// The ids that the recorded server chose, and those of the simulator.
    ids: HashMap<String, String>,
    /// The ids that the clients chose.
    chosen: HashSet<String>,
    used: Used,
}

impl Replay {
    fn new(name: &'static str) -> Replay {
        let sim = Sim::start(&conformance("users.toml"), &[]);
        if !WITHOUT_MEDIA.contains(&name) {
            sim.fault("call-frames", json!({"assumeConnected": true}));
        }
        Replay {
            name,
            sim,
            sockets: BTreeMap::new(),
            ids: HashMap::new(),
            chosen: HashSet::new(),
            used: Used::of(name),
        }
    }

    fn run(mut self) {
        let text = conformance(&format!("transcripts/{}.txt", self.name));
        let mut known = HashSet::new();
        for line in text.lines() {
            // An id that a client says first is the client's own.
            let new = uuids(line)
                .into_iter()
                .filter(|id| known.insert(id.clone()));
            let new: Vec<String> = new.collect();
            if line.split(' ').nth(1) == Some(">") {
                self.chosen.extend(new);
            }
        }
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}", self.name, number + 1);
            self.act(line);
            if self.is_not_replayed(line) {
                continue;
            }
            let words: Vec<&str> = line.splitn(3, ' ').collect();
            match words[..] {
                ["#", ..] => {}
                [socket, ">", frame] => self.send(socket, frame),
                [socket, "<", frame] => self.receive(socket, frame, &place),
                [socket, "x", how] => self.end(socket, how, &place),
                _ => panic!("{place}: {line}"),
            }
        }
        assert!(self.sockets.is_empty());
        self.check_tables();
    }

    fn act(&mut self, line: &str) {
        for (name, part, path, body) in ACTIONS {
            if *name == self.name && line.contains(part) && self.used.add(part) {
                let (status, answer) = self.sim.post(path, body);
                assert_eq!(status, 200, "{answer}");
            }
        }
    }

    fn is_not_replayed(&mut self, line: &str) -> bool {
        let mut rows = NOT_REPLAYED.iter();
        let row = rows.find(|(name, start, part, _)| {
            *name == self.name && line.starts_with(start) && line.contains(part)
        });
        row.is_some_and(|(_, _, part, _)| {
            self.used.add(part);
            true
        })
    }

    fn send(&mut self, socket: &str, frame: &str) {
        let mut frame = frame.to_owned();
        for id in uuids(&frame) {
            if let Some(ours) = self.ids.get(&id) {
                frame = frame.replace(&id, ours);
            }
        }
        let sim = &self.sim;
        let client = self.sockets.entry(socket.to_owned());
        client.or_insert_with(|| sim.connect()).send(&frame);
    }

    fn receive(&mut self, socket: &str, recorded: &str, place: &str) {
        if self.used.row(NOT_SENT, socket, recorded) {
            return;
        }
        let frame = self.next(socket, place, recorded);
        for (theirs, ours) in uuids(recorded).into_iter().zip(uuids(&frame)) {
            if !self.chosen.contains(&theirs) {
                self.ids.entry(theirs).or_insert(ours);
            }
        }
        assert_eq!(self.comparable(&frame), self.expected(recorded), "{place}");
    }

    fn next(&mut self, socket: &str, place: &str, recorded: &str) -> String {
        loop {
            let client = self.sockets.get_mut(socket).unwrap();
            let frame = client.next().unwrap_or_else(|end| {
                panic!("{place}: {end:?} instead of {recorded}");
            });
            if !self.is_not_recorded(socket, &frame) {
                return frame;
            }
        }
    }

    /// The recorded frame with the simulator's ids.
    fn expected(&self, recorded: &str) -> String {
        let mut text = self.comparable(recorded);
        if let Some((_, theirs)) = PAYLOAD_TYPES.iter().find(|row| row.0 == self.name)
            && text.contains("a=setup:actpass")
        {
            for before in ["RTP/SAVPF ", "a=rtpmap:", "a=fmtp:"] {
                let theirs = format!("{before}{theirs}");
                text = text.replace(&theirs, &format!("{before}102"));
            }
        }
        for id in uuids(&text) {
            if let Some(ours) = self.ids.get(&id) {
                text = text.replace(&id, ours);
            }
        }
        text
    }

    fn comparable(&self, frame: &str) -> String {
        let mut text = frame.to_owned();
        if let Some(id) = request_id(frame) {
            text = text.replacen(&format!("\"id\":{id},"), "\"id\":0,", 1);
        }
        let mut json: Value = serde_json::from_str(&text).unwrap();
        let described = ["params", "result"].into_iter().any(|part| {
            let part = json.get_mut(part).and_then(Value::as_object_mut);
            part.is_some_and(|members| {
                if let Some(Value::String(sdp)) = members.get_mut("sdp") {
                    *sdp = sdp::comparable(sdp).join("\n");
                }
                if let Some(Value::Object(variables)) = members.get_mut("variables") {
                    variables
                        .values_mut()
                        .for_each(|value| *value = Value::Null);
                }
                members.contains_key("sdp") || members.contains_key("variables")
            })
        });
        // Some frames have a key twice, which a tree would lose.
        if described { json.to_string() } else { text }
    }

    fn end(&mut self, socket: &str, how: &str, place: &str) {
        let Some(mut client) = self.sockets.remove(socket) else {
            // An attempt to connect, without a frame.
            assert_eq!(how, "closed code=1006 reason=''", "{place}");
            return;
        };
        let normal = End::Closed(1000, String::new());
        if SERVER_CLOSES.contains(&(self.name, socket)) {
            self.used.add("closes");
            assert_eq!(client.next(), Err(normal), "{place}");
            return;
        }
        for frame in client.drain(&self.sim) {
            let known = self.is_not_recorded(socket, &frame);
            assert!(known, "{place}: extra frame {frame}");
        }
        match how {
            "closed code=1006 reason=''" => {
                drop(client);
                let conn = |state: &Value| state["connections"].as_array().unwrap().len();
                let left = self.sockets.len();
                self.sim.state_when(|state| conn(state) == left);
            }
            "closed code=1000 reason=''" => assert_eq!(client.close(), normal, "{place}"),
            _ => panic!("{place}: {how}"),
        }
    }

    fn is_not_recorded(&mut self, socket: &str, frame: &str) -> bool {
        self.used.row(NOT_RECORDED, socket, frame)
    }

    fn check_tables(&self) {
        let parts = NOT_SENT.iter().map(|row| (row.0, row.2));
        let parts = parts.chain(NOT_RECORDED.iter().map(|row| (row.0, row.2)));
        let parts = parts.chain(NOT_REPLAYED.iter().map(|row| (row.0, row.2)));
        let parts = parts.chain(ACTIONS.iter().map(|row| (row.0, row.1)));
        let parts = parts.chain(SERVER_CLOSES.iter().map(|row| (row.0, "closes")));
        self.used.check(parts);
    }
}

/// The ids of calls and sessions, in their order; not those within descriptions and variables.
fn uuids(text: &str) -> Vec<String> {
    text.split('"')
        .filter(|word| is_uuid(word))
        .map(str::to_owned)
        .collect()
}

//! What goes wrong on purpose, in the order of the control API's files: connections, requests and
//! frames.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod calls;
#[path = "../common/mod.rs"]
mod common;
mod connections;
mod frames;
mod requests;

use common::{Client, Sim};
use serde_json::{Value, json};

const PING: &str = r#"{"jsonrpc":"2.0","method":"verto.ping","params":{},"id":7}"#;

fn built_in() -> Sim {
    Sim::start("", &[])
}

fn login(client: &mut Client, number: &str) -> Value {
    let params = json!({"login": format!("{number}@xswitch.cn"), "passwd": "1234"});
    let mut reply = client.call("login", params);
    reply.as_object_mut().unwrap().remove("id");
    reply
}

fn subscribe(client: &mut Client, channels: &[&str]) -> Value {
    let mut reply = client.call("verto.subscribe", json!({"eventChannel": channels}));
    reply.as_object_mut().unwrap().remove("id");
    reply
}

/// A client that gets the events of agent 1001.
fn subscriber(sim: &Sim) -> Client {
    let mut client = sim.log_in("1001", "s-1");
    subscribe(&mut client, &["vcc.default.1001"]);
    client
}

fn event(sim: &Sim, channel: &str, n: u64) -> u64 {
    let event = json!({"eventChannel": channel, "data": {"n": n}});
    let (_, answer) = sim.post("/sim/event", &event.to_string());
    answer["delivered"].as_u64().unwrap()
}

#[test]
fn faults_are_listed_shown_and_mistakes_told() {
    let sim = built_in();
    let listing = sim.get("/sim/");
    let names = listing.as_object().unwrap().keys();
    let faults = names.filter_map(|route| route.strip_prefix("POST /sim/fault/"));
    let faults: Vec<&str> = faults.collect();
    assert_eq!(faults.len(), 24);
    for name in faults {
        let (status, answer) = sim.post(&format!("/sim/fault/{name}"), "[]");
        // `clear` alone reads no body.
        assert_eq!(status, if name == "clear" { 200 } else { 400 }, "{answer}");
    }
    sim.fault("ping", json!({"answer": "none"}));
    sim.fault("delay", json!({"ms": 5, "login": "1001"}));
    sim.fault("delay", json!({"ms": 6, "login": "1001"}));
    sim.fault("reorder", json!({"ms": 7, "conn": 9}));
    sim.fault("login", json!({"count": 2}));
    sim.fault("channels", json!({"channels": ["vcc"]}));
    assert_eq!(
        sim.get("/sim/state")["faults"],
        json!([
            {"fault": "delay", "login": "1001", "ms": 6},
            {"fault": "reorder", "conn": 9, "ms": 7, "seed": 1},
            {"fault": "ping", "answer": "none"},
            {"fault": "login", "code": -32001, "message": "Authentication Failure", "left": 2},
            {"fault": "channels", "channels": ["vcc"]},
        ])
    );
    sim.fault("delay", json!({"ms": 0}));
    assert_eq!(sim.get("/sim/state")["faults"][0]["fault"], "reorder");
    sim.post("/sim/reset", "");
    assert_eq!(sim.get("/sim/state")["faults"], json!([]));

    for (name, body, words) in [
        ("freeze", json!({"what": "x"}), "one of all, answers, close"),
        ("freeze", json!({"ms": -1}), "whole number from 0"),
        (
            "refuse",
            json!({"how": 5}),
            "one of http, cut, hang, silent",
        ),
        ("restart", json!({"forget": "yes"}), "true or false"),
        ("ping", json!({}), "\"answer\" is missing"),
        ("delay", json!({}), "\"ms\" is missing"),
        ("channels", json!({"channels": [1]}), "array of strings"),
        (
            "login",
            json!({"code": "x"}),
            "\"code\" must be a whole number",
        ),
        (
            "flood",
            json!({"eventChannel": "vcc"}),
            "\"count\" is missing",
        ),
        ("nothing", json!({}), "no such route"),
    ] {
        let (status, answer) = sim.post(&format!("/sim/fault/{name}"), &body.to_string());
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(words), "{name}: {message}");
        assert!([400, 404].contains(&status));
    }
}

//! Every number has a bound, and nobody can stop the simulator or fill its memory.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::process::Command;

use common::{Client, Sim};
use serde_json::{Value, json};

fn built_in() -> Sim {
    Sim::start("", &[])
}

/// Asserts that the simulator works: an agent signs in, and events arrive.
fn assert_works(sim: &Sim) {
    sim.fault("clear", json!({}));
    let mut agent = sim.log_in("1010", "works");
    agent.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1010"}),
    );
    let data = json!({"queue": "test", "agent": "1010", "extn": "1010"});
    assert_eq!(agent.command("ccLogin", data.clone())["code"], 200);
    assert_eq!(agent.frame()["params"]["eventType"], "agentState");
    assert_eq!(agent.command("ccLogout", data)["code"], 200);
}

fn command(func: &str, data: Value, id: usize) -> Value {
    let data = json!({"method": "ccc", "func": func, "data": data});
    let params = json!({"command": "lua", "data": data});
    json!({"jsonrpc": "2.0", "method": "jsapi", "params": params, "id": id})
}

/// The replies to a batch of requests.
fn batch(client: &mut Client, requests: &[Value]) -> Vec<Value> {
    client.send(&Value::from(requests).to_string());
    loop {
        if let Value::Array(replies) = client.frame() {
            return replies;
        }
    }
}

#[test]
fn numbers_beyond_their_bounds_are_refused_by_name() {
    let sim = built_in();
    let long = "x".repeat(256);
    let rows = [
        (
            "fault/flood",
            json!({"eventChannel": "vcc", "count": 1e15}),
            "count",
        ),
        (
            "fault/flood",
            json!({"eventChannel": "vcc", "count": 1, "bytes": 1e18}),
            "bytes",
        ),
        (
            "fault/flood",
            json!({"eventChannel": "vcc", "count": 2e5, "bytes": 1e5}),
            "times",
        ),
        (
            "fault/flood",
            json!({"eventChannel": long, "count": 1}),
            "eventChannel",
        ),
        ("fault/garbage", json!({"bytes": 1e18}), "bytes"),
        ("fault/garbage", json!({"count": 1e15}), "count"),
        (
            "fault/garbage",
            json!({"count": 1e4, "bytes": 1e7}),
            "times",
        ),
        ("fault/garbage", json!({"seed": 1e30}), "seed"),
        (
            "fault/gap",
            json!({"eventChannel": "vcc", "count": 1e30}),
            "count",
        ),
        (
            "fault/gap",
            json!({"eventChannel": "vcc", "count": -1}),
            "count",
        ),
        (
            "fault/gap",
            json!({"eventChannel": "vcc", "count": 1.5}),
            "count",
        ),
        ("fault/freeze", json!({"ms": 1e18}), "ms"),
        ("fault/delay", json!({"ms": 1e18}), "ms"),
        ("fault/reorder", json!({"ms": 1e18}), "ms"),
        ("fault/restart", json!({"downMs": 1e18}), "downMs"),
        ("fault/refuse", json!({"count": 1e18}), "count"),
        ("fault/refuse", json!({"ms": 1e18}), "ms"),
        ("fault/login", json!({"code": 1e18}), "code"),
        ("fault/login", json!({"code": 1.5}), "code"),
        ("fault/login", json!({"message": long}), "message"),
        ("fault/channels", json!({"channels": [long]}), "channels"),
        ("fault/punt", json!({"login": long}), "login"),
        ("fault/punt", json!({"conn": 1e18}), "conn"),
        ("fault/punt", json!({"conn": -1}), "conn"),
        ("load", json!({"agents": 1e9}), "agents"),
        (
            "load",
            json!({"agents": 1, "eventsPerSecond": 1e9}),
            "eventsPerSecond",
        ),
        ("load", json!({"agents": 1.5}), "agents"),
        (
            "event",
            json!({"eventChannel": ".".repeat(500_000)}),
            "eventChannel",
        ),
        ("caller", json!({"queue": "test", "caller": long}), "caller"),
        ("drop", json!({"code": 1e18}), "code"),
    ];
    for (path, body, named) in rows {
        let (status, answer) = sim.post(&format!("/sim/{path}"), &body.to_string());
        assert_eq!(status, 400, "{path} {answer}");
        let message = answer["message"].as_str().unwrap();
        assert!(
            message.contains(named) && message.len() < 200,
            "{path} {message}"
        );
    }
    let large = json!({"login": "1001", "text": "x".repeat(1_000_000)}).to_string();
    let (status, ..) = sim.http("POST", "/sim/send", "", &large);
    assert_eq!(status, 413);
    assert_works(&sim);
}

#[test]
fn numbers_of_the_command_line_have_bounds() {
    for (option, value) in [
        ("--speed", "1e300"),
        ("--speed", "1e-300"),
        ("--speed", "NaN"),
        ("--events", "1e300"),
        ("--agents", "1000000"),
        ("--port", "70000"),
    ] {
        let mut sim = Command::new(env!("CARGO_BIN_EXE_sim"));
        let output = sim.args([option, value]).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(
            words.contains(option) && words.lines().count() == 1,
            "{words}"
        );
    }
}

#[test]
fn what_is_kept_by_requests_is_bounded() {
    let sim = built_in();
    let fault = |name: &str, body: Value| {
        let (status, answer) = sim.post(&format!("/sim/fault/{name}"), &body.to_string());
        (status, answer["message"].to_string())
    };
    let channels =
        |from: usize| -> Vec<String> { (from..from + 1000).map(|n| n.to_string()).collect() };
    assert_eq!(fault("channels", json!({"channels": channels(0)})).0, 200);
    assert_eq!(fault("channels", json!({"channels": channels(0)})).0, 200);
    let (status, message) = fault("channels", json!({"channels": ["another"]}));
    assert!(
        status == 429 && message.contains("fault/clear"),
        "{message}"
    );
    for name in ["delay", "reorder", "ping"] {
        let body = |conn: usize| json!({"conn": conn, "ms": 1, "answer": "none"});
        for conn in 0..1000 {
            assert_eq!(fault(name, body(conn)).0, 200);
        }
        assert_eq!(fault(name, body(0)).0, 200);
        assert_eq!(fault(name, body(1000)).0, 429);
    }
    let caller = r#"{"queue":"test","caller":"138"}"#;
    let statuses: Vec<u16> = (0..1001)
        .map(|_| sim.post("/sim/caller", caller).0)
        .collect();
    assert!(statuses[..1000].iter().all(|status| *status == 200));
    assert_ne!(statuses[1000], 200);
    assert_works(&sim);
}

#[test]
fn the_work_of_one_frame_is_bounded() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let burst = |n: u64, agent: &str, id| command("ccBurst", json!({"agent": agent, "n": n}), id);
    let mut requests: Vec<Value> = (0..300).map(|id| burst(100_000, "1001", id)).collect();
    requests.push(burst(1, &".".repeat(100_000), 300));
    let replies = batch(&mut client, &requests);
    let codes: Vec<_> = replies
        .iter()
        .map(|reply| &reply["result"]["code"])
        .collect();
    assert_eq!(codes[0], 200);
    assert!(codes[1..].iter().all(|code| **code == 400), "{codes:?}");

    // The replies would come after weeks if the sleeps were not limited together. A connection
    // that sleeps can be ended.
    let sleeps: Vec<Value> = (0..5000)
        .map(|id| command("ccSleep", json!({"ms": 1e300}), id))
        .collect();
    client.send(&Value::from(sleeps).to_string());
    sim.frames_when(|frames| frames.contains("ccSleep"));
    assert_eq!(sim.post("/sim/drop", r#"{"login":"1001"}"#).1["dropped"], 1);

    // A client can subscribe to so many channels, and no more.
    let mut client = sim.log_in("1001", "s-2");
    let channels: Vec<String> = (0..20_001).map(|n| format!("vcc.{n}")).collect();
    let reply = client.call("verto.subscribe", json!({"eventChannel": channels}));
    assert_eq!(
        reply["result"]["subscribedChannels"]
            .as_array()
            .unwrap()
            .len(),
        20_000
    );
    assert_eq!(
        reply["result"]["unauthorizedChannels"],
        json!(["vcc.20000"])
    );
    assert_works(&sim);
}

#[test]
fn numbers_of_events_never_overflow() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1001"}),
    );
    for _ in 0..3 {
        sim.fault(
            "gap",
            json!({"eventChannel": "vcc.default.1001", "count": 1e9}),
        );
    }
    sim.post("/sim/event", r#"{"eventChannel":"vcc.default.1001"}"#);
    assert_eq!(client.frame()["params"]["eventSerno"], 3_000_000_000u64);
}

#[test]
fn frames_that_a_fault_holds_up_are_bounded_and_the_rest_waits() {
    let sim = Sim::start("send_queue = 20000", &[]);
    let mut client = sim.log_in("1001", "s-1");
    client.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1001"}),
    );
    sim.fault("delay", json!({"ms": 86_400_000}));
    // 16 MB can be held up, 16 MB can wait, and the rest is lost.
    let flood = json!({"eventChannel": "vcc.default.1001", "count": 1000, "bytes": 100_000});
    let (_, answer) = sim.post("/sim/fault/flood", &flood.to_string());
    let delivered = answer["delivered"].as_u64().unwrap();
    assert!((160..=400).contains(&delivered), "{answer}");
    sim.fault("clear", json!({}));
    for _ in 0..delivered {
        assert_eq!(client.frame()["params"]["eventType"], "flood");
    }
    assert_works(&sim);
}

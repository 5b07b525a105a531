//! What goes wrong on purpose: answers that are refused, frames that are late, in another
//! order, too many, missing, twice or no sense at all.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use common::{Client, End, Sim};
use serde_json::{Value, json};
use tungstenite::Message;

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
fn so_many_logins_are_refused_with_any_error() {
    let sim = built_in();
    sim.fault("login", json!({"count": 2}));
    let mut client = sim.connect();
    let refused = json!({"code": -32001, "message": "Authentication Failure"});
    // A request without a login is refused anyway and doesn't count.
    client.call("verto.ping", json!({}));
    for number in ["1001", "1002"] {
        assert_eq!(login(&mut client, number)["error"], refused);
    }
    assert_eq!(login(&mut client, "1001")["result"]["message"], "logged in");
    // One that is logged in already is no exception.
    let error = json!({"code": -32603, "message": "busy"});
    sim.fault(
        "login",
        json!({"code": -32603, "message": "busy", "login": "1001"}),
    );
    assert_eq!(login(&mut client, "1001")["error"], error);
    let mut other = sim.connect();
    assert_eq!(login(&mut other, "1002")["result"]["message"], "logged in");

    sim.fault(
        "login",
        json!({"message": "Session in use", "close": true, "count": 1}),
    );
    let mut client = sim.connect();
    assert_eq!(
        login(&mut client, "1001")["error"]["message"],
        "Session in use"
    );
    assert_eq!(client.next(), Err(End::Closed(1000, String::new())));
    sim.fault("login", json!({}));
    sim.fault("clear", json!({}));
    sim.log_in("1001", "s-1");
}

#[test]
fn tokens_expire() {
    let sim = built_in();
    let issue = |number: &str| {
        let body = json!({"login": number, "password": "1234"}).to_string();
        sim.post("/api/sessions", &body).1["token"].take()
    };
    let works = |number: &str, token: &Value| {
        let params = json!({"login": format!("{number}@xswitch.cn"), "passwd": "password",
                            "loginParams": {"xui_sessid": token}});
        sim.connect().call("login", params)["result"].is_object()
    };
    let (one, two, other) = (issue("1001"), issue("1001"), issue("1002"));
    assert_eq!(
        sim.fault("expire-tokens", json!({"token": one}))["expired"],
        1
    );
    assert!(!works("1001", &one) && works("1001", &two) && works("1002", &other));
    let expire = json!({"login": "1001@xswitch.cn"});
    assert_eq!(sim.fault("expire-tokens", expire)["expired"], 1);
    assert!(!works("1001", &two) && works("1002", &other));
    assert_eq!(sim.fault("expire-tokens", json!({}))["expired"], 1);
    assert!(!works("1002", &other));
    assert!(works("1002", &issue("1002")));
    let unknown = json!({"token": one}).to_string();
    assert_eq!(sim.post("/sim/fault/expire-tokens", &unknown).0, 404);
}

#[test]
fn some_channels_are_refused_from_now_on() {
    let sim = built_in();
    let mut client = subscriber(&sim);
    sim.fault("channels", json!({"channels": ["vcc.default.1001", "vcc"]}));
    for _ in 0..2 {
        let mut again = sim.log_in("1001", "s-2");
        let reply = subscribe(&mut again, &["vcc", "vcc.default", "vcc.default.1001"]);
        assert_eq!(
            reply["result"]["subscribedChannels"],
            json!(["vcc.default"])
        );
        let refused = json!(["vcc", "vcc.default.1001"]);
        assert_eq!(reply["result"]["unauthorizedChannels"], refused);
    }
    let reply = subscribe(&mut client, &["vcc"]);
    assert_eq!(reply["error"], json!({"unauthorizedChannels": ["vcc"]}));
    // What is subscribed already goes on.
    event(&sim, "vcc.default.1001", 1);
    assert_eq!(client.frame()["params"]["data"]["n"], 1);
    sim.fault("clear", json!({}));
    let reply = subscribe(&mut client, &["vcc"]);
    assert_eq!(reply["result"]["subscribedChannels"], json!(["vcc"]));
}

#[test]
fn pings_are_not_answered_or_not_known() {
    let sim = built_in();
    let mut one = sim.log_in("1001", "s-1");
    let mut two = sim.log_in("1002", "s-2");
    sim.fault("ping", json!({"answer": "error"}));
    sim.fault("ping", json!({"answer": "none", "login": "1001"}));
    one.send(PING);
    one.call("echo", json!({"a": 1}));
    assert_eq!(two.call("verto.ping", json!({}))["error"]["code"], -32601);
    // The faults are for connections to come, too.
    let mut again = sim.log_in("1001", "s-3");
    again.send(PING);
    again.call("echo", json!({"a": 1}));
    sim.fault("ping", json!({"answer": "normal", "login": "1001"}));
    one.send(&PING.replace('7', "8"));
    assert_eq!(one.frame()["id"], 8, "the silent one would have come first");
    sim.fault("clear", json!({}));
    assert!(two.call("verto.ping", json!({}))["result"].is_object());
}

#[test]
fn every_frame_is_late_and_in_order() {
    let sim = built_in();
    let began = Instant::now();
    sim.fault("delay", json!({"ms": 150}));
    let mut client = subscriber(&sim);
    // The login's reply, and that to the subscription.
    assert!(began.elapsed() >= Duration::from_millis(300));
    let began = Instant::now();
    for n in 0..10 {
        event(&sim, "vcc.default.1001", n);
    }
    for n in 0..10 {
        assert_eq!(client.frame()["params"]["data"]["n"], n);
    }
    assert!(began.elapsed() >= Duration::from_millis(150));

    // What waits leaves at once, and in order, when the fault is over.
    sim.fault("delay", json!({"ms": 600_000, "login": "1001"}));
    sim.http("DELETE", "/sim/frames", "", "");
    event(&sim, "vcc.default.1001", 1);
    client.send(PING);
    sim.frames_when(|frames| frames.contains("verto.ping"));
    event(&sim, "vcc.default.1001", 2);
    assert!(!sim.get("/sim/frames").to_string().contains("verto.event"));
    sim.fault("clear", json!({}));
    assert_eq!(client.frame()["params"]["data"]["n"], 1);
    assert_eq!(client.frame()["id"], 7);
    assert_eq!(client.frame()["params"]["data"]["n"], 2);
}

#[test]
fn a_late_connection_can_be_ended() {
    let sim = built_in();
    let mut cut = sim.log_in("1001", "s-1");
    let mut punted = sim.log_in("1002", "s-2");
    let mut taken_over = sim.log_in("1003", "s-3");
    sim.fault("delay", json!({"ms": 600_000}));
    sim.fault("delay", json!({"ms": 50, "login": "1002"}));
    cut.send(PING);
    sim.frames_when(|frames| frames.contains("verto.ping"));
    sim.fault("drop", json!({"login": "1001"}));
    assert_eq!(cut.next(), Err(End::Cut));

    punted.send(PING);
    sim.fault("punt", json!({"login": "1002"}));
    let frames: Vec<_> = std::iter::from_fn(|| punted.next().ok()).collect();
    assert!(frames.last().unwrap().contains("verto.punt"), "{frames:?}");

    // Its punt would come in ten minutes.
    sim.fault("punt", json!({"login": "1003"}));
    sim.fault("restart", json!({"downMs": 0}));
    assert_eq!(taken_over.next(), Err(End::Cut));

    // The reply to a login that is refused comes before the close.
    sim.fault("delay", json!({"ms": 50}));
    sim.fault("login", json!({"message": "Session in use", "close": true}));
    let mut refused = sim.connect();
    let reply = login(&mut refused, "1001");
    assert_eq!(reply["error"]["message"], "Session in use");
    assert_eq!(refused.next(), Err(End::Closed(1000, String::new())));
}

#[test]
fn events_of_different_channels_and_replies_change_places() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let channels = ["vcc.a", "vcc.b", "vcc.c"];
    subscribe(&mut client, &channels);
    sim.fault("reorder", json!({"ms": 60, "seed": 3}));
    const ROUNDS: u64 = 20;
    for n in 0..ROUNDS {
        for channel in channels {
            assert_eq!(event(&sim, channel, n), 1);
        }
        client.send(&PING.replace('7', &n.to_string()));
    }
    let mut order = Vec::new();
    let mut next = HashMap::new();
    for _ in 0..ROUNDS * 4 {
        let frame = client.frame();
        let (kind, n) = if frame["method"] == "verto.event" {
            let params = &frame["params"];
            assert_eq!(params["data"]["n"], params["eventSerno"]);
            (
                params["eventChannel"].as_str().unwrap(),
                &params["eventSerno"],
            )
        } else {
            ("reply", &frame["id"])
        };
        // Each kind keeps its own order.
        let expected = next.entry(kind.to_owned()).or_insert(0);
        assert_eq!(n, *expected);
        *expected += 1;
        order.push((kind.to_owned(), n.as_u64().unwrap()));
    }
    // What was caused later came earlier, a reply and an event.
    let overtakes = |later: &str, earlier: &str| {
        let at = |kind: &str, n| order.iter().position(|one| *one == (kind.to_owned(), n));
        (0..ROUNDS).any(|n| at(later, n) < at(earlier, n))
    };
    assert!(overtakes("reply", "vcc.a"));
    assert!(overtakes("vcc.b", "vcc.a"));

    sim.fault("reorder", json!({"ms": 0}));
    event(&sim, "vcc.b", ROUNDS);
    event(&sim, "vcc.a", ROUNDS);
    assert_eq!(client.frame()["params"]["eventChannel"], "vcc.b");
}

#[test]
fn garbage_is_the_same_for_the_same_seed() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let mut garbage = |body: Value| -> Vec<Message> {
        let count = body["count"].as_u64().unwrap();
        assert_eq!(sim.fault("garbage", body)["delivered"], count);
        (0..count).map(|_| client.socket.read().unwrap()).collect()
    };
    let first = garbage(json!({"seed": 5, "count": 20, "bytes": 50}));
    assert_eq!(first, garbage(json!({"seed": 5, "count": 20, "bytes": 50})));
    assert_ne!(first, garbage(json!({"seed": 6, "count": 20, "bytes": 50})));
    for pair in first.chunks(2) {
        assert!(pair[0].is_text() && pair[1].is_binary() && pair[1].len() <= 50);
    }
    let binary = json!({"login": "1001", "count": 3, "binary": true});
    assert!(garbage(binary).iter().all(Message::is_binary));
    let text = json!({"conn": 1, "count": 3, "binary": false});
    assert!(garbage(text).iter().all(Message::is_text));
    client.call("verto.ping", json!({}));
}

#[test]
fn a_flood_loses_nothing_where_the_client_reads() {
    let sim = Sim::start("send_queue = 50", &[]);
    let mut client = sim.log_in("1001", "s-1");
    subscribe(&mut client, &["vcc.default.1001", "vcc"]);
    std::thread::scope(|scope| {
        let flood = json!({"eventChannel": "vcc.default.1001", "count": 3000, "bytes": 100});
        let flood = scope.spawn(|| sim.fault("flood", flood));
        for n in 0..3000 {
            for channel in ["vcc.default.1001", "vcc"] {
                let frame = client.frame();
                let params = &frame["params"];
                assert_eq!(params["eventSerno"], n);
                assert_eq!(params["subscribedChannel"], channel);
                assert_eq!(params["eventType"], "flood");
                assert_eq!(params["data"]["n"], n);
                assert_eq!(params["data"]["x"].as_str().unwrap().len(), 100);
            }
        }
        assert_eq!(flood.join().unwrap()["delivered"], 6000);
    });
    // A client that reads nothing loses what doesn't fit.
    sim.fault("freeze", json!({}));
    let flood = json!({"eventChannel": "vcc", "count": 2000});
    assert_eq!(sim.fault("flood", flood)["delivered"], 50);
    sim.fault("thaw", json!({}));
    assert_eq!(client.drain().len(), 50);
}

#[test]
fn numbers_of_events_are_skipped_and_an_event_comes_twice() {
    let sim = built_in();
    let mut one = subscriber(&sim);
    let mut two = sim.log_in("1002", "s-2");
    subscribe(&mut two, &["vcc.default.1001"]);
    let channel = "vcc.default.1001";
    let serno = |client: &mut Client| client.frame()["params"]["eventSerno"].take();
    event(&sim, channel, 0);
    let gap = json!({"login": "1001", "eventChannel": channel, "count": 3});
    assert_eq!(sim.fault("gap", gap)["skipped"], 1);
    event(&sim, channel, 1);
    assert_eq!([serno(&mut one), serno(&mut one)], [0, 4]);
    assert_eq!([serno(&mut two), serno(&mut two)], [0, 1]);
    let unknown = json!({"eventChannel": "vcc.none"});
    assert_eq!(sim.fault("gap", unknown)["skipped"], 0);

    event(&sim, channel, 2);
    let first = one.next().unwrap();
    assert_eq!(sim.fault("duplicate", json!({"conn": 1}))["delivered"], 1);
    assert_eq!(one.next().unwrap(), first);
    assert_eq!(two.drain().len(), 1);
    sim.log_in("1003", "s-3");
    assert_eq!(
        sim.fault("duplicate", json!({"login": "1003"}))["delivered"],
        0
    );
}

#[test]
fn faults_are_listed_shown_and_mistakes_told() {
    let sim = built_in();
    let listing = sim.get("/sim/");
    let names = listing.as_object().unwrap().keys();
    let faults = names.filter_map(|route| route.strip_prefix("POST /sim/fault/"));
    let faults: Vec<&str> = faults.collect();
    assert_eq!(faults.len(), 17);
    for name in faults {
        let (status, answer) = sim.post(&format!("/sim/fault/{name}"), "[]");
        // Only `clear` takes nothing.
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
        ("freeze", json!({"ms": -1}), "not negative"),
        (
            "refuse",
            json!({"how": 5}),
            "one of http, cut, hang, silent",
        ),
        ("restart", json!({"forget": "yes"}), "true or false"),
        ("ping", json!({}), "\"answer\" is missing"),
        ("delay", json!({}), "\"ms\" is missing"),
        ("channels", json!({"channels": [1]}), "array of strings"),
        ("login", json!({"code": "x"}), "\"code\" must be a number"),
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

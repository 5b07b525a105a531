//! Frames that are late, in another order, too many, missing, doubled or no sense at all.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::Message;

use crate::common::{Client, End, Sim};
use crate::{PING, built_in, event, login, subscribe, subscriber};

#[test]
fn every_frame_is_late_and_in_order() {
    // Events don't wait for the client's silence, so that what was made first leaves first.
    let sim = Sim::start("event_silence = 0", &[]);
    let began = Instant::now();
    sim.fault("delay", json!({"ms": 150}));
    let mut client = subscriber(&sim);
    // Two replies come: to the login and to the subscription.
    assert!(began.elapsed() >= Duration::from_millis(300));
    let began = Instant::now();
    for n in 0..10 {
        event(&sim, "vcc.default.1001", n);
    }
    for n in 0..10 {
        assert_eq!(client.frame()["params"]["data"]["n"], n);
    }
    assert!(began.elapsed() >= Duration::from_millis(150));

    // When the fault is over, the frames that wait leave at once and in order.
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

    // The punt of this connection would come in ten minutes.
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
    // A reply and an event both came before something that was caused earlier.
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
    // A client that reads nothing loses the frames that do not fit.
    sim.fault("freeze", json!({}));
    let flood = json!({"eventChannel": "vcc", "count": 2000});
    assert_eq!(sim.fault("flood", flood)["delivered"], 50);
    sim.fault("thaw", json!({}));
    assert_eq!(client.drain(&sim).len(), 50);
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
    assert_eq!(two.drain(&sim).len(), 1);
    sim.log_in("1003", "s-3");
    assert_eq!(
        sim.fault("duplicate", json!({"login": "1003"}))["delivered"],
        0
    );
}

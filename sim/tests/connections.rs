//! The simulator's connections: takeovers, slow and rude clients, and what the control
//! API does to them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::thread;
use std::time::Instant;

use common::{Client, End, Sim};
use serde_json::{Value, json};
use tungstenite::Message;

fn built_in() -> Sim {
    Sim::start("", &[])
}

#[test]
fn a_simulated_caller_is_given_to_the_ready_agent() {
    let sim = Sim::start("", &["--speed", "1000"]);
    let mut client = sim.log_in("1001", "s-1");
    client.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1001"}),
    );
    let agent = json!({"queue": "test", "agent": "1001", "extn": "1001"});
    client.command("ccLogin", agent.clone());
    client.command("ccGoReady", agent);
    let (status, answer) = sim.post("/sim/caller", r#"{"queue":"test","caller":"13800000000"}"#);
    assert_eq!(status, 200);
    let mut types = Vec::new();
    while types.last() != Some(&json!("callEnded")) {
        let mut event = client.frame();
        let params = event["params"].take();
        let kind = &params["eventType"];
        if ["callOffered", "callAnswered", "callEnded"]
            .iter()
            .any(|call| kind == call)
        {
            assert_eq!(params["data"]["call"], answer["call"]);
            assert_eq!(params["data"]["caller"], "13800000000");
            types.push(kind.clone());
        }
    }
    assert_eq!(types, ["callOffered", "callAnswered", "callEnded"]);
}

#[test]
fn passwords_and_tokens_are_masked_in_frames_and_in_the_log() {
    let sim = built_in();
    let (_, session) = sim.post("/api/sessions", r#"{"login":"1001","password":"1234"}"#);
    let token = session["token"].as_str().unwrap();
    let mut client = sim.connect();
    client.send(r#"{"jsonrpc":"2.0","method":"login","params":{"passwd":"cut-short"#);
    let params = json!({"login": "1001@xswitch.cn", "passwd": "in-the-open", "echoParams": true,
                        "loginParams": {"xui_sessid": token}});
    client.frame();
    let reply = client.call("login", params);
    assert_eq!(reply["result"]["requestParams"]["passwd"], "in-the-open");
    client.drain(&sim);
    let (_, _, frames) = sim.http("GET", "/sim/frames", "", "");
    for secret in ["in-the-open", "cut-short", token] {
        assert!(!frames.contains(secret), "{frames}");
    }
    let frames: Vec<Value> = serde_json::from_str(&frames).unwrap();
    assert_eq!(frames[0]["dir"], "in");
    assert!(
        frames[0]["text"]
            .as_str()
            .unwrap()
            .contains(r#""passwd":"***""#)
    );
    assert!(
        frames
            .iter()
            .all(|frame| frame["login"] == "1001@xswitch.cn")
    );
    assert_eq!(sim.http("DELETE", "/sim/frames", "", "").0, 200);
    assert_eq!(sim.get("/sim/frames"), json!([]));
}

#[test]
fn of_many_logins_with_one_sessid_the_last_one_stays() {
    let sim = built_in();
    let logins = |sim: &Sim| -> Vec<Client> {
        let login = || {
            let mut client = sim.connect();
            client.send(r#"{"jsonrpc":"2.0","method":"login","params":{"login":"1001@xswitch.cn","passwd":"1234","sessid":"one"},"id":1}"#);
            client.send(r#"{"jsonrpc":"2.0","method":"verto.subscribe","params":{"eventChannel":"vcc"},"id":2}"#);
            client
        };
        (0..25).map(|_| login()).collect()
    };
    let event = r#"{"eventChannel":"vcc.default.1001","eventType":"x","data":{}}"#;
    let clients = thread::scope(|scope| {
        let threads = [scope.spawn(|| logins(&sim)), scope.spawn(|| logins(&sim))];
        while !threads.iter().all(|thread| thread.is_finished()) {
            sim.post("/sim/event", event);
        }
        threads
            .map(|thread| thread.join().unwrap())
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    });
    // This waits until the server has read what the clients sent.
    let state = sim.state_when(|state| {
        let connections = state["connections"].as_array().unwrap();
        connections.len() == 1 && connections[0]["channels"] == json!(["vcc"])
    });
    let last = &state["connections"][0];
    assert_eq!(last["sessid"], "one");
    sim.post("/sim/event", r#"{"eventChannel":"vcc","eventType":"last"}"#);
    let mut alive = 0;
    for mut client in clients {
        let mut frames = Vec::new();
        loop {
            match client.next() {
                Ok(frame) if frame.contains(r#""eventType":"last""#) => {
                    alive += 1;
                    break;
                }
                Ok(frame) => frames.push(frame),
                Err(end) => {
                    assert_eq!(end, End::Closed(1000, String::new()));
                    let punts = frames.iter().filter(|f| f.contains("verto.punt"));
                    assert_eq!(punts.count(), 1, "{frames:?}");
                    assert!(frames.last().unwrap().contains("verto.punt"), "{frames:?}");
                    break;
                }
            }
        }
    }
    assert_eq!(alive, 1);
}

/// In bytes, more than the system buffers for a client that does not read.
const EVENTS: usize = 200;

fn large_event() -> String {
    let data = "x".repeat(200_000);
    format!(r#"{{"eventChannel":"vcc.default.1001","eventType":"big","data":"{data}"}}"#)
}

#[test]
fn a_client_that_does_not_read_loses_frames_and_stops_nobody() {
    let sim = Sim::start("send_queue = 5", &[]);
    let mut slow = sim.log_in("1001", "slow");
    let mut quick = sim.log_in("1002", "quick");
    for client in [&mut slow, &mut quick] {
        client.call("verto.subscribe", json!({"eventChannel": "vcc"}));
    }
    let event = large_event();
    let mut lost = 0;
    for serno in 0..EVENTS {
        let (_, answer) = sim.post("/sim/event", &event);
        lost += 2 - answer["delivered"].as_u64().unwrap();
        assert_eq!(quick.frame()["params"]["eventSerno"], serno);
    }
    assert!(lost > 0);
    // The frames that are left arrive in order, and a client can see the gap between them.
    let frames = slow.drain(&sim);
    assert_eq!(frames.len() as u64, EVENTS as u64 - lost);
    assert_eq!(sim.post("/sim/event", &event).1["delivered"], 2);
    assert_eq!(slow.frame()["params"]["eventSerno"], EVENTS);
}

#[test]
fn a_client_that_does_not_read_can_be_dropped() {
    let sim = Sim::start("send_queue = 5", &[]);
    let mut slow = sim.log_in("1001", "slow");
    slow.call("verto.subscribe", json!({"eventChannel": "vcc"}));
    let event = large_event();
    let stuck = (0..EVENTS).any(|_| sim.post("/sim/event", &event).1["delivered"] == 0);
    assert!(stuck);
    assert_eq!(sim.post("/sim/drop", r#"{"login":"1001"}"#).1["dropped"], 1);
    sim.state_when(|state| state["connections"] == json!([]));
}

#[test]
fn connections_are_listed_sent_to_and_dropped() {
    let sim = built_in();
    let mut one = sim.log_in("1001", "s-1");
    let mut two = sim.log_in("1002", "s-2");
    one.call(
        "verto.subscribe",
        json!({"eventChannel": ["vcc.b", "vcc.a"]}),
    );
    let connections = sim.get("/sim/state")["connections"].take();
    assert_eq!(connections[0]["login"], "1001@xswitch.cn");
    assert_eq!(connections[0]["sessid"], "s-1");
    assert_eq!(connections[0]["channels"], json!(["vcc.a", "vcc.b"]));
    assert!(
        connections[0]["remote"]
            .as_str()
            .unwrap()
            .starts_with("127.0.0.1:")
    );

    let conn = &connections[1]["id"];
    let send = json!({"conn": conn, "text": "not { json"});
    assert_eq!(sim.post("/sim/send", &send.to_string()).1["delivered"], 1);
    assert_eq!(two.next(), Ok("not { json".into()));
    let send = json!({"login": "1002@xswitch.cn", "text": "文", "binary": true});
    assert_eq!(sim.post("/sim/send", &send.to_string()).1["delivered"], 1);
    assert_eq!(two.socket.read().unwrap(), Message::binary("文"));
    let send = json!({"login": "1003", "text": ""});
    assert_eq!(sim.post("/sim/send", &send.to_string()).1["delivered"], 0);

    let close = r#"{"login":"1001","code":1001}"#;
    assert_eq!(sim.post("/sim/drop", close).1["dropped"], 1);
    assert_eq!(one.next(), Err(End::Closed(1001, String::new())));
    assert_eq!(sim.post("/sim/drop", "").1["dropped"], 1);
    assert_eq!(two.next(), Err(End::Cut));
}

#[test]
fn a_closed_connection_is_gone_at_once() {
    let sim = built_in();
    for _ in 0..20 {
        let client = sim.log_in("1001", "same");
        assert_eq!(client.close(), End::Closed(1000, String::new()));
        assert_eq!(sim.get("/sim/state")["connections"], json!([]));
    }
}

#[test]
fn an_event_reaches_every_level_and_a_message_every_connection() {
    let sim = built_in();
    let mut one = sim.log_in("1001", "s-1");
    let mut two = sim.log_in("1001", "s-2");
    one.call(
        "verto.subscribe",
        json!({"eventChannel": ["vcc", "vcc.default"]}),
    );
    let event = r#"{"eventChannel":"vcc.default.1007","eventType":"x","data":{"b":1,"a":2}}"#;
    assert_eq!(sim.post("/sim/event", event).1["delivered"], 2);
    let body = event.trim_end_matches('}');
    for channel in ["vcc.default", "vcc"] {
        let frame = one.next().unwrap();
        let end = format!(r#"{body}}},"eventSerno":0,"subscribedChannel":"{channel}"}}}}"#);
        assert!(frame.ends_with(&end), "{frame}");
    }
    let message = json!({"msg": {"to": "1001@xswitch.cn", "body": "hi"}});
    let mut other = sim.log_in("1002", "s-3");
    assert_eq!(
        other.call("verto.info", message)["result"]["message"],
        "SENT"
    );
    for client in [&mut one, &mut two] {
        let info = client.frame();
        assert_eq!(info["method"], "verto.info");
        assert_eq!(info["params"]["msg"]["from"], "1002@xswitch.cn");
    }
}

#[test]
fn a_slow_command_delays_what_is_behind_it_on_its_socket_only() {
    let sim = built_in();
    let mut slow = sim.log_in("1001", "s-1");
    let mut other = sim.log_in("1002", "s-2");
    slow.call("verto.subscribe", json!({"eventChannel": "vcc"}));
    let started = Instant::now();
    slow.send(r#"{"jsonrpc":"2.0","method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccSleep","data":{"ms":1500}}},"id":1}"#);
    slow.send(r#"{"jsonrpc":"2.0","method":"verto.ping","id":2}"#);
    sim.frames_when(|frames| frames.contains("ccSleep"));
    sim.post("/sim/event", r#"{"eventChannel":"vcc"}"#);
    other.call("verto.ping", json!({}));
    let frames = sim.get("/sim/frames").to_string();
    assert!(!frames.contains("slept"), "the other socket had to wait");
    assert_eq!(slow.frame()["result"]["message"], "slept");
    assert!(started.elapsed().as_millis() >= 1500);
    // The event waits until the client is silent.
    assert_eq!(slow.frame()["result"]["message"], "PONG");
    assert_eq!(slow.frame()["method"], "verto.event");
}

#[test]
fn a_client_that_sends_without_pause_gets_no_event() {
    let sim = Sim::start("event_silence = 86400000", &[]);
    let mut busy = sim.connect();
    let login = json!({"login": "1001@xswitch.cn", "passwd": "1234", "sessid": "busy"});
    busy.call("login", login);
    busy.call("verto.subscribe", json!({"eventChannel": "vcc"}));
    let delivered = sim.post("/sim/event", r#"{"eventChannel":"vcc"}"#).1["delivered"].take();
    assert_eq!(delivered, 1);
    for id in 0..20 {
        let ping = json!({"jsonrpc": "2.0", "method": "verto.ping", "params": {}, "id": id});
        busy.send(&ping.to_string());
        assert_eq!(busy.frame()["id"], id);
    }
    // Whoever ends the connection lets it have what waits.
    sim.post("/sim/drop", r#"{"login":"1001","code":1000}"#);
    assert_eq!(busy.frame()["method"], "verto.clientReady");
    assert_eq!(busy.frame()["method"], "verto.event");
}

#[test]
fn a_silent_client_gets_a_ping_logged_in_or_not() {
    let sim = Sim::start("idle_ping = 1", &[]);
    let mut client = sim.connect();
    for _ in 0..2 {
        let ping = client.frame();
        assert_eq!(ping["method"], "verto.ping");
        assert!(ping["params"]["serno"].as_u64().unwrap() > 1_700_000_000);
    }
}

#[test]
fn older_servers_bind_the_sessid_with_the_first_frame() {
    let sim = Sim::start("sessid_binding = 'first-frame'", &[]);
    let mut client = sim.connect();
    let refused = client.call("verto.ping", json!({"sessid": "first"}));
    assert_eq!(refused["error"]["message"], "Authentication Required");
    let params = json!({"login": "1001@xswitch.cn", "passwd": "1234", "sessid": "second"});
    assert_eq!(client.call("login", params)["result"]["sessid"], "first");
}

#[test]
fn jsapi_without_params_crashes() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.send(r#"{"jsonrpc":"2.0","method":"jsapi","id":1}"#);
    assert_eq!(client.next(), Err(End::Cut));
}

#[test]
fn the_speed_test_answers_with_as_many_frames_as_recorded() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    for text in [
        "#",
        "#SPU 0",
        "#XYZ",
        "#SPE",
        "#SPU 4096",
        "#SPB....",
        "#SPE",
    ] {
        client.send(text);
    }
    let frames = client.drain(&sim);
    assert_eq!(frames.len(), 42);
    assert!(frames[0].starts_with("#SPU "));
    assert!(
        frames[1..41]
            .iter()
            .all(|frame| frame.len() == 1024 && frame.starts_with("#SPB"))
    );
    assert!(frames[41].starts_with("#SPD "));
}

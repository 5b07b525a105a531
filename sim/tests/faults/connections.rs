//! What goes wrong on purpose: connections that are refused, stand still or end.

use std::io::{ErrorKind, Read};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::protocol::CloseFrame;

use crate::common::{Client, End, Sim};
use crate::{PING, built_in};

const LOGIN: &str = r#"{"jsonrpc":"2.0","method":"login","params":{"login":"1001@xswitch.cn","passwd":"1234","sessid":"s-1"},"id":1}"#;

fn closed(code: u16) -> Result<String, End> {
    Err(End::Closed(code, String::new()))
}

fn normal_close() -> CloseFrame {
    CloseFrame {
        code: 1000.into(),
        reason: "".into(),
    }
}

/// Asserts that neither a byte nor the end of the TCP connection has come.
fn assert_nothing_came(client: &mut Client) {
    let stream = client.socket.get_mut();
    stream.set_nonblocking(true).unwrap();
    let nothing = stream.read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
}

/// A client that gets the events of agent 1001.
fn subscriber(sim: &Sim, sessid: &str) -> Client {
    let mut client = sim.log_in("1001", sessid);
    let params = json!({"eventChannel": "vcc.default.1001"});
    client.call("verto.subscribe", params);
    client
}

fn event(sim: &Sim, n: u64) {
    let event = json!({"eventChannel": "vcc.default.1001", "data": {"n": n}});
    sim.post("/sim/event", &event.to_string());
}

fn faults(sim: &Sim) -> Value {
    sim.get("/sim/state")["faults"].take()
}

#[test]
fn connections_are_dropped_and_punted() {
    let sim = built_in();
    let mut one = sim.log_in("1001", "s-1");
    let mut two = sim.log_in("1002", "s-2");
    let drop = json!({"login": "1001", "code": 1012});
    assert_eq!(sim.fault("drop", drop)["dropped"], 1);
    assert_eq!(one.next(), closed(1012));
    assert_eq!(sim.fault("punt", json!({"login": "1002"}))["punted"], 1);
    assert_eq!(two.frame()["method"], "verto.punt");
    assert_eq!(two.next(), closed(1000));
    sim.state_when(|state| state["connections"] == json!([]));
}

#[test]
fn a_connection_is_cut_in_the_middle_of_a_frame() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    assert_eq!(sim.fault("drop", json!({"inFrame": true}))["dropped"], 1);
    let mut rest = Vec::new();
    let _ = client.socket.get_mut().read_to_end(&mut rest);
    // The head of a text frame says that the frame is longer than what came.
    assert_eq!(rest[..2], [0x81, 126]);
    let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
    assert!((1..length).contains(&(rest.len() - 4)), "{length}");
}

#[test]
fn so_many_connections_are_refused() {
    let sim = built_in();
    for (how, status) in [("http", Some(503)), ("cut", None)] {
        sim.fault("refuse", json!({"how": how, "count": 2}));
        assert_eq!(
            faults(&sim),
            json!([{"fault": "refuse", "how": how, "left": 2}])
        );
        for _ in 0..2 {
            assert_eq!(sim.try_connect().err(), Some(status));
        }
        assert!(sim.try_connect().is_ok());
        assert_eq!(faults(&sim), json!([]));
    }
}

#[test]
fn connections_are_refused_for_a_time_or_until_that_is_cleared() {
    let sim = built_in();
    let began = Instant::now();
    sim.fault("refuse", json!({"ms": 200}));
    assert_eq!(sim.try_connect().err(), Some(Some(503)));
    while sim.try_connect().is_err() {}
    assert!(began.elapsed() >= Duration::from_millis(200));

    sim.fault("refuse", json!({}));
    assert_eq!(sim.try_connect().err(), Some(Some(503)));
    sim.fault("clear", json!({}));
    assert!(sim.try_connect().is_ok());
    sim.fault("refuse", json!({}));
    sim.post("/sim/reset", "");
    assert!(sim.try_connect().is_ok());
}

#[test]
fn an_upgrade_is_not_answered_while_it_hangs() {
    let sim = built_in();
    sim.fault("refuse", json!({"how": "hang", "count": 1}));
    thread::scope(|scope| {
        let hanging = scope.spawn(|| sim.connect());
        sim.state_when(|state| state["faults"] == json!([]));
        // The next connection takes its session over.
        let next = sim.log_in("1002", "s-2");
        assert!(!hanging.is_finished());
        drop(next);
        sim.fault("clear", json!({}));
        hanging.join().unwrap().call("echo", json!({}));
    });
    let began = Instant::now();
    sim.fault("refuse", json!({"how": "hang", "ms": 100}));
    sim.log_in("1001", "s-1");
    assert!(began.elapsed() >= Duration::from_millis(100));
}

#[test]
fn a_silent_server_takes_a_login_and_says_nothing() {
    let sim = built_in();
    sim.fault("refuse", json!({"how": "silent", "count": 1}));
    let mut client = sim.connect();
    client.send(LOGIN);
    sim.frames_when(|frames| frames.contains("sessid"));
    assert_eq!(sim.get("/sim/frames").as_array().unwrap().len(), 1);
    assert_eq!(
        sim.get("/sim/state")["connections"][0]["login"],
        Value::Null
    );
    sim.fault("clear", json!({}));
    // The requests that it has read meanwhile are never answered.
    client.send(&LOGIN.replace("\"id\":1", "\"id\":2"));
    assert_eq!(client.frame()["id"], 2);

    sim.fault("refuse", json!({"how": "silent"}));
    assert_eq!(sim.connect().close(), End::Closed(1000, String::new()));
}

#[test]
fn a_frozen_connection_goes_on_where_it_stopped() {
    let sim = built_in();
    let mut client = subscriber(&sim, "s-1");
    assert_eq!(sim.fault("freeze", json!({"login": "1001"}))["frozen"], 1);
    assert_eq!(
        faults(&sim),
        json!([{"fault": "freeze", "conn": 1, "what": "all"}])
    );
    sim.http("DELETE", "/sim/frames", "", "");
    client.send(PING);
    client.send(&PING.replace('7', "8"));
    event(&sim, 1);
    event(&sim, 2);
    // Other connections are served.
    sim.log_in("1002", "s-2").call("verto.ping", json!({}));
    let frames = sim.get("/sim/frames");
    assert!(frames.as_array().unwrap().iter().all(|f| f["conn"] == 2));
    assert_eq!(sim.fault("thaw", json!({"conn": 1}))["thawed"], 1);
    assert_eq!(client.frame()["id"], 7);
    assert_eq!(client.frame()["id"], 8);
    assert_eq!(client.frame()["params"]["data"]["n"], 1);
    assert_eq!(client.frame()["params"]["data"]["n"], 2);
    assert_eq!(faults(&sim), json!([]));
}

#[test]
fn a_frozen_connection_does_not_answer_a_close_nor_is_it_closed() {
    let sim = built_in();
    let mut old = sim.log_in("1001", "s-1");
    old.send(PING);
    old.next().unwrap();
    sim.fault("freeze", json!({}));
    // The session is taken over. The punt waits with all other frames.
    sim.log_in("1001", "s-1");
    sim.fault("drop", json!({"login": "1002"}));
    assert_eq!(sim.fault("thaw", json!({"login": "1001"}))["thawed"], 1);
    assert_eq!(old.frame()["method"], "verto.punt");
    assert_eq!(old.next(), closed(1000));

    let mut cut = sim.log_in("1003", "s-3");
    sim.fault("freeze", json!({"login": "1003"}));
    cut.socket.close(None).unwrap();
    let ids = || sim.get("/sim/state")["connections"].to_string();
    assert!(ids().contains("1003"));
    sim.fault("drop", json!({"login": "1003"}));
    assert_eq!(cut.next(), Err(End::Cut));
}

#[test]
fn a_frozen_connection_thaws_by_itself() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let began = Instant::now();
    sim.fault("freeze", json!({"ms": 150}));
    client.call("verto.ping", json!({}));
    assert!(began.elapsed() >= Duration::from_millis(150));
    assert_eq!(faults(&sim), json!([]));
}

#[test]
fn requests_are_swallowed_where_answers_are_frozen() {
    let sim = built_in();
    let mut client = subscriber(&sim, "s-1");
    sim.fault("freeze", json!({"what": "answers"}));
    client.send(PING);
    sim.frames_when(|frames| frames.contains(r#"\"id\":7"#));
    event(&sim, 1);
    sim.fault("thaw", json!({}));
    assert_eq!(client.frame()["params"]["data"]["n"], 1);
    client.send(&PING.replace('7', "8"));
    assert_eq!(client.frame()["id"], 8);
    sim.fault("freeze", json!({"what": "answers"}));
    assert_eq!(client.close(), End::Closed(1000, String::new()));
}

#[test]
fn a_close_handshake_never_completes() {
    let sim = built_in();
    let mut one = sim.log_in("1001", "s-1");
    let mut two = sim.log_in("1002", "s-2");
    sim.fault("freeze", json!({"what": "close"}));
    for client in [&mut one, &mut two] {
        client.call("verto.ping", json!({}));
    }
    // The client closes. Its session is over, and its socket stays open.
    one.socket.close(Some(normal_close())).unwrap();
    sim.state_when(|state| state["connections"].as_array().unwrap().len() == 1);
    assert_nothing_came(&mut one);
    // The server closes, and does not end the TCP connection.
    sim.fault("drop", json!({"login": "1002", "code": 1001}));
    assert_eq!(two.next(), closed(1001));
    two.socket.flush().unwrap();
    sim.log_in("1003", "s-3");
    assert_nothing_came(&mut two);

    assert_eq!(sim.fault("thaw", json!({}))["thawed"], 2);
    assert_eq!(one.next(), closed(1000));
    assert_eq!(two.socket.get_mut().read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_restart_cuts_all_and_keeps_or_forgets_the_state() {
    let sim = built_in();
    let session = r#"{"login":"1001","password":"1234"}"#;
    for forget in [false, true] {
        let token = sim.post("/api/sessions", session).1["token"].take();
        let mut client = subscriber(&sim, "s-1");
        let agent = json!({"queue": "test", "agent": "1001", "extn": "1001"});
        client.command("ccLogin", agent);
        client.drain(&sim);
        let mut frozen = sim.log_in("1002", "s-2");
        sim.fault("freeze", json!({"login": "1002"}));
        let mut taken_over = sim.log_in("1003", "s-3");
        sim.fault("freeze", json!({"login": "1003"}));
        sim.log_in("1003", "s-3").close();

        let began = Instant::now();
        let restart = json!({"downMs": 200, "forget": forget});
        assert_eq!(sim.fault("restart", restart)["dropped"], 2);
        assert_eq!(sim.get("/sim/state")["connections"], json!([]));
        assert_eq!(faults(&sim)[0]["fault"], "restart");
        for client in [&mut client, &mut frozen, &mut taken_over] {
            assert_eq!(client.next(), Err(End::Cut));
        }
        assert_eq!(sim.try_connect().err(), Some(None));
        let mut client = loop {
            if let Ok(client) = sim.try_connect() {
                break client;
            }
        };
        assert!(began.elapsed() >= Duration::from_millis(200));
        let login = json!({"login": "1001@xswitch.cn", "passwd": "password",
                           "loginParams": {"xui_sessid": token}});
        assert_eq!(client.call("login", login)["error"].is_object(), forget);
        let state = sim.get("/sim/state")["agents"][0]["state"].take();
        assert_eq!(state, if forget { "LOGOUT" } else { "LOGIN" });
    }
}

#[test]
fn a_restart_cuts_what_hangs() {
    let sim = built_in();
    sim.fault("refuse", json!({"how": "hang", "count": 1}));
    thread::scope(|scope| {
        let hanging = scope.spawn(|| sim.try_connect().err());
        sim.state_when(|state| state["faults"] == json!([]));
        sim.fault("restart", json!({"downMs": 60000}));
        assert_eq!(hanging.join().unwrap(), Some(None));
    });
    sim.fault("clear", json!({}));
    sim.log_in("1001", "s-1");
}

//! The simulator as a process: HTTP, tokens, the control API, slow and rude clients.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;
use std::time::Instant;

use common::{Client, End, PATIENCE, Sim};
use serde_json::{Value, json};
use tungstenite::Message;

fn built_in() -> Sim {
    Sim::start("", &[])
}

fn with_token(sim: &Sim, name: &str, token: &str) -> Value {
    let login_params = json!({name: token});
    sim.connect().call(
        "login",
        json!({"login": "1001@xswitch.cn", "passwd": "password", "loginParams": login_params}),
    )
}

#[test]
fn a_user_token_and_an_extension_token_log_in() {
    let sim = built_in();
    let credentials = r#"{"login":"1001","password":"1234"}"#;
    let (status, session) = sim.post("/api/sessions", credentials);
    assert_eq!((status, &session["code"]), (200, &json!(200)));
    assert_eq!(session["extn"], "1001");
    assert_eq!(session["currentAuthority"], "user");
    assert!(session["expires"].as_u64().unwrap() > 1_700_000_000);
    let user_token = session["token"].as_str().unwrap();

    let headers = format!("token: {user_token}\r\n");
    let path = "/api/xcc/sessions/getExtnToken";
    let (status, _, body) = sim.http("POST", path, &headers, r#"{"extn":"1001"}"#);
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &answer["domain"]), (200, &json!("xswitch.cn")));
    let extension_token = answer["token"].as_str().unwrap();
    assert_eq!(
        sim.http("POST", path, &headers, r#"{"extn":"1002"}"#).0,
        403
    );
    assert_eq!(sim.http("POST", path, "", r#"{"extn":"1001"}"#).0, 401);

    for token in [user_token, extension_token] {
        for name in ["xui_sessid", "xcc_token"] {
            let reply = with_token(&sim, name, token);
            assert_eq!(reply["result"]["message"], "logged in");
        }
    }
    let refused = with_token(&sim, "xui_sessid", "wrong");
    assert_eq!(
        refused["error"],
        json!({"code": -32001, "message": "Authentication Failure"})
    );
    sim.post("/sim/reset", "");
    assert!(with_token(&sim, "xui_sessid", user_token)["error"].is_object());
}

#[test]
fn a_developer_gets_the_token_of_any_extension() {
    let sim = Sim::start("dev_keys = ['demo']", &[]);
    let (status, answer) = sim.post("/api/xcc/sessions/auth", r#"{"dev_key":"demo"}"#);
    assert_eq!((status, &answer["expires"]), (200, &json!(0)));
    let headers = format!("token: {}\r\n", answer["token"].as_str().unwrap());
    let path = "/api/xcc/sessions/getExtnToken";
    let (_, _, body) = sim.http("POST", path, &headers, r#"{"extn":"1001"}"#);
    let answer: Value = serde_json::from_str(&body).unwrap();
    let reply = with_token(&sim, "xui_sessid", answer["token"].as_str().unwrap());
    assert_eq!(reply["result"]["message"], "logged in");
    assert_eq!(
        sim.http("POST", path, &headers, r#"{"extn":"1999"}"#).0,
        404
    );
    assert_eq!(
        sim.post("/api/xcc/sessions/auth", r#"{"dev_key":"x"}"#).0,
        401
    );
}

#[test]
fn an_expired_token_is_refused_and_a_fixed_one_is_not() {
    let config = "token_lifetime = 0\n\
                  users = [{login = '1001', password = '1234', tokens = ['fixed-token']}]";
    let sim = Sim::start(config, &[]);
    let (_, session) = sim.post("/api/sessions", r#"{"login":"1001","password":"1234"}"#);
    let token = session["token"].as_str().unwrap();
    let refused = with_token(&sim, "xui_sessid", token);
    assert_eq!(refused["error"]["message"], "Authentication Failure");
    let reply = with_token(&sim, "xcc_token", "fixed-token");
    assert_eq!(reply["result"]["message"], "logged in");
    // An empty token is none: then the password counts.
    let mut client = sim.connect();
    let params = json!({"login": "1001@xswitch.cn", "passwd": "1234",
                        "loginParams": {"xui_sessid": "", "xcc_token": ""}});
    assert_eq!(
        client.call("login", params)["result"]["message"],
        "logged in"
    );
}

#[test]
fn http_mistakes_are_told() {
    let sim = built_in();
    for (path, body, status, words) in [
        (
            "/api/sessions",
            r#"{"login":"1001","password":"x"}"#,
            401,
            "wrong login or password",
        ),
        (
            "/api/sessions",
            r#"{"login":"1001"}"#,
            400,
            "\"password\" is missing",
        ),
        ("/api/sessions", "login=1001", 400, "the body is not JSON"),
        ("/api/nothing", "{}", 404, "no such route"),
        ("/sim/caller", "[]", 400, "must be a JSON object"),
        (
            "/sim/caller",
            r#"{"queue":"none","caller":"1"}"#,
            404,
            "none",
        ),
        ("/sim/hangup", r#"{"call":"none"}"#, 404, "none"),
        ("/sim/event", "{}", 400, "\"eventChannel\" is missing"),
        (
            "/sim/send",
            r#"{"text":"x"}"#,
            400,
            "\"login\" or \"conn\" is missing",
        ),
        (
            "/sim/send",
            r#"{"conn":"1","text":"x"}"#,
            400,
            "\"conn\", a number",
        ),
        ("/sim/drop", r#"{"code":1005}"#, 400, "close code"),
    ] {
        let (got, answer) = sim.post(path, body);
        assert_eq!(
            (got, answer["code"].as_u64()),
            (status, Some(u64::from(status)))
        );
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(words), "{path} {body}: {message}");
    }
}

#[test]
fn agent_states_follow_the_commands() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let agent = json!({"queue": "test", "agent": "1001", "extn": "1001"});
    client.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1001"}),
    );
    let result = client.command("ccLogin", agent.clone());
    assert_eq!(
        (&result["code"], &result["sessid"]),
        (&json!(200), &json!("s-1"))
    );
    let event = client.frame();
    assert_eq!(event["params"]["eventType"], "agentState");
    assert_eq!(event["params"]["subscribedChannel"], "vcc.default.1001");
    client.command("ccGoReady", agent);
    let rows = sim.get("/api/cc/agent_state?queue=test&type=callcenter");
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["agent_id"] == "1001");
    assert_eq!(row.unwrap()["state"], "READY");
    assert_eq!(
        sim.get("/api/cc/agent_state?queue=none&type=callcenter"),
        json!([])
    );

    let failure = client.command("ccGoReady", json!({"queue": "test", "agent": "1999"}));
    assert_ne!(failure["code"], 200);
    assert!(failure["message"].as_str().unwrap().contains("1999"));
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
    client.drain();
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
    let last = loop {
        // Until the server has read what the clients sent.
        let connections = sim.get("/sim/state")["connections"].take();
        let connections = connections.as_array().unwrap().clone();
        if let [last] = &connections[..]
            && last["channels"] == json!(["vcc"])
        {
            break last.clone();
        }
    };
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
                    let last = frames.last().unwrap();
                    // A connection that was taken over before it could subscribe is
                    // refused afterwards, or is closed first.
                    let punt = frames.iter().filter(|f| f.contains("verto.punt")).count();
                    assert_eq!(punt, 1, "{last}");
                    break;
                }
            }
        }
    }
    assert_eq!(alive, 1);
}

/// More than the system buffers for a client that doesn't read.
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
    // What is left arrives in order, and the gap can be seen.
    let frames = slow.drain();
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
    while sim.post("/sim/event", &event).1["delivered"] == 1 {}
    let started = Instant::now();
    assert_eq!(sim.post("/sim/drop", r#"{"login":"1001"}"#).1["dropped"], 1);
    while sim.get("/sim/state")["connections"] != json!([]) {
        assert!(started.elapsed() < PATIENCE);
    }
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
    let sleep = r#"{"jsonrpc":"2.0","method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccSleep","data":{"ms":700}}},"id":1}"#;
    let started = Instant::now();
    slow.send(sleep);
    slow.send(r#"{"jsonrpc":"2.0","method":"verto.ping","id":2}"#);
    while !sim.get("/sim/frames").to_string().contains("ccSleep") {}
    sim.post("/sim/event", r#"{"eventChannel":"vcc"}"#);
    other.call("verto.ping", json!({}));
    assert!(started.elapsed().as_millis() < 700);
    assert_eq!(slow.frame()["result"]["message"], "slept");
    assert!(started.elapsed().as_millis() >= 700);
    assert_eq!(slow.frame()["method"], "verto.event");
    assert_eq!(slow.frame()["result"]["message"], "PONG");
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
    let frames = client.drain();
    assert_eq!(frames.len(), 42);
    assert!(frames[0].starts_with("#SPU "));
    assert!(
        frames[1..41]
            .iter()
            .all(|frame| frame.len() == 1028 && frame.starts_with("#SPB"))
    );
    assert!(frames[41].starts_with("#SPD "));
}

#[test]
fn pages_and_packages_are_served_with_their_types() {
    let folder = std::env::temp_dir().join(format!("sim-{}", uuid::Uuid::new_v4()));
    fs::create_dir(&folder).unwrap();
    for (name, text) in [("index.html", "<p>hello"), ("a.mjs", ""), ("b.wasm", "")] {
        fs::write(folder.join(name), text).unwrap();
    }
    let path = folder.to_str().unwrap();
    let sim = Sim::start("", &["--www", path, "--pkg", path]);
    for (url, content_type) in [
        ("/", "text/html"),
        ("/pkg/a.mjs", "text/javascript"),
        ("/pkg/b.wasm", "application/wasm"),
    ] {
        let (status, head, _) = sim.http("GET", url, "", "");
        assert_eq!(status, 200, "{url}");
        assert!(
            head.contains(&format!("content-type: {content_type}")),
            "{head}"
        );
        assert!(head.contains("cache-control: no-cache"), "{head}");
    }
    assert_eq!(sim.http("GET", "/pkg/none", "", "").0, 404);
    assert_eq!(sim.http("GET", "/../Cargo.toml", "", "").0, 404);
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: verto, x\r\n";
    let head = sim.handshake(upgrade);
    assert!(head.contains("sec-websocket-protocol: verto\r\n"), "{head}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn mistakes_at_the_start_are_told_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let broken = std::env::temp_dir().join(format!("sim-{}.toml", uuid::Uuid::new_v4()));
    fs::write(&broken, "domain = 'x'\nusers = 5\n").unwrap();
    for (args, words) in [
        (["--port", &port], "is in use"),
        (["--port", "x"], "invalid value 'x' for '--port"),
        (["--speed", "0"], "must be a number above 0"),
        (["--config", "no-such-file.toml"], "no-such-file.toml"),
        (
            ["--config", broken.to_str().unwrap()],
            "line 2: invalid type",
        ),
        (["--no-such", "option"], "--no-such"),
    ] {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(env!("CARGO_BIN_EXE_sim"))
            .args(args)
            .output()
            .unwrap();
        let line = String::from_utf8(stderr).unwrap();
        assert!(line.contains(words), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!status.success() && stdout.is_empty());
    }
    fs::remove_file(broken).unwrap();
}

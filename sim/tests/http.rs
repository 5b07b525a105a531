//! The simulator's HTTP side: tokens, agent states, files, and how it starts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Output};

use common::Sim;
use serde_json::{Value, json};

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

    // In a queue that is not the agent's last one, and in one that is not the agent's.
    let states = |sim: &Sim| -> Vec<(String, String)> {
        let rows = sim.get("/api/cc/agent_state?queue=q1&type=callcenter");
        let rows = rows.as_array().unwrap().iter();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        rows.inspect(|row| assert_eq!(row["queue_id"], "q1"))
            .map(|row| (text(row, "agent_id"), text(row, "state")))
            .collect()
    };
    let logged_out: Vec<_> = (1001..=1010)
        .map(|id| (id.to_string(), "LOGOUT".to_owned()))
        .collect();
    assert_eq!(states(&sim), logged_out);
    let restricted = "[center]\nagents = [{id = '1', extn = '1', queues = ['q2']}, \
                      {id = '2', extn = '2'}]\n\
                      queues = [{id = 'q1', name = ''}, {id = 'q2', name = ''}]";
    let few = Sim::start(restricted, &[]);
    assert_eq!(states(&few), [("2".to_owned(), "LOGOUT".to_owned())]);

    let failure = client.command("ccGoReady", json!({"queue": "test", "agent": "1999"}));
    assert_ne!(failure["code"], 200);
    assert!(failure["message"].as_str().unwrap().contains("1999"));
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
        (["--speed", "0"], "must be a number from 0.001 to 1000"),
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

//! Answers that are refused or missing: logins, tokens, channels and pings.

use serde_json::{Value, json};

use crate::common::End;
use crate::{PING, built_in, event, login, subscribe, subscriber};

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
    // A client that is logged in already is refused as well.
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
    // A subscription that exists already goes on.
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
    // The faults hold for connections that are made later, too.
    let mut again = sim.log_in("1001", "s-3");
    again.send(PING);
    again.call("echo", json!({"a": 1}));
    sim.fault("ping", json!({"answer": "normal", "login": "1001"}));
    one.send(&PING.replace('7', "8"));
    assert_eq!(one.frame()["id"], 8, "the silent one would have come first");
    sim.fault("clear", json!({}));
    assert!(two.call("verto.ping", json!({}))["result"].is_object());
}

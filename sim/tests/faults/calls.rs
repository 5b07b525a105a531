//! What goes wrong on purpose with calls. Their media is tested in a browser
//! (`tests/e2e/calls-faults.test.mjs`); here it is plain RTP, of which no packet flows.

use std::time::Instant;

use serde_json::{Value, json};

use crate::built_in;
use crate::common::{Client, Sim};

const OFFER: &str = "v=0\r\nm=audio 50000 RTP/AVP 0\r\na=sendrecv\r\n";

fn invite(call_id: &str, number: &str) -> String {
    json!({
        "jsonrpc": "2.0",
        "method": "verto.invite",
        "params": {
            "sdp": OFFER,
            "dialogParams": {"callID": call_id, "destination_number": number},
        },
        "id": call_id,
    })
    .to_string()
}

fn modify(client: &mut Client, call_id: &str, action: &str) -> Value {
    let params = json!({"action": action, "dialogParams": {"callID": call_id}});
    client.call("verto.modify", params)
}

/// The methods of so many frames; a reply counts as its id.
fn order(client: &mut Client, frames: usize) -> Vec<String> {
    let name = |frame: Value| {
        let name = frame["method"].as_str().or(frame["id"].as_str());
        name.unwrap().to_owned()
    };
    (0..frames).map(|_| name(client.frame())).collect()
}

#[test]
fn frames_of_a_call_come_in_another_order_and_otherwise() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.send(&invite("usual", "9196"));
    assert_eq!(order(&mut client, 2), ["usual", "verto.answer"]);

    sim.fault("call-frames", json!({"lateReply": true}));
    client.send(&invite("late", "9196"));
    assert_eq!(order(&mut client, 2), ["verto.answer", "late"]);
    client.send(&invite("refused", "9486"));
    assert_eq!(order(&mut client, 2), ["verto.bye", "refused"]);
    // An invite that fails has no other frame to wait for.
    client.send(&invite("late", "9196"));
    assert_eq!(client.frame()["error"]["message"], "CALL ERROR");

    sim.fault("call-frames", json!({"mediaTwice": true}));
    client.send(&invite("twice", "221002"));
    assert_eq!(order(&mut client, 2), ["twice", "verto.bye"]);
    let _other = sim.log_in("1002", "s-2");
    client.send(&invite("twice", "221002"));
    assert_eq!(client.frame()["id"], "twice");
    let media = [client.frame(), client.frame()];
    assert!(media.iter().all(|frame| frame["method"] == "verto.media"));
    assert!(media[0]["params"]["sdp"].is_string());
    assert!(media[1]["params"]["sdp"].is_null());

    sim.fault("call-frames", json!({"answerWithoutSdp": true}));
    client.send(&invite("bare", "9196"));
    assert_eq!(client.frame()["id"], "bare");
    let answer = client.frame();
    assert_eq!(answer["method"], "verto.answer");
    assert!(answer["params"]["sdp"].is_null());
    sim.fault("call-frames", json!({}));
    assert_eq!(sim.get("/sim/state")["faults"], json!([]));
}

#[test]
fn one_method_gets_no_answer() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.send(&invite("a", "9196"));
    order(&mut client, 2);
    // The bye is carried out, the reply is lost.
    sim.fault("unanswered", json!({"method": "verto.bye", "count": 1}));
    let bye =
        r#"{"jsonrpc":"2.0","method":"verto.bye","params":{"dialogParams":{"callID":"a"}},"id":1}"#;
    client.send(bye);
    assert_eq!(client.drain(&sim), [""; 0]);
    client.send(bye);
    assert_eq!(client.frame()["error"]["message"], "CALL DOES NOT EXIST");
    // The invite is lost itself; another user's isn't.
    let lost = json!({"method": "verto.invite", "missing": "request", "login": "1001"});
    sim.fault("unanswered", lost);
    client.send(&invite("b", "9196"));
    assert_eq!(client.drain(&sim), [""; 0]);
    assert_eq!(sim.get("/sim/state")["dialogs"], json!([]));
    let mut other = sim.log_in("1002", "s-2");
    other.send(&invite("b", "9196"));
    assert_eq!(order(&mut other, 2), ["b", "verto.answer"]);
    assert_eq!(
        sim.get("/sim/state")["faults"],
        json!([{"fault": "unanswered", "login": "1001", "method": "verto.invite", "missing": "request"}])
    );
}

#[test]
fn a_call_comes_back_in_each_form_that_was_seen() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    for call_id in ["a", "b"] {
        client.send(&invite(call_id, "9196"));
        order(&mut client, 2);
    }
    for (form, list) in [
        ("calls", json!(["a", "b"])),
        ("session", json!(["s-1", "s-1"])),
        ("empty", json!([])),
    ] {
        sim.fault("reattached", json!({"form": form}));
        client.close();
        client = sim.connect();
        let login = json!({"login": "1001@xswitch.cn", "passwd": "1234", "sessid": "s-1"});
        client.call("login", login);
        assert_eq!(order(&mut client, 2), ["verto.attach", "verto.attach"]);
        let ready = client.frame();
        assert_eq!(ready["params"]["reattached_sessions"], list, "{form}");
    }
}

#[test]
fn modify_is_slow() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.send(&invite("a", "9196"));
    order(&mut client, 2);
    sim.fault("slow-modify", json!({"ms": 700}));
    let began = Instant::now();
    let reply = modify(&mut client, "a", "videoRefresh");
    assert_eq!(reply["result"]["holdState"], "active");
    assert!(began.elapsed().as_millis() >= 700);
}

#[test]
fn new_media_hang_up_a_call_that_is_not_answered() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    let mut other = sim.log_in("1002", "s-2");
    client.send(&invite("a", "1002"));
    assert_eq!(order(&mut client, 1), ["a"]);
    assert_eq!(order(&mut other, 1), ["verto.invite"]);
    let params = json!({"action": "updateMedia", "sdp": OFFER, "dialogParams": {"callID": "a"}});
    client.send(
        &json!({"jsonrpc": "2.0", "method": "verto.modify", "params": params, "id": "b"})
            .to_string(),
    );
    // Its bye comes after the reply, as everything that the server says by itself.
    let refused = client.frame();
    assert_eq!(
        refused["error"]["message"],
        "Cannot update a call that has not been answered."
    );
    let bye = client.frame();
    assert_eq!(bye["method"], "verto.bye");
    assert_eq!(bye["params"]["causeCode"], 27);
    assert_eq!(other.frame()["params"]["cause"], "ORIGINATOR_CANCEL");
    assert_eq!(sim.get("/sim/state")["dialogs"], json!([]));
}

#[test]
fn a_change_of_the_network_and_a_second_detaching_are_for_those_who_are_meant() {
    let sim = built_in();
    let mut client = sim.log_in("1001", "s-1");
    client.send(&invite("a", "9196"));
    order(&mut client, 2);
    for (login, changed) in [("1001", 1), ("1002", 0)] {
        let (_, answer) = sim.post(
            "/sim/fault/network",
            &json!({"login": login, "what": "sound"}).to_string(),
        );
        assert_eq!(answer["changed"], changed, "{login}");
    }
    // What happens once is no fault that is on.
    assert_eq!(sim.get("/sim/state")["faults"], json!([]));
    sim.fault("detach-twice", json!({"login": "1001", "count": 1}));
    let shown = json!([{"fault": "detach-twice", "login": "1001", "left": 1}]);
    assert_eq!(sim.get("/sim/state")["faults"], shown);
    // It acts at the login that brings a call back.
    let _other = sim.log_in("1001", "s-2");
    assert_eq!(sim.get("/sim/state")["faults"], shown);
    client.close();
    let mut client = sim.connect();
    let login = json!({"login": "1001@xswitch.cn", "passwd": "1234", "sessid": "s-1"});
    client.call("login", login);
    assert_eq!(order(&mut client, 2), ["verto.attach", "verto.clientReady"]);
    assert_eq!(sim.get("/sim/state")["faults"], json!([]));
}

#[test]
fn mistakes_in_faults_of_calls_are_told() {
    let sim = Sim::start("", &[]);
    for (path, body, words) in [
        ("fault/media", json!({"in": 5}), "\"in\" must be an object"),
        (
            "fault/media",
            json!({"in": {"lossPercent": 101}}),
            "from 0 to 100",
        ),
        (
            "fault/media",
            json!({"out": {"delayMs": 10001}}),
            "from 0 to 10000",
        ),
        (
            "fault/media",
            json!({"out": {"stopped": 1}}),
            "true or false",
        ),
        ("fault/unanswered", json!({}), "\"method\" is missing"),
        (
            "fault/unanswered",
            json!({"method": "login"}),
            "one of verto.invite",
        ),
        (
            "fault/unanswered",
            json!({"method": "verto.bye", "missing": "all"}),
            "one of reply, request",
        ),
        (
            "fault/call-frames",
            json!({"mediaTwice": "yes"}),
            "true or false",
        ),
        ("fault/reattached", json!({}), "\"form\" is missing"),
        (
            "fault/reattached",
            json!({"form": "x"}),
            "one of calls, session, empty",
        ),
        ("fault/network", json!({"what": "x"}), "one of all, sound"),
        ("fault/detach-twice", json!({"count": -1}), "whole number"),
        ("fault/slow-modify", json!({}), "\"ms\" is missing"),
        ("fault/slow-modify", json!({"ms": 60001}), "from 0 to 60000"),
        (
            "call-times",
            json!({"ringMs": 3_600_001}),
            "from 0 to 3600000",
        ),
        ("call-times", json!({"detachMs": -1}), "whole number"),
        ("browser-phones", json!({}), "\"on\" is missing"),
    ] {
        let (status, answer) = sim.post(&format!("/sim/{path}"), &body.to_string());
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains(words), "{path}: {message}");
        assert_eq!(status, 400, "{path}");
    }
    sim.fault(
        "media",
        json!({"in": {"lossPercent": 5}, "out": {"delayMs": 20, "stopped": true}}),
    );
    assert_eq!(
        sim.get("/sim/state")["faults"],
        json!([{
            "fault": "media",
            "in": {"lossPercent": 5, "delayMs": 0, "stopped": false},
            "out": {"lossPercent": 0, "delayMs": 20, "stopped": true},
        }])
    );
    sim.fault("media", json!({}));
    assert_eq!(sim.get("/sim/state")["faults"], json!([]));
}

//! Signing in and out, breaks, and the commands that are refused.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_break_during_a_call_begins_after_it_unless_taken_back() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.caller(START, "test", "1").unwrap();
    c.take_events();
    let lunch = json!({"queue": "test", "agent": "1007", "reason": "lunch"});
    let reply = ok(&mut c, 1_000, "ccGoBreak", lunch.clone());
    assert_eq!(reply["message"], "OK, the break begins when the call ends");
    assert_eq!(reply["data"]["state"], "READY");
    expect(&mut c, &[]);
    c.tick(START + 20_000);
    assert_eq!(
        lines(&mut c)[2..],
        [
            "default.1007 callEnded inbound 1 10000 NORMAL_CLEARING",
            "default.1007 agentState test UNREADY(lunch)/WRAPUP 13000",
            "default.1007 agentState test UNREADY(lunch)/IDLE 17000",
        ]
    );
    ok(&mut c, 20_000, "ccGoReady", at("test", "1007"));
    let call = c.caller(START + 20_000, "test", "2").unwrap();
    ok(&mut c, 21_000, "ccGoBreak", lunch);
    ok(&mut c, 22_000, "ccGoReady", at("test", "1007"));
    c.hangup(START + 22_000, &call).unwrap();
    assert_eq!(c.agents()[0]["state"], "READY");
}

#[test]
fn going_ready_ends_the_wrap_up() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.caller(START, "test", "1").unwrap();
    c.tick(START + 14_000);
    assert_eq!(c.agents()[0]["callstate"], "WRAPUP");
    ok(&mut c, 14_000, "ccGoReady", at("test", "1007"));
    assert_eq!(c.agents()[0]["callstate"], "IDLE");
    assert_eq!(c.next_due(), None);
}

#[test]
fn a_sign_in_can_be_repeated_and_loses_nothing() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.take_events();
    let reply = c.command(
        START + 5_000,
        "ccLogin",
        &login("test", "default.1007", "1007"),
    );
    assert_eq!(
        (&reply["code"], &reply["data"]["state"]),
        (&json!(200), &json!("READY"))
    );
    assert_eq!(reply["data"]["since"], START);
    expect(&mut c, &[]);
}

#[test]
fn groups_and_names() {
    let mut c = quiet(config());
    let reply = ok(&mut c, 0, "ccLogin", login("q1", "sales.1007", "3007"));
    assert_eq!(reply["data"]["group_id"], "sales");
    expect(&mut c, &["sales.1007 agentState q1 LOGIN()/IDLE 0"]);
    assert_eq!(c.agents()[0]["state"], "LOGOUT");
    assert_eq!(c.agents()[2]["name"], "Ann");
}

#[test]
fn refusals() {
    let mut c = quiet(config());
    let mut refused = |func: &str, data: Value, code: u64, message: &str| {
        let reply = c.command(START, func, &data);
        assert_eq!(
            reply,
            json!({"code": code, "message": message}),
            "{func} {data}"
        );
    };
    refused(
        "ccFly",
        json!({}),
        404,
        "function \"ccFly\" not found; there are ccLogin, ccLogout, ccGoReady, ccGoBreak and ccDial",
    );
    refused(
        "ccLogin",
        json!([1]),
        400,
        "data must be an object, not an array",
    );
    refused("ccLogin", json!({"queue": "test"}), 400, "agent is missing");
    refused(
        "ccLogin",
        json!({"queue": "test", "agent": 1007, "extn": "1007"}),
        400,
        "agent must be a string, not a number",
    );
    refused(
        "ccLogin",
        login("", "1007", "1007"),
        400,
        "queue must not be empty",
    );
    refused(
        "ccLogin",
        login("test", "1999", "1007"),
        404,
        "agent 1999 not found",
    );
    refused(
        "ccLogin",
        login("q9", "1007", "1007"),
        404,
        "queue q9 not found; there are test, q1",
    );
    refused(
        "ccLogin",
        login("test", "1009", "2009"),
        403,
        "agent 1009 does not belong to queue test; its queues: q1",
    );
    refused(
        "ccLogin",
        login("test", "1007", "1008"),
        403,
        "extension 1008 belongs to another agent; agent 1007's extension is 1007",
    );
    refused(
        "ccLogin",
        login("test", "1007", "5555"),
        403,
        "extension 5555 does not exist; agent 1007's extension is 1007",
    );
    for func in ["ccLogout", "ccGoReady", "ccGoBreak"] {
        refused(
            func,
            at("test", "1007"),
            409,
            "agent 1007 is not signed in; sign in to queue test first",
        );
    }
    refused(
        "ccGoBreak",
        json!({"queue": "test", "agent": "1007", "reason": null}),
        400,
        "reason must be a string, not null",
    );
    refused(
        "ccDial",
        dial_to("139"),
        409,
        "agent 1007 is not signed in; sign in to a queue before dialing",
    );
    refused(
        "ccDial",
        json!({"agent": "1007", "extn": "1007", "cidNumber": "88"}),
        400,
        "destNumber is missing",
    );
    let mut early = dial_to("139");
    early["earlyMedia"] = json!("false");
    refused(
        "ccDial",
        early,
        400,
        "earlyMedia must be true or false, not a string",
    );
    assert_eq!(c.take_events(), []);

    ok(&mut c, 0, "ccLogin", login("test", "1007", "1007"));
    ok(&mut c, 0, "ccDial", dial_to("139"));
    let mut refused = |func: &str, data: Value, message: &str| {
        let reply = c.command(START, func, &data);
        assert_eq!(
            reply,
            json!({"code": 409, "message": message}),
            "{func} {data}"
        );
    };
    refused(
        "ccGoReady",
        at("q1", "1007"),
        "agent 1007 is not signed in to queue q1, but to test",
    );
    refused(
        "ccDial",
        dial_to("139"),
        "agent 1007 is already on a call; dial again after it has ended",
    );
    refused(
        "ccLogout",
        at("test", "1007"),
        "agent 1007 is on a call; hang up before signing out of test",
    );

    assert_eq!(
        c.caller(START, "q9", "1").unwrap_err(),
        "queue q9 not found; there are test, q1"
    );
    assert!(c.caller(START, "test", "").is_err());
}

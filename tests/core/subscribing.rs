//! Subscriptions: what is asked of the server, what it grants, and who is told.

use serde_json::{Value as Tree, json};
use testkit::{Expect, Harness, Kind, Notice, State, config};
use verto_wasm::core::limits::LARGEST_FRAME;

#[test]
fn a_subscription_is_asked_for_once_and_confirmed_to_each_who_waits() {
    let mut h = Harness::ready();
    assert_eq!(h.subscribe(&["vcc", "demo"], 1), [1, 2]);
    assert_eq!(h.subscribe(&["vcc"], 2), [3]);
    assert_eq!(
        h.sent_short(),
        [r#"2 verto.subscribe ["vcc","demo"]"#],
        "one subscription on the wire, however many handlers"
    );
    h.grant(2, &["vcc", "demo"]);
    assert_eq!(
        h.told(),
        ["readyHandler vcc [1, 3]", "readyHandler demo [2]"]
    );
    // A handler that comes when the channel has been granted is told at once.
    assert_eq!(h.subscribe(&["vcc"], 3), [4]);
    assert_eq!(h.told(), ["readyHandler vcc [4]"]);
    assert!(h.sent().is_empty());
}

#[test]
fn one_channel_goes_as_a_string_and_several_as_an_array() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc.default.1007"], 1);
    h.subscribe(&["a", "b\"中"], 1);
    h.unsubscribe_all();
    let channels: Vec<Tree> = h
        .sent()
        .iter()
        .map(|frame| frame["params"]["eventChannel"].clone())
        .collect();
    assert_eq!(
        channels,
        [
            json!("vcc.default.1007"),
            json!(["a", "b\"中"]),
            json!(["a", "b\"中", "vcc.default.1007"]),
        ]
    );
}

#[test]
fn a_listener_registers_once_on_a_channel() {
    let mut h = Harness::ready();
    assert_eq!(h.subscribe(&["vcc"], 1), [1]);
    assert_eq!(h.subscribe(&["vcc"], 1), [1]);
    h.grant(2, &["vcc"]);
    h.forget();
    h.event("vcc", Some("vcc"), None);
    assert_eq!(h.told(), ["event [1]"]);
}

#[test]
fn a_channel_named_twice_is_asked_for_once() {
    let mut h = Harness::ready();
    assert_eq!(h.subscribe(&["vcc", "vcc"], 1), [1, 1]);
    assert_eq!(h.sent_short(), [r#"2 verto.subscribe "vcc""#]);
    h.grant(2, &["vcc"]);
    h.forget();
    h.subscribe(&["vcc", "vcc"], 2);
    assert_eq!(h.told(), ["readyHandler vcc [2]"]);
}

#[test]
fn the_last_handlers_going_unsubscribes() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.subscribe(&["vcc"], 2);
    h.grant(2, &["vcc"]);
    h.forget();
    h.unsubscribe("vcc", Some(1));
    assert_eq!(h.did(), ["release [1]"]);
    h.unsubscribe("vcc", Some(1));
    h.unsubscribe("elsewhere", None);
    assert!(h.did().is_empty());
    h.unsubscribe("vcc", Some(2));
    assert_eq!(
        h.did(),
        ["release [2]", r#"send 1 3 verto.unsubscribe "vcc""#]
    );
    h.refuse(3, &json!({ "notSubscribedChannels": ["vcc"] }));
    h.event("vcc", Some("vcc"), None);
    assert!(h.told().is_empty());
}

#[test]
fn unsubscribe_by_channel_or_of_everything() {
    let mut h = Harness::ready();
    h.subscribe(&["a", "b", "c"], 1);
    h.subscribe(&["a"], 2);
    h.grant(2, &["a", "b"]);
    h.forget();
    h.unsubscribe("a", None);
    assert_eq!(
        h.did(),
        ["release [1, 4]", r#"send 1 3 verto.unsubscribe "a""#]
    );
    h.unsubscribe_all();
    // The server has not granted c, so that there is nothing to unsubscribe.
    assert_eq!(
        h.did(),
        ["release [2, 3]", r#"send 1 4 verto.unsubscribe "b""#]
    );
    assert_eq!(h.session.subscriptions().wanted, [""; 0]);
}

/// Subscribes to `asked`, gives `answer`, and returns what the page was told.
fn answered(asked: &[&str], answer: Tree) -> (Harness, Vec<String>) {
    let mut h = Harness::ready();
    h.subscribe(asked, 1);
    h.forget();
    let mut frame = answer;
    frame["id"] = 2.into();
    h.frame(frame);
    let told = h.told();
    let summary = h.session.subscriptions();
    let mut answered = [summary.confirmed, summary.refused].concat();
    answered.sort();
    assert_eq!(
        answered, summary.wanted,
        "confirmed and refused are what is wanted"
    );
    (h, told)
}

#[test]
fn a_partial_grant() {
    let (h, told) = answered(
        &["vcc.default.1007", "vcc", "demo", "secret"],
        json!({ "result": {
            "subscribedChannels": ["vcc", "demo"],
            "unauthorizedChannels": ["secret"],
            "alreadySubscribedChannels": ["vcc.default.1007"],
        } }),
    );
    assert_eq!(
        told,
        [
            "readyHandler vcc [2]",
            "readyHandler demo [3]",
            "readyHandler vcc.default.1007 [1]",
            "onSubscribeError secret rejected",
        ]
    );
    assert_eq!(h.session.subscriptions().refused, ["secret"]);
}

#[test]
fn all_denied_is_an_error_without_code_and_message() {
    let (h, told) = answered(
        &["secret", "secret.x"],
        json!({ "error": { "unauthorizedChannels": ["secret", "secret.x"] } }),
    );
    assert_eq!(
        told,
        [
            "onSubscribeError secret rejected",
            "onSubscribeError secret.x rejected",
        ]
    );
    assert_eq!(h.session.subscriptions().confirmed, [""; 0]);
}

#[test]
fn held_already_is_granted_in_a_result_and_in_an_error() {
    for member in ["result", "error"] {
        let mut answer = json!({});
        answer[member] = json!({ "alreadySubscribedChannels": ["vcc"] });
        let (_, told) = answered(&["vcc"], answer);
        assert_eq!(told, ["readyHandler vcc [1]"], "{member}");
    }
}

#[test]
fn a_server_without_subscriptions_refuses_every_channel() {
    let message = "Invalid Method, Missing Method or Permission Denied";
    let (h, told) = answered(
        &["a", "b"],
        json!({ "error": { "code": -32601, "message": message } }),
    );
    assert_eq!(
        told,
        ["onSubscribeError a rejected", "onSubscribeError b rejected"]
    );
    let refused = h.notices().iter().find_map(|notice| match notice {
        Notice::Refused { error, .. } => Some(error),
        _ => None,
    });
    let error = refused.unwrap();
    assert_eq!(error.kind, Kind::Rejected);
    assert_eq!(error.code, -32601);
    assert_eq!(error.reason.as_deref(), Some(message));
    assert_eq!(error.method.as_deref(), Some("verto.subscribe"));
}

#[test]
fn an_answer_of_any_other_shape_grants_nothing() {
    for answer in [
        json!({ "result": {} }),
        json!({ "result": null }),
        json!({ "result": [] }),
        json!({ "error": {} }),
        json!({ "error": "no" }),
        json!({ "result": { "subscribedChannels": "vcc" } }),
        json!({ "result": { "subscribedChannels": [["vcc"], 5, null] } }),
        json!({ "result": { "subscribedChannels": ["VCC", "vcc.x", "v"] } }),
    ] {
        let (_, told) = answered(&["vcc"], answer);
        assert_eq!(told, ["onSubscribeError vcc rejected"]);
    }
}

#[test]
fn a_subscribe_request_without_an_answer_is_refused_in_time() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.wait(10_000);
    assert_eq!(h.told(), ["onSubscribeError vcc timeout"]);
    assert_eq!(h.session.state(), State::Ready);
    h.grant(2, &["vcc"]);
    assert_eq!(h.told(), ["readyHandler vcc [1]"], "late, but granted");
}

#[test]
fn refused_channels_stay_wanted_and_are_asked_for_at_the_next_login() {
    let (mut h, _) = answered(
        &["secret", "vcc"],
        json!({ "result": { "subscribedChannels": ["vcc"] } }),
    );
    for _ in 0..3 {
        h.drop_connection();
        h.forget();
        h.reconnect();
        assert_eq!(
            h.sent_short(),
            ["1 login", r#"2 verto.subscribe ["secret","vcc"]"#]
        );
        h.forget();
        h.grant(2, &["vcc"]);
        assert_eq!(
            h.told(),
            ["readyHandler vcc [2]", "onSubscribeError secret rejected"]
        );
    }
    // When one more handler wants a refused channel, the server is asked for it again.
    h.subscribe(&["secret"], 2);
    assert_eq!(h.sent_short(), [r#"3 verto.subscribe "secret""#]);
}

#[test]
fn unsubscribe_while_the_subscribe_is_in_flight() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.unsubscribe("vcc", None);
    assert_eq!(
        h.sent_short(),
        [r#"2 verto.subscribe "vcc""#, r#"3 verto.unsubscribe "vcc""#]
    );
    h.grant(2, &["vcc"]);
    h.reply(3, &json!({ "unsubscribedChannels": ["vcc"] }));
    h.event("vcc", Some("vcc"), Some(0));
    assert!(h.told().is_empty());
    assert_eq!(h.session.subscriptions(), Default::default());
}

#[test]
fn subscribe_unsubscribe_subscribe_quickly() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.unsubscribe("vcc", None);
    assert_eq!(h.subscribe(&["vcc"], 1), [2]);
    assert_eq!(
        h.sent_short(),
        [
            r#"2 verto.subscribe "vcc""#,
            r#"3 verto.unsubscribe "vcc""#,
            r#"4 verto.subscribe "vcc""#,
        ]
    );
    h.grant(2, &["vcc"]);
    assert!(h.told().is_empty(), "that one was given up");
    h.reply(3, &json!({ "unsubscribedChannels": ["vcc"] }));
    h.grant(4, &["vcc"]);
    assert_eq!(h.told(), ["readyHandler vcc [2]"]);
    h.event("vcc", Some("vcc"), Some(0));
    assert_eq!(h.told(), ["event [2]"]);
}

#[test]
fn a_refusal_of_the_first_request_does_not_refuse_the_second() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.unsubscribe("vcc", None);
    h.subscribe(&["vcc"], 1);
    h.refuse(2, &json!({}));
    assert!(h.told().is_empty());
    h.grant(4, &["vcc"]);
    assert_eq!(h.told(), ["readyHandler vcc [2]"]);
}

#[test]
fn channels_with_equal_sub_params_go_together() {
    let mut h = Harness::new();
    h.subscribe(&["a", "b"], 1);
    h.subscribe_with(&["c", "d"], 1, Some(r#"{"x":1}"#), false);
    h.subscribe_with(&["e"], 1, Some(r#"{"x":2}"#), false);
    h.subscribe_with(&["f"], 1, Some(r#"{"x":1}"#), false);
    h.connect(config());
    h.log_in();
    assert_eq!(
        h.sent_short(),
        [
            "1 login",
            r#"2 verto.subscribe ["a","b"]"#,
            r#"3 verto.subscribe {"eventChannel":["c","d","f"],"subParams":{"x":1}}"#,
            r#"4 verto.subscribe {"eventChannel":"e","subParams":{"x":2}}"#,
        ]
    );
}

#[test]
fn sub_params_end_with_the_last_handler_of_their_channel() {
    let mut h = Harness::ready();
    h.subscribe_with(&["vcc"], 1, Some(r#"{"x":1}"#), false);
    h.grant(2, &["vcc"]);
    h.unsubscribe("vcc", None);
    h.forget();
    h.subscribe(&["vcc"], 1);
    assert_eq!(h.sent_short(), [r#"4 verto.subscribe "vcc""#]);
}

#[test]
fn a_channel_is_asked_for_again_with_the_sub_params_that_were_given_last() {
    let (old, new) = (Some(r#"{"token":"old"}"#), Some(r#"{"token":"new"}"#));
    let mut h = Harness::ready();
    h.subscribe_with(&["vcc"], 1, old, false);
    h.subscribe_with(&["vcc"], 2, old, false);
    h.forget();
    // The channel is asked for already, and what that request brings doesn't count any more.
    h.subscribe_with(&["vcc"], 1, new, false);
    assert_eq!(
        h.sent_short(),
        [r#"3 verto.subscribe {"eventChannel":"vcc","subParams":{"token":"new"}}"#]
    );
    h.refuse(2, &json!({ "code": -32000, "message": "expired" }));
    assert!(h.told().is_empty());
    h.reply(3, &json!({ "alreadySubscribedChannels": ["vcc"] }));
    assert_eq!(h.told(), ["readyHandler vcc [1, 2]"]);
    // It is granted; with the same ones, without any, or locally, it isn't asked for again.
    h.forget();
    h.subscribe_with(&["vcc"], 1, new, false);
    h.subscribe_with(&["vcc"], 3, old, true);
    h.subscribe(&["vcc"], 4);
    assert!(h.sent().is_empty());
    h.subscribe_with(&["vcc"], 4, old, false);
    assert_eq!(h.sent().len(), 1);
}

#[test]
fn a_reconnect_asks_with_the_sub_params_of_whoever_still_listens() {
    let mut h = Harness::ready();
    h.subscribe_with(&["vcc"], 1, Some(r#"{"x":1}"#), false);
    let later = h.subscribe_with(&["vcc"], 2, Some(r#"{"x":2}"#), false);
    h.subscribe_with(&["other"], 1, Some(r#"{"x":2}"#), false);
    h.unsubscribe("vcc", Some(later[0]));
    h.drop_connection();
    h.next_attempt();
    h.forget();
    h.log_in();
    assert_eq!(
        h.sent_short(),
        [
            "1 login",
            r#"2 verto.subscribe {"eventChannel":"other","subParams":{"x":2}}"#,
            r#"3 verto.subscribe {"eventChannel":"vcc","subParams":{"x":1}}"#,
        ]
    );
}

#[test]
fn a_token_of_each_login_replaces_that_of_the_login_before() {
    let mut h = Harness::ready();
    for login in 1..5 {
        let token = format!(r#"{{"token":{login}}}"#);
        h.in_login_callback(|h| {
            h.subscribe_with(&["vcc"], login, Some(&token), false);
        });
        let last = h.sent().last().unwrap().clone();
        assert_eq!(last["params"]["subParams"]["token"], login);
        h.drop_connection();
        h.next_attempt();
        h.log_in();
        h.told();
    }
}

#[test]
fn local_listeners_hear_events_without_asking_the_server() {
    let mut h = Harness::ready();
    let local = h.subscribe_with(&["vcc"], 1, None, true);
    assert!(h.sent().is_empty());
    assert_eq!(h.session.subscriptions().wanted, [""; 0]);
    h.event("vcc.default", None, None);
    assert_eq!(h.told(), ["event [1]"]);
    h.drop_connection();
    h.reconnect();
    assert_eq!(h.sent_short(), ["1 login"]);
    // A listener that needs the server comes and goes, and the local one stays.
    let wire = h.subscribe(&["vcc"], 2);
    h.grant(2, &["vcc"]);
    h.forget();
    h.unsubscribe("vcc", Some(wire[0]));
    assert_eq!(
        h.did(),
        ["release [2]", r#"send 2 3 verto.unsubscribe "vcc""#]
    );
    h.unsubscribe("vcc", Some(local[0]));
    assert_eq!(h.did(), ["release [1]"]);
}

#[test]
fn a_local_listener_that_subscribes_is_local_no_more() {
    let mut h = Harness::ready();
    h.subscribe_with(&["vcc"], 1, None, true);
    h.subscribe(&["vcc"], 1);
    assert_eq!(h.sent_short(), [r#"2 verto.subscribe "vcc""#]);
    h.subscribe_with(&["vcc"], 1, None, true);
    h.unsubscribe("vcc", Some(1));
    assert_eq!(h.sent_short(), [r#"3 verto.unsubscribe "vcc""#]);
}

#[test]
fn no_subscribe_request_is_larger_than_the_server_takes() {
    let mut h = Harness::new();
    let names: Vec<String> = (0..3_000)
        .map(|n| format!("{n}{}", "\"".repeat(600)))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    h.subscribe(&names, 1);
    h.connect(config());
    h.log_in();
    h.unsubscribe_all();
    assert!(h.texts().len() > 3);
    for text in h.texts() {
        assert!(text.len() <= LARGEST_FRAME, "{} bytes", text.len());
    }
}

/// Each character of these names takes six bytes in JSON, as many as are reckoned with.
#[test]
fn nor_is_one_whose_channels_are_escaped_from_end_to_end() {
    let mut h = Harness::ready();
    let names: Vec<String> = (0..600)
        .map(|n| format!("{n}{}", "\u{1}".repeat(600)))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    h.subscribe(&names, 1);
    assert!(h.texts().len() > 2);
    for text in h.texts() {
        assert!(text.len() <= LARGEST_FRAME, "{} bytes", text.len());
    }
}

/// The server works strictly in order, so that a slow command delays the answer to a subscribe
/// request that was sent after it.
#[test]
fn a_subscription_behind_a_slow_command_is_not_told_as_refused() {
    let mut h = Harness::ready();
    h.call_with(1, "jsapi", &json!({}), Expect::Result, None);
    h.subscribe(&["vcc"], 1);
    h.forget();
    // The command is answered when the phone is picked up, and only then the subscribe request.
    h.wait(20_000);
    h.reply(2, &json!({ "code": 200 }));
    h.grant(3, &["vcc"]);
    assert_eq!(
        h.told(),
        [r#"call 1: ok {"code":200}"#, "readyHandler vcc [1]"]
    );
    assert_eq!(h.session.subscriptions().confirmed, ["vcc"]);
}

#[test]
fn a_late_grant_is_told() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.wait(11_000);
    h.forget();
    h.grant(2, &["vcc"]);
    assert_eq!(h.session.subscriptions().confirmed, ["vcc"]);
    assert_eq!(h.told(), ["readyHandler vcc [1]"]);
}

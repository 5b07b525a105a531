//! Frames from the server: its own requests, and everything that is not as it should be.

use serde_json::{Value as Tree, json};
use testkit::{Harness, State, config};
use verto_wasm::core::frame::{most_bytes, request, whole};

#[test]
fn frames_in_an_array_are_each_a_frame() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.call(1);
    h.forget();
    h.frame(json!([
        { "jsonrpc": "2.0", "id": 2, "result": { "subscribedChannels": ["vcc"] } },
        5,
        null,
        [{ "id": 3, "result": "nested" }],
        { "jsonrpc": "2.0", "id": 1, "method": "verto.event",
          "params": { "eventChannel": "vcc", "subscribedChannel": "vcc" } },
        { "jsonrpc": "2.0", "id": 3, "result": {} },
    ]));
    assert_eq!(
        h.told(),
        ["readyHandler vcc [1]", "event [1]", "call 1: ok {}"]
    );
    h.frame(json!([]));
    assert!(h.told().is_empty());
}

#[test]
fn what_follows_the_end_in_the_same_array_is_ignored() {
    let mut h = Harness::ready();
    h.call(1);
    h.forget();
    h.frame(json!([
        { "id": 9, "method": "verto.punt" },
        { "id": 2, "result": "too late" },
        { "id": 10, "method": "verto.ping" },
    ]));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(h.told()[0], "call 1: closed, sent");
}

#[test]
fn ids_that_come_back_as_strings_are_understood() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    h.frame(json!({ "id": "1", "result": {} }));
    assert_eq!(h.session.state(), State::Ready);
    h.call(1);
    h.frame(json!({ "id": "2", "result": 1 }));
    assert!(h.outcome(1).is_ok());
}

#[test]
fn a_frame_with_a_method_is_a_request_whatever_its_id() {
    let mut h = Harness::ready();
    h.call(1);
    h.frame(json!({ "id": 2, "method": "verto.clientReady", "params": {}, "result": 1 }));
    h.reply(2, &json!("ours"));
    assert_eq!(
        h.told(),
        ["onMessage clientReady {}", r#"call 1: ok "ours""#]
    );
}

#[test]
fn a_ping_is_answered_with_its_own_id() {
    let mut h = Harness::ready();
    let ids = [
        json!(1),
        json!(0),
        json!(2_147_483_648u64),
        json!("a \"b\"\n中"),
        json!(""),
    ];
    for id in ids {
        h.forget();
        h.frame(json!({ "id": id, "method": "verto.ping", "params": { "serno": 5 } }));
        let sent = h.sent();
        assert_eq!(sent.len(), 1, "{id}");
        assert_eq!(
            sent[0],
            json!({ "jsonrpc": "2.0", "id": id, "result": { "method": "verto.ping" } })
        );
    }
    for id in [json!(null), json!(1.5), json!(-1), json!([1]), json!({})] {
        h.frame(json!({ "id": id, "method": "verto.ping" }));
        assert!(h.sent().is_empty(), "{id} can't be echoed");
    }
}

#[test]
fn a_ping_before_the_login_is_not_answered() {
    let mut h = Harness::new();
    h.connect(config());
    let ping = json!({ "id": 7, "method": "verto.ping", "params": {} });
    h.forget();
    h.frame(ping.clone());
    h.open();
    h.frame(ping.clone());
    h.authenticate();
    h.frame(ping.clone());
    assert_eq!(h.sent_short(), ["1 login"]);
    h.reply(1, &json!({}));
    h.frame(ping);
    assert_eq!(h.sent_short(), [r#"7 answer {"method":"verto.ping"}"#]);
}

#[test]
fn messages_reach_the_page() {
    let mut h = Harness::ready();
    h.server_request("verto.clientReady", json!({ "reattached_sessions": [] }));
    h.server_request(
        "verto.info",
        json!({ "msg": { "from": "1002", "body": "hi" } }),
    );
    h.server_request("verto.info", json!({}));
    h.frame(json!({ "id": 3, "method": "verto.clientReady" }));
    assert_eq!(
        h.told(),
        [
            r#"onMessage clientReady {"reattached_sessions":[]}"#,
            r#"onMessage info {"from":"1002","body":"hi"}"#,
            "onMessage info",
            "onMessage clientReady",
        ]
    );
}

#[test]
fn a_private_event_is_a_message() {
    let mut h = Harness::ready();
    let sessid = h.session.sessid().to_owned();
    let by_channel = json!({ "eventChannel": sessid, "data": 1 });
    h.server_request("verto.event", by_channel.clone());
    let by_sessid = json!({ "eventChannel": "elsewhere", "sessid": sessid, "data": 2 });
    h.server_request("verto.event", by_sessid.clone());
    assert_eq!(
        h.told(),
        [
            format!("onMessage pvtEvent {by_channel}"),
            format!("onMessage pvtEvent {by_sessid}"),
        ]
    );
    // A private event of another session, on a channel that nobody listens to.
    h.server_request(
        "verto.event",
        json!({ "eventChannel": "x", "sessid": "theirs" }),
    );
    assert!(h.told().is_empty());
    // Our own broadcast, which the server sends back to us, is no private event: a handler
    // gets it.
    h.subscribe(&["room"], 1);
    h.server_request(
        "verto.event",
        json!({ "eventChannel": "room", "sessid": sessid }),
    );
    assert_eq!(h.told(), ["event [1]"]);
}

/// Frames that mean nothing, each with the line that it leaves in the log.
fn meaningless() -> Vec<(Tree, &'static str)> {
    let no_id = "log ignored a reply without an id of ours";
    let nobody = "log ignored a reply to a request that waits for none";
    let no_channel = "log ignored an event without an eventChannel";
    let unknown = "log ignored a request with an unknown method";
    vec![
        (json!(null), "log ignored a frame that is no object"),
        (json!(5), "log ignored a frame that is no object"),
        (json!("text"), "log ignored a frame that is no object"),
        (json!({}), no_id),
        (
            json!({ "method": 5 }),
            "log ignored a frame whose method is no string",
        ),
        (json!({ "method": "verto.nosuch", "id": 1 }), unknown),
        (json!({ "method": "__proto__" }), unknown),
        (json!({ "method": "verto.event" }), no_channel),
        (json!({ "method": "verto.event", "params": [] }), no_channel),
        (
            json!({ "method": "verto.event", "params": { "eventChannel": ["vcc"] } }),
            no_channel,
        ),
        (
            json!({ "method": "verto.event", "params": { "eventChannel": "nobody" } }),
            "log ignored an event on a channel that nobody listens to",
        ),
        (json!({ "id": null, "error": { "code": -32600 } }), no_id),
        (json!({ "id": -1, "result": 1 }), no_id),
        (json!({ "id": 2.5, "result": 1 }), no_id),
        (json!({ "id": 1e20, "result": 1 }), no_id),
        (json!({ "id": "two", "result": 1 }), no_id),
        (json!({ "id": [2], "result": 1 }), no_id),
        (json!({ "id": true, "result": 1 }), no_id),
        (json!({ "id": 77, "result": 1 }), nobody),
        (json!({ "id": 0, "error": 1 }), nobody),
        (
            json!({ "id": 2 }),
            "log ignored a reply without result and error",
        ),
        (
            json!({ "id": 2, "error": null }),
            "log ignored a reply without result and error",
        ),
    ]
}

#[test]
fn what_means_nothing_leaves_a_line_in_the_log_and_changes_nothing() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.call(1);
    for (frame, line) in meaningless() {
        h.forget();
        h.frame(frame.clone());
        assert_eq!(h.did(), [line], "{frame}");
        assert!(h.told().is_empty(), "{frame}");
    }
    h.session.garbage(h.now, 1);
    h.grant(2, &["vcc"]);
    h.reply(3, &json!("still there"));
    h.event("vcc", Some("vcc"), Some(0));
    assert_eq!(
        h.told(),
        [
            "readyHandler vcc [1]",
            r#"call 1: ok "still there""#,
            "event [1]",
        ]
    );
}

#[cfg(feature = "calls")]
#[test]
fn a_request_about_a_call_must_name_it() {
    let nameless = "log ignored a request about a call that it doesn't name";
    for params in [json!({}), json!({ "callID": 5 }), json!(null)] {
        let mut h = Harness::ready();
        h.server_request("verto.bye", params);
        assert_eq!(h.did(), [nameless]);
    }
    let mut h = Harness::ready();
    h.server_request("verto.bye", json!({ "callID": "c1" }));
    assert!(!h.did().contains(&nameless.into()));
}

#[test]
fn a_reply_with_an_error_of_null_is_a_success() {
    let mut h = Harness::ready();
    h.call(1);
    h.frame(json!({ "id": 2, "error": null, "result": 1 }));
    h.call(2);
    h.frame(json!({ "id": 3, "result": null }));
    assert_eq!(h.told(), ["call 1: ok 1", "call 2: ok null"]);
}

#[test]
fn a_login_reply_of_any_shape_is_survived() {
    for result in [
        json!(null),
        json!(1),
        json!([]),
        json!({ "sessid": 5 }),
        json!("ok"),
    ] {
        let mut h = Harness::new();
        h.connect(config());
        h.authenticate();
        let ours = h.session.sessid().to_owned();
        h.reply(1, &result);
        assert_eq!(h.session.state(), State::Ready, "{result}");
        assert_eq!(h.session.sessid(), ours);
    }
    for error in [
        json!(1),
        json!({}),
        json!("no"),
        json!([]),
        json!({ "code": "x" }),
    ] {
        let mut h = Harness::new();
        h.connect(config());
        h.authenticate();
        h.refuse(1, &error);
        assert_eq!(h.session.state(), State::Reconnecting, "{error}");
    }
}

#[test]
fn a_request_is_never_longer_than_what_is_reckoned_with() {
    // Each of these characters takes six bytes in JSON.
    let escaped = "\u{1}".repeat(50);
    for params in ["{}", r#"{"n":1}"#] {
        let longest = request(&escaped, params, &escaped, u32::MAX).len();
        let most = most_bytes(&escaped, params, &escaped);
        assert!(
            (longest..longest + 10).contains(&most),
            "{longest} of {most}"
        );
    }
}

#[test]
fn only_whole_numbers_that_are_exact_count() {
    let largest = (1_u64 << 53) - 1;
    assert_eq!(whole(0.0), Some(0));
    assert_eq!(whole(largest as f64), Some(largest));
    for number in [
        (1_u64 << 53) as f64,
        -1.0,
        0.5,
        1e300,
        f64::NAN,
        f64::INFINITY,
    ] {
        assert_eq!(whole(number), None, "{number}");
    }
}

//! The page's requests: how each ends, and when it is sent.

use serde_json::{Value as Tree, json};
use testkit::{CONNECT, CREDENTIALS, Expect, Harness, Kind, Request, State, config};
use verto_wasm::core::limits::{LARGEST_FRAME, MOST_WAITING};

#[test]
fn a_request_is_sent_at_once_and_ends_with_its_reply() {
    let mut h = Harness::ready();
    h.call(1);
    h.call(2);
    assert_eq!(h.sent_short(), [r#"2 echo {"n":1}"#, r#"3 echo {"n":2}"#]);
    h.reply(3, &json!({ "n": 2 }));
    h.reply(2, &json!({ "n": 1 }));
    assert_eq!(h.told(), [r#"call 2: ok {"n":2}"#, r#"call 1: ok {"n":1}"#]);
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn parameters_of_any_size_get_the_sessid_beside_them() {
    let mut h = Harness::ready();
    for params in [json!({}), json!({ "a": { "b": "\"}" } })] {
        h.call_with(1, "echo", &params, Expect::Result, None);
        let mut frame = h.sent().remove(0);
        let members = frame["params"].as_object_mut().unwrap();
        assert_eq!(members.shift_remove("sessid").unwrap(), h.session.sessid());
        assert_eq!(frame["params"], params);
    }
}

#[test]
fn a_server_error_is_a_refusal_with_the_servers_words() {
    let mut h = Harness::ready();
    h.call_with(1, "jsapi", &json!({}), Expect::Result, None);
    let error = json!({ "code": -32602, "message": "Permission Denied", "more": 1 });
    h.refuse(2, &error);
    let told = h.error(1);
    assert_eq!(told.kind, Kind::Rejected);
    assert_eq!(told.code, -32602);
    assert_eq!(told.reason.as_deref(), Some("Permission Denied"));
    assert_eq!(told.message, "the server refused jsapi: Permission Denied");
    assert_eq!(told.data.as_ref().unwrap().0, error);
    assert_eq!(told.method.as_deref(), Some("jsapi"));
    assert_eq!(told.sent, None);
}

#[test]
fn which_answers_are_success_depends_on_what_was_asked() {
    let outcome = |expect, answer: &Tree| {
        let mut h = Harness::ready();
        h.call_with(1, "m", &json!({}), expect, None);
        h.reply(2, answer);
        h.outcome(1).clone().map(drop).map_err(|error| error.code)
    };
    let cases = [
        // The answer, and then how a call with `Expect::Result`, `Expect::Code200` and
        // `Expect::NoRefusal` ends by it.
        (
            json!({ "code": 200, "message": "OK" }),
            Ok(()),
            Ok(()),
            Ok(()),
        ),
        (json!({ "code": "200" }), Ok(()), Ok(()), Ok(())),
        (json!({ "code": 404 }), Ok(()), Err(404), Err(404)),
        (json!({ "code": -32002 }), Ok(()), Err(-32002), Err(-32002)),
        (json!({ "message": "no code" }), Ok(()), Err(-11), Ok(())),
        (json!("-ERR no such command"), Ok(()), Err(-11), Ok(())),
        (json!(null), Ok(()), Err(-11), Ok(())),
        (json!({ "code": null }), Ok(()), Err(-11), Err(-11)),
        (
            json!({ "code": 1e300 }),
            Ok(()),
            Err(i32::MAX),
            Err(i32::MAX),
        ),
    ];
    for (answer, any, command, broadcast) in cases {
        assert_eq!(outcome(Expect::Result, &answer), any, "{answer}");
        assert_eq!(outcome(Expect::Code200, &answer), command, "{answer}");
        assert_eq!(outcome(Expect::NoRefusal, &answer), broadcast, "{answer}");
    }
}

#[test]
fn the_reason_is_the_back_ends_own() {
    let mut h = Harness::ready();
    let reason = |h: &mut Harness, call, answer| {
        h.call_with(call, "jsapi", &json!({}), Expect::Code200, None);
        h.reply(call + 1, &answer);
        h.error(call).reason.clone()
    };
    let both = json!({ "code": 403, "reason": "not yours", "message": "Forbidden" });
    assert_eq!(reason(&mut h, 1, both).as_deref(), Some("not yours"));
    let message = json!({ "code": 404, "message": "agent 1999 not found" });
    assert_eq!(
        reason(&mut h, 2, message).as_deref(),
        Some("agent 1999 not found")
    );
    assert_eq!(reason(&mut h, 3, json!("-ERR")).as_deref(), Some("-ERR"));
    assert_eq!(reason(&mut h, 4, json!({ "code": 500 })), None);
}

#[test]
fn without_a_connection_a_request_fails_at_once() {
    let mut h = Harness::new();
    h.call(1);
    assert_eq!(h.told(), ["call 1: closed, not sent"]);
    let mut h = Harness::ready();
    h.logout();
    h.forget();
    h.call(2);
    assert_eq!(h.told(), ["call 2: closed, not sent"]);
    assert!(h.did().is_empty());
}

#[test]
fn a_request_may_take_its_timeout_from_the_call_on() {
    let mut h = Harness::ready();
    h.call(1);
    h.call_with(2, "jsapi", &json!({}), Expect::Code200, None);
    h.call_with(3, "jsapi", &json!({}), Expect::Code200, Some(500));
    h.forget();
    h.wait(499);
    assert!(h.told().is_empty());
    h.wait(1);
    assert_eq!(h.told(), ["call 3: timeout, sent"]);
    h.wait(9_499);
    assert!(h.told().is_empty());
    h.wait(1);
    assert_eq!(h.told(), ["call 1: timeout, sent"]);
    h.wait(49_999);
    assert!(h.told().is_empty());
    h.wait(1);
    assert_eq!(h.told(), ["call 2: timeout, sent"]);
    assert!(h.did().is_empty());
    assert_eq!(h.error(1).method.as_deref(), Some("echo"));
}

#[test]
fn an_endless_timeout_is_none() {
    let mut h = Harness::ready();
    h.call_with(1, "m", &json!({}), Expect::Result, Some(u64::MAX));
    h.wait(1_000_000_000_000);
    h.reply(2, &json!(1));
    assert_eq!(h.outcome(1).as_ref().unwrap().0, 1);
}

#[test]
fn a_waiting_request_keeps_its_deadline_and_is_never_sent_after_it() {
    let mut h = Harness::new();
    h.connect(config());
    h.call(1);
    h.wait(6_000);
    h.open();
    h.call(2);
    h.wait(4_000);
    assert_eq!(h.told().last().unwrap(), "call 1: timeout, not sent");
    h.credentials(Ok(CREDENTIALS.into()));
    h.forget();
    h.reply(1, &json!({}));
    assert_eq!(h.sent_short(), [r#"2 echo {"n":2}"#]);
    h.wait(6_000);
    assert_eq!(h.told().last().unwrap(), "call 2: timeout, sent");
}

#[test]
fn after_a_sleep_the_login_sends_nothing_that_is_overdue() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    h.call_with(1, "jsapi", &json!({ "dial": 1 }), Expect::Code200, None);
    // The computer sleeps. When it wakes, the reply comes before the timer is called.
    h.now += 3_600_000;
    h.call(2);
    h.forget();
    h.reply(1, &json!({}));
    h.timer();
    assert_eq!(h.sent_short(), [r#"2 echo {"n":2}"#]);
    assert_eq!(h.error(1).kind, Kind::Timeout);
    assert_eq!(h.error(1).sent, Some(false));
}

#[test]
fn a_late_or_repeated_reply_is_ignored() {
    let mut h = Harness::ready();
    h.call(1);
    h.wait(10_000);
    assert_eq!(h.told(), ["call 1: timeout, sent"]);
    h.forget();
    h.reply(2, &json!(1));
    assert_eq!(
        h.did(),
        ["log ignored a reply to a request that waits for none"]
    );
    h.call(2);
    h.reply(3, &json!(2));
    h.reply(3, &json!(3));
    assert_eq!(h.told(), ["call 2: ok 2"]);
}

#[test]
fn at_most_a_thousand_requests_wait() {
    let mut h = Harness::new();
    h.connect(config());
    h.forget();
    for call in 0..MOST_WAITING as u32 {
        h.call(call);
    }
    assert!(h.told().is_empty());
    h.call(5_000);
    assert_eq!(h.told(), ["call 5000: overflow, not sent"]);
    h.log_in();
    let sent = h.sent();
    assert_eq!(sent.len(), 1 + MOST_WAITING);
    for (call, frame) in sent[1..].iter().enumerate() {
        assert_eq!(frame["params"]["n"], call);
    }
}

#[test]
fn there_is_room_for_a_large_request_beside_all_that_may_wait() {
    let mut h = Harness::new();
    h.connect(config());
    for call in 0..MOST_WAITING as u32 {
        h.call(call);
    }
    let largest = "x".repeat(LARGEST_FRAME);
    assert!(h.session.has_room("echo", &largest));
}

/// Parameters that make a frame of `bytes` bytes if its id has ten digits. The core reckons with
/// the longest id, since a waiting request gets its id only when it is sent.
fn sized(h: &Harness, bytes: usize) -> Tree {
    let empty = format!(
        r#"{{"jsonrpc":"2.0","method":"m","params":{{"t":"","sessid":"{}"}},"id":{}}}"#,
        h.session.sessid(),
        u32::MAX
    );
    json!({ "t": "x".repeat(bytes - empty.len()) })
}

#[test]
fn a_frame_may_have_a_million_bytes_and_not_one_more() {
    let mut h = Harness::ready();
    h.call_with(1, "m", &sized(&h, LARGEST_FRAME), Expect::Result, None);
    // The id has one digit, and not ten.
    assert_eq!(h.texts().last().unwrap().len(), LARGEST_FRAME - 9);
    h.forget();
    let larger = sized(&h, LARGEST_FRAME + 1);
    h.call_with(2, "m", &larger, Expect::Result, None);
    assert_eq!(h.told(), ["call 2: too-large, not sent"]);
    assert!(h.did().is_empty());
    assert_eq!(h.session.state(), State::Ready);

    // The limit counts bytes, not characters.
    let chinese = json!({ "t": "中".repeat(LARGEST_FRAME / "中".len()) });
    h.call_with(3, "m", &chinese, Expect::Result, None);
    assert_eq!(h.error(3).kind, Kind::TooLarge);

    // A request that would have to wait is refused at once, too.
    let mut h = Harness::reconnecting();
    h.call_with(4, "m", &larger, Expect::Result, None);
    assert_eq!(h.error(4).kind, Kind::TooLarge);
}

#[test]
fn a_request_that_became_too_large_while_it_waited_is_not_sent() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    let just_fits = sized(&h, LARGEST_FRAME - 10);
    h.call_with(1, "m", &just_fits, Expect::Result, None);
    h.forget();
    h.reply(1, &json!({ "sessid": "longer".repeat(20) }));
    h.call(2);
    for frame in h.texts() {
        assert!(frame.len() <= LARGEST_FRAME, "{} bytes", frame.len());
    }
    assert_eq!(h.error(1).kind, Kind::TooLarge);
}

#[test]
fn a_waiting_request_that_is_given_up_is_never_sent() {
    let mut h = Harness::new();
    h.connect(config());
    h.call(1);
    h.call(2);
    h.call(3);
    h.forget();
    h.cancel(2);
    assert_eq!(h.told(), ["call 2: aborted, not sent"]);
    assert_eq!(h.error(2).method.as_deref(), Some("echo"));
    h.log_in();
    let sent = h.sent_short();
    assert_eq!(sent, ["1 login", r#"2 echo {"n":1}"#, r#"3 echo {"n":3}"#]);
}

#[test]
fn the_answer_to_a_request_that_was_given_up_is_ignored() {
    let mut h = Harness::ready();
    h.call(1);
    h.call(2);
    h.forget();
    h.cancel(1);
    assert_eq!(h.told(), ["call 1: aborted, sent"]);
    h.reply(2, &json!(1));
    assert!(h.told().is_empty());
    h.reply(3, &json!(2));
    assert_eq!(h.told(), ["call 2: ok 2"]);
    h.drop_connection();
    assert!(!h.told().iter().any(|line| line.starts_with("call")));
}

#[test]
fn giving_up_what_has_ended_changes_nothing() {
    let mut h = Harness::ready();
    h.call(1);
    h.reply(2, &json!(1));
    h.call(2);
    h.wait(10_000);
    h.forget();
    for call in [1, 2, 3, CONNECT] {
        h.cancel(call);
    }
    assert!(h.told().is_empty());
    assert!(h.did().is_empty());
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn a_server_may_be_busy_with_what_was_given_up() {
    let mut h = Harness::watching();
    h.call_with(1, "jsapi", &json!({}), Expect::Code200, None);
    h.cancel(1);
    // Without the request the connection would be given up after 30 s of silence.
    h.wait(59_000);
    assert_eq!(h.session.state(), State::Ready);
    h.wait(31_000);
    assert_ne!(h.session.state(), State::Ready);
}

#[test]
fn a_speed_test_is_a_request_whose_frames_are_no_json() {
    use verto_wasm::core::session::{SPEED_TEST, SPEED_TEST_ID};
    let mut h = Harness::new();
    let ask = |h: &mut Harness, call| {
        let request = Request {
            call,
            method: SPEED_TEST.into(),
            params: "#SPU 4096".into(),
            expect: Expect::Result,
            timeout: None,
        };
        h.session.request(h.now, request);
    };
    ask(&mut h, 1);
    h.connect(config());
    ask(&mut h, 2);
    h.log_in();
    ask(&mut h, 3);
    assert_eq!(h.error(1).kind, Kind::Closed);
    // The figures are those of the oldest: the server works in order.
    h.reply(SPEED_TEST_ID, &json!({ "upDur": 1 }));
    assert!(h.outcome(2).is_ok());
    h.wait(10_000);
    assert_eq!(h.error(3).kind, Kind::Timeout);
    let is_test = |text: &&str| text.starts_with('#');
    assert_eq!(h.texts().iter().filter(|text| is_test(text)).count(), 2);
    h.forget();
    h.call(4);
    assert_eq!(h.sent().last().unwrap()["id"], 2, "the ids go on");
}

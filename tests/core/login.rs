//! Connecting and logging in, and how a login fails. What a page gives by a function is in
//! `credentials.rs`.

use serde_json::json;
use testkit::{CONNECT, CREDENTIALS, Config, Harness, Kind, Ms, Notice, Session, State, config};
use verto_wasm::core::limits::{LARGEST_FRAME, MOST_DOUBLINGS};

fn refusal(message: &str) -> serde_json::Value {
    json!({ "code": -32001, "message": message })
}

fn with_fresh_credentials() -> Config {
    Config {
        fresh_credentials: true,
        ..config()
    }
}

#[test]
fn a_login_goes_through_its_states_and_its_frame_is_exactly_that_of_the_protocol() {
    let mut h = Harness::new();
    assert_eq!(h.session.state(), State::Idle);
    assert_eq!(h.session.deadline(), None);
    h.connect(Config {
        sessid: Some("1111".into()),
        ..config()
    });
    assert_eq!(h.did(), ["open 1 wss://a.test/ws"]);
    assert_eq!(h.told(), ["state connecting"]);
    h.open();
    assert_eq!(h.did(), ["credentials 1"]);
    assert_eq!(h.told(), ["state authenticating"]);
    h.credentials(Ok(CREDENTIALS.into()));
    assert_eq!(
        h.texts(),
        [concat!(
            r#"{"jsonrpc":"2.0","method":"login","params":{"login":"1001@xswitch.cn","#,
            r#""passwd":"1234","loginParams":{},"userVariables":{},"sessid":"1111"},"id":1}"#
        )]
    );
    assert!(h.told().is_empty());
    h.reply(1, &json!({ "message": "logged in", "sessid": "1111" }));
    assert_eq!(
        h.told(),
        [
            "state ready",
            r#"call 9999: ok {"message":"logged in","sessid":"1111"}"#,
            "onWSLogin true",
        ]
    );
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn after_a_login_come_the_subscriptions_in_one_request_then_what_waited_in_order() {
    let mut h = Harness::new();
    h.subscribe(&["vcc.default.1007", "vcc"], 1);
    h.connect(config());
    h.call(1);
    h.open();
    h.call(2);
    h.credentials(Ok(CREDENTIALS.into()));
    h.call(3);
    assert_eq!(h.sent_short(), ["1 login"], "nothing goes before the login");
    h.forget();
    h.reply(1, &json!({}));
    assert_eq!(
        h.sent_short(),
        [
            r#"2 verto.subscribe ["vcc","vcc.default.1007"]"#,
            r#"3 echo {"n":1}"#,
            r#"4 echo {"n":2}"#,
            r#"5 echo {"n":3}"#,
        ]
    );
    assert_eq!(
        h.told(),
        ["state ready", "call 9999: ok {}", "onWSLogin true"],
        "onWSLogin doesn't wait for the subscriptions' reply"
    );
    h.in_login_callback(|h| h.call(4));
    assert_eq!(h.sent_short(), [r#"6 echo {"n":4}"#]);
}

#[test]
fn the_sessid_is_made_anew_by_each_connect_and_kept_across_reconnects() {
    let mut h = Harness::ready();
    let first = h.session.sessid().to_owned();
    assert_eq!(first.len(), 36);
    h.drop_connection();
    h.reconnect();
    assert_eq!(h.session.sessid(), first);
    h.connect(config());
    assert_ne!(h.session.sessid(), first);
    h.log_in();
    for frame in h.sent() {
        let sessid = frame["params"]["sessid"].as_str().unwrap();
        assert_eq!(sessid.len(), 36, "{frame}");
    }
}

#[test]
fn a_sessid_that_the_server_made_instead_is_taken() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    h.call(1);
    h.forget();
    h.reply(1, &json!({ "message": "logged in", "sessid": "theirs" }));
    assert_eq!(h.session.sessid(), "theirs");
    assert_eq!(h.sent()[0]["params"]["sessid"], "theirs");
}

#[test]
fn a_login_reply_in_an_array_without_a_sessid_is_one() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    let ours = h.session.sessid().to_owned();
    h.frame(json!([{ "jsonrpc": "2.0", "id": 1, "result": { "message": "logged in" } }]));
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(h.session.sessid(), ours);
}

#[test]
fn a_refused_login_ends_the_session() {
    let mut h = Harness::new();
    h.connect(config());
    h.call(1);
    h.authenticate();
    h.forget();
    h.refuse(1, &refusal("Authentication Failure"));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "call 1: closed, not sent",
            "call 9999: auth",
            "state closed (auth)",
            "onWSLogin false Authentication Failure",
        ],
        "and no onWSClose"
    );
    let error = h.error(CONNECT);
    assert_eq!(error.code, -32001);
    assert_eq!(error.method.as_deref(), Some("login"));
    assert_eq!(error.reason.as_deref(), Some("Authentication Failure"));
    assert_eq!(h.session.deadline(), None);
    h.wait(1_000_000);
    h.drop_connection();
    assert!(h.did().is_empty() && h.told().is_empty());
}

#[test]
fn a_made_sessid_that_is_in_use_is_replaced_once_on_a_new_socket() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    let first = h.session.sessid().to_owned();
    h.forget();
    h.refuse(1, &refusal("Session in use"));
    assert_eq!(h.did(), ["close 1", "open 2 wss://a.test/ws"]);
    assert_eq!(h.told(), ["state connecting"]);
    h.authenticate();
    let login = h.sent().remove(0);
    assert_eq!(login["id"], 1);
    assert_ne!(login["params"]["sessid"], first.as_str());
    assert_eq!(login["params"]["sessid"], h.session.sessid());
    h.forget();
    h.refuse(1, &refusal("Session in use"));
    assert_eq!(h.did(), ["close 2"]);
    assert_eq!(
        h.told(),
        [
            "call 9999: auth",
            "state closed (auth)",
            "onWSLogin false Session in use",
        ]
    );
}

#[test]
fn a_sessid_of_the_pages_own_that_is_in_use_is_a_refusal() {
    let mut h = Harness::new();
    h.connect(Config {
        sessid: Some("1111".into()),
        ..with_fresh_credentials()
    });
    h.authenticate();
    h.refuse(1, &refusal("Session in use"));
    assert_eq!(h.session.state(), State::Closed);
    assert_eq!(h.error(CONNECT).kind, Kind::Auth);
}

#[test]
fn any_other_login_error_is_told_and_retried_as_a_lost_connection_would_be() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    h.forget();
    h.refuse(1, &json!({ "code": -32603, "message": "overloaded" }));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "onWSLogin false overloaded",
            "state reconnecting (auth)",
            "onWSClose false",
        ]
    );
    h.reconnect();
    assert_eq!(h.session.state(), State::Ready);
    assert!(h.outcome(CONNECT).is_ok());
}

#[test]
fn opening_and_login_each_may_take_the_timeout() {
    let mut h = Harness::new();
    h.connect(config());
    h.forget();
    h.wait(9_999);
    assert!(h.did().is_empty());
    h.wait(1);
    assert_eq!(h.did()[0], "close 1");
    assert_eq!(
        h.told()[..2],
        ["state reconnecting (timeout)", "onWSClose false"]
    );
    if h.session.state() == State::Reconnecting {
        h.next_attempt();
    }
    h.authenticate();
    h.forget();
    h.wait(10_000);
    assert_eq!(h.did()[0], "close 2");
    assert_eq!(h.told()[0], "state reconnecting (timeout)");
}

#[test]
fn a_login_that_no_server_would_read_is_not_sent() {
    let mut h = Harness::new();
    h.connect(config());
    h.open();
    h.forget();
    h.credentials(Ok(
        json!({ "passwd": "x".repeat(LARGEST_FRAME) }).to_string()
    ));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(h.error(CONNECT).kind, Kind::TooLarge);
    assert_eq!(h.session.state(), State::Closed);
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn an_address_that_the_browser_refuses_ends_the_session() {
    let mut h = Harness::new();
    h.connect(config());
    h.call(1);
    h.forget();
    h.session.unusable(1, "socketUrl is no address".into());
    h.call(2);
    assert_eq!(
        h.told(),
        [
            "call 1: closed, not sent",
            "call 9999: invalid-argument",
            "state closed (invalid-argument)",
            "call 2: closed, not sent",
        ]
    );
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn no_secret_is_in_what_the_page_is_told_or_in_the_log() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.open();
    let secret = r#"{"passwd":"S3CRET","loginParams":{"xui_sessid":"T0KEN"}}"#;
    h.credentials(Ok(secret.into()));
    h.refuse(1, &refusal("Authentication Failure"));
    h.credentials(Ok(secret.into()));
    h.frame(json!("S3CRET"));
    h.frame(json!({ "id": 77, "result": "T0KEN" }));
    h.frame(json!({ "id": 1, "method": "S3CRET", "params": "T0KEN" }));
    h.refuse(2, &refusal("Authentication Failure"));
    let log = h.did().into_iter().filter(|one| one.starts_with("log"));
    let log: Vec<String> = log.collect();
    assert_eq!(log.len(), 3);
    let said = format!("{:?} {log:?}", h.notices());
    assert!(
        !said.contains("S3CRET") && !said.contains("T0KEN"),
        "{said}"
    );
    let told = |notice: &Notice<_>| matches!(notice, Notice::Login { .. });
    assert_eq!(h.notices().iter().filter(|one| told(one)).count(), 1);
}

#[test]
fn two_sessions_share_nothing() {
    let run = |h: &mut Harness, step: usize| match step {
        0 => h.connect(config()),
        1 => h.log_in(),
        2 => h.call(5),
        3 => drop(h.subscribe(&["vcc"], 1)),
        4 => h.drop_connection(),
        5 => h.reconnect(),
        6 => h.logout(),
        _ => {}
    };
    let alone = |seed| {
        let mut h = Harness::new();
        h.session = Session::new(seed);
        (0..7).for_each(|step| run(&mut h, step));
        (h.did(), h.told(), h.session.sessid().to_owned())
    };
    let (mut a, mut b) = (Harness::new(), Harness::new());
    b.session = Session::new(2);
    for step in 0..8 {
        run(&mut a, step);
        // B is one step behind, so that the two are in different states.
        if let Some(step) = step.checked_sub(1) {
            run(&mut b, step);
        }
    }
    assert_eq!((a.did(), a.told(), a.session.sessid().to_owned()), alone(1));
    assert_eq!((b.did(), b.told(), b.session.sessid().to_owned()), alone(2));
    assert_ne!(a.session.sessid(), b.session.sessid());
}

#[test]
fn each_login_without_an_answer_makes_the_next_twice_as_patient() {
    let mut h = Harness::new();
    h.connect(config());
    let mut patience = Vec::new();
    for _ in 0..MOST_DOUBLINGS + 2 {
        h.authenticate();
        patience.push(h.session.deadline().unwrap() - h.now);
        h.now = h.session.deadline().unwrap();
        h.timer();
        if h.session.state() == State::Reconnecting {
            h.next_attempt();
        }
    }
    let timeout = config().timeout;
    let doubled = (0..=MOST_DOUBLINGS).chain([MOST_DOUBLINGS]);
    let expected: Vec<Ms> = doubled.map(|times| timeout << times).collect();
    assert_eq!(patience, expected);
    h.log_in();
    h.drop_connection();
    h.next_attempt();
    h.authenticate();
    assert_eq!(h.session.deadline().unwrap() - h.now, timeout);
}

#[test]
fn options_that_make_no_sense_are_survived() {
    let mut h = Harness::new();
    h.connect(Config {
        timeout: u64::MAX,
        jsapi_timeout: u64::MAX,
        ..config()
    });
    h.subscribe(&["vcc"], 1);
    h.open();
    h.credentials(Ok(CREDENTIALS.into()));
    h.reply(1, &json!({}));
    h.unsubscribe_all();
    h.wait(1_000_000);
    assert_eq!(h.session.state(), State::Ready);
    let mut h = Harness::new();
    h.connect(Config {
        timeout: 0,
        jsapi_timeout: 0,
        ..config()
    });
    h.call(1);
    h.timer();
    assert_eq!(h.session.state(), State::Reconnecting);
    assert_eq!(h.error(1).kind, Kind::Timeout);
}

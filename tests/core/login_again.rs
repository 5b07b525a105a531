//! `login()` where there is a connection already, or one is being made. A real server's answers to a
//! second login on one socket are in the transcript s44.

use serde_json::json;
use testkit::{CONNECT, CREDENTIALS, Config, Error, Harness, Kind, State, config};

#[test]
fn on_a_live_connection_a_login_is_sent_on_its_socket_and_nothing_else_happens() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    h.login(7);
    assert_eq!(h.did(), ["credentials 2"]);
    h.credentials(Ok(CREDENTIALS.into()));
    assert_eq!(h.did(), ["send 1 3 login"]);
    h.reply(3, &json!({ "message": "logged in" }));
    assert_eq!(
        h.told(),
        [r#"call 7: ok {"message":"logged in"}"#, "onWSLogin true"]
    );
    assert!(h.did().is_empty());
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(h.session.subscriptions().confirmed, ["vcc"]);
}

#[test]
fn a_refusal_on_a_live_connection_leaves_the_session_as_it_was() {
    let mut h = Harness::ready_with(Config {
        fresh_credentials: true,
        ..config()
    });
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.login(7);
    h.credentials(Ok(CREDENTIALS.into()));
    h.forget();
    h.refuse(
        3,
        &json!({ "code": -32001, "message": "Authentication Failure" }),
    );
    assert_eq!(h.error(7).kind, Kind::Auth);
    let told = h.told();
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with("onWSLogin false"), "{}", told[1]);
    assert!(h.did().is_empty(), "it isn't tried again");
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(h.session.subscriptions().confirmed, ["vcc"]);
    h.event("vcc", Some("vcc"), Some(0));
    assert_eq!(h.told().len(), 1);
}

#[test]
fn beside_a_connection_that_is_made_it_waits_for_its_login_and_makes_no_other() {
    let mut h = Harness::new();
    h.connect(config());
    h.login(1);
    h.open();
    h.login(2);
    h.credentials(Ok(CREDENTIALS.into()));
    h.login(3);
    assert_eq!(
        h.did(),
        ["open 1 wss://a.test/ws", "credentials 1", "send 1 1 login"]
    );
    h.reply(1, &json!({}));
    for call in [CONNECT, 1, 2, 3] {
        assert!(h.outcome(call).is_ok(), "{call}");
    }
    assert_eq!(
        h.told()
            .iter()
            .filter(|told| *told == "onWSLogin true")
            .count(),
        1
    );

    // So does one in the delay before an attempt.
    h.drop_connection();
    h.login(4);
    h.reconnect();
    assert!(h.outcome(4).is_ok());
}

#[test]
fn beside_a_connection_that_is_refused_it_fails_as_that_does() {
    let mut h = Harness::new();
    h.connect(config());
    h.login(1);
    h.authenticate();
    h.refuse(
        1,
        &json!({ "code": -32001, "message": "Authentication Failure" }),
    );
    for call in [CONNECT, 1] {
        assert_eq!(h.error(call).kind, Kind::Auth, "{call}");
    }
}

#[test]
fn credentials_that_cannot_be_had_fail_the_call_alone() {
    let mut h = Harness::ready();
    h.login(7);
    h.credentials(Err(Error::new(Kind::Auth, "the function failed")));
    assert_eq!(h.error(7).kind, Kind::Auth);
    assert_eq!(h.session.state(), State::Ready);
    h.login(8);
    h.credentials(Ok(format!(r#"{{"passwd":"{}"}}"#, "x".repeat(1_000_000))));
    assert_eq!(h.error(8).kind, Kind::TooLarge);
    assert_eq!(h.session.state(), State::Ready);
    h.forget();
    h.credentials(Ok(CREDENTIALS.into()));
    assert!(h.did().is_empty(), "nobody waits for them");
}

#[test]
fn a_connection_that_is_lost_takes_the_login_with_it_or_the_next_one_is_it() {
    let mut h = Harness::ready();
    h.login(7);
    h.credentials(Ok(CREDENTIALS.into()));
    // The credentials for this one never come.
    h.login(8);
    h.drop_connection();
    assert_eq!(
        (h.error(7).kind, h.error(7).sent),
        (Kind::ConnectionLost, Some(true))
    );
    h.reconnect();
    assert!(h.outcome(8).is_ok());
    h.login(9);
    h.logout();
    assert_eq!(h.error(9).kind, Kind::Closed);
}

#[test]
fn two_at_once_ask_the_page_once_and_each_is_told() {
    let mut h = Harness::ready();
    h.forget();
    h.login(7);
    h.login(8);
    assert_eq!(h.did(), ["credentials 2"]);
    h.credentials(Ok(String::new()));
    for call in [7, 8] {
        assert_eq!(h.error(call).kind, Kind::Auth, "there are none");
    }
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn credentials_that_never_come_fail_the_call_in_their_time() {
    let mut h = Harness::ready();
    h.login(7);
    h.wait(config().credentials_timeout);
    assert_eq!(h.error(7).kind, Kind::Timeout);
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn an_unanswered_login_on_a_live_connection_times_out() {
    let mut h = Harness::ready();
    h.login(7);
    h.credentials(Ok(CREDENTIALS.into()));
    h.wait(10_000);
    assert_eq!(h.error(7).kind, Kind::Timeout);
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn two_logins_ask_the_page_once_and_each_is_sent() {
    let mut h = Harness::ready();
    h.forget();
    h.login(7);
    h.login(8);
    assert_eq!(h.did(), ["credentials 2"]);
    h.credentials(Ok(CREDENTIALS.into()));
    assert_eq!(h.did(), ["send 1 2 login", "send 1 3 login"]);
}

#[test]
fn credentials_that_never_come_hold_no_login_up_for_ever() {
    let mut h = Harness::ready();
    h.login(7);
    h.wait(config().credentials_timeout);
    assert_eq!(h.error(7).kind, Kind::Timeout);
    assert_eq!(h.session.state(), State::Ready);
    h.login(8);
    h.credentials(Ok(String::new()));
    assert_eq!(h.error(8).kind, Kind::Auth, "the page gives none");
    assert_eq!(h.session.state(), State::Ready);
}

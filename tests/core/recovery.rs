//! What an outage leaves as it was: addresses, credentials, requests, handlers; and what
//! ends it for good.

use serde_json::json;
use verto_wasm::core::error::{Error, Kind};
use verto_wasm::core::session::{Config, Session, State};

use testkit::{CONNECT, CREDENTIALS, Harness, config, watched};

const A: &str = "wss://a.test/ws";
const B: &str = "wss://b.test/ws";

fn with_fallback() -> Config {
    Config {
        fallback_url: Some(B.into()),
        ..config()
    }
}

fn with_fresh_credentials() -> Config {
    Config {
        fresh_credentials: true,
        ..watched()
    }
}

/// The addresses that were opened since the last look.
fn opened(h: &mut Harness) -> Vec<String> {
    let did = h.did();
    let opened = did.iter().filter_map(|one| one.strip_prefix("open "));
    opened
        .map(|one| one.split(' ').next_back().unwrap().into())
        .collect()
}

#[test]
fn the_addresses_take_turns_until_a_login_and_then_begin_anew() {
    let mut h = Harness::new();
    h.connect(with_fallback());
    for _ in 0..9 {
        h.drop_connection();
        h.next_attempt();
    }
    assert_eq!(opened(&mut h), [A, A, B, B, A, A, B, B, A, A]);
    h.drop_connection();
    h.next_attempt();
    h.log_in();
    assert_eq!(opened(&mut h), [B]);
    // A login on the fallback's server counts, and the first address is the first again.
    for _ in 0..3 {
        h.drop_connection();
        h.next_attempt();
    }
    assert_eq!(opened(&mut h), [A, B, B]);
    h.connect(with_fallback());
    assert_eq!(opened(&mut h), [A]);
}

#[test]
fn the_addresses_take_turns_whatever_the_failure_is() {
    let mut h = Harness::new();
    h.connect(with_fallback());
    let fail: [fn(&mut Harness); 5] = [
        |h| h.wait(10_000),
        |h| {
            h.open();
            h.credentials(Err(Error::new(Kind::Auth, "no token")));
        },
        |h| {
            h.authenticate();
            h.wait(10_000);
        },
        |h| {
            h.authenticate();
            h.refuse(1, &json!({ "code": -32603, "message": "overloaded" }));
        },
        |h| h.drop_connection(),
    ];
    for fail in fail {
        fail(&mut h);
        if h.session.state() == State::Reconnecting {
            h.woke();
        }
    }
    assert_eq!(opened(&mut h), [A, A, B, B, A, A]);
}

#[test]
fn a_credential_function_that_throws_once_is_asked_again_and_nothing_is_lost() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.log_in();
    h.subscribe(&["vcc"], 1);
    h.drop_connection();
    h.call(1);
    h.next_attempt();
    h.open();
    h.forget();
    h.credentials(Err(Error::new(Kind::Auth, "no token")));
    assert_eq!(h.did(), ["close 2"]);
    assert_eq!(h.told(), ["state reconnecting (auth)"]);
    h.reconnect();
    let sent = [
        "1 login",
        r#"2 verto.subscribe "vcc""#,
        r#"3 echo {"n":1}"#,
        "4 verto.ping {}",
    ];
    assert_eq!(h.sent_short(), sent);
}

#[test]
fn a_credential_function_that_never_answers_costs_one_attempt_each_time() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    for socket in 1..20 {
        assert_eq!(h.socket, socket);
        h.open();
        h.forget();
        h.wait(9_999);
        assert!(h.did().is_empty());
        h.wait(1);
        assert!(h.did().contains(&format!("close {socket}")));
        if h.session.state() == State::Reconnecting {
            h.woke();
        }
    }
    h.log_in();
    assert!(h.outcome(CONNECT).is_ok());
}

#[test]
fn credentials_that_come_late_belong_to_no_other_login() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.open();
    h.wait(10_000);
    if h.session.state() == State::Reconnecting {
        h.next_attempt();
    }
    h.open();
    h.forget();
    // The first call of the function answers now, while the second is asked.
    h.session
        .credentials(h.now, 1, Ok(r#"{"passwd":"old"}"#.into()));
    let failure = Error::new(Kind::Auth, "too late");
    h.session.credentials(h.now, 1, Err(failure));
    assert!(h.did().is_empty() && h.told().is_empty());
    h.credentials(Ok(r#"{"passwd":"new"}"#.into()));
    // It answers twice.
    h.credentials(Ok(r#"{"passwd":"twice"}"#.into()));
    let logins = h.sent();
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0]["params"]["passwd"], "new");
    h.reply(1, &json!({}));
    h.credentials(Ok(CREDENTIALS.into()));
    h.credentials(Err(Error::new(Kind::Auth, "too late")));
    assert_eq!(h.session.state(), State::Ready);
    // After a logout nothing logs in.
    h.drop_connection();
    h.next_attempt();
    h.open();
    h.logout();
    h.forget();
    h.credentials(Ok(CREDENTIALS.into()));
    assert!(h.did().is_empty() && h.told().is_empty());
}

#[test]
fn an_expired_token_is_replaced_after_a_reconnect_and_a_wrong_one_ends_it() {
    let expired = json!({ "code": -32001, "message": "Authentication Failure" });
    let mut h = Harness::ready_with(with_fresh_credentials());
    for _ in 0..3 {
        h.drop_connection();
        h.next_attempt();
        h.authenticate();
        h.refuse(1, &expired);
        h.credentials(Ok(r#"{"passwd":"fresh"}"#.into()));
        h.reply(2, &json!({}));
        assert_eq!(h.session.state(), State::Ready);
    }
    h.call(1);
    h.subscribe(&["vcc"], 1);
    h.drop_connection();
    h.call(2);
    h.next_attempt();
    h.authenticate();
    h.refuse(1, &expired);
    h.credentials(Ok(CREDENTIALS.into()));
    h.forget();
    h.refuse(2, &expired);
    assert_eq!(
        h.told(),
        [
            "call 2: closed, not sent",
            "state closed (auth)",
            "onWSLogin false Authentication Failure",
        ]
    );
    assert_eq!(h.session.deadline(), None);
    h.woke();
    assert!(h.watch(1_000_000).is_empty(), "no attempt after it");
}

#[test]
fn requests_wait_through_several_outages_in_order_and_in_their_time() {
    let mut h = Harness::ready();
    let made = h.now;
    h.drop_connection();
    for call in 1..=8 {
        h.call_with(
            call,
            "echo",
            &json!({ "n": call }),
            verto_wasm::core::Expect::Result,
            Some(if call % 2 == 0 { 600_000 } else { 5_000 }),
        );
        h.next_attempt();
        h.authenticate();
        h.drop_connection();
    }
    h.wait((made + 200_000).saturating_sub(h.now));
    h.forget();
    h.woke();
    if h.session.state() != State::Connecting {
        h.drop_connection();
        h.next_attempt();
    }
    h.log_in();
    let sent: Vec<String> = [2, 4, 6, 8]
        .iter()
        .zip(2..)
        .map(|(n, id)| format!(r#"{id} echo {{"n":{n}}}"#))
        .collect();
    assert_eq!(h.sent_short()[1..], sent);
    for call in [1, 3, 5, 7] {
        assert_eq!(h.error(call).kind, Kind::Timeout);
        assert_eq!(h.error(call).sent, Some(false));
    }
    // What was sent now fails with the next outage and isn't sent again.
    h.drop_connection();
    for call in [2, 4, 6, 8] {
        assert_eq!(h.error(call).kind, Kind::ConnectionLost);
    }
    h.forget();
    h.reconnect();
    assert_eq!(h.sent_short(), ["1 login"]);
}

#[test]
fn fifty_reconnects_of_a_page_that_subscribes_in_onwslogin_leave_one_handler() {
    let mut h = Harness::new();
    h.connect(watched());
    for run in 0..50 {
        if run > 0 {
            h.drop_connection();
            h.next_attempt();
        }
        h.forget();
        h.log_in();
        // Each run makes a new closure; another handler is a named function.
        h.in_login_callback(|h| {
            h.subscribe(&["vcc.default.1007"], 100 + run);
            h.subscribe(&["vcc.default"], 1);
        });
        let sent = h.sent_short();
        let asked: Vec<&String> = sent
            .iter()
            .filter(|one| one.contains("subscribe"))
            .collect();
        assert!(
            !asked.iter().any(|one| one.contains("unsubscribe")),
            "{asked:?}"
        );
        assert_eq!(asked.len(), if run == 0 { 2 } else { 1 }, "{asked:?}");
        let id: u32 = asked[0].split(' ').next().unwrap().parse().unwrap();
        h.grant(id, &["vcc.default.1007", "vcc.default"]);
        if run == 0 {
            h.grant(id + 1, &["vcc.default"]);
        }
        h.forget();
        h.event("vcc.default.1007", Some("vcc.default.1007"), Some(0));
        h.event("vcc.default.1007", Some("vcc.default"), Some(0));
        let told = h.told();
        assert_eq!(told.len(), 2, "run {run}: {told:?}");
        for one in told {
            assert!(!one.contains(','), "run {run}: two handlers: {one}");
        }
    }
    let summary = h.session.subscriptions();
    assert_eq!(summary.wanted, summary.confirmed);
    assert_eq!(summary.wanted, ["vcc.default", "vcc.default.1007"]);
}

#[test]
fn channels_refused_after_a_reconnect_are_told_and_the_others_work() {
    let mut h = Harness::ready();
    h.subscribe(&["a", "b", "c"], 1);
    h.grant(2, &["a", "b", "c"]);
    h.drop_connection();
    h.unsubscribe("c", None);
    h.reconnect();
    h.forget();
    h.grant(2, &["a"]);
    assert_eq!(
        h.told(),
        ["readyHandler a [1]", "onSubscribeError b rejected"]
    );
    let summary = h.session.subscriptions();
    assert_eq!(summary.confirmed, ["a"]);
    assert_eq!(summary.refused, ["b"]);
    assert_eq!(summary.wanted, ["a", "b"], "c was given up while offline");
    // Its rights came back with the next login.
    h.drop_connection();
    h.reconnect();
    h.grant(2, &["a", "b"]);
    assert_eq!(h.session.subscriptions().confirmed, ["a", "b"]);
}

#[test]
fn after_a_takeover_nothing_fights_back() {
    let reach: [fn(&mut Harness); 3] = [
        |h| h.authenticate(),
        |h| h.log_in(),
        |h| {
            h.log_in();
            h.drop_connection();
            h.reconnect();
            h.call(1);
            h.subscribe(&["vcc"], 1);
        },
    ];
    for reach in reach {
        let mut h = Harness::new();
        h.connect(watched());
        reach(&mut h);
        let socket = h.socket;
        h.forget();
        h.server_request("verto.punt", json!({}));
        assert_eq!(h.session.state(), State::Closed);
        let told = h.told();
        assert!(
            told.contains(&"state closed (taken-over)".into()),
            "{told:?}"
        );
        let did = h.did();
        assert_eq!(did, [format!("close {socket}")]);
        // The server's own close, the network and the page's wake-ups come after it.
        h.session.closed(h.now, socket, 1000);
        h.woke();
        h.sleep(3_600_000);
        h.woke();
        h.call(7);
        assert!(h.watch(3_600_000).is_empty());
        assert_eq!(h.told(), ["call 7: closed, not sent"]);
        assert!(h.did().is_empty());
    }
}

#[test]
fn two_tabs_with_one_sessid_do_not_take_turns_for_ever() {
    let own = || Config {
        sessid: Some("1111".into()),
        ..watched()
    };
    let mut tabs = [Harness::new(), Harness::new()];
    tabs[1].session = Session::new(2);
    let mut logins = 0;
    for h in &mut tabs {
        h.connect(own());
        h.log_in();
        logins += 1;
    }
    tabs[0].server_request("verto.punt", json!({}));
    for _ in 0..100 {
        for h in &mut tabs {
            h.wait(1_000);
            h.woke();
            if h.session.state() == State::Connecting {
                h.log_in();
                logins += 1;
            }
            if h.session.state() == State::Ready {
                h.event("vcc", None, None);
            }
        }
    }
    assert_eq!(logins, 2);
    assert_eq!(tabs[0].session.state(), State::Closed);
    assert_eq!(tabs[1].session.state(), State::Ready);
}

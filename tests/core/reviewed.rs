//! What a reviewer found: each of these was red once.

use serde_json::json;
use verto_wasm::core::Expect;
use verto_wasm::core::session::{Config, State};

use crate::harness::{Harness, config, watched};

// the fallback's server never answers a ping; the first one's did.
#[test]
fn a_fallback_server_that_answers_no_pings_is_not_judged_by_the_others() {
    let mut h = Harness::ready_with(Config {
        fallback_url: Some("wss://b.test/ws".into()),
        ..watched()
    });
    h.pong();
    for _ in 0..2 {
        h.drop_connection();
        h.next_attempt();
    }
    h.log_in();
    h.forget();
    let seen = h.watch(3_600_000);
    let closes: Vec<_> = seen
        .iter()
        .filter(|(_, one)| one.starts_with("close"))
        .collect();
    assert!(closes.is_empty(), "{closes:?}");
}

// the first event twice.
#[test]
fn the_first_event_twice_is_delivered_once() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    for n in [0, 0, 1, 2] {
        h.event("vcc", Some("vcc"), Some(n));
    }
    assert_eq!(h.told(), ["event [1]"; 3]);
}
// the first two events in the other order.
#[test]
fn the_first_two_reordered_make_no_gap() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    for n in [1, 0, 2] {
        h.event("vcc", Some("vcc"), Some(n));
    }
    assert_eq!(h.told(), ["event [1]"; 3]);
}

// the network changes while a patient login is on a dead socket.
#[test]
fn online_while_a_patient_login_is_in_flight() {
    let mut h = Harness::new();
    h.connect(watched());
    for _ in 0..5 {
        h.authenticate();
        while h.session.state() == State::Authenticating {
            h.wait(1_000);
        }
        if h.session.state() == State::Reconnecting {
            h.woke();
        }
    }
    h.authenticate();
    let socket = h.socket;
    h.wait(1_000);
    h.woke();
    h.forget();
    h.wait(15_000);
    assert!(
        h.did().contains(&format!("close {socket}")),
        "a login on a dead socket is waited for after online"
    );
}

// a slow command in front of a subscription (the server works strictly in order).
#[test]
fn a_subscription_behind_a_slow_command_is_not_told_as_refused() {
    let mut h = Harness::ready();
    h.call_with(1, "jsapi", &json!({}), Expect::Result, None);
    h.subscribe(&["vcc"], 1);
    h.forget();
    // ccDial is answered when the phone is picked up, and then the rest.
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

// the browser refuses the fallback's address (ws: on an https: page).
#[test]
fn a_fallback_that_the_browser_refuses_does_not_end_the_session() {
    let mut h = Harness::ready_with(Config {
        fallback_url: Some("ws://b.test/ws".into()),
        ..watched()
    });
    for _ in 0..2 {
        h.drop_connection();
        h.next_attempt();
    }
    h.session.unusable(h.socket, "refused".into());
    h.call(1);
    assert_ne!(h.session.state(), State::Closed);
}

// the network changes within 3 s of the last frame.
#[test]
fn online_right_after_a_frame_finds_a_dead_socket_soon() {
    let mut h = Harness::watching();
    h.wait(5_000);
    h.event("vcc", Some("vcc"), None);
    h.wait(1_500);
    h.forget();
    h.woke();
    let seen = h.watch(100_000);
    let closed = seen
        .iter()
        .find(|(_, one)| one == "close 1")
        .map(|(at, _)| *at);
    assert!(closed <= Some(9_000), "{closed:?}");
}

// connect() in onWSClose(false).
#[test]
fn a_page_that_connects_in_onwsclose_does_not_loop() {
    let mut h = Harness::ready();
    h.drop_connection();
    let mut attempts = 0;
    let start = h.now;
    while h.now - start < 10_000 && attempts < 1_000 {
        if h.told().contains(&"onWSClose false".into()) {
            h.connect_as(100 + attempts, config());
        } else if h.session.state() == State::Reconnecting {
            h.next_attempt();
        }
        attempts += 1;
        h.wait(5); // a round trip
        h.drop_connection();
    }
    assert!(attempts < 20, "{attempts} attempts in {} ms", h.now - start);
}

/// With a sessid of the page's a late login of our own looks like a takeover; once it is none.
#[test]
fn a_login_of_ours_that_is_read_late_takes_nothing_over_for_good() {
    let mut h = Harness::new();
    h.connect(Config {
        sessid: Some("1111".into()),
        ..watched()
    });
    h.authenticate();
    h.wait(10_000);
    if h.session.state() == State::Reconnecting {
        h.woke();
    }
    h.authenticate();
    h.reply(1, &json!({}));
    h.request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Reconnecting);
    h.next_attempt();
    h.log_in();
    h.request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Closed);
}

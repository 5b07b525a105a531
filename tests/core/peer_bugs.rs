//! Bugs of the reference client and its relatives, which this core must not have. The numbers
//! only tell the bugs apart, here, in the model, and in `tests/e2e/faults-peers.test.mjs`, where
//! the same bugs are looked for in the package.

use serde_json::json;
use testkit::{CONNECT, Expect, Harness, Kind, Session, State, config, watched};

/// Bug 4: when the connection is lost, pending calls never end, and there is no timeout.
#[test]
fn bug_4_pending_calls_end_when_the_connection_drops_and_in_their_time() {
    let mut h = Harness::ready();
    h.call(1);
    h.drop_connection();
    assert_eq!(h.error(1).kind, Kind::ConnectionLost);
    assert_eq!(h.error(1).sent, Some(true));
    h.reconnect();
    h.call(2);
    h.wait(10_000);
    assert_eq!(h.error(2).kind, Kind::Timeout);
    // A half-open connection: the server is gone, and the browser never reports it.
    let mut h = Harness::watching();
    h.call_with(3, "jsapi", &json!({}), Expect::Result, None);
    h.wait(60_000);
    assert_eq!(h.error(3).kind, Kind::Timeout);
}

/// Bug 5: when the connection is lost, subscriptions are thrown away and never restored.
#[test]
fn bug_5_subscriptions_are_restored_after_every_drop() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc.default.1007", "vcc"], 1);
    h.grant(2, &["vcc.default.1007", "vcc"]);
    for socket in 2..12 {
        h.drop_connection();
        h.forget();
        h.reconnect();
        assert_eq!(h.socket, socket);
        let asked = r#"2 verto.subscribe ["vcc","vcc.default.1007"]"#;
        assert_eq!(h.sent_short(), ["1 login", asked]);
        h.grant(2, &["vcc", "vcc.default.1007"]);
        h.forget();
        h.event("vcc.default.1007", Some("vcc.default.1007"), Some(0));
        assert_eq!(h.told(), ["event [1]"]);
    }
}

/// Bug 8: `logout()` during a reconnect delay still reconnects.
#[test]
fn bug_8_a_logout_during_a_reconnect_delay_reconnects_no_more() {
    let mut h = Harness::ready_with(watched());
    h.drop_connection();
    assert_eq!(h.session.state(), State::Reconnecting);
    h.logout();
    h.forget();
    assert_eq!(h.session.deadline(), None);
    h.wait(3_600_000);
    h.timer();
    h.woke();
    assert!(h.did().is_empty() && h.told().is_empty());
    assert_eq!(h.session.state(), State::Closed);
}

/// Bug 12: a second handler on a channel is dropped silently.
#[test]
fn bug_12_a_second_handler_on_a_channel_hears_too() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.subscribe(&["vcc"], 2);
    h.grant(2, &["vcc"]);
    h.forget();
    h.event("vcc", Some("vcc"), Some(0));
    assert_eq!(h.told(), ["event [1, 2]"]);
    h.unsubscribe("vcc", Some(1));
    h.event("vcc", Some("vcc"), Some(1));
    assert_eq!(h.told(), ["event [2]"]);
}

/// Bug 12: all sessions of a page share one table of handlers, so that the end of A's socket
/// ends B's subscription.
#[test]
fn bug_12_dropping_one_sessions_socket_leaves_the_others_subscriptions() {
    let mut a = Harness::ready();
    let mut b = Harness::new();
    b.session = Session::new(2);
    b.connect(config());
    b.log_in();
    for h in [&mut a, &mut b] {
        h.subscribe(&["vcc"], 1);
        h.grant(2, &["vcc"]);
        h.forget();
    }
    a.drop_connection();
    a.logout();
    b.event("vcc", Some("vcc"), Some(0));
    assert_eq!(b.told(), ["event [1]"]);
    assert!(b.did().is_empty());
    assert_eq!(b.session.subscriptions().confirmed, ["vcc"]);
}

/// Bug 12: calls made before `connect` stay pending for ever.
#[test]
fn bug_12_calls_made_before_connect_end() {
    let mut h = Harness::new();
    h.call(1);
    assert_eq!(h.error(1).kind, Kind::Closed);
    assert_eq!(h.error(1).sent, Some(false));
    h.connect(config());
    h.call(2);
    h.wait(10_000);
    assert_eq!(h.error(2).kind, Kind::Timeout);
    assert_eq!(h.error(2).sent, Some(false));
    h.logout();
    assert_eq!(h.error(CONNECT).kind, Kind::Closed);
}

//! How the page ends a session: by a logout, in every state, or by a newer connect.

use serde_json::{Value as Tree, json};
use testkit::{CREDENTIALS, Harness, Json, Notice, State, config, show_notice};

/// Logs out and checks that nothing is left. Returns what was done and told.
fn log_out(mut h: Harness) -> (Vec<String>, Vec<String>) {
    let socket = h.socket;
    h.forget();
    h.logout();
    let ended = (h.did(), h.told());
    assert_eq!(h.session.state(), State::Closed);
    assert_eq!(h.session.deadline(), None);
    assert!(!h.session.is_active());
    // Nothing that happens after that has any effect.
    h.logout();
    h.open();
    h.credentials(Ok(CREDENTIALS.into()));
    h.frame(json!({ "id": 1, "result": {} }));
    h.event("vcc", Some("vcc"), Some(1));
    h.session.closed(h.now, socket, 1000);
    h.session.unusable(socket, "no".into());
    h.session.garbage(h.now, socket);
    h.timer();
    h.wait(1_000_000);
    assert!(h.did().is_empty() && h.told().is_empty());
    assert_eq!(h.session.subscriptions().wanted, [""; 0]);
    ended
}

#[test]
fn logout_while_connecting() {
    let mut h = Harness::new();
    h.subscribe(&["vcc"], 1);
    h.connect(config());
    h.call(1);
    let (did, told) = log_out(h);
    assert_eq!(did, ["release [1]", "close 1"]);
    assert_eq!(
        told,
        [
            "call 1: closed, not sent",
            "call 9999: closed",
            "state closed (logout)",
            "onWSClose true",
        ]
    );
}

#[test]
fn logout_while_the_credentials_are_asked_for_and_while_the_login_is_in_flight() {
    for given in [false, true] {
        let mut h = Harness::new();
        h.connect(config());
        h.call(1);
        h.open();
        if given {
            h.credentials(Ok(CREDENTIALS.into()));
        }
        let (did, told) = log_out(h);
        assert_eq!(did, ["close 1"]);
        assert_eq!(
            told,
            [
                "call 1: closed, not sent",
                "call 9999: closed",
                "state closed (logout)",
                "onWSClose true",
            ]
        );
    }
}

#[test]
fn logout_when_ready() {
    let mut h = Harness::ready();
    h.call(1);
    h.subscribe(&["vcc"], 1);
    h.call(2);
    let (did, told) = log_out(h);
    assert_eq!(did, ["release [1]", "close 1"], "and no unsubscribe");
    assert_eq!(
        told,
        [
            "call 1: closed, sent",
            "call 2: closed, sent",
            "state closed (logout)",
            "onWSClose true",
        ]
    );
}

#[test]
fn logout_while_reconnecting() {
    let mut h = Harness::reconnecting();
    h.call(1);
    let (did, told) = log_out(h);
    assert!(did.is_empty());
    assert_eq!(
        told,
        [
            "call 1: closed, not sent",
            "state closed (logout)",
            "onWSClose true",
        ]
    );
}

#[test]
fn logout_without_a_connection_tells_nothing() {
    let mut h = Harness::new();
    h.subscribe(&["vcc"], 1);
    h.logout();
    assert_eq!(h.did(), ["release [1]"]);
    assert!(h.told().is_empty());
    assert_eq!(h.session.state(), State::Idle);
    assert_eq!(h.session.subscriptions().wanted, [""; 0]);
}

#[test]
fn a_logout_is_no_failure() {
    let mut h = Harness::ready();
    h.logout();
    assert_eq!(h.told(), ["state closed (logout)", "onWSClose true"]);
    let shown = format!("{:?}", h.notices());
    assert!(!shown.contains("reason: Some(\"closed\")"), "{shown}");
    assert!(h.failure().is_none());
}

#[test]
fn a_session_that_has_ended_counts_no_attempts() {
    let mut h = Harness::reconnecting();
    h.next_attempt();
    h.drop_connection();
    h.logout();
    let attempts = h.notices().iter().filter_map(|notice| match notice {
        Notice::State { attempt, .. } => Some(*attempt),
        _ => None,
    });
    let attempts: Vec<u32> = attempts.collect();
    assert_eq!(attempts[attempts.len() - 3..], [1, 2, 0]);
}

#[test]
fn after_a_logout_one_may_connect_again() {
    let mut h = Harness::ready();
    h.logout();
    h.forget();
    h.connect_as(7, config());
    h.log_in();
    assert_eq!(h.session.state(), State::Ready);
    assert!(h.outcome(7).is_ok());
}

#[test]
fn a_connect_on_an_open_connection_closes_that_one_silently() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.call(1);
    h.forget();
    h.connect_as(7, config());
    assert_eq!(
        h.did(),
        ["close 1", "release [1]", "open 2 wss://a.test/ws"]
    );
    assert_eq!(
        h.told(),
        ["call 1: closed, sent", "state connecting"],
        "and no onWSClose"
    );
    h.log_in();
    assert_eq!(h.session.subscriptions().wanted, [""; 0]);
    assert!(h.outcome(7).is_ok());
}

#[test]
fn a_connect_while_another_is_under_way_settles_that_one_with_closed() {
    let mut h = Harness::new();
    h.connect(config());
    h.call(1);
    h.forget();
    h.connect_as(7, config());
    assert_eq!(h.did(), ["close 1", "open 2 wss://a.test/ws"]);
    assert_eq!(
        h.told(),
        [
            "call 1: closed, not sent",
            "call 9999: closed",
            "state connecting",
        ]
    );
}

#[test]
fn a_connect_before_the_connection_is_open_keeps_the_subscriptions() {
    let mut h = Harness::new();
    h.connect(config());
    h.subscribe(&["vcc"], 1);
    h.connect_as(7, config());
    h.log_in();
    assert_eq!(h.session.subscriptions().wanted, ["vcc"]);
    let mut h = Harness::reconnecting();
    h.subscribe(&["vcc"], 1);
    h.connect_as(7, config());
    h.log_in();
    assert_eq!(h.session.subscriptions().wanted, ["vcc"]);
}

#[test]
fn what_an_older_socket_says_is_ignored() {
    let mut h = Harness::ready();
    h.drop_connection();
    h.next_attempt();
    h.forget();
    h.session.opened(h.now, 1);
    h.session.credentials(h.now, 1, Ok(CREDENTIALS.into()));
    h.session.closed(h.now, 1, 1006);
    h.session.unusable(1, "no".into());
    h.session.garbage(h.now, 1);
    h.frame_on(1, json!({ "id": 1, "result": {} }));
    h.frame_on(1, json!({ "id": 1, "method": "verto.punt" }));
    assert!(h.did().is_empty() && h.told().is_empty());
    assert_eq!(h.session.state(), State::Connecting);
    // So is what comes from a socket that was never opened.
    h.frame_on(77, json!({ "id": 1, "method": "verto.punt" }));
    assert_eq!(h.session.state(), State::Connecting);
}

/// The frame comes in, and when the page is told `first` it calls `logout`. Returns what the
/// page is told after that.
fn told_after_a_logout_at(mut h: Harness, first: &str, frame: Tree) -> Vec<String> {
    h.session.frame(h.now, h.socket, &Json(frame));
    while let Some(notice) = h.session.next_notice() {
        if show_notice(&notice) == first {
            break;
        }
    }
    h.forget();
    h.logout();
    h.told()
}

#[test]
fn a_logout_takes_back_what_a_session_that_has_ended_had_still_to_tell() {
    let frame = |method| json!({ "id": 1, "method": method });
    let punted = json!([
        frame("verto.clientReady"),
        frame("verto.clientReady"),
        frame("verto.punt"),
    ]);
    assert_eq!(
        told_after_a_logout_at(Harness::ready(), "onMessage clientReady", punted),
        ["state closed (taken-over)", "onWSClose false"],
        "how it ended, and no message more"
    );
}

#[test]
fn a_refused_login_is_told_though_the_page_logs_out_at_its_end() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    let error = json!({ "code": -32001, "message": "Authentication Failure" });
    let refused = json!({ "id": 1, "error": error });
    assert_eq!(
        told_after_a_logout_at(h, "state closed (auth)", refused),
        ["onWSLogin false Authentication Failure"]
    );
}

#[test]
fn a_logout_takes_back_how_a_login_ended_unless_that_ended_the_session() {
    let authenticating = || {
        let mut h = Harness::new();
        h.connect(config());
        h.authenticate();
        h
    };
    // A login that succeeded, in a session that has ended since.
    let taken_over = json!([{ "id": 1, "result": {} }, { "id": 1, "method": "verto.punt" }]);
    assert_eq!(
        told_after_a_logout_at(authenticating(), "state ready", taken_over),
        [
            "call 9999: ok {}",
            "state closed (taken-over)",
            "onWSClose false",
        ]
    );
    // A login that failed and was going to be tried again.
    let error = json!({ "code": -32603, "message": "overloaded" });
    let failed = json!([
        { "id": 1, "method": "verto.clientReady" },
        { "id": 1, "error": error },
    ]);
    assert_eq!(
        told_after_a_logout_at(authenticating(), "onMessage clientReady", failed),
        [
            "state reconnecting (auth)",
            "onWSClose false",
            "call 9999: closed",
            "state closed (logout)",
            "onWSClose true",
        ]
    );
}

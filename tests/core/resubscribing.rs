//! What is subscribed at the logins after the first: the channels that are still wanted, and
//! what a page subscribes in `onWSLogin` again.

use serde_json::json;
use testkit::{Harness, config, watched};

#[test]
fn what_a_run_of_onwslogin_subscribes_replaces_what_the_run_before_did() {
    let mut h = Harness::ready();
    let outside = h.subscribe(&["vcc.default.1007"], 1);
    let mut last = Vec::new();
    for run in 0..50 {
        if run > 0 {
            h.drop_connection();
            h.reconnect();
        }
        h.forget();
        // In each run a page makes new closures, which are other functions.
        h.in_login_callback(|h| {
            last = h.subscribe(&["vcc.default.1007", "vcc.default"], 100 + run);
        });
        h.forget();
        h.event("vcc.default.1007", None, None);
        assert_eq!(
            h.told(),
            [format!("event [{}, {}]", outside[0], last[0])],
            "run {run}"
        );
        let login = h.sent_short();
        assert!(login.is_empty(), "{login:?}");
    }
    assert_eq!(
        h.session.subscriptions().wanted,
        ["vcc.default", "vcc.default.1007"]
    );
}

#[test]
fn two_subscriptions_of_one_run_stay_side_by_side_and_the_same_listener_lives_on() {
    let mut h = Harness::ready();
    h.in_login_callback(|h| {
        h.subscribe(&["vcc"], 1);
        h.subscribe(&["vcc"], 2);
        h.subscribe(&["other"], 3);
    });
    h.drop_connection();
    h.reconnect();
    h.forget();
    h.in_login_callback(|h| {
        h.subscribe(&["vcc"], 1);
        h.subscribe(&["vcc"], 4);
    });
    assert_eq!(h.did(), ["release [2]"]);
    h.event("vcc", None, None);
    // Channel `other` was not subscribed again in this run: its handler stays.
    h.event("other", None, None);
    assert_eq!(h.told(), ["event [1, 4]", "event [3]"]);
}

#[test]
fn what_is_subscribed_after_onwslogin_replaces_nothing() {
    let mut h = Harness::ready();
    h.in_login_callback(|h| drop(h.subscribe(&["vcc"], 1)));
    h.drop_connection();
    h.reconnect();
    h.in_login_callback(|_| {});
    h.subscribe(&["vcc"], 2);
    h.forget();
    h.event("vcc", None, None);
    assert_eq!(h.told(), ["event [1, 2]"]);
}

#[test]
fn a_replacement_that_leaves_only_local_listeners_unsubscribes() {
    let mut h = Harness::ready();
    h.in_login_callback(|h| drop(h.subscribe(&["vcc"], 1)));
    h.drop_connection();
    h.reconnect();
    h.grant(2, &["vcc"]);
    h.forget();
    h.in_login_callback(|h| drop(h.subscribe_with(&["vcc"], 2, None, true)));
    assert_eq!(h.session.subscriptions(), Default::default());
    assert_eq!(
        h.did(),
        ["release [1]", r#"send 2 3 verto.unsubscribe "vcc""#]
    );
}

#[test]
fn a_refused_channel_that_only_local_listeners_are_left_on_is_refused_no_more() {
    let mut h = Harness::ready();
    h.in_login_callback(|h| drop(h.subscribe(&["secret"], 1)));
    h.drop_connection();
    h.reconnect();
    h.refuse(2, &json!({ "unauthorizedChannels": ["secret"] }));
    h.in_login_callback(|h| drop(h.subscribe_with(&["secret"], 2, None, true)));
    assert_eq!(h.session.subscriptions(), Default::default());
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
        // One handler is a closure, which each run makes anew. The other is a named function.
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
    // At the next login the server grants it again.
    h.drop_connection();
    h.reconnect();
    h.grant(2, &["a", "b"]);
    assert_eq!(h.session.subscriptions().confirmed, ["a", "b"]);
}

#[test]
fn subscriptions_made_while_idle_or_closed_wait_for_the_next_connect() {
    let mut h = Harness::ready();
    h.logout();
    h.subscribe(&["vcc"], 1);
    h.unsubscribe("vcc", Some(1));
    h.subscribe(&["demo"], 2);
    assert!(h.sent_short().is_empty());
    h.forget();
    h.connect(config());
    h.log_in();
    assert_eq!(h.sent_short(), ["1 login", r#"2 verto.subscribe "demo""#]);
}

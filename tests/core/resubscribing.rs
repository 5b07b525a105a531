//! What is subscribed at the logins after the first: the channels that are still wanted, and
//! what a page subscribes in `onWSLogin` again.

use serde_json::json;
use testkit::{Config, Harness, Listener, Origin, config, watched};

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
    let line = "log a handler took the place of one of an earlier login on vcc";
    assert_eq!(h.did(), [line, "release [2]"]);
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

/// The handler `number` that runs the code `twin`.
fn twin(number: u32, twin: u32, origin: Origin) -> Listener {
    Listener {
        number,
        twin,
        origin,
    }
}

fn subscribe(h: &mut Harness, listener: Listener) -> u32 {
    h.subscribe_as(&["vcc"], listener)[0]
}

fn hearers(h: &mut Harness) -> Vec<String> {
    h.forget();
    h.event("vcc", None, None);
    h.told()
}

#[test]
fn the_same_code_again_after_a_login_takes_the_place_of_its_earlier_handler() {
    let mut h = Harness::ready();
    for run in 0..50 {
        if run > 0 {
            h.drop_connection();
            h.reconnect();
            h.wait(9_999);
        }
        // Two components run the same code, as after an `await`.
        let first = subscribe(&mut h, twin(100 + run, 1, Origin::Subscribe));
        let second = subscribe(&mut h, twin(200 + run, 1, Origin::Subscribe));
        let other = subscribe(&mut h, twin(300 + run, 2, Origin::Subscribe));
        let heard = format!("event [{first}, {second}, {other}]");
        assert_eq!(hearers(&mut h), [heard], "run {run}");
    }
}

#[test]
fn a_replacement_is_in_the_log() {
    let mut h = Harness::ready();
    subscribe(&mut h, twin(1, 1, Origin::Subscribe));
    h.drop_connection();
    h.reconnect();
    h.forget();
    subscribe(&mut h, twin(2, 1, Origin::Subscribe));
    let line = "log a handler took the place of one of an earlier login on vcc";
    assert_eq!(h.did(), [line, "release [1]"]);
}

#[test]
fn code_that_mounts_long_after_a_login_takes_no_place() {
    let mut h = Harness::ready();
    subscribe(&mut h, twin(1, 1, Origin::Subscribe));
    h.drop_connection();
    h.reconnect();
    h.wait(10_000);
    subscribe(&mut h, twin(2, 1, Origin::Subscribe));
    assert_eq!(hearers(&mut h), ["event [1, 2]"]);
    // After the next login only the first runs again: the second, which mounted at another time,
    // stays.
    h.drop_connection();
    h.reconnect();
    subscribe(&mut h, twin(3, 1, Origin::Subscribe));
    assert_eq!(hearers(&mut h), ["event [2, 3]"]);
}

#[test]
fn another_user_inherits_no_subscription() {
    let other = || Config {
        login: "1008@switch.example".into(),
        ..config()
    };
    type End = fn(&mut Harness);
    let ends: [End; 3] = [
        |h| h.server_request("verto.punt", json!({})),
        |h| h.drop_connection(),
        |h| {
            h.drop_connection();
            h.next_attempt();
            h.authenticate();
            h.refuse(
                1,
                &json!({ "code": -32001, "message": "Authentication Failure" }),
            );
        },
    ];
    for (index, end) in ends.into_iter().enumerate() {
        let mut h = Harness::ready();
        h.subscribe(&["old", "both"], 1);
        end(&mut h);
        // Only after the end it is for the next user.
        if index != 1 {
            h.subscribe(&["both", "new"], 2);
        }
        h.connect(other());
        h.log_in();
        let wanted: &[&str] = if index == 1 { &[] } else { &["both", "new"] };
        assert_eq!(h.session.subscriptions().wanted, wanted, "{index}");

        let mut h = Harness::ready();
        h.subscribe(&["old"], 1);
        end(&mut h);
        h.connect(config());
        h.log_in();
        assert_eq!(h.session.subscriptions().wanted, ["old"], "the same user");
    }
}

#[test]
fn the_same_handler_again_belongs_to_the_present_login() {
    let mut h = Harness::ready();
    subscribe(&mut h, twin(1, 1, Origin::Subscribe));
    h.drop_connection();
    h.reconnect();
    subscribe(&mut h, twin(1, 1, Origin::Subscribe));
    subscribe(&mut h, twin(2, 1, Origin::Subscribe));
    assert_eq!(hearers(&mut h), ["event [1, 2]"]);
}

#[test]
fn a_handler_with_a_signal_is_never_replaced_and_a_loop_only_by_a_loop() {
    for in_login in [false, true] {
        let mut h = Harness::ready();
        let page = |h: &mut Harness, first: u32| {
            for (place, origin) in [Origin::Loop, Origin::Signal, Origin::Subscribe]
                .into_iter()
                .enumerate()
            {
                subscribe(h, twin(first + place as u32, 1, origin));
            }
        };
        for first in [1, 11] {
            match in_login {
                true => h.in_login_callback(|h| page(h, first)),
                false => page(&mut h, first),
            }
            if first == 1 {
                h.drop_connection();
                h.reconnect();
            }
        }
        assert_eq!(hearers(&mut h), ["event [2, 4, 5, 6]"]);
    }
}

#[test]
fn a_refused_login_is_a_login_too() {
    let mut h = Harness::new();
    h.connect(config());
    for run in 0..3 {
        h.authenticate();
        h.refuse(1, &json!({ "code": -32000, "message": "try later" }));
        subscribe(&mut h, twin(1 + run, 1, Origin::Subscribe));
        h.next_attempt();
    }
    h.log_in();
    subscribe(&mut h, twin(9, 1, Origin::Subscribe));
    assert_eq!(hearers(&mut h), ["event [4]"]);
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
        [
            "log a handler took the place of one of an earlier login on vcc",
            "release [1]",
            r#"send 2 3 verto.unsubscribe "vcc""#
        ]
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

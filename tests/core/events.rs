//! Events: which handlers get them, and how lost and repeated ones are noticed.

use serde_json::json;
use testkit::{Harness, config};

#[test]
fn an_event_goes_to_the_channel_that_the_server_names() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.subscribe(&["vcc.default"], 2);
    h.subscribe(&["vcc.default.1007"], 3);
    h.forget();
    // mod_verto sends one frame for each subscription.
    h.event("vcc.default.1007", Some("vcc.default.1007"), Some(0));
    h.event("vcc.default.1007", Some("vcc"), Some(0));
    assert_eq!(h.told(), ["event [3]", "event [1]"]);
    h.event("vcc.default.1007", Some("elsewhere"), Some(0));
    assert!(h.told().is_empty());
}

#[test]
fn without_a_name_it_goes_to_the_channel_and_its_dotted_ancestors() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.subscribe(&["vcc.default"], 2);
    h.subscribe(
        &["vcc.default.1007", "vc", "vcc.defaul", "vcc.default.10"],
        3,
    );
    h.forget();
    h.event("vcc.default.1007", None, None);
    h.event("vcc.default.1008", None, None);
    h.event("vcc", None, None);
    h.event("vccx.default", None, None);
    assert_eq!(h.told(), ["event [3, 2, 1]", "event [2, 1]", "event [1]"]);
}

#[test]
fn a_listener_on_several_levels_gets_each_frame_once() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc", "vcc.default", "vcc.default.1007"], 1);
    h.subscribe(&["vcc"], 2);
    h.forget();
    h.event("vcc.default.1007", None, None);
    assert_eq!(h.told(), ["event [3, 4]"]);
}

#[test]
fn dots_at_odd_places_are_survived() {
    let mut h = Harness::ready();
    h.subscribe(&["", ".", "a..b"], 1);
    h.forget();
    for channel in ["", ".", "..", "a..b.c", ".a", "a."] {
        h.event(channel, None, None);
    }
    let told = h.told();
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn events_before_the_subscribe_reply_are_delivered() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.event("vcc.default.1007", Some("vcc"), Some(0));
    h.grant(2, &["vcc"]);
    assert_eq!(h.told(), ["event [1]", "readyHandler vcc [1]"]);
}

#[test]
fn skipped_numbers_are_a_gap() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    let mut numbers = |numbers: &[u64]| {
        h.forget();
        for &number in numbers {
            h.event("vcc.default", Some("vcc"), Some(number));
        }
        let mut told = h.told();
        told.retain(|one| !one.starts_with("event"));
        told
    };
    assert!(numbers(&[0, 1, 2]).is_empty());
    assert_eq!(numbers(&[5, 6]), ["onGap vcc expected 3 received 5"]);
    assert!(numbers(&[6, 4]).is_empty(), "a repetition is no gap");
    assert_eq!(numbers(&[8]), ["onGap vcc expected 7 received 8"]);
    assert!(numbers(&[0, 1]).is_empty(), "it counts anew");
    assert_eq!(numbers(&[3]), ["onGap vcc expected 2 received 3"]);
}

#[test]
fn each_channel_and_each_connection_counts_for_itself() {
    let mut h = Harness::ready();
    h.subscribe(&["a", "b"], 1);
    h.grant(2, &["a", "b"]);
    h.event("a", Some("a"), Some(0));
    h.event("b", Some("b"), Some(0));
    h.event("a", Some("a"), Some(1));
    h.event("b", Some("b"), Some(1));
    h.drop_connection();
    h.reconnect();
    h.event("a", Some("a"), Some(0));
    h.unsubscribe("b", None);
    h.subscribe(&["b"], 1);
    h.event("b", Some("b"), Some(0));
    // If the server doesn't name the subscription, nobody can know which count the number
    // belongs to.
    h.event("a", None, Some(99));
    h.server_request(
        "verto.event",
        json!({ "eventChannel": "a", "subscribedChannel": "a", "eventSerno": "x" }),
    );
    let told = h.told();
    assert!(!told.iter().any(|one| one.starts_with("onGap")), "{told:?}");
}

#[test]
fn a_repetition_is_dropped_and_the_order_of_the_rest_kept() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc", "demo"], 1);
    h.grant(2, &["vcc", "demo"]);
    h.forget();
    for number in [0, 1, 1, 2, 1, 2, 3, 2] {
        h.event("vcc.default", Some("vcc"), Some(number));
    }
    assert_eq!(h.told(), ["event [1]"; 4]);
    // The same number on another channel is another event.
    for number in [3, 4, 4] {
        h.event("demo", Some("demo"), Some(number));
    }
    assert_eq!(h.told(), ["event [2]"; 2]);
    // Events without a number are never taken for repetitions.
    for _ in 0..3 {
        h.event("vcc", Some("vcc"), None);
        h.event("vcc", None, Some(1));
    }
    assert_eq!(h.told(), ["event [1]"; 6]);
}

#[test]
fn what_was_skipped_may_come_late_once() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    for number in [0, 4, 2, 3, 2, 5, 7] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    assert_eq!(
        h.told(),
        [
            "event [1]",
            "onGap vcc expected 1 received 4",
            "event [1]",
            "event [1]",
            "event [1]",
            "event [1]",
            "onGap vcc expected 6 received 7",
            "event [1]",
        ]
    );
}

#[test]
fn a_late_event_of_an_earlier_subscription_does_not_hide_the_new_ones() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.event("vcc", Some("vcc"), Some(56));
    h.unsubscribe("vcc", None);
    h.event("vcc", Some("vcc"), Some(57));
    h.subscribe(&["vcc"], 1);
    h.event("vcc", Some("vcc"), Some(58));
    h.grant(4, &["vcc"]);
    h.forget();
    // The server lost the event with the number 0.
    for number in [1, 2] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    assert_eq!(h.told(), ["event [2]"; 2]);
}

#[test]
fn numbers_that_came_before_the_grant_say_nothing_about_those_after_it() {
    for after in [5, 9] {
        let mut h = Harness::ready();
        h.subscribe(&["vcc"], 1);
        h.event("vcc", Some("vcc"), Some(5));
        h.grant(2, &["vcc"]);
        h.forget();
        h.event("vcc", Some("vcc"), Some(after));
        assert_eq!(h.told(), ["event [1]"], "no repetition and no gap");
    }
}

#[test]
fn late_events_of_an_older_socket_do_nothing() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.event("vcc", Some("vcc"), Some(0));
    h.drop_connection();
    h.reconnect();
    h.grant(2, &["vcc"]);
    h.event("vcc", Some("vcc"), Some(0));
    h.forget();
    let params = |number: u64| json!({ "eventChannel": "vcc", "subscribedChannel": "vcc", "eventSerno": number });
    for number in [1, 2, 9] {
        h.frame_on(
            1,
            json!({ "method": "verto.event", "params": params(number) }),
        );
    }
    assert!(h.told().is_empty() && h.did().is_empty());
    h.event("vcc", Some("vcc"), Some(1));
    assert_eq!(h.told(), ["event [1]"]);
}

#[test]
fn numbers_of_an_older_connection_hide_nothing_on_the_new_one() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    for number in [0, 1, 2, 3] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    h.drop_connection();
    h.reconnect();
    h.forget();
    // The event with the number 0 was sent before this client was subscribed.
    for number in [1, 2, 9] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    let gap = "onGap vcc expected 3 received 9";
    assert_eq!(h.told(), ["event [1]", "event [1]", gap, "event [1]"]);
}

#[test]
fn an_event_that_came_before_the_subscription_was_asked_for_lets_nothing_come_twice() {
    let mut h = Harness::new();
    h.subscribe(&["vcc"], 1);
    h.connect(config());
    h.authenticate();
    h.event("vcc", Some("vcc"), Some(2));
    h.reply(1, &json!({}));
    h.forget();
    for number in [3, 1, 1] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    assert_eq!(h.told(), ["event [1]", "event [1]"]);
}

#[test]
fn an_event_that_comes_again_goes_the_short_way_until_a_handler_comes_or_goes() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.forget();
    for number in 0..4 {
        h.event("vcc.default.1007", Some("vcc"), Some(number));
        assert_eq!(h.told(), ["event [1]"]);
    }
    assert_eq!(h.routes.short, 3);
    h.subscribe(&["vcc"], 2);
    h.forget();
    h.event("vcc.default.1007", Some("vcc"), Some(4));
    assert_eq!((h.told(), h.routes.short), (vec!["event [1, 2]".into()], 3));
    h.event("vcc.default.1007", Some("vcc"), Some(5));
    assert_eq!((h.told(), h.routes.short), (vec!["event [1, 2]".into()], 4));
    h.unsubscribe("vcc", Some(1));
    h.forget();
    h.event("vcc.default.1007", Some("vcc"), Some(6));
    assert_eq!((h.told(), h.routes.short), (vec!["event [2]".into()], 4));
}

#[test]
fn a_handler_that_another_replaces_at_a_login_gets_nothing_by_the_short_way() {
    let mut h = Harness::ready();
    h.in_login_callback(|h| {
        h.subscribe(&["vcc"], 1);
    });
    h.subscribe(&["vcc"], 2);
    for number in 0..2 {
        h.event("vcc", Some("vcc"), Some(number));
    }
    // Listener 2 has been there before, so that nothing new is registered. But listener 1 is
    // from the run before, and this run replaces it.
    h.in_login_callback(|h| {
        h.subscribe(&["vcc"], 2);
    });
    h.forget();
    h.event("vcc", Some("vcc"), Some(2));
    assert_eq!(h.told(), ["event [2]"]);
}

#[test]
fn the_short_way_neither_repeats_an_event_nor_hides_a_gap() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    for number in [0, 1, 2] {
        h.event("vcc", Some("vcc"), Some(number));
    }
    h.forget();
    h.event("vcc", Some("vcc"), Some(2));
    assert!(h.told().is_empty());
    h.event("vcc", Some("vcc"), Some(5));
    assert_eq!(h.told(), ["onGap vcc expected 3 received 5", "event [1]"]);
    h.event("vcc", Some("vcc"), Some(6));
    assert_eq!(h.told(), ["event [1]"]);
}

#[test]
fn thousands_of_channels_of_events_are_remembered_within_bounds() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    for round in 0..2 {
        for agent in 0..25_000 {
            h.event(&format!("vcc.default.{agent}"), None, None);
        }
        let short = h.routes.short;
        h.event("vcc.default.24999", None, None);
        assert_eq!(h.routes.short, short + 1, "in round {round}");
    }
}

#[test]
fn a_number_that_never_rises_is_no_number_and_one_that_rose_counts_on_the_next_connection() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    // There are servers that give each event a 0. So until a number rises, none is a repetition.
    for _ in 0..5 {
        h.event("vcc", Some("vcc"), Some(0));
    }
    assert_eq!(h.told(), ["event [1]"; 5]);
    h.event("vcc", Some("vcc"), Some(1));
    h.event("vcc", Some("vcc"), Some(1));
    assert_eq!(h.told(), ["event [1]"]);
    h.drop_connection();
    h.reconnect();
    h.forget();
    for n in [0, 0, 1] {
        h.event("vcc", Some("vcc"), Some(n));
    }
    assert_eq!(h.told(), ["event [1]"; 2]);
}

#[test]
fn the_first_two_events_in_the_other_order_make_no_gap() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.grant(2, &["vcc"]);
    h.forget();
    for n in [1, 0, 2] {
        h.event("vcc", Some("vcc"), Some(n));
    }
    assert_eq!(h.told(), ["event [1]"; 3]);
}

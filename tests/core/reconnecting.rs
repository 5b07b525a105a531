//! A connection that is lost and made again: what becomes of the requests, what the page is
//! told, and when the attempts are made.

use serde_json::json;
use testkit::{CONNECT, Config, Expect, Harness, Kind, Notice, State, config};
use verto_wasm::core::limits::{FIRST_DELAY, LONGEST_DELAY};

#[test]
fn what_is_in_flight_fails_at_once_and_is_never_sent_again() {
    let mut h = Harness::ready();
    h.call(1);
    h.call(2);
    h.forget();
    h.drop_connection();
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "call 1: connection-lost, sent",
            "call 2: connection-lost, sent",
            "state reconnecting (connection-lost)",
            "onWSClose false",
        ]
    );
    h.reconnect();
    assert_eq!(h.sent_short(), ["1 login"]);
}

#[test]
fn what_is_made_during_an_outage_waits_in_order_through_any_number_of_attempts() {
    let mut h = Harness::reconnecting();
    h.call(1);
    h.next_attempt();
    h.call(2);
    h.drop_connection();
    h.call(3);
    h.next_attempt();
    h.authenticate();
    h.call(4);
    h.drop_connection();
    let settled = h.told();
    assert!(
        !settled.iter().any(|one| one.starts_with("call")),
        "{settled:?}"
    );
    h.forget();
    h.reconnect();
    let sent = h.sent_short();
    let expected: Vec<String> = (1..=4)
        .map(|n| format!(r#"{} echo {{"n":{n}}}"#, n + 1))
        .collect();
    assert_eq!(sent[1..], expected);
}

#[test]
fn what_waits_keeps_its_deadline_through_the_attempts() {
    let mut h = Harness::ready();
    h.drop_connection();
    let made = h.now;
    h.call(1);
    let mut ended = None;
    while ended.is_none() {
        h.now = h.session.deadline().unwrap();
        h.timer();
        if h.session.state() == State::Connecting {
            h.drop_connection();
        }
        let ends = |one: &Notice<_>| matches!(one, Notice::Settle { call: 1, .. });
        ended = h.notices().iter().find(|one| ends(one)).map(|_| h.now);
    }
    assert_eq!(ended, Some(made + 10_000));
    assert_eq!(h.error(1).kind, Kind::Timeout);
    assert_eq!(h.error(1).sent, Some(false));
}

#[test]
fn an_outage_is_told_once_however_many_attempts_it_takes() {
    let mut h = Harness::ready();
    for _ in 0..3 {
        h.forget();
        h.drop_connection();
        for _ in 0..10 {
            h.next_attempt();
            h.drop_connection();
            h.next_attempt();
            h.authenticate();
            h.drop_connection();
        }
        h.reconnect();
        let told = h.told();
        let closes = told.iter().filter(|one| one.starts_with("onWSClose"));
        assert_eq!(closes.count(), 1, "{told:?}");
        assert_eq!(told.last().unwrap(), "onWSLogin true");
    }
}

#[test]
fn a_first_connect_that_fails_is_an_outage_and_its_promise_stays_pending() {
    let mut h = Harness::new();
    h.connect(config());
    h.forget();
    h.drop_connection();
    assert_eq!(
        h.told(),
        ["state reconnecting (connection-lost)", "onWSClose false"]
    );
    h.next_attempt();
    h.drop_connection();
    h.reconnect();
    assert!(h.outcome(CONNECT).is_ok());
    // Later reconnects don't settle the Promise again.
    h.drop_connection();
    h.reconnect();
    assert!(h.outcome(CONNECT).is_ok());
}

#[test]
fn without_reconnecting_a_lost_connection_is_the_end() {
    let once = || Config {
        auto_reconnect: false,
        ..config()
    };
    let mut h = Harness::ready_with(once());
    h.call(1);
    h.forget();
    h.drop_connection();
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "call 1: connection-lost, sent",
            "state closed (connection-lost)",
            "onWSClose false",
        ]
    );
    assert_eq!(h.session.deadline(), None);

    let mut h = Harness::new();
    h.connect(once());
    h.call(1);
    h.forget();
    h.drop_connection();
    assert_eq!(
        h.told(),
        [
            "call 1: closed, not sent",
            "call 9999: connection-lost",
            "state closed (connection-lost)",
            "onWSClose false",
        ]
    );
}

#[test]
fn a_timer_that_rings_too_early_begins_no_attempt() {
    let mut h = Harness::reconnecting();
    assert!(h.session.deadline() > Some(h.now));
    h.timer();
    assert!(h.did().is_empty() && h.told().is_empty());
    assert_eq!(h.session.state(), State::Reconnecting);
}

#[test]
fn a_failed_attempt_tells_how_many_failed_and_how_long_until_the_next() {
    let mut h = Harness::ready();
    let start = h.notices().len();
    for _ in 0..8 {
        h.drop_connection();
        h.next_attempt();
    }
    h.authenticate();
    h.reply(1, &json!({}));
    h.drop_connection();
    let mut attempts = Vec::new();
    let mut bound = FIRST_DELAY;
    for notice in &h.notices()[start..] {
        if let Notice::State {
            state: State::Reconnecting,
            attempt,
            delay,
            error,
            ..
        } = notice
        {
            let cap = if *attempt == 1 { FIRST_DELAY } else { bound };
            assert!(*delay <= cap, "{delay} of {cap} before attempt {attempt}");
            bound = (cap * 2).min(LONGEST_DELAY);
            attempts.push(*attempt);
            assert!(error.is_some());
        }
    }
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6, 7, 8, 1], "a login resets it");
}

#[test]
fn each_connection_has_ids_from_one_and_a_socket_of_its_own() {
    let mut h = Harness::ready();
    for socket in 2..6 {
        h.call(socket);
        h.drop_connection();
        h.reconnect();
        assert!(h.session.uses(socket) && !h.session.uses(socket - 1));
        h.forget();
        h.call(socket + 100);
        assert_eq!(
            h.did(),
            [format!(r#"send {socket} 2 echo {{"n":{}}}"#, socket + 100)]
        );
        // Each connection counts its ids from 1. A late answer on the old socket is not taken for
        // the answer to the request with the same id on the new one.
        h.frame_on(socket - 1, json!({ "id": 2, "result": "old" }));
        h.frame_on(socket, json!({ "id": 2, "result": "new" }));
        assert_eq!(h.outcome(socket + 100).as_ref().unwrap().0, "new");
    }
}

/// The page calls `connect()` in `onWSClose(false)`.
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
            Expect::Result,
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
    // These have been sent now, so that they fail in the next outage and are not sent again.
    h.drop_connection();
    for call in [2, 4, 6, 8] {
        assert_eq!(h.error(call).kind, Kind::ConnectionLost);
    }
    h.forget();
    h.reconnect();
    assert_eq!(h.sent_short(), ["1 login"]);
}

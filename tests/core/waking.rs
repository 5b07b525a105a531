//! What happens when a page wakes up: after sleep, in hidden tabs, when the network comes back,
//! and when somebody sets the clock.

use serde_json::json;
use testkit::{Config, Expect, Harness, KeepAlive, Kind, Ms, Notice, State, config, watched};
use verto_wasm::core::limits::LONGEST_DELAY;

const HOUR: Ms = 3_600_000;

fn pings(h: &mut Harness) -> usize {
    let sent = h.sent_short();
    sent.iter()
        .filter(|one| one.ends_with("verto.ping {}"))
        .count()
}

/// How many ms pass from now until `socket` is closed, if the server stays silent.
fn replaced(h: &mut Harness, socket: u32, most: Ms) -> Option<Ms> {
    let seen = h.watch(most);
    let closes = format!("close {socket}");
    let at = seen.iter().find(|(_, did)| *did == closes)?;
    Some(at.0)
}

#[test]
fn after_a_sleep_one_ping_decides_within_five_seconds() {
    let mut h = Harness::watching();
    h.sleep(HOUR);
    h.woke();
    assert_eq!(h.did(), ["send 1 3 verto.ping {}"]);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(5_000));

    let mut h = Harness::watching();
    h.sleep(HOUR);
    h.woke();
    h.wait(4_999);
    h.pong();
    h.forget();
    h.wait(9_000);
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(21_000), "as ever since");
}

#[test]
fn a_late_timer_alone_shows_that_the_machine_slept() {
    let mut h = Harness::watching();
    h.sleep(HOUR);
    let seen = h.watch(15_000);
    let expected = [
        (10_000, "send 1 3 verto.ping {}".into()),
        (15_000, "close 1".into()),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn several_wake_ups_at_once_are_one() {
    let mut h = Harness::watching();
    h.sleep(HOUR);
    // The events `resume`, `visibilitychange`, `pageshow` and `online` each call `woke`, and in
    // between the late timer rings.
    h.woke();
    h.woke();
    h.timer();
    h.woke();
    h.woke();
    assert_eq!(pings(&mut h), 1);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(5_000));
}

#[test]
fn a_wake_up_when_the_intervals_own_ping_is_due_asks_once() {
    let mut h = Harness::watching();
    h.sleep(10_000);
    h.woke();
    assert_eq!(pings(&mut h), 1);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(5_000));
}

#[test]
fn a_short_interval_is_as_short_after_a_wake_up() {
    let mut h = Harness::ready_with(Config {
        keep_alive: Some(KeepAlive {
            interval: 1_000,
            max_failed: 1,
        }),
        ..config()
    });
    h.pong();
    h.sleep(3_000);
    h.woke();
    h.pong();
    assert_eq!(replaced(&mut h, 1, HOUR), Some(2_000));
}

#[test]
fn a_ping_that_a_sleep_left_unanswered_gets_its_time_after_it() {
    let mut h = Harness::watching();
    h.wait(29_000);
    h.sleep(HOUR);
    h.woke();
    h.wait(4_999);
    assert_eq!(h.session.state(), State::Ready);
    h.pong();
    h.wait(9_000);
    assert_eq!(h.socket, 1);
}

#[test]
fn a_page_that_is_shown_again_and_again_does_not_put_the_judgement_off() {
    let mut h = Harness::watching();
    h.wait(5_000);
    for _ in 0..10 {
        h.woke();
        h.wait(4_000);
    }
    assert_ne!(h.socket, 1, "a dead socket was kept for 40 s");
}

#[test]
fn a_server_that_was_just_heard_is_not_asked() {
    let mut h = Harness::watching();
    h.wait(9_000);
    h.event("vcc", Some("vcc"), None);
    h.wait(2_999);
    h.woke();
    assert_eq!(pings(&mut h), 0);
    h.wait(1);
    h.woke();
    assert_eq!(pings(&mut h), 1);
}

#[test]
fn the_event_that_a_waking_session_waits_for_goes_the_long_way() {
    let mut h = Harness::ready_with(Config {
        keep_alive: Some(KeepAlive {
            interval: 4_000,
            max_failed: 1,
        }),
        ..config()
    });
    h.pong();
    h.subscribe(&["vcc"], 1);
    h.grant(3, &["vcc"]);
    for number in 0..3 {
        h.event("vcc", Some("vcc"), Some(number));
    }
    assert_eq!(h.routes.short, 2);
    h.sleep(HOUR);
    h.woke();
    // The session was going to look in 5 s. Now it must look in 4 s, for which the shell has to
    // set its timer again.
    h.event("vcc", Some("vcc"), Some(3));
    assert_eq!(h.routes.short, 2);
    h.event("vcc", Some("vcc"), Some(4));
    assert_eq!(h.routes.short, 3);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(8_000));
}

#[test]
fn a_frame_that_comes_before_the_late_timer_does_not_make_it_ring_for_ever() {
    let mut h = Harness::watching();
    h.sleep(HOUR);
    h.event("vcc", Some("vcc"), None);
    h.timer();
    assert!(h.session.deadline() > Some(h.now), "the timer spins");
    h.wait(100);
    assert!(h.session.deadline() > Some(h.now), "the timer spins");
    assert!(replaced(&mut h, 1, HOUR) <= Some(30_000));
}

#[test]
fn a_hidden_page_whose_timers_ring_once_a_minute_finds_a_dead_server() {
    // Browsers slow down the timers of pages that have been hidden for some minutes.
    let mut h = Harness::watching();
    for minute in 1..20 {
        h.sleep(60_000);
        h.timer();
        if h.session.state() != State::Ready {
            assert!(minute <= 4, "it took {minute} minutes");
            return;
        }
    }
    panic!("a dead server was kept for 20 minutes");
}

#[test]
fn a_hidden_page_whose_timers_ring_once_a_minute_keeps_a_server_that_lives() {
    let mut h = Harness::watching();
    for _ in 0..600 {
        h.sleep(60_000);
        h.timer();
        if pings(&mut h) > 0 {
            h.sleep(50);
            h.pong();
        }
    }
    assert_eq!(h.socket, 1);
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn waking_before_the_first_connect_and_after_the_end_does_nothing() {
    let mut h = Harness::new();
    h.woke();
    assert!(h.did().is_empty() && h.told().is_empty());
    let mut h = Harness::watching();
    h.logout();
    h.forget();
    h.sleep(HOUR);
    h.woke();
    assert!(h.did().is_empty() && h.told().is_empty());
}

#[test]
fn waking_while_connecting_lets_it_go_on_where_it_is_in_time() {
    let stages: [fn(&mut Harness); 3] = [|_| {}, |h| h.open(), |h| h.authenticate()];
    for reach in stages {
        let mut h = Harness::new();
        h.connect(watched());
        reach(&mut h);
        h.forget();
        h.wait(9_000);
        h.woke();
        assert!(h.did().is_empty() && h.told().is_empty());

        // The attempt has taken too long, so that the next one begins at once, without a delay.
        h.sleep(HOUR);
        h.woke();
        assert_eq!(h.did(), ["close 1", "open 2 wss://a.test/ws"]);
        assert_eq!(h.session.state(), State::Connecting);
    }
}

#[test]
fn waking_while_reconnecting_tries_at_once() {
    let mut h = Harness::ready();
    for _ in 0..8 {
        h.drop_connection();
        h.next_attempt();
    }
    h.drop_connection();
    h.forget();
    h.woke();
    assert_eq!(h.did(), ["open 10 wss://a.test/ws"]);
    assert_eq!(h.told(), ["state connecting"]);
    // Other wake-ups at the same time don't begin one more attempt.
    h.woke();
    h.timer();
    assert!(h.did().is_empty());
    // If this attempt fails, the next delay is as long as it would have been: the attempts are
    // counted on.
    h.drop_connection();
    let mut attempts = h.notices().iter().filter_map(|notice| match notice {
        Notice::State { attempt, .. } => Some(*attempt),
        _ => None,
    });
    assert_eq!(attempts.next_back(), Some(10));
}

#[test]
fn waking_tells_what_slept_past_its_time_and_sends_none_of_it() {
    let mut h = Harness::watching();
    h.call_with(1, "jsapi", &json!({}), Expect::Result, None);
    h.forget();
    h.sleep(HOUR);
    h.woke();
    assert_eq!(h.told(), ["call 1: timeout, sent"]);
    assert_eq!(pings(&mut h), 1);
    assert_eq!(replaced(&mut h, 1, HOUR), Some(5_000));

    let mut h = Harness::ready_with(watched());
    h.drop_connection();
    h.call(2);
    h.forget();
    h.sleep(HOUR);
    h.woke();
    assert_eq!(h.error(2).kind, Kind::Timeout);
    assert_eq!(h.error(2).sent, Some(false));
    h.log_in();
    assert_eq!(h.sent_short(), ["1 login", "2 verto.ping {}"]);
}

#[test]
fn a_server_that_never_answered_pings_is_not_judged_on_waking_either() {
    let mut h = Harness::ready_with(watched());
    h.sleep(HOUR);
    h.woke();
    h.wait(HOUR);
    assert_eq!(h.session.state(), State::Ready);
}

/// Sessions in each state in which something is awaited, with the longest time, in ms, until the
/// next socket is opened if nobody answers.
fn waiting() -> Vec<(&'static str, Harness, Ms)> {
    let new = |reach: fn(&mut Harness)| {
        let mut h = Harness::new();
        h.connect(watched());
        reach(&mut h);
        h
    };
    let mut after_failures = Harness::ready_with(watched());
    for _ in 0..6 {
        after_failures.drop_connection();
        after_failures.next_attempt();
    }
    after_failures.drop_connection();
    vec![
        ("connecting", new(|_| {}), 11_000),
        ("asking for credentials", new(|h| h.open()), 301_000),
        ("logging in", new(|h| h.authenticate()), 11_000),
        ("ready", Harness::watching(), 31_000),
        ("reconnecting", after_failures, LONGEST_DELAY),
    ]
}

#[test]
fn a_clock_set_back_or_forward_holds_nothing_up() {
    for hours in [-24, -1, 1, 24] {
        for (state, mut h, most) in waiting() {
            let socket = h.socket;
            h.now = h.now.checked_add_signed(hours * HOUR as i64).unwrap();
            // The session can't know how much time passed before the clock was set, so that it
            // may take twice as long.
            h.wait(2 * most);
            assert!(h.socket > socket, "{state}, {hours} h: stuck");
        }
    }
}

#[test]
fn a_clock_set_back_in_the_middle_of_the_silence_holds_nothing_up() {
    for after in [1_000, 10_000, 15_000, 20_000, 29_000] {
        let mut h = Harness::watching();
        h.wait(after);
        h.now -= HOUR;
        h.wait(41_000);
        assert_ne!(h.socket, 1, "set back after {after} ms");
    }
}

#[test]
fn a_request_ends_in_its_time_though_the_clock_is_set_back() {
    let mut h = Harness::ready();
    h.call(1);
    h.drop_connection();
    h.call(2);
    h.reconnect();
    h.wait(5_000);
    h.now -= HOUR;
    h.wait(15_000);
    assert_eq!(h.error(1).kind, Kind::ConnectionLost);
    assert_eq!(h.error(2).kind, Kind::Timeout);
}

#[test]
fn a_clock_set_back_does_not_cost_a_connection_that_lives() {
    for hours in [-24, -1, 1, 24] {
        let mut h = Harness::watching();
        for _ in 0..10 {
            h.now = h.now.checked_add_signed(hours * HOUR as i64).unwrap();
            for _ in 0..40 {
                h.wait(500);
                if pings(&mut h) > 0 {
                    h.pong();
                }
            }
        }
        assert_eq!(h.socket, 1, "{hours} h");
        assert_eq!(h.session.state(), State::Ready);
    }
}

#[test]
fn without_keep_alive_waking_still_reconnects_at_once() {
    let mut h = Harness::ready_with(Config {
        fallback_urls: vec!["wss://b.test/ws".into()],
        ..config()
    });
    h.drop_connection();
    h.forget();
    h.woke();
    assert_eq!(h.did(), ["open 2 wss://a.test/ws"]);
}

/// Logins that went unanswered have made the session patient. Then the network changes, and the
/// login in flight is on a dead socket.
#[test]
fn online_ends_the_patience_with_a_login_on_a_dead_socket() {
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

/// The network changes shortly after the last frame, when the server seems to be there.
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

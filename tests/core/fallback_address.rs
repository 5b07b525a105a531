//! The second address (`wsFallbackURL`): when it is tried.

use serde_json::json;
use testkit::{Config, Error, Harness, Kind, State, config, watched};

const A: &str = "wss://a.test/ws";
const B: &str = "wss://b.test/ws";

fn with_fallback() -> Config {
    Config {
        fallback_urls: vec![B.into()],
        ..config()
    }
}

/// The addresses to which sockets were opened since this was called last.
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
    // After a login, though it was at the fallback address, the first address comes first.
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
fn after_two_failures_the_fallback_address_takes_its_turn() {
    let mut h = Harness::new();
    h.connect(Config {
        fallback_urls: vec!["wss://b.test/ws".into()],
        ..config()
    });
    for _ in 0..5 {
        h.drop_connection();
        h.next_attempt();
    }
    let opened: Vec<String> = h
        .did()
        .iter()
        .filter_map(|one| one.strip_prefix("open "))
        .map(|one| one.chars().skip_while(|c| *c != 'w').collect())
        .collect();
    let (a, b) = ("wss://a.test/ws", "wss://b.test/ws");
    assert_eq!(opened, [a, a, b, b, a, a]);
}

#[test]
fn several_fallback_addresses_are_tried_in_turn_and_a_refused_one_is_left_out() {
    const C: &str = "wss://c.test/ws";
    let mut h = Harness::new();
    h.connect(Config {
        fallback_urls: vec![B.into(), C.into()],
        ..config()
    });
    for _ in 0..7 {
        h.drop_connection();
        h.next_attempt();
    }
    assert_eq!(opened(&mut h), [A, A, B, B, C, C, A, A]);
    h.drop_connection();
    h.next_attempt();
    h.session.unusable(h.socket, "refused".into());
    for _ in 0..5 {
        h.next_attempt();
        h.drop_connection();
    }
    let opened = opened(&mut h);
    assert_eq!(opened[0], B);
    assert!(!opened[1..].contains(&B.into()), "{opened:?}");
    assert!(opened.contains(&C.into()), "{opened:?}");
}

/// A browser refuses, for example, a `ws:` address on an `https:` page.
#[test]
fn a_fallback_that_the_browser_refuses_does_not_end_the_session() {
    let mut h = Harness::ready_with(Config {
        fallback_urls: vec!["ws://b.test/ws".into()],
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

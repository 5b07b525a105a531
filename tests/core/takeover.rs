//! A session that another login takes over (`verto.punt`).

use serde_json::json;
use testkit::{CONNECT, Config, Harness, Kind, Session, State, config, watched};

#[test]
fn a_punt_is_the_end() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.call(1);
    h.forget();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "call 1: closed, sent",
            "state closed (taken-over)",
            "onWSClose false",
        ]
    );
    assert_eq!(h.failure().map(|error| error.kind), Some(Kind::TakenOver));
    assert_eq!(h.session.deadline(), None);
    h.drop_connection();
    h.logout();
    assert!(h.told().is_empty());
}

#[test]
fn a_punt_before_the_login_settles_connect_with_taken_over() {
    let mut h = Harness::new();
    h.connect(config());
    h.authenticate();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.error(CONNECT).kind, Kind::TakenOver);
}

#[test]
fn a_punt_in_an_outage_that_was_told_tells_no_second_close() {
    let mut h = Harness::reconnecting();
    h.next_attempt();
    h.authenticate();
    h.forget();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.told(), ["state closed (taken-over)"]);
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
        // The server closes the socket, the page wakes up, and time passes.
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

/// The page chose the sessid, and a login went unanswered. When the server reads it late, that
/// looks like a takeover by somebody else. The first one is therefore taken for a lost connection.
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
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Reconnecting);
    h.next_attempt();
    h.log_in();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Closed);
}

/// The same, where the connection was lost while the login was in flight.
#[test]
fn a_login_that_was_lost_with_its_connection_may_be_read_late_too() {
    let mut h = Harness::new();
    h.connect(Config {
        sessid: Some("1111".into()),
        ..config()
    });
    h.authenticate();
    h.drop_connection();
    h.reconnect();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Reconnecting);
    // A connection that is lost after its login leaves no login that could be read late.
    h.reconnect();
    h.drop_connection();
    h.reconnect();
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Closed);
}

#[test]
fn subscriptions_outlive_a_takeover() {
    let mut h = Harness::ready();
    h.subscribe(&["vcc"], 1);
    h.server_request("verto.punt", json!({}));
    h.forget();
    h.connect(testkit::config());
    h.log_in();
    assert_eq!(h.sent_short(), ["1 login", r#"2 verto.subscribe "vcc""#]);
}

/// A login of ours went unanswered, and its socket has been gone for long: the server will not read
/// it any more.
#[test]
fn a_takeover_long_after_an_unanswered_login_is_believed() {
    let mut h = Harness::new();
    h.connect(Config {
        sessid: Some("1111".into()),
        ..config()
    });
    h.authenticate();
    h.drop_connection();
    h.next_attempt();
    h.log_in();
    h.wait(24 * 3_600_000);
    h.server_request("verto.punt", json!({}));
    assert_eq!(h.session.state(), State::Closed);
}

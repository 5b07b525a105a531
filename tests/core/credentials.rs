//! Credentials that the page gives by a function: they are asked for before each login, and the
//! function may fail, come late, or give what the server refuses.

use serde_json::{Value as Tree, json};
use testkit::{CONNECT, CREDENTIALS, Config, Error, Harness, Kind, State, config, watched};

/// The server's answer to a login whose credentials it doesn't know, or no longer.
fn refusal() -> Tree {
    json!({ "code": -32001, "message": "Authentication Failure" })
}

/// The options of a page that gives its credentials by a function.
fn with_fresh_credentials() -> Config {
    Config {
        fresh_credentials: true,
        ..watched()
    }
}

#[test]
fn with_a_credential_function_a_refused_login_is_tried_once_more_on_the_same_socket() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.authenticate();
    h.forget();
    h.refuse(1, &refusal());
    assert_eq!(h.did(), ["credentials 2"]);
    assert!(h.told().is_empty());
    h.credentials(Ok(r#"{"passwd":"fresh"}"#.into()));
    let login = &h.sent()[0];
    assert_eq!(login["id"], 2);
    assert_eq!(login["params"]["passwd"], "fresh");
    h.forget();
    h.refuse(2, &refusal());
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(
        h.told(),
        [
            "call 9999: auth",
            "state closed (auth)",
            "onWSLogin false Authentication Failure",
        ]
    );
}

#[test]
fn unusable_credentials_end_the_session_unless_a_function_may_give_better_ones() {
    let unusable = || Err(Error::argument("passwd", "must be a string"));
    // What the page connected with, and what it gives for its logins from then on.
    for (before, now) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut h = Harness::new();
        h.connect(Config {
            fresh_credentials: before,
            ..config()
        });
        h.session.fresh_credentials(now);
        h.open();
        h.forget();
        h.credentials(unusable());
        assert_eq!(h.did(), ["close 1"]);
        let told = match now {
            true => vec!["state reconnecting (invalid-argument)", "onWSClose false"],
            false => vec![
                "call 9999: invalid-argument",
                "state closed (invalid-argument)",
            ],
        };
        assert_eq!(h.told(), told);
    }
}

#[test]
fn fresh_credentials_may_be_tried_again_after_a_login_that_worked() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    for _ in 0..3 {
        h.authenticate();
        h.refuse(1, &refusal());
        h.credentials(Ok(CREDENTIALS.into()));
        h.reply(2, &json!({}));
        assert_eq!(h.session.state(), State::Ready);
        h.drop_connection();
        h.next_attempt();
    }
}

#[test]
fn a_credential_function_that_fails_or_gives_nothing_is_a_failed_attempt() {
    let mut h = Harness::new();
    h.connect(config());
    h.open();
    h.forget();
    h.credentials(Err(Error::new(Kind::Auth, "no token")));
    assert_eq!(h.did(), ["close 1"]);
    assert_eq!(h.told(), ["state reconnecting (auth)", "onWSClose false"]);
    h.next_attempt();
    h.open();
    h.forget();
    h.wait(299_999);
    assert!(h.did().is_empty());
    h.wait(1);
    assert_eq!(h.did()[0], "close 2");
    assert_eq!(h.told()[0], "state reconnecting (timeout)");
    // The functions that were asked first give something after all, but too late.
    h.session.credentials(h.now, 1, Ok(CREDENTIALS.into()));
    h.session.credentials(h.now, 2, Ok(CREDENTIALS.into()));
    h.next_attempt();
    h.forget();
    h.open();
    assert_eq!(h.did(), ["credentials 3"]);
}

#[test]
fn who_types_a_password_has_time_and_is_asked_once_however_the_network_fails() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.open();
    h.forget();
    h.wait(100_000);
    assert!(h.did().is_empty());
    // The server closes the socket that doesn't log in, and the next one finds the same question.
    h.drop_connection();
    h.next_attempt();
    h.forget();
    h.open();
    assert_eq!(h.told(), ["state authenticating"]);
    assert!(h.did().is_empty(), "nobody is asked again");
    // Now the answer comes while there is no socket.
    h.drop_connection();
    h.forget();
    h.credentials(Ok(CREDENTIALS.into()));
    h.credentials(Ok(r#"{"passwd":"twice"}"#.into()));
    assert!(h.did().is_empty() && h.told().is_empty());
    h.next_attempt();
    h.forget();
    h.open();
    assert_eq!(h.sent()[0]["params"]["passwd"], "1234");
    assert_eq!(h.told(), ["state authenticating"]);
    // The login has its own time, from here on.
    h.wait(9_999);
    assert_eq!(h.session.state(), State::Authenticating);
    h.reply(1, &json!({}));
    assert_eq!(h.session.state(), State::Ready);
    // The next login asks anew.
    h.drop_connection();
    h.next_attempt();
    h.forget();
    h.open();
    assert_eq!(h.did(), ["credentials 2"]);
}

#[test]
fn an_answer_that_waits_for_a_socket_counts_for_as_long_as_the_question() {
    for late in [0, 1] {
        let mut h = Harness::new();
        h.connect(with_fresh_credentials());
        h.open();
        let asked = h.now;
        h.drop_connection();
        h.credentials(Ok(CREDENTIALS.into()));
        h.next_attempt();
        h.forget();
        // A clock that is set back gives no more time.
        h.now -= 50_000;
        h.session.timer(h.now);
        h.now = asked - 50_000 + 299_999 + late;
        h.open();
        let did = h.did();
        match late {
            0 => assert!(did[0].contains("login"), "{did:?}"),
            _ => assert_eq!(did, ["credentials 2"]),
        }
    }
}

#[test]
fn no_credentials_end_the_session_in_every_phase_and_nobody_is_asked_again() {
    for phase in 0..3 {
        let mut h = Harness::new();
        h.connect(with_fresh_credentials());
        h.open();
        if phase > 0 {
            h.drop_connection();
        }
        if phase > 1 {
            h.next_attempt();
        }
        h.forget();
        h.credentials(Ok(String::new()));
        assert_eq!(h.did().is_empty(), phase == 1);
        assert_eq!(
            h.told(),
            [
                "call 9999: auth",
                "state closed (auth)",
                "onWSLogin false ?"
            ]
        );
        assert_eq!(h.session.deadline(), None);
        h.woke();
        assert!(h.watch(1_000_000).is_empty(), "no attempt after it");
    }
}

#[test]
fn a_function_that_fails_while_there_is_no_socket_is_asked_again_with_the_next() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.open();
    h.drop_connection();
    h.forget();
    h.credentials(Err(Error::new(Kind::Auth, "no token")));
    assert!(h.did().is_empty() && h.told().is_empty());
    h.next_attempt();
    h.forget();
    h.open();
    assert_eq!(h.did(), ["credentials 2"]);
}

#[test]
fn a_credential_function_that_throws_once_is_asked_again_and_nothing_is_lost() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.log_in();
    h.subscribe(&["vcc"], 1);
    h.drop_connection();
    h.call(1);
    h.next_attempt();
    h.open();
    h.forget();
    h.credentials(Err(Error::new(Kind::Auth, "no token")));
    assert_eq!(h.did(), ["close 2"]);
    assert_eq!(h.told(), ["state reconnecting (auth)"]);
    h.reconnect();
    let sent = [
        "1 login",
        r#"2 verto.subscribe "vcc""#,
        r#"3 echo {"n":1}"#,
        "4 verto.ping {}",
    ];
    assert_eq!(h.sent_short(), sent);
}

#[test]
fn a_credential_function_that_never_answers_costs_one_attempt_each_time() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    for socket in 1..20 {
        assert_eq!((h.socket, h.question), (socket, socket - 1));
        h.open();
        h.forget();
        h.wait(299_999);
        assert!(h.did().is_empty());
        h.wait(1);
        assert!(h.did().contains(&format!("close {socket}")));
        if h.session.state() == State::Reconnecting {
            h.woke();
        }
    }
    h.log_in();
    assert!(h.outcome(CONNECT).is_ok());
}

#[test]
fn credentials_that_come_late_belong_to_no_other_login() {
    let mut h = Harness::new();
    h.connect(with_fresh_credentials());
    h.open();
    h.wait(300_000);
    if h.session.state() == State::Reconnecting {
        h.next_attempt();
    }
    h.open();
    h.forget();
    // The function was called twice. Now the first call gives something, while the second has
    // not answered yet.
    h.session
        .credentials(h.now, 1, Ok(r#"{"passwd":"old"}"#.into()));
    let failure = Error::new(Kind::Auth, "too late");
    h.session.credentials(h.now, 1, Err(failure));
    assert!(h.did().is_empty() && h.told().is_empty());
    h.credentials(Ok(r#"{"passwd":"new"}"#.into()));
    // The second call answers, and then answers again.
    h.credentials(Ok(r#"{"passwd":"twice"}"#.into()));
    let logins = h.sent();
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0]["params"]["passwd"], "new");
    h.reply(1, &json!({}));
    h.credentials(Ok(CREDENTIALS.into()));
    h.credentials(Err(Error::new(Kind::Auth, "too late")));
    assert_eq!(h.session.state(), State::Ready);
    // Credentials that come after a logout log nobody in.
    h.drop_connection();
    h.next_attempt();
    h.open();
    h.logout();
    h.forget();
    h.credentials(Ok(CREDENTIALS.into()));
    assert!(h.did().is_empty() && h.told().is_empty());
}

#[test]
fn an_expired_token_is_replaced_after_a_reconnect_and_a_wrong_one_ends_it() {
    let mut h = Harness::ready_with(with_fresh_credentials());
    for _ in 0..3 {
        h.drop_connection();
        h.next_attempt();
        h.authenticate();
        h.refuse(1, &refusal());
        h.credentials(Ok(r#"{"passwd":"fresh"}"#.into()));
        h.reply(2, &json!({}));
        assert_eq!(h.session.state(), State::Ready);
    }
    h.call(1);
    h.subscribe(&["vcc"], 1);
    h.drop_connection();
    h.call(2);
    h.next_attempt();
    h.authenticate();
    h.refuse(1, &refusal());
    h.credentials(Ok(CREDENTIALS.into()));
    h.forget();
    h.refuse(2, &refusal());
    assert_eq!(
        h.told(),
        [
            "call 2: closed, not sent",
            "state closed (auth)",
            "onWSLogin false Authentication Failure",
        ]
    );
    assert_eq!(h.session.deadline(), None);
    h.woke();
    assert!(h.watch(1_000_000).is_empty(), "no attempt after it");
}

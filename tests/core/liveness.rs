//! A silent server (`keepAlive`): when it is asked whether it is there, and when it is given up.

use serde_json::json;
use testkit::{Config, Expect, Harness, KeepAlive, Ms, State, config, watched};

const HOUR: Ms = 3_600_000;

/// What the page is told when a silent server is given up.
const LOST: [&str; 2] = ["state reconnecting (connection-lost)", "onWSClose false"];

/// What [`Harness::watch`] returns for pings on `socket` at `times`. Their ids begin at `id`.
fn pings(socket: u32, id: u32, times: &[Ms]) -> Vec<(Ms, String)> {
    let ping = |(id, at): (u32, &Ms)| (*at, format!("send {socket} {id} verto.ping {{}}"));
    (id..).zip(times).map(ping).collect()
}

/// Watches a silent server until it is given up, `most` ms at most. Returns how many ms that
/// took, and how many pings were sent in this time.
fn given_up(h: &mut Harness, most: Ms) -> Option<(Ms, usize)> {
    let seen = h.watch(most);
    let closes = seen.iter().find(|(_, did)| did.starts_with("close"))?;
    let asked = |one: &&(Ms, String)| one.0 <= closes.0 && one.1.contains("verto.ping");
    Some((closes.0, seen.iter().filter(asked).count()))
}

#[test]
fn each_login_is_followed_by_one_ping_behind_what_waited() {
    let mut h = Harness::new();
    h.subscribe(&["vcc"], 1);
    h.connect(watched());
    h.call(1);
    h.log_in();
    h.in_login_callback(|h| h.call(2));
    let sent = [
        "1 login",
        r#"2 verto.subscribe "vcc""#,
        r#"3 echo {"n":1}"#,
        "4 verto.ping {}",
        r#"5 echo {"n":2}"#,
    ];
    assert_eq!(h.sent_short(), sent);
    h.drop_connection();
    h.reconnect();
    let sent = ["1 login", r#"2 verto.subscribe "vcc""#, "3 verto.ping {}"];
    assert_eq!(h.sent_short(), sent);
}

#[test]
fn silence_is_asked_about_and_the_connection_given_up_and_replaced() {
    let mut h = Harness::watching();
    let mut expected = pings(1, 3, &[10_000, 20_000]);
    expected.push((30_000, "close 1".into()));
    assert_eq!(h.watch(30_000), expected);
    assert_eq!(h.told(), LOST);
    h.reconnect();
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn what_is_in_flight_and_what_is_subscribed_is_treated_as_in_any_outage() {
    let mut h = Harness::watching();
    h.subscribe(&["vcc"], 1);
    h.grant(3, &["vcc"]);
    h.call_with(1, "echo", &json!({}), Expect::Result, Some(12_000));
    h.forget();
    h.wait(20_000);
    h.call_with(2, "echo", &json!({}), Expect::Result, Some(30_000));
    h.wait(10_000);
    let told = h.told();
    assert_eq!(told[0], "call 1: timeout, sent");
    assert_eq!(told[1], "call 2: connection-lost, sent");
    assert_eq!(told[2..], LOST);
    h.forget();
    h.reconnect();
    let sent = ["1 login", r#"2 verto.subscribe "vcc""#, "3 verto.ping {}"];
    assert_eq!(h.sent_short(), sent);
}

#[test]
fn the_intervals_are_the_options() {
    for (interval, max_failed) in [(1_000, 1), (3_000, 5), (10_000, 2), (60_000, 3), (7, 1)] {
        let mut h = Harness::ready_with(Config {
            keep_alive: Some(KeepAlive {
                interval,
                max_failed,
            }),
            ..config()
        });
        h.pong();
        let bound = interval * (Ms::from(max_failed) + 1);
        let found = given_up(&mut h, HOUR);
        assert_eq!(found, Some((bound, max_failed as usize)));
    }
}

#[test]
fn an_error_is_an_answer_and_a_sign_of_life() {
    let mut h = Harness::ready_with(watched());
    h.refuse(2, &json!({ "code": -32601, "message": "Invalid Method" }));
    // As long as the server refuses pings, it counts as alive.
    for _ in 0..100 {
        assert_eq!(h.watch(10_000).len(), 1);
        let id = h.sent().last().unwrap()["id"].as_u64().unwrap();
        h.refuse(id as u32, &json!({ "code": -32601 }));
    }
    assert_eq!(h.session.state(), State::Ready);
    assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
}

#[test]
fn a_server_that_never_answers_a_ping_is_not_judged_by_it() {
    let mut h = Harness::ready_with(watched());
    let seen = h.watch(10 * HOUR);
    assert!(seen.iter().all(|(_, did)| did.contains("verto.ping")));
    assert_eq!(seen.len() as Ms, 10 * HOUR / 10_000);
    h.woke();
    h.wait(HOUR);
    assert_eq!(h.session.state(), State::Ready);
    // Other signs of life don't show that the server answers pings.
    h.event("vcc", Some("vcc"), Some(0));
    h.call(1);
    h.wait(HOUR);
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn a_server_that_begins_to_answer_is_judged_from_then_on() {
    let mut h = Harness::ready_with(watched());
    h.wait(HOUR);
    h.pong();
    assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
}

#[test]
fn what_was_learned_lasts_through_reconnects_and_ends_with_a_connect() {
    let mut h = Harness::watching();
    h.drop_connection();
    h.reconnect();
    // The server freezes right after the login: not even the first ping is answered.
    h.forget();
    assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
    h.connect(watched());
    h.log_in();
    h.wait(HOUR);
    assert_eq!(h.session.state(), State::Ready, "another server, perhaps");
}

#[test]
fn any_frame_is_a_sign_of_life() {
    let signs: [fn(&mut Harness); 7] = [
        |h| h.event("vcc", Some("vcc"), None),
        |h| h.server_request("verto.ping", json!({ "serno": 1 })),
        |h| h.server_request("verto.unheardOf", json!({})),
        |h| h.reply(77, &json!({})),
        |h| h.frame(json!("no object")),
        |h| h.frame(json!([{}])),
        |h| h.session.garbage(h.now, h.socket),
    ];
    for sign in signs {
        let mut h = Harness::watching();
        for _ in 0..20 {
            h.wait(9_000);
            sign(&mut h);
        }
        let pings = |h: &mut Harness| {
            let sent = h.sent_short();
            sent.into_iter().filter(|one| one.contains("verto.ping {}"))
        };
        assert_eq!(pings(&mut h).count(), 0);
        h.wait(25_000);
        sign(&mut h);
        assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
    }
}

#[test]
fn an_answer_that_comes_after_its_time_is_a_sign_of_life() {
    let mut h = Harness::watching();
    h.wait(25_000);
    assert_eq!(h.session.state(), State::Ready);
    h.reply(3, &json!({}));
    assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
}

#[test]
fn an_older_sockets_pong_is_no_sign_of_life() {
    let mut h = Harness::watching();
    h.wait(10_000);
    h.drop_connection();
    h.reconnect();
    h.forget();
    for _ in 0..3 {
        h.wait(9_000);
        h.frame_on(1, json!({ "id": 2, "result": {} }));
        h.frame_on(1, json!({ "id": 3, "result": {} }));
        h.session.garbage(h.now, 1);
    }
    assert_eq!(given_up(&mut h, HOUR), Some((3_000, 0)));
}

#[test]
fn a_server_that_works_on_a_request_is_not_judged_before_that_is_given_up() {
    let mut h = Harness::watching();
    h.wait(3_000);
    h.call_with(1, "jsapi", &json!({}), Expect::Code200, None);
    h.forget();
    h.wait(59_999);
    assert_eq!(h.session.state(), State::Ready);
    assert!(h.told().is_empty());
    // The phone is picked up at the last moment, and all is well.
    h.reply(3, &json!({ "code": 200 }));
    assert_eq!(h.told(), [r#"call 1: ok {"code":200}"#]);
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn a_server_that_never_finished_a_request_is_judged_after_it() {
    let mut h = Harness::watching();
    h.call_with(1, "jsapi", &json!({}), Expect::Code200, None);
    let (at, _) = given_up(&mut h, HOUR).unwrap();
    assert!((60_000..=80_000).contains(&at), "at {at}");
    assert_eq!(h.told()[0], "call 1: timeout, sent");
}

#[test]
fn requests_made_after_the_ping_do_not_put_the_judgement_off() {
    // The server works in order, so that only what was sent before a ping can delay its answer.
    let mut h = Harness::watching();
    for call in 0..10 {
        h.wait(15_000);
        h.call_with(call, "jsapi", &json!({}), Expect::Result, None);
    }
    assert_ne!(h.socket, 1, "a dead socket was kept for 150 s");
}

#[test]
fn requests_made_again_and_again_do_not_keep_a_dead_socket() {
    let mut h = Harness::watching();
    for call in 0..40 {
        h.call_with(call, "jsapi", &json!({}), Expect::Result, None);
        h.wait(30_000);
        if h.socket > 1 {
            assert!(call < 4, "it took {} s", (call + 1) * 30);
            return;
        }
    }
    panic!("a dead socket was kept for 20 minutes");
}

#[test]
fn a_long_request_that_was_answered_leaves_the_watch_as_it_was() {
    for timeout in [600_000, Ms::MAX] {
        let mut h = Harness::watching();
        h.call_with(1, "jsapi", &json!({}), Expect::Result, Some(timeout));
        h.wait(21_000);
        h.reply(3, &json!({}));
        assert_eq!(given_up(&mut h, HOUR), Some((30_000, 2)));
    }
}

#[test]
fn without_keep_alive_nothing_is_ever_asked() {
    let mut h = Harness::ready();
    assert!(h.watch(10 * HOUR).is_empty());
    h.sleep(HOUR);
    h.woke();
    h.timer();
    assert!(h.did().is_empty());
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn nothing_is_asked_before_the_login_and_after_the_end() {
    let asked = |h: &Harness| h.texts().iter().any(|text| text.contains("verto.ping"));
    let mut h = Harness::new();
    h.connect(watched());
    h.wait(9_000);
    h.woke();
    h.open();
    h.wait(9_000);
    h.woke();
    h.credentials(Ok("{}".into()));
    h.wait(9_000);
    h.woke();
    assert!(!asked(&h));
    h.wait(HOUR);
    assert!(!asked(&h), "nor in the attempts after it");

    let mut h = Harness::watching();
    h.logout();
    assert_eq!(h.session.deadline(), None);
    h.woke();
    assert!(h.watch(HOUR).is_empty());
    let mut h = Harness::watching();
    h.server_request("verto.punt", json!({}));
    h.forget();
    h.woke();
    assert!(h.watch(HOUR).is_empty() && h.did().is_empty());
}

#[test]
fn a_server_that_freezes_is_replaced_at_every_stage() {
    // While the page is asked for credentials nothing is asked of the server.
    let stages: [fn(&mut Harness); 3] = [
        |_| {},
        |h| h.authenticate(),
        |h| {
            h.log_in();
            h.pong();
        },
    ];
    for (stage, reach) in stages.into_iter().enumerate() {
        let mut h = Harness::new();
        h.connect(watched());
        reach(&mut h);
        let socket = h.socket;
        h.wait(32_000);
        assert_ne!(h.socket, socket, "stuck at stage {stage}");
    }
}

#[test]
fn a_close_that_never_completes_does_not_hold_up_the_next_socket() {
    let mut h = Harness::watching();
    h.wait(31_000);
    assert_eq!(h.socket, 2);
    h.log_in();
    h.forget();
    // Later the browser gives up the close handshake of the old socket.
    h.wait(5_000);
    h.session.closed(h.now, 1, 1006);
    assert!(h.did().is_empty() && h.told().is_empty());
    assert_eq!(h.session.state(), State::Ready);
}

#[test]
fn without_reconnecting_a_silent_server_is_the_end() {
    let mut h = Harness::ready_with(Config {
        auto_reconnect: false,
        ..watched()
    });
    h.pong();
    h.forget();
    h.wait(30_000);
    assert_eq!(
        h.told(),
        ["state closed (connection-lost)", "onWSClose false"]
    );
    assert_eq!(h.session.deadline(), None);
}

#[test]
fn endless_settings_are_survived() {
    let mut h = Harness::ready_with(Config {
        keep_alive: Some(KeepAlive {
            interval: Ms::MAX,
            max_failed: u32::MAX,
        }),
        ..config()
    });
    h.pong();
    assert!(h.watch(10 * HOUR).is_empty());
    h.sleep(HOUR);
    h.woke();
    h.wait(HOUR);
    h.logout();
}

/// The server at the first address answered pings. The one at the fallback address never does.
#[test]
fn a_fallback_server_that_answers_no_pings_is_not_judged_by_the_others() {
    let mut h = Harness::ready_with(Config {
        fallback_urls: vec!["wss://b.test/ws".into()],
        ..watched()
    });
    h.pong();
    for _ in 0..2 {
        h.drop_connection();
        h.next_attempt();
    }
    h.log_in();
    h.forget();
    let seen = h.watch(3_600_000);
    let closes: Vec<_> = seen
        .iter()
        .filter(|(_, one)| one.starts_with("close"))
        .collect();
    assert!(closes.is_empty(), "{closes:?}");
}

/// However many channels a page subscribes one by one, the server works on one request at a time.
#[test]
fn many_subscribes_excuse_no_more_silence_than_one() {
    for count in [1, 60] {
        let mut h = Harness::watching();
        for index in 0..count {
            h.subscribe(&[&format!("channel-{index}")], 1);
        }
        h.forget();
        let (at, _) = given_up(&mut h, HOUR).unwrap();
        assert_eq!(at, 30_000, "with {count} subscribe requests");
        let told = h.told();
        let refused = told
            .iter()
            .filter(|one| one.starts_with("onSubscribeError"));
        assert_eq!(refused.count(), count, "each is told, once");
    }
}

#[test]
fn after_a_sleep_many_subscribes_excuse_no_more_silence_than_one() {
    let found = |count: usize| {
        let mut h = Harness::watching();
        for index in 0..count {
            h.subscribe(&[&format!("channel-{index}")], 1);
        }
        h.sleep(HOUR);
        h.woke();
        given_up(&mut h, HOUR).unwrap().0
    };
    assert_eq!(found(60), found(0));
    assert_eq!(found(60), 5_000);
}

/// A server that needs some seconds for each subscribe request, but answers all of them in order.
#[test]
fn a_slow_server_that_answers_refuses_nothing() {
    let mut h = Harness::watching();
    for index in 0..10 {
        h.subscribe(&[&format!("channel-{index}")], 1);
    }
    h.forget();
    for index in 0..10 {
        h.wait(6_000);
        let granted = json!({ "subscribedChannels": [format!("channel-{index}")] });
        h.reply(3 + index, &granted);
    }
    let told = h.told();
    assert!(!told.iter().any(|one| one.contains("timeout")), "{told:?}");
    assert_eq!(h.session.subscriptions().confirmed.len(), 10);
}

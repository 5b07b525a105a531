//! Calls in a session: frames in, frames out, and what a login, a lost connection and a logout
//! mean for them.

use serde_json::{Value as Tree, json};
use testkit::{Harness, Kind, Notice, config};
use verto_wasm::core::dialog::{Ask, Connection, DialogId, Expected, Report};

use super::phone::show;

/// A harness whose page makes calls.
struct Desk {
    h: Harness,
    told: usize,
}

impl Desk {
    fn of(h: Harness) -> Self {
        let told = h.notices().len();
        Desk { h, told }
    }

    fn ready() -> Self {
        Self::of(Harness::ready())
    }

    /// What the page was told since the last time: of dialogs, and in short of all else.
    fn told(&mut self) -> Vec<String> {
        let new = &self.h.notices()[self.told..];
        self.told += new.len();
        let line = |notice: &Notice<_>| match notice {
            Notice::Dialog(notice) => show(notice),
            other => testkit::show_notice(other),
        };
        new.iter().map(line).collect()
    }

    fn call(&mut self, call_id: &str) -> DialogId {
        let made = self
            .h
            .session
            .new_call(self.h.now, call_id.into(), "{}".into());
        self.h.timer();
        made.expect("there is a connection")
    }

    fn prepare(&mut self, dialog: DialogId, epoch: u32) {
        let now = self.h.now;
        let (audio, video) = (true, false);
        let sdp = "v=0 ours".to_owned();
        for report in [Report::Granted { audio, video }, Report::Local { sdp }] {
            self.h.session.calls(now).report(dialog, epoch, report);
        }
        self.h.timer();
    }

    fn applied(&mut self, dialog: DialogId) {
        let now = self.h.now;
        self.h.session.calls(now).report(dialog, 1, Report::Applied);
        self.h.timer();
    }

    fn hold(&mut self, call: u32, dialog: DialogId) {
        let now = self.h.now;
        self.h.session.calls(now).ask(call, dialog, Ask::Hold, "{}");
        self.h.timer();
    }

    fn hangup(&mut self, dialog: DialogId) {
        self.h.session.hangup(self.h.now, dialog, None, None);
        self.h.timer();
    }

    /// A call that is active; what led there is taken out.
    fn active(call_id: &str) -> (Self, DialogId) {
        let mut desk = Desk::ready();
        let dialog = desk.call(call_id);
        desk.prepare(dialog, 1);
        desk.h.reply(2, &json!({ "callID": call_id }));
        desk.h
            .server_request("verto.answer", json!({ "callID": call_id, "sdp": "v=0" }));
        desk.applied(dialog);
        desk.told();
        desk.h.forget();
        desk.h.sent();
        (desk, dialog)
    }

    /// The methods of the requests, and what was answered to the server's, since the last time.
    fn sent(&mut self) -> Vec<String> {
        let line = |frame: &Tree| match frame["method"].as_str() {
            Some(method) => method.to_owned(),
            None => format!("answer {}", frame["result"]["method"].as_str().unwrap()),
        };
        self.h.sent().iter().map(line).collect()
    }
}

#[test]
fn a_call_with_all_its_frames() {
    let mut desk = Desk::ready();
    let dialog = desk.call("c1");
    desk.prepare(dialog, 1);
    let invite = json!({
        "jsonrpc": "2.0",
        "method": "verto.invite",
        "params": {
            "sdp": "v=0 ours",
            "dialogParams": { "callID": "c1" },
            "sessid": desk.h.session.sessid(),
        },
        "id": 2,
    });
    assert_eq!(desk.h.sent(), [invite]);
    desk.h
        .reply(2, &json!({ "message": "CALL CREATED", "callID": "c1" }));
    desk.h
        .server_request("verto.media", json!({ "callID": "c1", "sdp": "v=0" }));
    desk.applied(dialog);
    desk.h
        .server_request("verto.answer", json!({ "callID": "c1" }));
    let names = json!({ "callID": "c1", "display_name": "Bob", "display_number": "1002" });
    desk.h.server_request("verto.display", names);
    desk.h
        .server_request("verto.info", json!({ "callID": "c1", "txt": {} }));
    desk.h
        .server_request("verto.event", json!({ "eventChannel": "c1", "pvtData": 1 }));
    let bye = json!({ "callID": "c1", "cause": "NORMAL_CLEARING", "causeCode": 16 });
    desk.h.server_request("verto.bye", bye);
    assert_eq!(
        desk.told(),
        [
            "1: connect 1",
            "1 onGranted",
            "1 requesting",
            "1 trying",
            "1: ring true",
            "1: ring false",
            "1: remote 1 v=0",
            "1 early",
            "1: play 1",
            "1 active",
            "1 display Bob <1002>",
            r#"1 info {"callID":"c1","txt":{}}"#,
            r#"1 pvtEvent {"eventChannel":"c1","pvtData":1}"#,
            "1 hangup NORMAL_CLEARING 16",
            "1 destroy",
            "1: release",
        ]
    );
    let answers = ["media", "answer", "display", "info", "bye"];
    assert_eq!(
        desk.sent(),
        answers.map(|method| format!("answer verto.{method}"))
    );
}

#[test]
fn a_message_of_no_call_is_the_pages_as_before() {
    let mut desk = Desk::ready();
    desk.h
        .server_request("verto.info", json!({ "msg": { "body": "hello" } }));
    desk.h
        .server_request("verto.info", json!({ "callID": "c9", "msg": {} }));
    assert_eq!(
        desk.told(),
        [r#"onMessage info {"body":"hello"}"#, "onMessage info {}"]
    );
    assert!(desk.sent().is_empty());
}

#[test]
fn a_request_that_names_no_call_is_no_request_about_one() {
    let mut desk = Desk::ready();
    for params in [json!({}), json!({ "callID": 7 }), json!(null), json!("c1")] {
        desk.h.server_request("verto.invite", params);
    }
    assert!(desk.told().is_empty());
    assert!(desk.sent().is_empty());
}

#[test]
fn nobody_calls_before_the_login() {
    let mut harness = Harness::new();
    harness.connect(config());
    harness.open();
    harness.forget();
    let mut desk = Desk::of(harness);
    desk.h
        .server_request("verto.invite", json!({ "callID": "c1", "sdp": "v=0" }));
    assert!(desk.told().is_empty());
}

#[test]
fn a_call_in_the_tick_of_connect_leaves_after_the_login() {
    let mut harness = Harness::new();
    harness.connect(config());
    let mut desk = Desk::of(harness);
    let dialog = desk.call("c1");
    desk.prepare(dialog, 1);
    desk.h.log_in();
    assert_eq!(desk.sent(), ["login", "verto.invite"]);
    // The page hears of the login first.
    let told = desk.told();
    let at = |what: &str| told.iter().position(|line| line == what).unwrap();
    assert!(at("onWSLogin true") < at("1 requesting"));
}

#[test]
fn there_are_no_calls_without_a_connection() {
    let mut harness = Harness::new();
    let none = harness.session.new_call(0, "c1".into(), "{}".into());
    assert_eq!(none, None);
    let mut harness = Harness::ready();
    harness.logout();
    let none = harness
        .session
        .new_call(harness.now, "c1".into(), "{}".into());
    assert_eq!(none, None);
}

#[test]
fn a_hold_changes_the_state_and_then_settles() {
    let (mut desk, dialog) = Desk::active("c1");
    desk.hold(7, dialog);
    assert_eq!(desk.sent(), ["verto.modify"]);
    desk.h.reply(
        3,
        &json!({ "callID": "c1", "action": "hold", "holdState": "held" }),
    );
    assert_eq!(desk.told()[0], "1 held");
    assert!(desk.h.outcome(7).is_ok());
}

#[test]
fn a_hold_that_is_refused_settles_with_the_servers_words() {
    let (mut desk, dialog) = Desk::active("c1");
    desk.hold(7, dialog);
    desk.h
        .refuse(3, &json!({ "code": -32002, "message": "no such call" }));
    let error = desk.h.error(7);
    assert_eq!((error.kind, error.code), (Kind::Rejected, -32002));
    assert_eq!(error.reason.as_deref(), Some("no such call"));
    assert_eq!(error.method.as_deref(), Some("verto.modify"));
}

#[test]
fn a_slow_hold_has_more_time_than_other_requests() {
    let (mut desk, dialog) = Desk::active("c1");
    desk.hold(7, dialog);
    desk.h.wait(14_000);
    assert_eq!(
        desk.told(),
        [""; 0],
        "an unhold may take the server 5 s and more"
    );
    desk.h.wait(1_000);
    let error = desk.h.error(7);
    assert_eq!((error.kind, error.sent), (Kind::Timeout, Some(true)));
}

#[test]
fn an_invite_that_nobody_answers_is_taken_back_in_time() {
    let mut desk = Desk::ready();
    let dialog = desk.call("c1");
    desk.prepare(dialog, 1);
    desk.told();
    desk.sent();
    desk.h.wait(15_000);
    assert_eq!(
        desk.told(),
        [
            "1 hangup NORMAL_CLEARING, timeout",
            "1 destroy",
            "1: release"
        ]
    );
    assert_eq!(desk.sent(), ["verto.bye"]);
}

// The original client closes the socket and says nothing; the other side hears silence.
#[test]
fn a_logout_says_bye_before_the_socket_closes() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.logout();
    let did = desk.h.did();
    assert!(did[0].contains("verto.bye"), "{did:?}");
    assert!(did[1].starts_with("close"), "{did:?}");
    assert_eq!(
        desk.told(),
        [
            "1 hangup NORMAL_CLEARING",
            "1 destroy",
            "1: release",
            "state closed (logout)",
            "onWSClose true",
        ]
    );
    assert_eq!(desk.h.session.deadline(), None);
}

#[test]
fn a_connect_on_an_open_connection_says_bye_too() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.connect(config());
    assert_eq!(desk.sent(), ["verto.bye"]);
    assert_eq!(desk.told()[..2], ["1 hangup NORMAL_CLEARING", "1 destroy"]);
}

// Pages connect in `onWSClose(false)`. The server would keep the call for two minutes, and the other
// side would hear silence.
#[test]
fn a_connect_in_an_outage_ends_the_call_and_says_so_after_its_login() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.drop_connection();
    desk.told();
    desk.h.connect(config());
    assert_eq!(desk.told()[..2], ["1 hangup NORMAL_CLEARING", "1 destroy"]);
    desk.h.log_in();
    assert_eq!(desk.sent()[..2], ["login", "verto.bye"]);
}

#[test]
fn a_takeover_gives_the_calls_up_without_a_word() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.server_request("verto.punt", json!({}));
    assert_eq!(
        desk.told()[..3],
        [
            "1 purge NORMAL_CLEARING, taken-over",
            "1 destroy",
            "1: release"
        ]
    );
    assert!(desk.sent().is_empty());
}

#[test]
fn a_lost_connection_and_an_attach() {
    let (mut desk, dialog) = Desk::active("c1");
    desk.hold(7, dialog);
    desk.h.drop_connection();
    assert_eq!(desk.h.error(7).kind, Kind::ConnectionLost);
    desk.h.reconnect();
    desk.sent();
    desk.told();
    desk.h
        .server_request("verto.attach", json!({ "callID": "c1", "sdp": "v=0 anew" }));
    desk.h.server_request(
        "verto.clientReady",
        json!({ "reattached_sessions": ["c1"] }),
    );
    desk.prepare(dialog, 2);
    assert_eq!(desk.sent(), ["answer verto.attach", "verto.attach"]);
    desk.h.reply(2, &json!({}));
    assert_eq!(
        desk.told(),
        [
            "1 recovering",
            "1: connect 2 to v=0 anew",
            r#"onMessage clientReady {"reattached_sessions":["c1"]}"#,
            "1 active",
        ]
    );
}

#[test]
fn while_a_call_is_talked_in_the_first_attempt_is_made_at_once() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.drop_connection();
    assert_eq!(desk.h.session.deadline(), Some(desk.h.now));
    desk.h.timer();
    // The next waits for a random time, up to 2 s.
    desk.h.drop_connection();
    assert!(desk.h.session.deadline() > Some(desk.h.now));
}

// The server looks for the calls once it has heard nothing for 50 ms (2.4, 3).
#[test]
fn after_a_login_with_a_call_nothing_is_sent_until_the_server_has_looked_for_it() {
    for ready in [true, false] {
        let (mut desk, _) = Desk::active("c1");
        desk.h.subscribe(&["vcc"], 1);
        desk.h.drop_connection();
        desk.h.call(8);
        desk.h.next_attempt();
        desk.sent();
        desk.h.log_in();
        assert_eq!(desk.sent(), ["login"]);
        desk.h.call(9);
        match ready {
            true => desk.h.server_request("verto.clientReady", json!({})),
            false => {
                desk.h.wait(499);
                assert_eq!(desk.sent(), [""; 0]);
                desk.h.wait(1);
            }
        }
        let sent = desk.sent();
        let rest = ["verto.subscribe", "echo", "echo"];
        assert_eq!(sent[..3], rest, "in the order in which they were made");
        desk.h.call(10);
        assert_eq!(desk.sent(), ["echo"]);
    }
}

#[test]
fn a_reloaded_page_logs_in_under_the_sessid_of_before() {
    let mut h = Harness::new();
    h.connect(config());
    assert!(h.session.resume("3f2b".into()));
    let call = Expected {
        call_id: "c1".into(),
        ..Expected::default()
    };
    h.session.calls(h.now).expect(call);
    // The server may read this login late; under another sessid the call would be lost.
    h.authenticate();
    h.drop_connection();
    assert_eq!(h.session.sessid(), "3f2b");
    h.reconnect();
    let mut desk = Desk::of(h);
    assert_eq!(desk.h.session.sessid(), "3f2b");
    desk.sent();
    desk.h.call(9);
    assert_eq!(desk.sent(), [""; 0], "the server looks for the call");
    assert!(!desk.h.session.resume("4c".into()), "it is logged in");
    desk.h
        .server_request("verto.attach", json!({ "callID": "c1", "sdp": "v=0" }));
    assert_eq!(desk.told()[1..], ["1 recovering", "1: connect 1 to v=0"]);

    // The page's own choice counts.
    let mut h = Harness::new();
    let sessid = Some("1111".to_owned());
    h.connect(testkit::Config { sessid, ..config() });
    assert!(!h.session.resume("3f2b".into()));
}

#[test]
fn a_logout_in_that_silence_says_bye_all_the_same() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.drop_connection();
    desk.h.reconnect();
    desk.sent();
    desk.h.logout();
    assert_eq!(desk.sent(), ["verto.bye"]);
    let did = desk.h.did();
    assert!(did.last().unwrap().starts_with("close"), "{did:?}");
    assert_eq!(desk.h.session.deadline(), None);
}

#[test]
fn a_socket_that_is_of_no_use_to_a_call_is_replaced_at_once() {
    let (mut desk, dialog) = Desk::active("c1");
    let dead = Report::Connection(Connection::Failed);
    desk.h.session.calls(desk.h.now).report(dialog, 1, dead);
    desk.h.timer();
    desk.prepare(dialog, 2);
    assert_eq!(desk.sent(), ["verto.modify"]);
    desk.h.did();
    desk.h.wait(8_000);
    let did = desk.h.did();
    assert_eq!(did.len(), 2, "{did:?}");
    assert!(
        did[0].starts_with("close 1") && did[1].starts_with("open 2"),
        "{did:?}"
    );
    let told = desk.told();
    assert!(told.contains(&"onWSClose false".to_owned()), "{told:?}");
}

#[test]
fn a_call_that_is_not_attached_has_ended_before_client_ready_is_told() {
    let (mut desk, _) = Desk::active("c1");
    desk.h.drop_connection();
    desk.h.reconnect();
    desk.told();
    desk.h
        .server_request("verto.clientReady", json!({ "reattached_sessions": [] }));
    assert_eq!(
        desk.told(),
        [
            "1 hangup RECOVERY_ON_TIMER_EXPIRE 102, connection-lost",
            "1 destroy",
            "1: release",
            r#"onMessage clientReady {"reattached_sessions":[]}"#,
        ]
    );
}

#[test]
fn without_auto_reconnect_a_lost_connection_ends_the_calls() {
    let mut desk = Desk::of(Harness::ready_with(testkit::Config {
        auto_reconnect: false,
        ..config()
    }));
    let dialog = desk.call("c1");
    desk.h.drop_connection();
    let told = desk.told();
    assert_eq!(
        told[1..4],
        [
            "1 purge NORMAL_CLEARING, connection-lost",
            "1 destroy",
            "1: release"
        ]
    );
    desk.hangup(dialog);
    assert!(desk.told().is_empty());
}

// A frame of the server may be an array: what is told together is queued together.
#[test]
fn after_a_hangup_in_a_callback_no_older_state_is_told() {
    let (mut desk, dialog) = Desk::active("c1");
    let now = desk.h.now;
    let session = &mut desk.h.session;
    session.calls(now).ask(7, dialog, Ask::Hold, "{}");
    let socket = desk.h.socket;
    let reply = testkit::Json(json!({ "id": 3, "result": { "holdState": "held" } }));
    session.frame(now, socket, &reply);
    // `held` isn't told yet when the page hangs up.
    desk.hangup(dialog);
    let told = desk.told();
    assert!(!told.contains(&"1 held".to_owned()), "{told:?}");
    assert!(told.contains(&"1 hangup NORMAL_CLEARING".to_owned()));
}

#[test]
fn what_is_still_to_be_told_of_an_ended_call_is_told_whatever_the_page_calls() {
    let (mut desk, dialog) = Desk::active("c1");
    assert!(desk.h.session.calls(desk.h.now).any());
    let now = desk.h.now;
    assert!(desk.h.session.hangup(now, dialog, None, None));
    // `hangup` and `destroy` wait to be told when the page hangs up once more.
    desk.h.session.timer(now);
    assert!(!desk.h.session.hangup(now, dialog, None, None));
    desk.h.timer();
    assert_eq!(
        desk.told(),
        ["1 hangup NORMAL_CLEARING", "1 destroy", "1: release"]
    );
    assert!(!desk.h.session.calls(now).any());
}

#[test]
fn only_under_a_sessid_of_the_pages_own_a_call_that_it_does_not_know_comes_back() {
    for sessid in [None, Some("3f2b".to_owned())] {
        let keeps = sessid.is_some();
        let mut desk = Desk::of(Harness::ready_with(testkit::Config { sessid, ..config() }));
        desk.h
            .server_request("verto.attach", json!({ "callID": "c9", "sdp": "v=0" }));
        let told = desk.told();
        let begins = told.iter().any(|line| line.contains("connect 1"));
        assert_eq!(begins, keeps, "{told:?}");
    }
}

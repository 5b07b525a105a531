//! What the page does with a call.

use serde_json::json;
use verto_wasm::core::dialog::{Ask, Asked, Asker, Change, Sender, Tracks};
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;
use testkit::Json;

#[test]
fn the_servers_answer_says_whether_a_call_is_held() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    let mut action = |action: &str, state: &str, lines: &[&str]| {
        phone.hold(7, dialog, action);
        assert_eq!(phone.took(), ["> verto.modify"], "{action}");
        let (send, params) = phone.sent.last().unwrap();
        let sender = Sender::Dialog(Asker {
            dialog,
            asked: Asked::Hold,
            call: Some(7),
        });
        assert_eq!((send.sender, &params["action"]), (sender, &json!(action)));
        phone.reply(
            "verto.modify",
            json!({ "callID": "c1", "holdState": state }),
        );
        assert_eq!(phone.took(), lines, "{action}");
    };
    action("hold", "held", &["1 held"]);
    // Not a change of state.
    action("hold", "held", &[]);
    action("unhold", "active", &["1 active"]);
    action("toggleHold", "held", &["1 held"]);
    action("toggleHold", "active", &["1 active"]);
    action("hold", "strange", &[]);
}

// The original client kills a call for it: early may not become held.
#[test]
fn a_call_that_is_not_answered_is_not_held() {
    for state in ["trying", "early"] {
        let mut phone = Phone::online();
        let dialog = phone.outgoing("c1", state);
        phone.hold(7, dialog, "hold");
        phone.reply("verto.modify", json!({ "holdState": "held" }));
        phone.expect(&["> verto.modify"]);
    }
}

#[test]
fn a_hold_that_is_refused_or_unanswered_changes_nothing() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.hold(7, dialog, "hold");
    phone.refuse("verto.modify", json!({ "message": "no", "code": -32002 }));
    phone.hold(8, dialog, "hold");
    phone.fail("verto.modify", Error::new(Kind::Timeout, "no answer"));
    phone.expect(&["> verto.modify", "> verto.modify"]);
}

#[test]
fn a_double_click_toggles_once() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.hold(7, dialog, "toggleHold");
    phone.hold(8, dialog, "toggleHold");
    phone.expect(&[
        "> verto.modify",
        "refused 8: a toggleHold is being answered: wait for it",
    ]);
    phone.reply("verto.modify", json!({ "holdState": "held" }));
    phone.hold(9, dialog, "toggleHold");
    phone.expect(&["1 held", "> verto.modify"]);
}

#[test]
fn the_other_calls_that_are_talked_in_are_held_and_none_else() {
    let mut phone = Phone::online();
    let (first, second) = (
        phone.outgoing("c1", "active"),
        phone.incoming("c2", "active"),
    );
    phone.outgoing("c3", "early");
    phone.outgoing("c4", "trying");
    phone.incoming("c5", "ringing");
    let held = phone.outgoing("c6", "active");
    phone.hold(7, held, "hold");
    phone.reply("verto.modify", json!({ "holdState": "held" }));
    phone.took();
    let last = phone.call("c7");
    phone.took();
    let before = phone.sent.len();
    phone.dialogs().hold_others(last);
    phone.expect(&["> verto.modify", "> verto.modify"]);
    for ((send, params), dialog) in phone.sent[before..].iter().zip([first, second]) {
        let sender = Sender::Dialog(Asker {
            dialog,
            asked: Asked::Hold,
            call: None,
        });
        assert_eq!((send.sender, &params["action"]), (sender, &json!("hold")));
    }
    // The call itself is not held, be it active.
    phone.dialogs().hold_others(first);
    phone.expect(&["> verto.modify"]);
}

// A page's button may be that of a call that has just ended.
#[test]
fn nobody_is_held_for_a_call_that_has_ended() {
    let mut phone = Phone::online();
    let ended = phone.outgoing("c1", "active");
    phone.outgoing("c2", "active");
    phone.hangup(ended);
    phone.took();
    phone.dialogs().hold_others(ended);
    phone.expect(&[]);
}

#[test]
fn a_call_whose_connection_is_away_is_not_held() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.lost();
    phone.took();
    let other = phone.call("c2");
    phone.took();
    phone.dialogs().hold_others(other);
    phone.expect(&[]);
}

#[test]
fn digits_transfers_and_messages_leave_in_order_with_the_dialog_params() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.ask(7, dialog, Ask::Info, &json!({ "dtmf": "12#" }));
    phone.ask(
        8,
        dialog,
        Ask::Modify,
        &json!({ "action": "transfer", "destination": "9664" }),
    );
    phone.expect(&["> verto.info", "> verto.modify"]);
    let [.., (digits, info), (_, transfer)] = &phone.sent[..] else {
        panic!("two requests")
    };
    assert_eq!(digits.sender, Sender::Page(7));
    assert_eq!(
        (&info["dtmf"], &info["dialogParams"]["callID"]),
        (&json!("12#"), &json!("c1"))
    );
    assert_eq!(transfer["destination"], "9664");
}

#[test]
fn what_a_call_cannot_do_yet_or_any_more_is_refused_in_words() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "new");
    let digits = json!({ "dtmf": "1" });
    phone.ask(7, dialog, Ask::Info, &digits);
    phone.hold(8, dialog, "hold");
    let early = "the server doesn't know this call yet: wait for its next state";
    phone.expect(&[
        &format!("refused 7: {early}"),
        &format!("refused 8: {early}"),
    ]);
    phone.hangup(dialog);
    phone.took();
    phone.ask(7, dialog, Ask::Info, &digits);
    phone.hold(8, dialog, "hold");
    assert!(!phone.hangup(dialog));
    assert!(!phone.answer(dialog));
    phone.expect(&[
        "refused 7: this call has ended",
        "refused 8: this call has ended",
    ]);
}

#[test]
fn without_a_connection_nothing_waits_to_be_sent_later() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.lost();
    phone.ask(7, dialog, Ask::Info, &json!({ "dtmf": "1" }));
    phone.expect(&["refused 7: the connection is lost: wait for the call to come back"]);
    // The server works in order: an `unhold` would keep it from offering the call for seconds.
    phone.logged_in();
    phone.hold(8, dialog, "unhold");
    phone.expect(&["refused 8: the connection is lost: wait for the call to come back"]);
    phone.attach("c1");
    phone.took();
    phone.hold(9, dialog, "unhold");
    phone.expect(&["> verto.modify"]);
}

#[test]
fn mute_is_a_wish_that_each_new_stream_follows() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.took();
    assert!(phone.dialogs().enable(dialog, false, Change::None).enabled);
    // As in the original client: false before there is a stream.
    assert!(!phone.mute(dialog, Change::Off));
    assert!(!phone.dialogs().enable(dialog, false, Change::None).enabled);
    phone.granted(dialog, 1);
    phone.expect(&["1: microphone false", "1 onGranted"]);
    assert!(!phone.mute(dialog, Change::Over), "it speaks again");
    assert!(phone.mute(dialog, Change::Over));
    assert!(!phone.mute(dialog, Change::On));
    assert!(phone.mute(dialog, Change::Off));
    // It has no camera.
    let camera = phone.dialogs().enable(dialog, true, Change::Off);
    assert_eq!(camera, Tracks::default());
    phone.expect(&[
        "1: microphone true",
        "1: microphone false",
        "1: microphone true",
        "1: microphone false",
        "1: camera false",
    ]);
}

#[test]
fn an_answer_that_comes_muted_is_silent_from_the_first_moment() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "ringing");
    phone.mute(dialog, Change::Off);
    phone.answer(dialog);
    phone.expect(&[
        "1: microphone false",
        "1: ring false",
        "1: connect 1 to v=0 theirs, silent",
    ]);
}

#[test]
fn messages_and_private_events_of_a_call_go_to_it() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    assert!(phone.says(
        "verto.info",
        json!({ "callID": "c1", "txt": { "chars": "a" } })
    ));
    let event = Json(json!({ "eventChannel": "c1", "pvtData": {} }));
    assert!(phone.dialogs.private_event("c1", &event));
    assert!(!phone.dialogs.private_event("c2", &event));
    phone.expect(&[
        r#"1 info {"callID":"c1","txt":{"chars":"a"}}"#,
        r#"1 pvtEvent {"eventChannel":"c1","pvtData":{}}"#,
    ]);
}

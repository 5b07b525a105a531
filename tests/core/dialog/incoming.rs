//! Calls that come in, told in the order in which the original client tells them.

use serde_json::json;
use verto_wasm::core::dialog::Trouble;
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;

#[test]
fn a_call_rings_is_answered_and_is_active_at_the_reply() {
    let mut phone = Phone::online();
    phone.invite("c1");
    phone.expect(&["1 new c1 of Alice <1001>", "1 ringing", "1: ring true"]);
    assert!(phone.answer(1));
    phone.expect(&["1: ring false", "1: connect 1 to v=0 theirs"]);
    phone.granted(1, 1);
    phone.local(1, 1);
    phone.expect(&["1 onGranted", "1 answering", "> verto.answer"]);
    let params = json!({
        "sdp": "v=0 ours",
        "dialogParams": { "callee_id_name": "Bob", "callID": "c1" },
    });
    assert_eq!(phone.sent[0].1, params);
    phone.reply("verto.answer", json!({ "sessid": "s" }));
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn what_the_other_side_says_first_is_not_missed() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "answering");
    // The media may be there before the reply.
    phone.connected(dialog, 1);
    phone.reply("verto.answer", json!({}));
    phone.expect(&["1: play 1", "1 active"]);
}

#[test]
fn the_names_are_the_ones_of_the_direction_and_never_missing() {
    let names = |params| {
        let mut phone = Phone::online();
        phone.says("verto.invite", params);
        phone.took().remove(0)
    };
    let all = json!({
        "callID": "c1",
        "sdp": "v=0",
        "caller_id_name": "Alice",
        "caller_id_number": "1001",
        "callee_id_name": "Bob",
        "callee_id_number": "1002",
        "display_direction": "inbound",
    });
    assert_eq!(names(all), "1 new c1 of Bob <1002>");
    let none = json!({ "callID": "c1", "sdp": "v=0", "display_direction": "outbound" });
    assert_eq!(names(none), "1 new c1 of Nobody <UNKNOWN>");
    let wrong = json!({
        "callID": "c1",
        "sdp": "v=0",
        "caller_id_name": 5,
        "caller_id_number": "",
        "display_direction": "outbound",
    });
    assert_eq!(names(wrong), "1 new c1 of Nobody <UNKNOWN>");
}

#[test]
fn the_sdp_says_whether_video_and_stereo_are_offered() {
    let mut phone = Phone::online();
    let sdp = "v=0\r\nm=audio 1 RTP/SAVPF 111\r\na=fmtp:111 stereo=1\r\nm=video 2 RTP/SAVPF 96\r\n";
    phone.says("verto.invite", json!({ "callID": "c1", "sdp": sdp }));
    let line = &phone.took()[0];
    assert_eq!(line, "1 new c1 of Nobody <UNKNOWN>, video, stereo");
}

#[test]
fn a_second_answer_does_nothing() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "answering");
    assert!(!phone.answer(dialog));
    phone.reply("verto.answer", json!({}));
    assert!(!phone.answer(dialog));
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn a_call_that_the_page_made_is_not_answered_by_it() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "trying");
    assert!(!phone.answer(dialog));
    phone.expect(&[]);
}

// The original client's bye has no cause, so that the caller hears NORMAL_CLEARING.
#[test]
fn a_call_is_rejected_with_the_pages_cause() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "ringing");
    phone.hangup_with(dialog, Some("CALL_REJECTED"), Some(21));
    phone.expect(&[
        "1: ring false",
        "1 hangup CALL_REJECTED 21",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
    let params = json!({
        "dialogParams": { "callID": "c1" },
        "cause": "CALL_REJECTED",
        "causeCode": 21,
    });
    assert_eq!(phone.sent[0].1, params);
}

#[test]
fn a_code_alone_is_not_overruled_by_a_name() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "ringing");
    phone.hangup_with(dialog, None, Some(17));
    let params = json!({ "dialogParams": { "callID": "c1" }, "causeCode": 17 });
    assert_eq!(phone.sent[0].1, params);
}

#[test]
fn answered_elsewhere_and_cancelled_come_as_a_bye_and_are_not_echoed() {
    for (cause, code) in [
        ("LOSE_RACE", 702),
        ("ORIGINATOR_CANCEL", 487),
        ("PICKED_OFF", 805),
    ] {
        let mut phone = Phone::online();
        phone.incoming("c1", "ringing");
        phone.bye("c1", cause, code);
        let hangup = format!("1 hangup {cause} {code}");
        phone.expect(&["1: ring false", &hangup, "1 destroy", "1: release"]);
    }
}

#[test]
fn the_caller_may_give_up_while_the_permission_is_asked_for() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "ringing");
    phone.answer(dialog);
    phone.took();
    phone.bye("c1", "ORIGINATOR_CANCEL", 487);
    phone.expect(&["1 hangup ORIGINATOR_CANCEL 487", "1 destroy", "1: release"]);
    phone.prepare(dialog, 1);
    phone.expect(&[]);
}

#[test]
fn without_a_microphone_the_caller_is_told() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "ringing");
    phone.answer(dialog);
    phone.took();
    phone.failed(dialog, 1, Kind::Media(Trouble::Missing));
    phone.expect(&[
        "1 onDenied",
        "1 hangup Device or Permission Error, media-missing",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn an_answer_that_is_refused_ends_the_call_with_the_servers_words() {
    let mut phone = Phone::online();
    phone.incoming("c1", "answering");
    phone.refuse(
        "verto.answer",
        json!({ "code": -32002, "message": "CODEC ERROR" }),
    );
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, rejected",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn an_answer_without_a_reply_ends_the_call() {
    let mut phone = Phone::online();
    phone.incoming("c1", "answering");
    phone.fail("verto.answer", Error::new(Kind::Timeout, "no answer"));
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, timeout",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_call_that_rings_has_no_timer() {
    let mut phone = Phone::online();
    phone.incoming("c1", "ringing");
    assert_eq!(phone.dialogs.deadline(), None);
}

#[test]
fn two_calls_ring_at_once() {
    let mut phone = Phone::online();
    phone.incoming("c1", "active");
    let second = phone.incoming("c2", "ringing");
    phone.hangup_with(second, Some("USER_BUSY"), None);
    phone.expect(&[
        "2: ring false",
        "2 hangup USER_BUSY",
        "> verto.bye",
        "2 destroy",
        "2: release",
    ]);
    phone.bye("c1", "NORMAL_CLEARING", 16);
    phone.expect(&["1 hangup NORMAL_CLEARING 16", "1 destroy", "1: release"]);
}

#[test]
fn a_call_without_a_description_is_sent_away() {
    for sdp in [json!(null), json!(7), json!({})] {
        let mut phone = Phone::online();
        phone.says("verto.invite", json!({ "callID": "c1", "sdp": sdp }));
        phone.expect(&["> verto.bye", "ignored a call that cannot be taken"]);
        assert_eq!(phone.sent[0].1["causeCode"], 88);
    }
}

#[test]
fn an_invite_that_comes_again_is_ignored() {
    let mut phone = Phone::online();
    phone.incoming("c1", "ringing");
    phone.invite("c1");
    phone.expect(&["ignored what came too late, or twice, for a call"]);
}

#[test]
fn what_names_no_call_is_none_of_ours() {
    let mut phone = Phone::online();
    phone.incoming("c1", "ringing");
    for call_id in [json!(null), json!(1), json!(["c1"])] {
        for method in ["verto.invite", "verto.bye", "verto.info", "verto.attach"] {
            assert!(!phone.says(method, json!({ "callID": call_id, "sdp": "v=0" })));
        }
    }
    // A message that names a call of which we know nothing is the page's, without a dialog.
    assert!(!phone.says("verto.info", json!({ "callID": "c2", "msg": {} })));
    phone.expect(&[]);
    for method in [
        "verto.answer",
        "verto.media",
        "verto.display",
        "verto.bye",
        "verto.trying",
    ] {
        assert!(phone.says(method, json!({ "callID": "c2", "sdp": "v=0" })));
        phone.expect(&["ignored what came too late, or twice, for a call"]);
    }
}

//! Calls that the page makes, told in the order in which the original client tells them.

use serde_json::json;
use verto_wasm::core::dialog::Trouble;
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;

#[test]
fn a_call_goes_from_requesting_over_trying_and_early_to_active() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    // Nothing is told of `new`.
    phone.expect(&["1: connect 1"]);
    phone.granted(dialog, 1);
    phone.expect(&["1 onGranted"]);
    phone.local(dialog, 1);
    phone.expect(&["1 requesting", "> verto.invite"]);
    phone.reply(
        "verto.invite",
        json!({ "message": "CALL CREATED", "callID": "c1" }),
    );
    phone.expect(&["1 trying", "1: ring true"]);
    phone.media("c1");
    phone.expect(&["1: ring false", "1: remote 1 v=0 theirs"]);
    phone.applied(dialog, 1);
    phone.expect(&["1 early", "1: play 1"]);
    phone.says("verto.answer", json!({ "callID": "c1" }));
    phone.expect(&["1 active"]);
}

#[test]
fn the_invite_has_the_offer_and_the_pages_dialog_params() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    let params = json!({
        "sdp": "v=0 ours",
        "dialogParams": { "destination_number": "9196", "useVideo": false, "callID": "c1" },
    });
    assert_eq!(phone.sent[0].1, params);
}

#[test]
fn an_answer_without_early_media_leads_from_trying_to_active() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "trying");
    phone.answered("c1");
    phone.expect(&["1: ring false", "1: remote 1 v=0 theirs"]);
    phone.applied(dialog, 1);
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn an_answer_while_early_media_are_being_set_waits_for_them() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "trying");
    phone.media("c1");
    phone.says("verto.answer", json!({ "callID": "c1" }));
    phone.expect(&["1: ring false", "1: remote 1 v=0 theirs"]);
    phone.applied(dialog, 1);
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn a_call_before_the_login_waits_for_it() {
    let mut phone = Phone::offline();
    let dialog = phone.call("c1");
    phone.prepare(dialog, 1);
    phone.expect(&["1: connect 1", "1 onGranted"]);
    phone.logged_in();
    phone.expect(&["1 requesting", "> verto.invite"]);
}

#[test]
fn a_call_without_a_login_ends_after_a_while() {
    let mut phone = Phone::offline();
    phone.outgoing("c1", "requesting");
    phone.ring();
    phone.expect(&[
        "1 hangup NETWORK_OUT_OF_ORDER 38, timeout",
        "1 destroy",
        "1: release",
    ]);
    phone.logged_in();
    phone.expect(&[]);
}

#[test]
fn the_microphone_refused_ends_the_call_with_the_original_clients_words() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.took();
    phone.failed(dialog, 1, Kind::Media(Trouble::Denied));
    phone.expect(&[
        "1 onDenied",
        "1 hangup Device or Permission Error, media-denied",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_permission_that_nobody_gives_ends_the_call_after_a_minute() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.took();
    let asked = phone.now;
    phone.ring();
    assert_eq!(phone.now - asked, 60_000);
    phone.expect(&[
        "1 onDenied",
        "1 hangup Device or Permission Error, timeout",
        "1 destroy",
        "1: release",
    ]);
    // The media part stops the stream by itself; nothing follows from it here.
    phone.granted(dialog, 1);
    phone.expect(&[]);
}

#[test]
fn no_description_in_time_is_a_media_error() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.granted(dialog, 1);
    phone.took();
    phone.ring();
    phone.expect(&[
        "1 hangup Media Error 88, timeout",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_description_that_the_browser_refuses_is_a_media_error_and_the_server_is_told() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "trying");
    phone.answered("c1");
    phone.failed(dialog, 1, Kind::Media(Trouble::Failed));
    phone.expect(&[
        "1: ring false",
        "1: remote 1 v=0 theirs",
        "1 hangup Media Error 88, media-failed",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
    let bye = &phone.sent[1].1;
    assert_eq!(bye["cause"], "Media Error");
    assert_eq!(
        bye["causeCode"], 88,
        "the server knows the code, not the words"
    );
}

// The original client loses the server's cause here, and asks for a state that its own table
// refuses.
#[test]
fn an_invite_that_is_refused_ends_with_the_servers_cause_and_without_a_bye() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    let cause = "DESTINATION_OUT_OF_ORDER";
    let error = json!({ "code": -32002, "message": "CALL ERROR", "cause": cause, "causeCode": 27 });
    phone.refuse("verto.invite", error);
    // A bye would end the other call, which has this callID.
    phone.expect(&[
        "1 hangup DESTINATION_OUT_OF_ORDER 27, rejected",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn an_invite_that_is_refused_without_a_cause_ends_normally() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    phone.refuse(
        "verto.invite",
        json!({ "code": -32002, "message": "SDP missing" }),
    );
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, rejected",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn an_invite_without_a_reply_is_taken_back() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    phone.fail("verto.invite", Error::new(Kind::Timeout, "no answer"));
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, timeout",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

// The original client kills the call: its table allows no way from requesting to early.
#[test]
fn media_before_the_invites_reply_are_kept_for_it() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "requesting");
    phone.media("c1");
    phone.expect(&[]);
    phone.reply("verto.invite", json!({}));
    phone.expect(&["1 trying", "1: remote 1 v=0 theirs"]);
    phone.applied(dialog, 1);
    phone.expect(&["1 early", "1: play 1"]);
}

#[test]
fn an_answer_before_the_invites_reply_is_kept_for_it() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "requesting");
    phone.answered("c1");
    phone.expect(&[]);
    phone.reply("verto.invite", json!({}));
    phone.expect(&["1 trying", "1: remote 1 v=0 theirs"]);
    phone.applied(dialog, 1);
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn a_call_that_was_answered_needs_no_reply_to_its_invite() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "requesting");
    phone.answered("c1");
    phone.fail("verto.invite", Error::new(Kind::Timeout, "no answer"));
    phone.applied(dialog, 1);
    phone.expect(&[
        "1 trying",
        "1: remote 1 v=0 theirs",
        "1 active",
        "1: play 1",
    ]);
}

// The original client kills an active call for it: active may not become trying.
#[test]
fn a_reply_to_the_invite_that_comes_again_is_ignored() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.reply("verto.invite", json!({}));
    phone.expect(&["ignored what came too late, or twice, for a call"]);
}

#[test]
fn media_that_come_again_with_or_without_sdp_are_ignored() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "early");
    phone.media("c1");
    phone.says("verto.media", json!({ "callID": "c1" }));
    let ignored = "ignored what came too late, or twice, for a call";
    phone.expect(&[ignored, ignored]);
    phone.answered("c1");
    phone.expect(&["1 active"]);
    phone.answered("c1");
    phone.media("c1");
    phone.expect(&[ignored, ignored]);
}

#[test]
fn an_answer_without_any_sdp_waits_for_it_but_not_for_ever() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "trying");
    phone.says("verto.answer", json!({ "callID": "c1" }));
    phone.expect(&[]);
    phone.media("c1");
    phone.expect(&["1: ring false", "1: remote 1 v=0 theirs"]);
    phone.ring();
    phone.expect(&[
        "1 hangup Media Error 88, timeout",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

// The original client ends a call that is in trying for 30 s, though the other side rings.
#[test]
fn a_call_that_rings_has_no_timer() {
    for state in ["trying", "early", "active"] {
        let mut phone = Phone::online();
        phone.outgoing("c1", state);
        assert_eq!(phone.dialogs.deadline(), None, "{state}");
    }
}

#[test]
fn the_node_that_takes_a_call_is_named_in_each_later_request() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "requesting");
    phone.says("verto.trying", json!({ "callID": "c1", "node_uuid": "n1" }));
    phone.expect(&["1 trying", "1: ring true"]);
    // A server that says so may still reply.
    phone.reply("verto.invite", json!({}));
    phone.expect(&["ignored what came too late, or twice, for a call"]);
    phone.hangup(dialog);
    assert_eq!(phone.sent[1].1["dialogParams"]["node_uuid"], "n1");
}

#[test]
fn a_display_names_the_other_side_at_any_time() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    let names = json!({ "callID": "c1", "display_name": "Bob", "display_number": "1002" });
    phone.says("verto.display", names);
    phone.says(
        "verto.display",
        json!({ "callID": "c1", "display_name": "", "display_number": 7 }),
    );
    phone.expect(&["1 display Bob <1002>", "1 display - <->"]);
}

#[test]
fn two_calls_of_one_call_id_are_not_made() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "trying");
    let second = phone.dialogs().new_call("c1".into(), "{}".into());
    assert_eq!(second, None);
    phone.bye("c1", "USER_BUSY", 17);
    assert_eq!(phone.dialogs().new_call("c1".into(), "{}".into()), Some(2));
}

//! Calls and a lost connection: `verto.attach` in its simple form.

use serde_json::json;
use verto_wasm::core::dialog::Expected;
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;

// The original client ends every call when its socket closes (1.7, 9).
#[test]
fn a_call_lives_on_through_a_lost_connection() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.lost();
    phone.expect(&[]);
    phone.logged_in();
    phone.attach("c1");
    phone.expect(&["1 recovering", "1: connect 2 to v=0 theirs anew"]);
    phone.client_ready();
    phone.prepare(dialog, 2);
    phone.expect(&["> verto.attach"]);
    let params = json!({
        "sdp": "v=0 ours",
        "dialogParams": { "destination_number": "9196", "useVideo": false, "callID": "c1" },
    });
    assert_eq!(phone.sent.last().unwrap().1, params);
    phone.reply("verto.attach", json!({ "sessid": "s" }));
    phone.expect(&["1 active"]);
    // The old connection plays until then.
    phone.connected(dialog, 2);
    phone.expect(&["1: play 2", "1: close 1"]);
    assert_eq!(phone.dialogs.deadline(), None);
}

// The server still holds it, and doesn't say so (transcript s35).
#[test]
fn a_call_that_was_held_is_held_again() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.hold(7, dialog, "hold");
    phone.reply("verto.modify", json!({ "holdState": "held" }));
    phone.lost();
    phone.logged_in();
    phone.attach("c1");
    phone.prepare(dialog, 2);
    phone.took();
    phone.reply("verto.attach", json!({}));
    phone.expect(&["1 held"]);
}

#[test]
fn an_attach_in_a_good_call_makes_its_media_anew() {
    let mut phone = Phone::online();
    let dialog = phone.incoming("c1", "active");
    phone.attach("c1");
    phone.prepare(dialog, 2);
    phone.reply("verto.attach", json!({}));
    phone.expect(&[
        "1 recovering",
        "1: connect 2 to v=0 theirs anew",
        "> verto.attach",
        "1 active",
    ]);
}

#[test]
fn a_second_attach_overtakes_the_first() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.attach("c1");
    phone.prepare(dialog, 2);
    phone.took();
    phone.attach("c1");
    phone.expect(&["1: close 2", "1: connect 3 to v=0 theirs anew"]);
    // What belongs to the first is of no use any more.
    phone.reply("verto.attach", json!({}));
    phone.local(dialog, 2);
    phone.connected(dialog, 2);
    phone.expect(&[
        "ignored what came too late, or twice, for a call",
        "ignored what came too late, or twice, for a call",
        "ignored what came too late, or twice, for a call",
    ]);
    phone.prepare(dialog, 3);
    phone.connected(dialog, 3);
    phone.reply("verto.attach", json!({}));
    phone.expect(&["> verto.attach", "1: play 3", "1: close 1", "1 active"]);
}

#[test]
fn a_connection_lost_again_while_recovering_begins_anew() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.attach("c1");
    phone.prepare(dialog, 2);
    phone.took();
    phone.lost();
    phone.fail("verto.attach", Error::new(Kind::ConnectionLost, "lost"));
    phone.expect(&[]);
    phone.logged_in();
    phone.attach("c1");
    phone.prepare(dialog, 3);
    phone.reply("verto.attach", json!({}));
    phone.expect(&[
        "1: close 2",
        "1: connect 3 to v=0 theirs anew",
        "> verto.attach",
        "1 active",
    ]);
}

#[test]
fn a_call_that_is_not_back_when_the_server_is_ready_has_ended() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.lost();
    phone.logged_in();
    phone.client_ready();
    phone.expect(&[
        "1 hangup RECOVERY_ON_TIMER_EXPIRE 102, connection-lost",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_server_that_is_never_ready_ends_it_too() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.lost();
    assert_eq!(
        phone.dialogs.deadline(),
        None,
        "the connection has its own times"
    );
    phone.logged_in();
    phone.ring();
    phone.expect(&[
        "1 hangup RECOVERY_ON_TIMER_EXPIRE 102, connection-lost",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

// So does the server, at once.
#[test]
fn a_call_that_is_not_answered_ends_with_the_connection() {
    for state in ["requesting", "trying", "early"] {
        let mut phone = Phone::online();
        phone.outgoing("c1", state);
        phone.lost();
        let end = "1 hangup DESTINATION_OUT_OF_ORDER 27, connection-lost";
        phone.expect_after(state, &[end, "1 destroy", "1: release"]);
    }
    let mut phone = Phone::online();
    phone.incoming("c1", "ringing");
    phone.lost();
    phone.expect(&[
        "1: ring false",
        "1 hangup DESTINATION_OUT_OF_ORDER 27, connection-lost",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_call_that_is_not_sent_yet_waits_for_the_next_login() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "new");
    phone.lost();
    phone.prepare(dialog, 1);
    phone.logged_in();
    phone.expect(&["1 onGranted", "1 requesting", "> verto.invite"]);
}

#[test]
fn a_hangup_without_a_connection_is_said_at_the_next_login() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.lost();
    phone.hangup(dialog);
    phone.expect(&["1 hangup NORMAL_CLEARING", "1 destroy", "1: release"]);
    phone.logged_in();
    phone.expect(&["> verto.bye"]);
    // The server may have offered it before it read that. Once more does no harm.
    phone.attach("c1");
    phone.expect(&[
        "> verto.bye",
        "ignored what came too late, or twice, for a call",
    ]);
    phone.lost();
    phone.logged_in();
    phone.expect(&[]);
}

#[test]
fn a_bye_that_was_lost_with_its_connection_is_said_again_where_it_is_needed() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.hangup(dialog);
    phone.lost();
    phone.logged_in();
    phone.took();
    // Only then is it known to be needed.
    phone.attach("c1");
    phone.expect(&[
        "> verto.bye",
        "ignored what came too late, or twice, for a call",
    ]);
}

// The original client opens the microphone by itself for any call of its sessid (1.7, 9).
#[test]
fn a_call_that_the_page_never_had_opens_no_microphone() {
    let mut phone = Phone::online();
    phone.attach("c1");
    phone.expect(&["> verto.bye", "ignored a call that cannot be taken"]);
    assert!(!phone.dialogs.any());
}

#[test]
fn a_page_that_keeps_its_sessid_gets_its_calls_back_after_a_reload() {
    let mut phone = Phone::offline();
    phone.dialogs().logged_in(true);
    phone.attach("c1");
    phone.expect(&[
        "1 new c1 of Bob <1002>, attach",
        "1 recovering",
        "1: connect 1 to v=0 theirs anew",
    ]);
    phone.client_ready();
    phone.prepare(1, 1);
    phone.expect(&["1 onGranted", "1 answering", "> verto.attach"]);
    phone.reply("verto.attach", json!({}));
    phone.connected(1, 1);
    phone.expect(&["1 active", "1: play 1"]);
}

#[test]
fn only_the_calls_of_a_tabs_record_come_back_after_a_reload_and_as_they_were() {
    let mut phone = Phone::offline();
    phone.dialogs().expect(Expected {
        call_id: "c1".into(),
        held: true,
        microphone: false,
        camera: true,
    });
    assert!(phone.dialogs.awaits_calls());
    phone.logged_in();
    phone.attach("c2");
    phone.expect(&["> verto.bye", "ignored a call that cannot be taken"]);
    phone.attach("c1");
    phone.expect(&[
        "1 new c1 of Bob <1002>, attach",
        "1 recovering",
        "1: connect 1 to v=0 theirs anew, silent",
    ]);
    assert!(!phone.dialogs.awaits_calls());
    phone.prepare(1, 1);
    phone.reply("verto.attach", json!({}));
    phone.expect(&["1 onGranted", "1 answering", "> verto.attach", "1 held"]);
    // It came back; the record isn't good for another.
    phone.hangup(1);
    phone.took();
    phone.attach("c1");
    phone.expect(&[
        "> verto.bye",
        "ignored what came too late, or twice, for a call",
    ]);
}

#[test]
fn what_of_the_record_is_not_back_when_the_server_is_ready_is_over() {
    let mut phone = Phone::offline();
    phone.dialogs().expect(Expected {
        call_id: "c1".into(),
        ..Expected::default()
    });
    phone.logged_in();
    phone.client_ready();
    assert!(!phone.dialogs.awaits_calls());
    phone.attach("c1");
    phone.expect(&["> verto.bye", "ignored a call that cannot be taken"]);
}

#[test]
fn an_attach_that_is_refused_ends_the_call_as_it_does_at_the_server() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.attach("c1");
    phone.prepare(dialog, 2);
    phone.took();
    phone.refuse(
        "verto.attach",
        json!({ "message": "CODEC NEGOTIATION ERROR", "code": -32002 }),
    );
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, rejected",
        "1 destroy",
        "1: release",
    ]);
}

// Where the network comes and goes, the socket may be dead again, and look alive for half a minute.
#[test]
fn an_attach_that_is_not_answered_is_made_on_another_socket_once() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.lost();
    let timeout = || Error::new(Kind::Timeout, "no answer");
    for epoch in [2, 3] {
        phone.logged_in();
        phone.attach("c1");
        phone.prepare(dialog, epoch);
        phone.took();
        phone.fail("verto.attach", timeout());
        if epoch == 2 {
            phone.expect(&["reconnect"]);
            phone.lost();
        }
    }
    phone.expect(&[
        "1 hangup NORMAL_CLEARING, timeout",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn an_attach_without_a_description_leaves_the_call_as_it_is() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.says("verto.attach", json!({ "callID": "c1" }));
    phone.expect(&["ignored what came too late, or twice, for a call"]);
}

#[test]
fn a_clock_set_back_holds_no_wait_up() {
    let mut phone = Phone::online();
    phone.call("c1");
    let until = phone.dialogs.deadline().unwrap();
    phone.dialogs.set_back(3_600_000);
    assert_eq!(phone.dialogs.deadline(), Some(until - 3_600_000));
}

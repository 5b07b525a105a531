//! Media that die while the socket lives.

use serde_json::json;
use testkit::Json;
use verto_wasm::core::dialog::{DialogId, Sender};
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;

const LATE: &str = "ignored what came too late, or twice, for a call";

/// A call that is talked in, and whose media have just died.
fn dead() -> (Phone, DialogId) {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.connected(dialog, 1);
    phone.dead(dialog, 1);
    phone.expect(&[]);
    (phone, dialog)
}

/// The next try, up to its offer.
fn offers(phone: &mut Phone, dialog: DialogId, epoch: u32) {
    phone.ring();
    phone.prepare(dialog, epoch);
    phone.took();
}

#[test]
fn dead_media_are_made_anew_and_no_state_is_told() {
    for incoming in [false, true] {
        let mut phone = Phone::online();
        let dialog = match incoming {
            true => phone.incoming("c1", "active"),
            false => phone.outgoing("c1", "active"),
        };
        phone.connected(dialog, 1);
        phone.dead(dialog, 1);
        phone.ring();
        phone.expect(&["1: connect 2"]);
        phone.prepare(dialog, 2);
        phone.expect(&["> verto.modify"]);
        let params = &phone.sent.last().unwrap().1;
        assert_eq!(
            (&params["action"], &params["sdp"]),
            (&json!("updateMedia"), &json!("v=0 ours"))
        );
        assert_eq!(params["dialogParams"]["callID"], "c1");
        phone.reply(
            "verto.modify",
            json!({ "sdp": "v=0 theirs", "holdState": "active" }),
        );
        phone.expect(&["1: remote 2 v=0 theirs"]);
        phone.applied(dialog, 2);
        phone.expect(&[]);
        // The old connection plays until then.
        phone.connected(dialog, 2);
        phone.expect(&["1: play 2", "1: close 1"]);
        assert_eq!(phone.dialogs.deadline(), None);
    }
}

#[test]
fn media_that_come_back_within_two_seconds_are_left_alone() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.disconnected(dialog, 1);
    assert_eq!(phone.dialogs.deadline(), Some(phone.now + 2_000));
    phone.connected(dialog, 1);
    assert_eq!(phone.dialogs.deadline(), None);
    phone.disconnected(dialog, 1);
    // It won't come back by itself.
    phone.dead(dialog, 1);
    assert_eq!(phone.dialogs.deadline(), Some(phone.now));
}

#[test]
fn the_old_media_may_come_back_until_the_new_offer_is_sent() {
    let (mut phone, dialog) = dead();
    phone.ring();
    phone.granted(dialog, 2);
    phone.took();
    phone.connected(dialog, 1);
    phone.expect(&["1: close 2"]);
    assert_eq!(phone.dialogs.deadline(), None);
    phone.local(dialog, 2);
    phone.expect(&[LATE]);

    phone.dead(dialog, 1);
    offers(&mut phone, dialog, 3);
    // Now the server knows of the new one.
    phone.connected(dialog, 1);
    phone.expect(&[]);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.connected(dialog, 3);
    phone.expect(&["1: remote 3 v=0 theirs", "1: play 3", "1: close 1"]);
}

#[test]
fn a_call_that_is_held_stays_held() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.hold(7, dialog, "hold");
    phone.reply("verto.modify", json!({ "holdState": "held" }));
    phone.took();
    phone.dead(dialog, 1);
    offers(&mut phone, dialog, 2);
    phone.reply(
        "verto.modify",
        json!({ "sdp": "v=0 theirs", "holdState": "held" }),
    );
    phone.applied(dialog, 2);
    phone.connected(dialog, 2);
    phone.expect(&["1: remote 2 v=0 theirs", "1: play 2", "1: close 1"]);
}

#[test]
fn tries_that_fail_come_less_often_and_end_with_media_timeout() {
    let (mut phone, dialog) = dead();
    let began = phone.now;
    let mut times = Vec::new();
    for epoch in 2..6 {
        offers(&mut phone, dialog, epoch);
        times.push(phone.now - began);
        let refusal = match epoch {
            2 => "CODEC NEGOTIATION ERROR",
            _ => "MEDIA ERROR",
        };
        phone.refuse(
            "verto.modify",
            json!({ "message": refusal, "code": -32002 }),
        );
        phone.expect(&[&format!("1: close {epoch}")]);
    }
    assert_eq!(times, [0, 2_000, 6_000, 14_000]);
    // The next would begin at 22 s.
    offers(&mut phone, dialog, 6);
    phone.failed(dialog, 6, Kind::Unsupported);
    phone.expect(&["1: close 6"]);
    phone.ring();
    assert_eq!(phone.now - began, 30_000);
    phone.expect(&[
        "1 hangup MEDIA_TIMEOUT 804, media-failed",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_description_that_is_not_taken_and_a_connection_that_fails_lead_to_the_next_try() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.failed(dialog, 2, Kind::Unsupported);
    phone.expect(&["1: remote 2 v=0 theirs", "1: close 2"]);
    offers(&mut phone, dialog, 3);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.dead(dialog, 3);
    phone.expect(&["1: remote 3 v=0 theirs", "1: close 3"]);
    // One that never connects has 8 s.
    offers(&mut phone, dialog, 4);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.took();
    let sent = phone.now;
    phone.ring();
    assert_eq!(phone.now - sent, 8_000);
    phone.expect(&["1: close 4", "1: connect 5"]);
}

#[test]
fn what_an_older_try_still_brings_is_ignored() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.refuse("verto.modify", json!({ "message": "MEDIA ERROR" }));
    phone.reply("verto.modify", json!({ "sdp": "v=0 twice" }));
    phone.expect(&["1: close 2", LATE]);
    phone.ring();
    phone.reply("verto.modify", json!({ "sdp": "v=0 late" }));
    phone.connected(dialog, 2);
    phone.applied(dialog, 2);
    phone.expect(&["1: connect 3", LATE, LATE, LATE]);
}

#[test]
fn the_reply_to_an_older_try_is_no_answer_to_the_newer() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.failed(dialog, 2, Kind::Unsupported);
    offers(&mut phone, dialog, 3);
    let (older, _) = phone.sent[phone.sent.len() - 2].clone();
    let Sender::Dialog(asker) = older.sender else {
        panic!("{older:?}");
    };
    phone.took();
    let result = Json(json!({ "sdp": "v=0 older" }));
    phone.dialogs().replied(asker, Ok(&result));
    phone.expect(&[LATE]);
}

// FreeSWITCH before 2020 answers an action that it doesn't know with the state alone.
#[test]
fn a_server_that_does_not_know_update_media_is_asked_once_and_the_old_media_may_return() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.reply("verto.modify", json!({ "holdState": "active" }));
    phone.expect(&["1: close 2"]);
    assert_eq!(phone.dialogs.deadline(), Some(phone.now + 30_000));
    phone.connected(dialog, 1);
    assert_eq!(phone.dialogs.deadline(), None);

    phone.dead(dialog, 1);
    offers(&mut phone, dialog, 3);
    phone.connected(dialog, 1);
    phone.reply("verto.modify", json!({ "holdState": "active" }));
    phone.expect(&["1: close 3"]);
    assert_eq!(phone.dialogs.deadline(), None);
}

#[test]
fn a_server_that_does_not_answer_is_reached_by_another_socket() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    let sent = phone.now;
    phone.ring();
    assert_eq!(phone.now - sent, 8_000);
    phone.expect(&["reconnect"]);
    phone.lost();
    assert_eq!(phone.dialogs.deadline(), None);
    // What belongs to the socket before changes nothing.
    phone.fail("verto.modify", Error::new(Kind::ConnectionLost, "lost"));
    phone.dead(dialog, 1);
    phone.logged_in();
    phone.attach("c1");
    phone.expect(&[
        "1 recovering",
        "1: close 2",
        "1: connect 3 to v=0 theirs anew",
    ]);
    phone.prepare(dialog, 3);
    phone.reply("verto.attach", json!({}));
    phone.connected(dialog, 3);
    phone.expect(&["> verto.attach", "1 active", "1: play 3", "1: close 1"]);
    assert_eq!(phone.dialogs.deadline(), None);
}

// The thread of a half-open socket may detach the call once more (2.4, 4).
#[test]
fn an_attach_that_does_not_connect_is_made_on_another_socket_once() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    for epoch in [2, 3] {
        phone.lost();
        phone.logged_in();
        phone.attach("c1");
        phone.prepare(dialog, epoch);
        phone.reply("verto.attach", json!({}));
        phone.took();
        let attached = phone.now;
        phone.ring();
        assert_eq!(phone.now - attached, 8_000);
        match epoch {
            2 => phone.expect(&["reconnect"]),
            _ => phone.expect(&["1: close 3", "1: connect 4"]),
        }
    }
    phone.prepare(dialog, 4);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.connected(dialog, 4);
    phone.expect(&[
        "> verto.modify",
        "1: remote 4 v=0 theirs",
        "1: play 4",
        "1: close 1",
    ]);
    // In the next outage it may be the socket's fault again.
    phone.dead(dialog, 4);
    offers(&mut phone, dialog, 5);
    phone.ring();
    phone.expect(&["reconnect"]);
}

#[test]
fn an_attach_is_made_alone() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.attach("c1");
    // They count no more; neither does the reply to the offer of before.
    phone.dead(dialog, 1);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.expect(&[
        "1 recovering",
        "1: close 2",
        "1: connect 3 to v=0 theirs anew",
        LATE,
    ]);
    phone.prepare(dialog, 3);
    phone.connected(dialog, 3);
    phone.reply("verto.attach", json!({}));
    phone.expect(&["> verto.attach", "1: play 3", "1: close 1", "1 active"]);
    assert_eq!(phone.dialogs.deadline(), None);
}

// The server hangs an unanswered call up for it (4, 28).
#[test]
fn media_that_die_before_the_answer_are_made_anew_after_it() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "early");
    phone.connected(dialog, 1);
    phone.dead(dialog, 1);
    assert_eq!(phone.dialogs.deadline(), None);
    phone.now += 60_000;
    phone.answered("c1");
    phone.expect(&["1 active"]);
    phone.ring();
    phone.expect(&["1: connect 2"]);
}

#[test]
fn the_networks_return_hastens_the_next_try() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.refuse("verto.modify", json!({ "message": "MEDIA ERROR" }));
    phone.took();
    phone.dialogs().woke();
    assert_eq!(phone.dialogs.deadline(), Some(phone.now));
    phone.ring();
    phone.expect(&["1: connect 3"]);
    let until = phone.dialogs.deadline();
    phone.dialogs().woke();
    assert_eq!(
        phone.dialogs.deadline(),
        until,
        "a try that goes on has its time"
    );
    phone.dialogs.set_back(3_600_000);
    assert_eq!(
        phone.dialogs.deadline(),
        until.map(|until| until - 3_600_000)
    );
}

// A laptop whose lid was closed wakes with the network of before, and its call may live.
#[test]
fn after_a_sleep_a_call_is_not_given_up_before_its_media_were_tried_once() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    phone.connected(dialog, 1);
    phone.disconnected(dialog, 1);
    phone.now += 40_000;
    phone.dialogs().timer();
    phone.expect(&["1: connect 2"]);
    phone.prepare(dialog, 2);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.connected(dialog, 2);
    phone.expect(&[
        "> verto.modify",
        "1: remote 2 v=0 theirs",
        "1: play 2",
        "1: close 1",
    ]);
    // Where that is in vain it has ended.
    phone.disconnected(dialog, 2);
    phone.now += 40_000;
    phone.dialogs().timer();
    phone.expect(&["1: connect 3"]);
    let tried = phone.now;
    phone.ring();
    assert_eq!(phone.now - tried, 8_000);
    phone.expect(&[
        "1 hangup MEDIA_TIMEOUT 804, media-failed",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
}

#[test]
fn a_hangup_ends_the_mending() {
    let (mut phone, dialog) = dead();
    offers(&mut phone, dialog, 2);
    phone.hangup(dialog);
    phone.expect(&[
        "1 hangup NORMAL_CLEARING",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
    phone.reply("verto.modify", json!({ "sdp": "v=0 theirs" }));
    phone.connected(dialog, 2);
    phone.expect(&[]);
    assert_eq!(phone.dialogs.deadline(), None);
}

// Otherwise a server that takes logins and then closes them would be asked without end.
#[test]
fn only_a_call_that_was_talked_in_hurries_the_next_connection() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "active");
    assert!(phone.dialogs().lost());
    phone.logged_in();
    assert!(!phone.dialogs().lost(), "it wasn't back");
    phone.logged_in();
    phone.attach("c1");
    assert!(phone.dialogs().lost());
    phone.hangup(dialog);

    let mut phone = Phone::online();
    phone.outgoing("c1", "early");
    assert!(!phone.dialogs().lost());
}

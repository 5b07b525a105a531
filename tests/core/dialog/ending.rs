//! How a call ends: at every moment, by everybody, once.

use serde_json::json;
use verto_wasm::core::error::{Error, Kind};

use super::phone::Phone;

// The original client sends the invite all the same, a second later: a ghost call that rings
// somewhere with nobody behind it (1.7, 2).
#[test]
fn a_hangup_before_the_invite_leaves_no_ghost() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.took();
    phone.hangup(dialog);
    // Nothing is told of the server: it knows nothing of the call.
    phone.expect(&["1 hangup NORMAL_CLEARING", "1 destroy", "1: release"]);
    phone.prepare(dialog, 1);
    phone.expect(&[]);
    assert_eq!(phone.dialogs.deadline(), None);
}

#[test]
fn a_hangup_while_candidates_are_gathered_leaves_no_ghost() {
    let mut phone = Phone::online();
    let dialog = phone.call("c1");
    phone.granted(dialog, 1);
    phone.hangup(dialog);
    phone.took();
    phone.local(dialog, 1);
    phone.expect(&[]);
    assert!(phone.sent.is_empty());
}

// The original client sends no bye here, and the other phone rings on (1.7, 3).
#[test]
fn a_hangup_before_the_invites_reply_takes_it_back() {
    let mut phone = Phone::online();
    let dialog = phone.outgoing("c1", "requesting");
    phone.hangup(dialog);
    phone.expect(&[
        "1 hangup NORMAL_CLEARING",
        "> verto.bye",
        "1 destroy",
        "1: release",
    ]);
    phone.reply("verto.invite", json!({}));
    phone.answered("c1");
    phone.expect(&["ignored what came too late, or twice, for a call"]);
}

#[test]
fn a_hangup_in_every_later_state_says_one_bye() {
    for state in ["trying", "early", "active"] {
        let mut phone = Phone::online();
        let dialog = phone.outgoing("c1", state);
        phone.hangup(dialog);
        let end = [
            "1 hangup NORMAL_CLEARING",
            "> verto.bye",
            "1 destroy",
            "1: release",
        ];
        phone.expect_after(state, &end);
        let bye = &phone.sent[1].1;
        assert_eq!(bye["cause"], "NORMAL_CLEARING", "{state}");
        assert!(bye.get("causeCode").is_none(), "{state}");
        assert!(!phone.hangup(dialog), "{state}: it ends once");
        phone.bye("c1", "NORMAL_CLEARING", 16);
        phone.expect(&["ignored what came too late, or twice, for a call"]);
    }
}

// The original client echoes it, and gets an error for that (1.7, 9).
#[test]
fn a_bye_of_the_servers_is_not_echoed() {
    for state in ["requesting", "trying", "early", "active"] {
        let mut phone = Phone::online();
        phone.outgoing("c1", state);
        phone.bye("c1", "USER_BUSY", 17);
        phone.expect_after(state, &["1 hangup USER_BUSY 17", "1 destroy", "1: release"]);
    }
}

#[test]
fn a_bye_without_words_ends_a_call_normally() {
    let strange = [
        json!({}),
        json!({ "cause": 7, "causeCode": "x" }),
        json!({ "causeCode": -1 }),
    ];
    for mut said in strange {
        said["callID"] = json!("c1");
        let mut phone = Phone::online();
        phone.outgoing("c1", "active");
        phone.says("verto.bye", said);
        phone.expect(&["1 hangup NORMAL_CLEARING", "1 destroy", "1: release"]);
    }
}

#[test]
fn a_bye_before_the_invites_reply_ends_it() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "requesting");
    phone.bye("c1", "INCOMPATIBLE_DESTINATION", 88);
    phone.took();
    phone.reply("verto.invite", json!({}));
    phone.expect(&[]);
}

// The original client says nothing: the other side waits in silence for two minutes.
#[test]
fn a_logout_says_bye_for_each_call() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.incoming("c2", "ringing");
    phone.outgoing("c3", "new");
    phone.dialogs.logout();
    phone.expect(&[
        "1 hangup NORMAL_CLEARING",
        "> verto.bye",
        "1 destroy",
        "1: release",
        "2: ring false",
        "2 hangup NORMAL_CLEARING",
        "> verto.bye",
        "2 destroy",
        "2: release",
        "3 hangup NORMAL_CLEARING",
        "3 destroy",
        "3: release",
    ]);
    assert!(!phone.dialogs.any());
}

#[test]
fn a_session_that_ends_for_good_gives_its_calls_up() {
    let mut phone = Phone::online();
    phone.outgoing("c1", "active");
    phone.incoming("c2", "ringing");
    let error = Error::new(Kind::TakenOver, "another login took this session over");
    phone.dialogs.closed(&error);
    // The other login has the calls now: nothing is sent.
    phone.expect(&[
        "1 purge NORMAL_CLEARING, taken-over",
        "1 destroy",
        "1: release",
        "2: ring false",
        "2 purge NORMAL_CLEARING, taken-over",
        "2 destroy",
        "2: release",
    ]);
    phone.logged_in();
    phone.expect(&[]);
}

// As it does without `autoReconnect`, or where a token has expired: nobody else has its calls, and the
// server keeps them for two minutes, with somebody at the other end.
#[test]
fn a_session_that_ends_without_a_takeover_says_its_byes_at_the_next_login() {
    for kind in [Kind::ConnectionLost, Kind::Auth] {
        let mut phone = Phone::online();
        phone.outgoing("c1", "active");
        phone.lost();
        phone.dialogs.closed(&Error::new(kind, "it ended"));
        phone.took();
        phone.logged_in();
        phone.expect(&["> verto.bye"]);
    }
}

#[test]
fn numbers_are_never_used_again() {
    let mut phone = Phone::online();
    let first = phone.outgoing("c1", "active");
    phone.hangup(first);
    phone.took();
    let second = phone.call("c1");
    assert_ne!(first, second);
    phone.took();
    // What is said of the first isn't taken for the second.
    phone.prepare(first, 1);
    phone.expect(&[]);
}

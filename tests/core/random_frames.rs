//! Random JSON as frames, in each state: nothing panics, no call is lost or settled twice, and
//! the session goes on working.
//!
//! `VERTO_FUZZ=5000000 cargo test --release --test core random_frames` takes that many random
//! frames instead of the usual few thousand. This was run on 2026-11-25 and passed, in 453 s on
//! a machine that had other work besides.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Tree, json};
use testkit::{CREDENTIALS, CallId, Harness, Notice, State, watched};

use crate::random_json::{MEMBERS, METHODS, frame, one_of_each};

/// The number of states that [`in_state`] can reach.
const STATES: usize = 7;
/// The calls that are made on the way to the later states.
const CALLS: [CallId; 2] = [1, 2];

/// A session in one of its states, with calls and subscriptions that have no answer yet.
fn in_state(which: usize) -> Harness {
    let mut h = Harness::new();
    h.subscribe(&["vcc", "vcc.default.1007"], 1);
    let steps: [fn(&mut Harness); STATES - 1] = [
        |h| h.connect(watched()),
        |h| h.open(),
        |h| h.credentials(Ok(CREDENTIALS.into())),
        |h| {
            h.reply(1, &json!({}));
            h.grant(2, &["vcc"]);
            CALLS.into_iter().for_each(|call| h.call(call));
            h.subscribe(&["demo"], 2);
        },
        |h| h.drop_connection(),
        |h| h.logout(),
    ];
    steps.iter().take(which).for_each(|step| step(&mut h));
    h
}

/// Checks that the session still works, and ends it.
fn survived(mut h: Harness) {
    let called = h.texts().iter().any(|text| text.contains("echo"));
    if h.session.state() == State::Ready {
        h.forget();
        h.call(50);
        let id = h.sent()[0]["id"].as_u64().unwrap();
        h.reply(id as u32, &json!("well"));
        assert_eq!(h.outcome(50).as_ref().unwrap().0, "well");
        h.subscribe(&["new"], 3);
        h.event("new", Some("new"), None);
        assert!(h.told().iter().any(|one| one.starts_with("event")));
    }
    h.logout();
    assert_eq!(h.session.deadline(), None);
    let mut settled = Vec::new();
    for notice in h.notices() {
        if let Notice::Settle { call, .. } = notice {
            assert!(!settled.contains(call), "call {call} was settled twice");
            settled.push(*call);
        }
    }
    for call in CALLS.into_iter().filter(|_| called) {
        assert!(settled.contains(&call), "call {call} was lost");
    }
}

/// Frames as they should be, one of each kind.
fn good_frames() -> Vec<Tree> {
    let mut frames: Vec<Tree> = METHODS
        .iter()
        .map(|method| {
            let params = json!({
                "eventChannel": "vcc.default.1007", "subscribedChannel": "vcc",
                "eventSerno": 1, "sessid": "x", "msg": {},
            });
            json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
        })
        .collect();
    for id in 1..6 {
        let result = json!({ "code": 200, "message": "OK", "subscribedChannels": ["demo"] });
        frames.push(json!({ "id": id, "result": result }));
        let error = json!({ "code": -32000, "message": "no", "unauthorizedChannels": ["demo"] });
        frames.push(json!({ "id": id, "error": error }));
    }
    frames
}

#[test]
fn a_wrong_type_in_any_member_is_survived_in_every_state() {
    for which in 0..STATES {
        for good in good_frames() {
            for member in MEMBERS {
                let mut h = in_state(which);
                for wrong in one_of_each() {
                    let mut outside = good.clone();
                    outside[member] = wrong.clone();
                    let mut inside = good.clone();
                    for part in ["params", "result", "error"] {
                        if let Some(part) = inside.get_mut(part).and_then(Tree::as_object_mut) {
                            part.insert((*member).into(), wrong.clone());
                        }
                    }
                    h.frame(outside);
                    h.frame(inside);
                }
                survived(h);
            }
        }
    }
}

#[test]
fn deep_nesting_in_any_member_is_survived_in_every_state() {
    let deep = |wrap: fn(Tree) -> Tree| (0..300).fold(json!(1), |tree, _| wrap(tree));
    let trees = [
        deep(|tree| json!([tree])),
        deep(|tree| json!({ "params": tree, "result": 1, "method": {} })),
    ];
    for which in 0..STATES {
        let mut h = in_state(which);
        for tree in &trees {
            h.frame(tree.clone());
            for good in good_frames() {
                for member in ["method", "id", "params", "result", "error"] {
                    let mut frame = good.clone();
                    frame[member] = tree.clone();
                    h.frame(frame);
                }
            }
        }
        survived(h);
    }
}

/// The highest number of frames in one case. The average is half of it.
const MOST_FRAMES: usize = 30;

fn cases() -> u32 {
    let asked = std::env::var("VERTO_FUZZ").ok();
    let frames: Option<usize> = asked.map(|number| number.parse().expect("a number"));
    let usual = ProptestConfig::default().cases;
    frames.map_or(usual, |frames| (frames * 2).div_ceil(MOST_FRAMES) as u32)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_frames_are_survived_in_every_state(
        which in 0..STATES,
        frames in vec((frame(), prop_oneof![3 => Just(0), 1 => 0..8_000u64]), 1..MOST_FRAMES + 1),
    ) {
        let mut h = in_state(which);
        for (frame, later) in frames {
            h.wait(later);
            h.frame(frame);
        }
        survived(h);
    }
}

//! Random callers, the clock, and the reset.

use serde_json::json;

use super::*;

#[test]
fn random_callers_come_reproducibly_and_to_served_queues() {
    let run = |speed: f64, seconds: u64| {
        let mut c = Center::new(config(), speed, 42);
        assert_eq!(c.next_due(), Some(0));
        c.tick(START);
        c.command(START, "ccLogin", &login("test", "1007", "1007"));
        c.take_events();
        c.tick(START + seconds * 1_000);
        c.take_events()
    };
    let events = run(1.0, 700);
    assert_eq!(events, run(1.0, 700));
    let joined = |events: &[CenterEvent]| {
        let waiting = |e: &CenterEvent| e.data["waiting"].as_u64();
        assert!(events.iter().all(|e| e.data["queue"] == "test"));
        events
            .iter()
            .map(waiting)
            .scan(Some(0), |last, now| {
                Some(usize::from(now > std::mem::replace(last, now)))
            })
            .sum::<usize>()
    };
    // A hundred are expected at a mean of 7 s.
    assert!((70..130).contains(&joined(&events)), "{}", joined(&events));
    assert!((70..130).contains(&joined(&run(20.0, 35))));

    let mut c = quiet(config());
    c.tick(START + 1_000_000);
    assert_eq!((c.next_due(), c.take_events()), (None, vec![]));
    c.set_arrivals(true);
    // Nobody who would have come meanwhile comes now.
    c.tick(START + 9_000_000);
    assert_eq!(c.take_events(), []);
    assert!(c.next_due() > Some(START + 9_000_000));
}

#[test]
fn one_tick_or_many_makes_no_difference() {
    let run = |step: u64| {
        let mut c = Center::new(config(), 3.0, 5);
        c.tick(START);
        ready(&mut c, 0, "test", "1007");
        ready(&mut c, 0, "q1", "1008");
        for now in (step..=600_000).step_by(step as usize) {
            c.tick(START + now);
        }
        c.take_events()
    };
    let once = run(600_000);
    assert!(once.len() > 200);
    assert_eq!(once, run(100));
}

#[test]
fn a_clock_that_goes_back_does_no_harm() {
    let mut c = quiet(config());
    ready(&mut c, 5_000, "test", "1007");
    let reply = c.command(START - 500_000, "ccGoBreak", &at("test", "1007"));
    assert_eq!(reply["data"]["since"], START + 5_000);
    c.caller(START - 1, "test", "1").unwrap();
    assert_eq!(c.queues(START - 500_000)[0]["longestWaitMs"], 0);
}

#[test]
fn a_reset_ends_all_and_begins_anew() {
    let mut c = quiet(config());
    let fresh = c.agents();
    ready(&mut c, 0, "test", "1007");
    let first = c.caller(START, "test", "1").unwrap();
    c.caller(START, "test", "2").unwrap();
    c.take_events();
    c.reset(START);
    expect(
        &mut c,
        &[
            "default.1007 callEnded inbound 1 0 SYSTEM_SHUTDOWN",
            "default.1007 agentState test READY()/IDLE 0",
            "default queueState test 0 0",
            "default.1007 agentState test LOGOUT()/IDLE 0",
        ],
    );
    assert_eq!(
        (c.agents(), c.calls(), c.next_due()),
        (fresh, json!([]), None)
    );
    assert_eq!(c.caller(START, "test", "1").unwrap(), first);
}

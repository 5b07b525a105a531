//! Random programs: what page, server, media part, connection and clock do is arbitrary, and after
//! each step everything that the dialogs promise is checked ([`World::judge`]).
//!
//! A failure prints its seed; `VERTO_SEED=… cargo test --test core dialog` runs it again.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::Value as Tree;
use verto_wasm::core::dialog::{Connection, Method, Report, State, Trouble};
use verto_wasm::core::error::Kind;

use super::world::{How, World};
use crate::model::config;
use crate::random_json::tree;

/// One step of a program; a dialog is the n-th of all that ever were.
#[derive(Clone, Debug)]
enum Step {
    NewCall,
    Answer(usize),
    Hangup(usize),
    Hold(usize, &'static str),
    Ask(usize),
    Mute(usize, bool, Option<bool>),
    Purge,
    Logout,
    Invite,
    AttachUnknown,
    /// A request about a call, with a description or without one.
    Server(usize, Method, bool),
    Garbage(Method, Tree),
    Event(usize),
    /// The reply to one of the requests in flight.
    Reply(usize, How),
    /// A reply that came before comes again.
    Again(usize, How),
    /// What media part says of the connection that many before the newest.
    Report(usize, u32, Report),
    /// What usually comes next for a dialog.
    Onward(usize),
    Lost,
    Login(bool),
    ClientReady,
    Closed,
    Ring,
}

const METHODS: [Method; 8] = [
    Method::Invite,
    Method::Attach,
    Method::Trying,
    Method::Media,
    Method::Answer,
    Method::Display,
    Method::Info,
    Method::Bye,
];

fn granted() -> Report {
    Report::Granted {
        audio: true,
        video: false,
    }
}

fn local() -> Report {
    Report::Local { sdp: "v=0".into() }
}

fn failed() -> Report {
    Report::Failed {
        kind: Kind::Media(Trouble::Failed),
        message: "it went wrong".into(),
    }
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        6 => Just(How::Ok),
        2 => Just(How::Held),
        2 => Just(How::Unheld),
        1 => Just(How::Refused),
        1 => Just(How::Timeout),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    prop_oneof![
        3 => Just(granted()),
        3 => Just(local()),
        4 => Just(Report::Applied),
        1 => Just(failed()),
        2 => Just(Report::Connection(Connection::Connected)),
        1 => Just(Report::Connection(Connection::Failed)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 0..32_usize;
    let older = prop_oneof![5 => Just(0_u32), 1 => Just(1), 1 => Just(u32::MAX)];
    let holds = select(&["hold", "unhold", "toggleHold", ""][..]);
    prop_oneof![
        3 => Just(Step::NewCall),
        4 => n().prop_map(Step::Answer),
        2 => n().prop_map(Step::Hangup),
        3 => (n(), holds).prop_map(|(n, action)| Step::Hold(n, action)),
        2 => n().prop_map(Step::Ask),
        2 => (n(), any::<bool>(), any::<Option<bool>>())
            .prop_map(|(n, video, on)| Step::Mute(n, video, on)),
        3 => Just(Step::Invite),
        1 => Just(Step::AttachUnknown),
        4 => (n(), select(&METHODS[..]), any::<bool>())
            .prop_map(|(n, method, sdp)| Step::Server(n, method, sdp)),
        4 => (n(), select(&[Method::Media, Method::Answer, Method::Attach][..]))
            .prop_map(|(n, method)| Step::Server(n, method, true)),
        1 => (select(&METHODS[..]), tree()).prop_map(|(method, tree)| Step::Garbage(method, tree)),
        1 => n().prop_map(Step::Event),
        8 => (n(), how()).prop_map(|(n, how)| Step::Reply(n, how)),
        1 => (n(), how()).prop_map(|(n, how)| Step::Again(n, how)),
        8 => (n(), older, report()).prop_map(|(n, older, report)| Step::Report(n, older, report)),
        45 => n().prop_map(Step::Onward),
        2 => Just(Step::Lost),
        3 => any::<bool>().prop_map(Step::Login),
        1 => Just(Step::ClientReady),
        1 => Just(Step::Ring),
        1 => select(vec![Step::Purge, Step::Logout, Step::Closed]),
    ]
}

fn perform(world: &mut World, step: Step) {
    let nth = |n| world.nth(n);
    match step {
        Step::NewCall => world.new_call(),
        Step::Invite => world.invite(),
        Step::AttachUnknown => world.attach_unknown(),
        Step::Garbage(method, tree) => world.garbage(method, tree),
        Step::Purge => {
            world.end_all();
            world.dialogs.purge(None);
        }
        Step::Logout => world.logout(),
        Step::Closed => world.closed(),
        Step::Lost => world.lost(),
        Step::Login(resumes) => world.logged_in(resumes),
        Step::ClientReady => world.client_ready(),
        Step::Ring => world.ring(),
        Step::Reply(n, how) => {
            let count = world.in_flight.len();
            if count > 0 {
                let asked = world.in_flight.remove(n % count);
                world.over.push(asked);
                world.reply(asked, how, true);
            }
        }
        Step::Again(n, how) => {
            let count = world.over.len();
            if count > 0 {
                let asked = world.over[n % count];
                world.reply(asked, how, false);
            }
        }
        Step::Answer(n) => {
            if let Some(dialog) = nth(n) {
                world.answer(dialog);
            }
        }
        Step::Hangup(n) => {
            if let Some(dialog) = nth(n) {
                world.hangup(dialog);
            }
        }
        Step::Hold(n, action) => {
            if let Some(dialog) = nth(n) {
                world.hold(dialog, action);
            }
        }
        Step::Ask(n) => {
            if let Some(dialog) = nth(n) {
                world.ask(dialog);
            }
        }
        Step::Mute(n, video, on) => {
            if let Some(dialog) = nth(n) {
                world.dialogs.enable(world.now, dialog, video, on);
            }
        }
        Step::Server(n, method, sdp) => {
            if let Some(dialog) = nth(n) {
                world.server(method, dialog, sdp);
            }
        }
        Step::Event(n) => {
            if let Some(dialog) = nth(n) {
                world.event(dialog);
            }
        }
        Step::Report(n, older, report) => {
            if let Some(dialog) = nth(n) {
                world.report(dialog, older, report);
            }
        }
        Step::Onward(n) => {
            if let Some(dialog) = nth(n) {
                onward(world, dialog);
            }
        }
    }
}

/// Lets everybody do what usually comes next for this dialog.
fn onward(world: &mut World, dialog: u32) {
    let mut in_flight = world.in_flight.iter();
    if let Some(at) = in_flight.position(|asker| asker.dialog == dialog) {
        let how = match world.facts[&dialog].told {
            State::Active => How::Held,
            State::Held => How::Unheld,
            _ => How::Ok,
        };
        let asked = world.in_flight.remove(at);
        world.over.push(asked);
        return world.reply(asked, how, true);
    }
    let fact = &world.facts[&dialog];
    match fact.told {
        _ if fact.epoch > 0 && !fact.granted => world.report(dialog, 0, granted()),
        _ if fact.epoch > 0 && !fact.described => world.report(dialog, 0, local()),
        _ if !world.online => world.logged_in(false),
        _ if fact.away => world.server(Method::Attach, dialog, true),
        _ if fact.remote && !fact.applied => world.report(dialog, 0, Report::Applied),
        State::Ringing => world.answer(dialog),
        // With early media or without them.
        State::Trying if dialog.is_multiple_of(2) => world.server(Method::Media, dialog, true),
        State::Trying => world.server(Method::Answer, dialog, true),
        State::Early => world.server(Method::Answer, dialog, false),
        State::Active => world.hold(dialog, "hold"),
        State::Held => world.hold(dialog, "unhold"),
        _ => {}
    }
}

/// Every wait has its end, and then nothing is left but what people wait for; a logout ends that.
fn finish(world: &mut World) {
    world.logged_in(false);
    world.judge();
    world.client_ready();
    world.judge();
    while let Some(asked) = world.in_flight.pop() {
        world.reply(asked, How::Timeout, true);
        world.judge();
    }
    while world.dialogs.deadline().is_some() {
        world.ring();
        world.judge();
        while let Some(asked) = world.in_flight.pop() {
            world.reply(asked, How::Timeout, true);
            world.judge();
        }
    }
    for fact in world.facts.values().filter(|fact| fact.alive) {
        let state = fact.told;
        let patient = [
            State::Trying,
            State::Early,
            State::Ringing,
            State::Active,
            State::Held,
        ];
        assert!(patient.contains(&state), "for ever {state:?}: {fact:?}");
    }
    world.logout();
    world.judge();
    assert!(!world.dialogs.any());
    // What is late finds nobody.
    for dialog in world.facts.keys().copied().collect::<Vec<_>>() {
        for report in [granted(), local(), Report::Applied, failed()] {
            world.report(dialog, 0, report);
        }
        for method in METHODS {
            if !matches!(method, Method::Invite | Method::Attach) {
                world.server(method, dialog, true);
            }
        }
        world.judge();
    }
}

#[test]
fn random_programs() {
    let program = vec(step(), 1..60);
    TestRunner::new(config(2_000))
        .run(&program, |program| {
            let mut world = World::new();
            world.logged_in(false);
            world.judge();
            for step in program {
                perform(&mut world, step);
                world.judge();
            }
            finish(&mut world);
            Ok(())
        })
        .unwrap();
}

//! Random programs: what page, server, media part, connection and clock do is arbitrary, and after
//! each step everything that the dialogs promise is checked ([`World::judge`]).
//!
//! A failure prints its seed; `VERTO_SEED=… cargo test --test core dialog` runs it again.
//!
//! That these checks can fail was tried by planting bugs, one at a time. What caught each first,
//! here; nearly all of them fail a scenario too.
//!
//! Nine bugs of the original client, numbered in our list of them (1, 4, 7 in part and 8 are
//! the media part's):
//! - 2, an ended dialog still gets what comes late, so that a ghost invite leaves: "a timer, for
//!   []"; all of them stay in the table: `any()` after the logout;
//! - 3, no bye before the invite's reply: "1 owes a bye";
//! - 5, a timer while the other side rings: "a timer, for []";
//! - 6, the ringer goes on after the end: the ringing at [`Media::Release`]; after `answer()`:
//!   "whether 1 rings";
//! - 7, media that never played aren't released: "the media of 1 are not released"; they are
//!   released before `destroy` is told: the state at [`Media::Release`];
//! - 9, the server's bye is echoed: "a second bye"; an attach without consent: "a microphone that
//!   nobody asked for"; every call ends with its socket: "what 1 is in". A bye without a cause is
//!   for the scenarios alone.
//!
//! Of the table, where the original client kills the call:
//! - media before the invite's reply: "what 2 is in"; a second reply to the invite: the same; it
//!   is taken in any state: "Ringing to Trying"; a hold while early: "what 1 is in", or "Early to
//!   Held";
//! - an answer while early media are being set is forgotten: "what 4 is in".
//!
//! Of epochs, waits and recovery:
//! - reports of an older connection count: a second invite; a description is taken twice: a second
//!   `verto.attach`; one that is set twice: "Early to Early"; the reply to an older attach counts:
//!   "what 1 is in";
//! - a connection that was overtaken, or replaced, stays open: "3 connections of 1";
//! - what is held is forgotten over an attach: "what 1 is in";
//! - a description that is set after a lost connection ends the wait for the attach: "a timer, for
//!   [1]". This was a mistake of ours, and so was a hold that was answered while the media were
//!   being set: "what 1 is in";
//! - a permission is awaited for ever: the scenario alone; a call that isn't back at `clientReady`
//!   lives on: "1 lives";
//! - a bye that is owed is forgotten: "1 owes a bye"; it is said at each login: "a second bye"; it
//!   is sent without a connection: "sent without a connection";
//! - `hold_others` holds the call itself, one that is held or rings, or only the first of several: "which
//!   calls are held"; one that is away: "sent without a connection"; it holds them for a call that has ended
//!   (a mistake of ours): "which calls are held";
//! - a double click's second call is never settled: "a call of the page's that nobody has".
//!
//! Of dead media and of records:
//! - media of a call that is away count, or the outage outlives its socket: "a timer, for []"; it
//!   outlives an attach: "what 1 is in" and a connection of the wrong kind; an attach is awaited for
//!   ever: "a timer, for [1]"; the wait for a description outlives the connection that it led to (a
//!   mistake of ours): "a timer, for []"; any attach is taken: "a microphone that nobody asked for";
//! - a try that failed stays open or ends the call, the reply to an older one counts, the old media
//!   aren't heeded when they are back, the socket is given up again and again, a call of a record is
//!   taken twice: the scenarios alone.
//!
//! [`Media::Release`]: verto_wasm::core::dialog::Media::Release

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::Value as Tree;
use verto_wasm::core::dialog::{Ask, Change, Connection, Expected, Method, Report, State, Trouble};
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
    Ask(usize, Ask),
    HoldOthers(usize),
    Enable(usize, bool, Change),
    Logout,
    Invite,
    /// A call that the page doesn't know, and what a record has of it.
    AttachUnknown(Option<Expected>),
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
        2 => Just(Report::Connection(Connection::Disconnected)),
        2 => Just(Report::Connection(Connection::Failed)),
    ]
}

fn expected() -> impl Strategy<Value = Option<Expected>> {
    option::of(
        any::<[bool; 3]>().prop_map(|[held, microphone, camera]| Expected {
            call_id: String::new(),
            held,
            microphone,
            camera,
        }),
    )
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 0..32_usize;
    let older = prop_oneof![5 => Just(0_u32), 1 => Just(1), 1 => Just(u32::MAX)];
    let asks = select(&[Ask::Info, Ask::Modify, Ask::Hold, Ask::ToggleHold][..]);
    let changes = select(&[Change::Off, Change::On, Change::Over, Change::None][..]);
    prop_oneof![
        3 => Just(Step::NewCall),
        4 => n().prop_map(Step::Answer),
        2 => n().prop_map(Step::Hangup),
        5 => (n(), asks).prop_map(|(n, ask)| Step::Ask(n, ask)),
        3 => n().prop_map(Step::HoldOthers),
        2 => (n(), any::<bool>(), changes)
            .prop_map(|(n, video, change)| Step::Enable(n, video, change)),
        3 => Just(Step::Invite),
        2 => expected().prop_map(Step::AttachUnknown),
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
        1 => select(vec![Step::Logout, Step::Closed]),
    ]
}

fn perform(world: &mut World, step: Step) {
    let nth = |n| world.nth(n);
    match step {
        Step::NewCall => world.new_call(),
        Step::Invite => world.invite(),
        Step::AttachUnknown(expected) => world.attach_unknown(expected),
        Step::Garbage(method, tree) => world.garbage(method, tree),
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
        Step::Ask(n, ask) => {
            if let Some(dialog) = nth(n) {
                world.ask(dialog, ask);
            }
        }
        Step::HoldOthers(n) => {
            if let Some(dialog) = nth(n) {
                world.hold_others(dialog);
            }
        }
        Step::Enable(n, video, change) => {
            if let Some(dialog) = nth(n) {
                world.dialogs().enable(dialog, video, change);
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
        _ if fact.renewing() => {
            world.report(dialog, 0, Report::Connection(Connection::Connected));
        }
        _ if fact.mending => world.ring(),
        _ if fact.remote && !fact.applied => world.report(dialog, 0, Report::Applied),
        State::Ringing => world.answer(dialog),
        // With early media or without them.
        State::Trying if dialog.is_multiple_of(2) => world.server(Method::Media, dialog, true),
        State::Trying => world.server(Method::Answer, dialog, true),
        State::Early => world.server(Method::Answer, dialog, false),
        State::Active => world.ask(dialog, Ask::Hold),
        State::Held => world.ask(dialog, Ask::Hold),
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

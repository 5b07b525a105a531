//! Random programs against a model. What page, network, server and clock do is arbitrary, and
//! after each step everything that a session promises is checked.
//!
//! [`programs`] makes the programs, [`world`] remembers what has happened, [`page`], [`network`],
//! [`server`] and [`time`] let things happen, [`judge`] holds the promises, and [`late_page`] is
//! the same session on a page that is told everything late. [`phases`] compares the phases that the
//! sessions go through with the diagram in `docs/session.md`.
//!
//! A failure prints its seed, and `VERTO_SEED=… cargo test --test core model` runs the same
//! programs again. `PROPTEST_CASES` (usually 256) asks for more or fewer programs.
//!
//! # These checks can fail
//!
//! Bugs were planted in a copy of the core, one at a time. Each line says what the bug was and
//! which check found it first.
//!
//! Requests and connections:
//! - requests that waited for the login are sent newest first: "call 4 overtook another";
//! - a lost connection forgets the requests in flight: "call 1 hangs on a lost socket";
//! - when the connection is lost, the requests in flight wait to be sent again: "call 7 ended
//!   wrongly" (it ended with `closed` instead of `connection-lost`);
//! - frames of an older socket are taken: [`World::stale`], which expects that nothing happens;
//! - a new connection keeps the subscriptions that the server held on the old one: "asked of the
//!   server is what is wanted";
//! - the late reply to a subscribe request counts, though the channel was given up: "what the
//!   page is told";
//! - a handler on a channel and on its ancestor hears one frame twice: "what the page is told";
//! - a request whose time is over is sent after the login: "call 3 was sent too late";
//! - a reply that comes twice counts twice: "call 2 was settled twice";
//! - a ping is answered before the login: "sent on a socket that isn't open";
//! - `onWSClose(false)` is told at each attempt: "one outage was told twice";
//! - after a logout the state is `idle`: [`World::logout`];
//! - the login's parameters are written to the log: the search for [`world::SECRETS`];
//! - each attempt asks the page for its credentials anew: "the page is asked twice"; what it gives
//!   while there is no socket is dropped: "the page had given them";
//! - a question outlives its session, or an empty answer is sent: "a login without credentials";
//! - another user inherits the subscriptions of a session that has ended: "not released: {1}";
//! - the clock that is set back doesn't move the question: "the timer is too late in Authenticating".
//!
//! Bugs of the reference client, by their numbers in `tests/core/peer_bugs.rs`:
//! - 4, pending calls don't end when the connection is lost: "call 1 hangs on a lost socket";
//!   requests that were sent have no timeout: "the timer rings again and again";
//! - 5, subscriptions are thrown away when the connection is lost: "released 1 unasked";
//! - 8, a logout during a reconnect delay still reconnects: [`World::logout`], which finds
//!   `Reconnecting` instead of `Closed`;
//! - 12, a second handler is dropped: "a number was used twice"; calls that are made without a
//!   connection stay pending: "a timer after the end".
//!
//! Liveness, clocks, repeated events and endings:
//! - each ping begins a new silence, or each waking postpones the judgement: "silent for 30001
//!   ms, and still there";
//! - after a sleep the request in flight excuses silence: "silent for 6000 ms, and still there";
//! - all requests in flight excuse silence, and not only the one that the server works on: "silent
//!   for 17500 ms, and still there";
//! - a subscribe request's time is added to that of those before it: "what the page is told";
//! - a server that never answered a ping is given up: "1 was lost, whose server answers no
//!   pings";
//! - the next connection forgets that the server answers pings: "silent for 6001 ms, and still
//!   there";
//! - a long request postpones the next check: "the timer is too late in Ready";
//! - a frame that comes before a late timer makes the timer spin: "the timer is to be called in
//!   the past";
//! - a clock that is set back delays a reconnect or a check: "the timer is too late in
//!   Reconnecting", "in Ready"; or a request: the deadline of a call in `judge_state`;
//! - waking doesn't cut the reconnect delay short: "it could try";
//! - requests that waited are sent again at each login: "call 1 was settled twice";
//! - event numbers outlive their socket, repeated events are delivered, gaps are not told or are
//!   told after their event: "what the page is told";
//! - a refused login is tried for ever: "after that answer to a login";
//! - a takeover is answered by reconnecting, or an unanswered login excuses it for ever: "it
//!   fights back";
//! - a login doesn't reset the number of attempts: the number in the state's notice;
//! - the fallback address waits for a third failure: "whose turn is it".
//!
//! Methods that are called inside callbacks, and subscriptions ([`late_page`]):
//! - a logout or a connect takes nothing back; or it takes back how a call ended, or the refused
//!   login that ended the session; or it leaves a login to be told: "what is told late";
//! - an event goes the short way past what waits to be told: "an event overtook what came
//!   before it";
//! - the queue of what is to be told keeps its position when some of it is taken back: "what is
//!   told late"; or it reports that it is empty when it isn't: "there is more to tell";
//! - a channel keeps its first `subParams`, or takes those of another channel, or keeps them when
//!   the handler that they were given with has gone: "the subParams of vcc";
//! - a channel isn't asked for again with other `subParams`: "asked with the new subParams";
//! - a handler takes the place of none of an earlier login: "what the page is told"; of one that
//!   was made with a `signal` or after the same login: "released 2 unasked";
//! - a subscription made in a run of `onWSLogin` ends a loop that an earlier run began: "released 1
//!   unasked";
//! - each handle makes an unsubscribe request of its own: "all in one";
//! - a handle also ends the handles before it: "released 2 unasked";
//! - a channel that was given up still counts as asked for: `judge_subscriptions`;
//! - the server is asked for a channel that has only local listeners: "asked for secret that
//!   nobody wants".

mod judge;
mod late_page;
mod network;
mod page;
mod phases;
mod programs;
mod server;
mod time;
mod world;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Value as Tree, json};
use testkit::{Expect, Ms, State};

use self::programs::{Failure, Given, How, Step, Turn, program};
use self::world::World;

/// Takes one step, and then tells the late page what the turn says.
fn run(world: &mut World, (step, told): &Turn) {
    take(world, step);
    world.tell(*told);
}

fn take(world: &mut World, step: &Step) {
    match step.clone() {
        Step::Connect {
            auto,
            fresh,
            own,
            other,
            keep_alive,
            fallback,
        } => world.connect(|config| {
            if other {
                config.login = "1008@switch.example".into();
            }
            config.auto_reconnect = auto;
            config.fresh_credentials = fresh;
            config.sessid = own.then(|| "1111".into());
            config.keep_alive = keep_alive;
            config.fallback_urls = fallback
                .then(|| "wss://b.test/ws".into())
                .into_iter()
                .collect();
        }),
        Step::Logout => world.logout(),
        Step::Request(method, expect, timeout) => world.request(method, expect, timeout),
        Step::Cancel(pick) => world.cancel(pick),
        Step::Wrong => world.wrong(),
        Step::LoginData(fresh) => world.login_data(fresh),
        Step::Subscribe(subscribe) => world.subscribe(&subscribe),
        Step::Unsubscribe(targets) => world.unsubscribe(&targets),
        Step::UnsubscribeAll => world.unsubscribe_all(),
        Step::LoginCallback(subscribed, ended) => world.in_login_callback(|world| {
            for subscribe in subscribed {
                world.subscribe(&subscribe);
            }
            if let Some(name) = ended {
                world.unsubscribe(&[(name, None)]);
            }
        }),
        Step::Credentials(given) => world.credentials(given),
        Step::Open => world.open(),
        Step::Drop => world.drop_connection(),
        Step::Unusable => world.unusable(),
        Step::Advance => world.advance(),
        Step::Answer(pick, how) => world.answer(pick, |reply| change(reply, how)),
        Step::Repeat(pick) => world.repeat(pick),
        Step::Events(pick, numbers, together) => {
            let heard = world.channels.iter().filter(|(_, here)| !here.is_empty());
            let heard: Vec<String> = heard.map(|(name, _)| name.clone()).collect();
            if let Some(name) = heard.get(pick % heard.len().max(1)) {
                if together {
                    let frame = |number| world.event(name, Some(name), number);
                    let frames: Vec<Tree> = numbers.into_iter().map(frame).collect();
                    return world.frame(frames.into());
                }
                for number in numbers {
                    let frame = world.event(name, Some(name), number);
                    world.frame(frame);
                }
            }
        }
        Step::Event(name, subscribed, number) => {
            let frame = world.event(&name, subscribed.as_deref(), number);
            world.frame(frame);
        }
        Step::Ping(id) => world.frame(json!({ "id": id, "method": "verto.ping" })),
        Step::Punt => world.frame(json!({ "id": 1, "method": "verto.punt" })),
        Step::Frame(frame) => world.frame(frame),
        Step::Stale(frame) => world.stale(frame),
        Step::Freeze(frozen) => world.frozen = frozen,
        Step::AnswerInside(inside) => world.answers_inside = inside,
        Step::Outages(failures) => {
            for failure in failures {
                world.drop_connection();
                fail(world, failure);
            }
        }
        Step::Reconnect(logins, subscribe) => {
            world.drop_connection();
            for login in logins {
                reach(world, State::Authenticating);
                world.answer(0, |reply| change(reply, login));
            }
            reach(world, State::Ready);
            world.answer(0, |reply| change(reply, subscribe));
        }
        Step::Pass(ms) => world.pass(ms),
        Step::Clock(by) => world.set_clock(by),
        Step::SleepBusy => {
            world.request("jsapi", Expect::Result, Some(Ms::MAX));
            world.set_clock(3_600_000);
            world.woke();
            world.pass(6_000);
        }
        Step::Woke(again) => {
            world.woke();
            for ms in again {
                world.pass(ms);
                world.woke();
            }
        }
        Step::Timer => world.timer(),
        Step::TimerInTime => world.pass_to_deadline(),
    }
}

/// Lets everything go well until the session is in `state`, unless it is ready before that.
fn reach(world: &mut World, state: State) {
    for _ in 0..5 {
        let asking = world.opened && world.asked;
        let reached = world.session.state() == state && !asking;
        if reached || world.session.state() == State::Ready {
            return;
        }
        world.advance();
    }
}

/// Lets the next attempt fail.
fn fail(world: &mut World, failure: Failure) {
    match failure {
        Failure::Refused => {
            reach(world, State::Connecting);
            world.drop_connection();
        }
        Failure::Closed => {
            reach(world, State::Authenticating);
            world.drop_connection();
        }
        Failure::NoCredentials => {
            reach(world, State::Connecting);
            world.open();
            world.credentials(Given::Failure);
        }
        Failure::LoginUnanswered => {
            reach(world, State::Authenticating);
            world.pass_to_deadline();
        }
        Failure::LoginFailed => {
            reach(world, State::Authenticating);
            let overloaded = How::Error(-32603, "overloaded");
            world.answer(0, |reply| change(reply, overloaded));
        }
    }
}

/// Turns an honest reply into what `how` says.
fn change(reply: &mut Tree, how: How) {
    match how {
        How::Well => {}
        How::WithTextId => reply["id"] = reply["id"].to_string().into(),
        How::InAnArray => *reply = json!([reply.take()]),
        How::Error(code, message) => {
            reply["error"] = json!({ "code": code, "message": message });
        }
        How::Result(result) => reply["result"] = result,
        How::Granting(names) => reply["result"] = json!({ "subscribedChannels": names }),
        How::AlreadyIn(member, names) => {
            reply[member] = json!({ "alreadySubscribedChannels": names });
        }
    }
}

fn rand_seed() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed();
    since.map_or(0, |time| time.as_nanos() as u64)
}

pub fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    // The seed is in the output of a test that fails.
    let seed = std::env::var("VERTO_SEED").ok();
    let seed = seed.map_or_else(rand_seed, |seed| seed.parse().expect("a number"));
    eprintln!("VERTO_SEED={seed}");
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        // `usual.cases` is 256, or PROPTEST_CASES.
        cases: (u64::from(usual.cases) * u64::from(cases) / 256) as u32,
        failure_persistence: None,
        ..usual
    }
}

/// Whether the step is a method that the page may call inside a callback.
fn is_method(step: &Step) -> bool {
    matches!(
        step,
        Step::Connect { .. }
            | Step::Logout
            | Step::Request(..)
            | Step::Cancel(_)
            | Step::Wrong
            | Step::LoginData(_)
            | Step::Subscribe(_)
            | Step::Unsubscribe(_)
            | Step::UnsubscribeAll
            | Step::LoginCallback(..)
    )
}

#[test]
fn every_promise_holds_after_each_step() {
    let (programs, methods_between) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(config(2_000));
    let result = runner.run(&program(), |program| {
        let mut world = World::new(1);
        let mut between = false;
        for turn in &program {
            between |= is_method(&turn.0) && world.late_page.waits();
            run(&mut world, turn);
        }
        world.logout();
        world.tell(usize::MAX);
        programs.set(programs.get() + 1);
        methods_between.set(methods_between.get() + u32::from(between));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}\n{runner}"));
    let (programs, between) = (programs.get(), methods_between.get());
    eprintln!("{programs} programs, {between} with methods between what is told");
    assert!(between > programs / 2, "too few pages call back");
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn two_sessions_share_nothing(program in program(), other in program()) {
        let alone = |seed, program: &[Turn]| {
            let mut world = World::new(seed);
            program.iter().for_each(|turn| run(&mut world, turn));
            world.trace
        };
        let (mut first, mut second) = (World::new(1), World::new(2));
        for index in 0..program.len().max(other.len()) {
            program.get(index).into_iter().for_each(|turn| run(&mut first, turn));
            other.get(index).into_iter().for_each(|turn| run(&mut second, turn));
        }
        prop_assert_eq!(first.trace, alone(1, &program));
        prop_assert_eq!(second.trace, alone(2, &other));
        if !first.session.sessid().is_empty() && first.session.sessid().len() == 36 {
            prop_assert_ne!(first.session.sessid(), second.session.sessid());
        }
    }
}

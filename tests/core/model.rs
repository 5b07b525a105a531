//! Random programs: what page, network, server and clock do is arbitrary, and after each
//! step everything that a session promises is checked by [`crate::world`].
//!
//! A failure prints its seed; `VERTO_SEED=… cargo test --test core model` runs it again.
//!
//! That these checks can fail was tried by planting bugs in a copy of the core, one at a
//! time. What caught each first:
//! - requests that waited leave newest first: "call 4 overtook another";
//! - a lost connection forgets what is in flight: "call 1 hangs on a lost socket";
//! - what is in flight when the connection breaks goes back to those that wait: "call 7
//!   ended wrongly" (closed, where connection-lost was due);
//! - frames of an older socket are taken: [`World::stale`], which expects silence;
//! - a new connection doesn't forget what the old one's server held: "asked of the server
//!   is what is wanted";
//! - the reply to a subscribe request that was given up counts: "what the page is told";
//! - a listener on two levels hears one frame twice: "what the page is told";
//! - a request that is overdue leaves after the login: "call 3 was sent too late";
//! - a reply may come twice: "call 2 was settled twice";
//! - a ping is answered before the login: "sent on a socket that isn't open";
//! - `onWSClose(false)` at each attempt: "one outage was told twice";
//! - a logout leaves the state at `idle`: [`World::logout`];
//! - the login's parameters in the log: the search for [`crate::world::SECRETS`].
//!
//! The reference client's bugs, planted:
//! - 4, pending calls don't end with the connection: "call 1 hangs on a lost socket"; no
//!   timeout for what was sent: "the timer rings again and again";
//! - 5, subscriptions are thrown away on a drop: "released 1 unasked";
//! - 8, a logout during a reconnect delay still reconnects: [`World::logout`], which finds
//!   `Reconnecting` where `Closed` was due;
//! - 12, a second handler is dropped: "a number was used twice"; calls without a
//!   connection stay pending: "a timer after the end".
//!
//! Of liveness, clocks, duplicates and endings:
//! - each ping begins the silence anew: "silent for 30001 ms, and still there"; each
//!   wake-up puts the judgement off: the same;
//! - a server that never answered a ping is given up: "1 was lost, whose server answers no
//!   pings"; what was learned ends with the socket: "silent for 6001 ms, and still there";
//! - a long request puts the next look off: "the timer is too late in Ready";
//! - a frame before the late timer makes it spin: "the timer is to be called in the past";
//! - a clock set back holds up a reconnect, or the watch: "the timer is too late in
//!   Reconnecting", "in Ready"; or a request: the deadline of a call in `judge_state`;
//! - waking doesn't cut the delay short: "it could try";
//! - what waited leaves at each login again: "call 1 was settled twice";
//! - event numbers outlive their socket, repetitions are delivered, gaps aren't told, or
//!   behind their event: "what the page is told";
//! - a refused login is tried for ever: "after that answer to a login";
//! - a takeover is answered by reconnecting: "it fights back";
//! - a login doesn't reset the attempts: the number in the state's notice; the fallback
//!   address waits for a third failure: "whose turn is it".
//!
//! Of methods between what is told, and of what is subscribed and ended ([`crate::telling`]):
//! - a logout, or a connect, takes nothing back; takes a settlement back, or the refused login
//!   that ended the session; keeps a login: "what is told late";
//! - an event goes the short way past what waits to be told: "an event overtook what came
//!   before it";
//! - the queue keeps its place where some is taken back: "what is told late"; it forgets what
//!   is in it: "there is more to tell";
//! - the first `subParams` of a channel stay, those of another channel are sent, or they outlive
//!   the channel's last handler: "the subParams of vcc";
//! - an unsubscribe request for each handle: "all in one"; a handle ends those before it too:
//!   "released 2 unasked"; a channel that was given up counts as asked for: [`World`]'s
//!   `judge_subscriptions`; the server is asked for a local one: "asked for secret that nobody
//!   wants".

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::{Value as Tree, json};
use verto_wasm::core::session::State;
use verto_wasm::core::{Expect, KeepAlive, Ms};

use crate::arbitrary::{CHANNELS, frame, tree};
use crate::world::{Subscribe, World};

/// How far the clock is set, in ms.
const HOURS: std::ops::Range<i64> = 40_000..20_000_000;

/// One step of a program.
#[derive(Clone, Debug)]
pub enum Step {
    Connect {
        auto: bool,
        fresh: bool,
        own: bool,
        keep_alive: Option<KeepAlive>,
        fallback: bool,
    },
    Logout,
    Request(&'static str, Expect, Option<Ms>),
    Cancel(usize),
    /// A call with unusable arguments.
    Wrong,
    /// Whether its logins' parameters are functions' from now on.
    LoginData(bool),
    Subscribe(Subscribe),
    /// All of a channel, or one of its handles.
    Unsubscribe(Vec<(String, Option<usize>)>),
    UnsubscribeAll,
    /// What it subscribes, and then unsubscribes.
    LoginCallback(Vec<Subscribe>, Option<String>),
    Credentials(bool),
    Open,
    Drop,
    Unusable,
    Advance,
    Answer(usize, How),
    Repeat(usize),
    /// On a channel that somebody listens to; perhaps all in one array.
    Events(usize, Vec<Option<i64>>, bool),
    /// The number is that many off the one that comes next.
    Event(String, Option<String>, Option<i64>),
    Ping(Tree),
    Punt,
    Frame(Tree),
    Stale(Tree),
    /// The server does nothing any more, though its sockets stay open.
    Freeze(bool),
    /// The page's own socket class answers inside `send`, or doesn't any more.
    AnswerInside(bool),
    /// The connection is lost, and so are these attempts.
    Outages(Vec<Failure>),
    /// The connection is lost; the next logins and the subscriptions after them are
    /// answered like this.
    Reconnect(Vec<How>, How),
    /// Time passes.
    Pass(Ms),
    /// The machine sleeps or the clock is set: no timer knows of it.
    Clock(i64),
    /// The page wakes up, and again after each of these times.
    Woke(Vec<Ms>),
    Timer,
    TimerInTime,
}

/// How an attempt fails.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    Refused,
    Closed,
    NoCredentials,
    LoginUnanswered,
    LoginFailed,
}

/// What the server answers.
#[derive(Clone, Debug)]
pub enum How {
    Well,
    WithTextId,
    InAnArray,
    Error(i32, &'static str),
    Result(Tree),
    Granting(Vec<String>),
    AlreadyIn(&'static str, Vec<String>),
}

fn channels() -> impl Strategy<Value = Vec<String>> {
    vec(select(CHANNELS).prop_map(String::from), 1..4)
}

fn subscribe() -> impl Strategy<Value = Subscribe> {
    let sub_params = select(&[r#"{"a":1}"#, r#"{"b":[null]}"#][..]);
    let sub_params = prop::option::weighted(0.3, sub_params);
    let local = prop::bool::weighted(0.2);
    (channels(), 0..3u32, sub_params, local).prop_map(|(names, listener, sub_params, local)| {
        Subscribe {
            names,
            listener,
            sub_params,
            local,
        }
    })
}

/// Some are given twice, and some were never subscribed.
fn unsubscribe() -> impl Strategy<Value = Vec<(String, Option<usize>)>> {
    let name = prop_oneof![9 => select(CHANNELS), 1 => Just("nobody's")];
    let target = (name.prop_map(String::from), prop::option::of(0..3usize));
    prop_oneof![3 => vec(target.clone(), 1), 2 => vec(target, 2..6)]
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        6 => Just(How::Well),
        1 => Just(How::WithTextId),
        1 => Just(How::InAnArray),
        1 => Just(How::Error(-32001, "Authentication Failure")),
        1 => Just(How::Error(-32001, "Session in use")),
        1 => Just(How::Error(-32603, "Internal Error")),
        1 => Just(How::Result(json!({ "code": 404, "message": "not found" }))),
        1 => tree().prop_map(How::Result),
        1 => channels().prop_map(How::Granting),
        1 => (select(&["result", "error"][..]), channels())
            .prop_map(|(member, names)| How::AlreadyIn(member, names)),
    ]
}

fn login() -> impl Strategy<Value = How> {
    prop_oneof![
        2 => Just(How::Well),
        2 => Just(How::Error(-32001, "Authentication Failure")),
        1 => Just(How::Error(-32001, "Session in use")),
        1 => how(),
    ]
}

fn connect() -> impl Strategy<Value = Step> {
    let keep_alive = select(
        &[
            None,
            Some((10_000, 2)),
            Some((10_000, 2)),
            Some((4_000, 1)),
            Some((60_000, 3)),
        ][..],
    );
    let settings = |(interval, max_failed)| KeepAlive {
        interval,
        max_failed,
    };
    let any = any::<bool>;
    (prop::bool::weighted(0.8), any(), any(), keep_alive, any()).prop_map(
        move |(auto, fresh, own, keep_alive, fallback)| Step::Connect {
            auto,
            fresh,
            own,
            keep_alive: keep_alive.map(settings),
            fallback,
        },
    )
}

/// No number, the next, one that skips some, one that came before, and a new beginning.
fn number() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        6 => Just(Some(0)),
        1 => (1..5i64).prop_map(Some),
        2 => (-3..0i64).prop_map(Some),
        1 => Just(Some(i64::MIN)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let channel = || select(CHANNELS).prop_map(String::from);
    let method = select(&["echo", "jsapi", "verto.broadcast"][..]);
    let expect = select(&[Expect::Result, Expect::Code200, Expect::NoRefusal][..]);
    let failure = select(
        &[
            Failure::Refused,
            Failure::Closed,
            Failure::NoCredentials,
            Failure::LoginUnanswered,
            Failure::LoginFailed,
        ][..],
    );
    let timeout = prop_oneof![9 => 1..30_000u64, 1 => Just(900_000), 1 => Just(Ms::MAX)];
    let sleep = prop_oneof![3 => 1..40_000i64, 1 => HOURS, 1 => (-HOURS.end)..0];
    prop_oneof![
        2 => connect(),
        1 => Just(Step::Logout),
        8 => (method, expect, prop::option::weighted(0.3, timeout))
            .prop_map(|(method, expect, timeout)| Step::Request(method, expect, timeout)),
        2 => (0..30usize).prop_map(Step::Cancel),
        1 => Just(Step::Wrong),
        1 => any::<bool>().prop_map(Step::LoginData),
        8 => subscribe().prop_map(Step::Subscribe),
        5 => unsubscribe().prop_map(Step::Unsubscribe),
        1 => Just(Step::UnsubscribeAll),
        2 => (vec(subscribe(), 0..4), prop::option::weighted(0.3, channel()))
            .prop_map(|(subscribed, ended)| Step::LoginCallback(subscribed, ended)),
        1 => any::<bool>().prop_map(Step::Credentials),
        1 => Just(Step::Open),
        2 => Just(Step::Drop),
        1 => Just(Step::Unusable),
        30 => Just(Step::Advance),
        8 => (0..4usize, how()).prop_map(|(pick, how)| Step::Answer(pick, how)),
        1 => (0..9usize).prop_map(Step::Repeat),
        4 => (0..5usize, vec(number(), 1..8), prop::bool::weighted(0.3))
            .prop_map(|(pick, numbers, together)| Step::Events(pick, numbers, together)),
        4 => (channel(), prop::option::of(channel()), number())
            .prop_map(|(name, subscribed, number)| Step::Event(name, subscribed, number)),
        1 => prop_oneof![(0..9u32).prop_map(Tree::from), tree()].prop_map(Step::Ping),
        1 => Just(Step::Punt),
        4 => frame().prop_map(Step::Frame),
        2 => frame().prop_map(Step::Stale),
        1 => prop::bool::weighted(0.3).prop_map(Step::Freeze),
        1 => prop::bool::weighted(0.3).prop_map(Step::AnswerInside),
        1 => vec(failure, 1..8).prop_map(Step::Outages),
        2 => (vec(login(), 1..4), how())
            .prop_map(|(logins, subscribe)| Step::Reconnect(logins, subscribe)),
        6 => (1..40_000u64).prop_map(Step::Pass),
        2 => sleep.prop_map(Step::Clock),
        3 => vec(0..6_000u64, 0..6).prop_map(Step::Woke),
        2 => Just(Step::Timer),
        2 => Just(Step::TimerInTime),
    ]
}

/// A step, and how much of what there is to tell the late page is told after it.
pub type Turn = (Step, usize);

fn turn() -> impl Strategy<Value = Turn> {
    let told = prop_oneof![3 => Just(usize::MAX), 2 => Just(0), 3 => Just(1), 1 => Just(2)];
    (step(), told)
}

pub fn program() -> impl Strategy<Value = Vec<Turn>> {
    // Most programs begin as pages do.
    let begin = prop_oneof![
        1 => Just(vec![]),
        4 => connect().prop_map(|connect| {
            let mut turns = vec![(Step::Advance, usize::MAX); 5];
            turns[0].0 = connect;
            turns
        }),
    ];
    (begin, vec(turn(), 1..100)).prop_map(|(mut begin, rest)| {
        begin.extend(rest);
        begin
    })
}

pub fn run(world: &mut World, (step, told): &Turn) {
    take(world, step);
    world.tell(*told);
}

fn take(world: &mut World, step: &Step) {
    match step.clone() {
        Step::Connect {
            auto,
            fresh,
            own,
            keep_alive,
            fallback,
        } => world.connect(|config| {
            config.auto_reconnect = auto;
            config.fresh_credentials = fresh;
            config.sessid = own.then(|| "1111".into());
            config.keep_alive = keep_alive;
            config.fallback_url = fallback.then(|| "wss://b.test/ws".into());
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
        Step::Credentials(good) => world.credentials(good),
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

/// Lets everything go well until the session is in `state`, if it gets there.
fn reach(world: &mut World, state: State) {
    for _ in 0..5 {
        let reached = world.session.state() == state && !world.asked;
        if reached || world.session.state() == State::Ready {
            return;
        }
        world.advance();
    }
}

/// Lets the attempt that comes next fail.
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
            world.credentials(false);
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
    // A failure's seed is in the test's output; VERTO_SEED runs the same programs again.
    let seed = std::env::var("VERTO_SEED").ok();
    let seed = seed.map_or_else(rand_seed, |seed| seed.parse().expect("a number"));
    eprintln!("VERTO_SEED={seed}");
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        // PROPTEST_CASES asks for more of each.
        cases: (u64::from(usual.cases) * u64::from(cases) / 256) as u32,
        failure_persistence: None,
        ..usual
    }
}

/// A method of the page's, which it may call inside a callback.
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
            between |= is_method(&turn.0) && world.page.waits();
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

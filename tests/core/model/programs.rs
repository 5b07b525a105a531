//! The programs of the model: what page, network, server and clock may do, and with what
//! probability they do it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Tree, json};
use testkit::{Expect, KeepAlive, Ms, Origin};

use super::world::Subscribe;
use crate::random_json::{CHANNELS, frame, tree};

/// How far the wall clock is set, in ms: from 40 s to some five hours.
const HOURS: std::ops::Range<i64> = 40_000..20_000_000;

/// One step of a program.
#[derive(Clone, Debug)]
pub enum Step {
    Connect {
        auto: bool,
        fresh: bool,
        own: bool,
        /// As another user.
        other: bool,
        keep_alive: Option<KeepAlive>,
        fallback: bool,
    },
    Logout,
    Request(&'static str, Expect, Option<Ms>),
    Cancel(usize),
    /// A call with unusable arguments.
    Wrong,
    /// Whether the page gives its credentials by a function from now on.
    LoginData(bool),
    Subscribe(Subscribe),
    /// Channels, each with one of its handles or, with `None`, all of them.
    Unsubscribe(Vec<(String, Option<usize>)>),
    UnsubscribeAll,
    /// `onWSLogin(true)` runs: what it subscribes, and what it then unsubscribes.
    LoginCallback(Vec<Subscribe>, Option<String>),
    /// The page says something of its credentials.
    Credentials(Given),
    Open,
    Drop,
    Unusable,
    /// The next thing happens that must happen if all goes well.
    Advance,
    /// The server answers one of the requests in flight.
    Answer(usize, How),
    /// The server sends one of its replies once more.
    Repeat(usize),
    /// Events on a channel that somebody listens to, with their numbers as in `Event`, and
    /// whether all of them come in one array.
    Events(usize, Vec<Option<i64>>, bool),
    /// An event on any channel. Its number is the one that comes next plus this.
    Event(String, Option<String>, Option<i64>),
    Ping(Tree),
    Punt,
    Frame(Tree),
    Stale(Tree),
    /// Whether the server answers nothing any more, though its sockets stay open.
    Freeze(bool),
    /// Whether the page's own socket class answers inside `send` from now on.
    AnswerInside(bool),
    /// The connection is lost, and the next attempts fail like this.
    Outages(Vec<Failure>),
    /// The connection is lost. The next logins are answered like this, and so is the first
    /// request after them.
    Reconnect(Vec<How>, How),
    /// Time passes.
    Pass(Ms),
    /// The machine sleeps, or somebody sets the wall clock. No timer knows of it.
    Clock(i64),
    /// A request is in flight while the machine sleeps for an hour. The page wakes up, and 6 s pass.
    SleepBusy,
    /// The page wakes up, and again after each of these times in ms.
    Woke(Vec<Ms>),
    /// The timer is called now, whether or not its time has come.
    Timer,
    /// Time passes until the timer rings.
    TimerInTime,
}

/// What the page says when it is asked for its credentials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given {
    Good,
    /// It has none.
    Nothing,
    /// Its function failed.
    Failure,
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

/// How the server answers.
#[derive(Clone, Debug)]
pub enum How {
    /// As a server should.
    Well,
    /// As a server should, but with the id as a string.
    WithTextId,
    InAnArray,
    Error(i32, &'static str),
    Result(Tree),
    /// As if the request had been to subscribe to these channels.
    Granting(Vec<String>),
    /// As if this client had these channels already, said in `result` or in `error`.
    AlreadyIn(&'static str, Vec<String>),
}

fn channels() -> impl Strategy<Value = Vec<String>> {
    vec(select(CHANNELS).prop_map(String::from), 1..4)
}

fn subscribe() -> impl Strategy<Value = Subscribe> {
    let sub_params = select(&[r#"{"a":1}"#, r#"{"b":[null]}"#][..]);
    let sub_params = prop::option::weighted(0.3, sub_params);
    let local = prop::bool::weighted(0.2);
    let origin = select(
        &[
            Origin::Subscribe,
            Origin::Subscribe,
            Origin::Loop,
            Origin::Signal,
        ][..],
    );
    let made = (channels(), 0..6u32, origin, sub_params, local);
    made.prop_map(|(names, listener, origin, sub_params, local)| Subscribe {
        names,
        listener,
        origin,
        sub_params,
        local,
    })
}

/// Some handles are given twice, and some channels were never subscribed.
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
    let other = prop::bool::weighted(0.3);
    (
        prop::bool::weighted(0.8),
        any(),
        any(),
        other,
        keep_alive,
        any(),
    )
        .prop_map(
            move |(auto, fresh, own, other, keep_alive, fallback)| Step::Connect {
                auto,
                fresh,
                own,
                other,
                keep_alive: keep_alive.map(settings),
                fallback,
            },
        )
}

/// The numbers of events: none, the next, one that skips some, one that came before, and 0, with
/// which the server counts anew.
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
        2 => select(&[Given::Good, Given::Good, Given::Failure, Given::Nothing][..])
            .prop_map(Step::Credentials),
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
        1 => Just(Step::SleepBusy),
        3 => vec(0..6_000u64, 0..6).prop_map(Step::Woke),
        2 => Just(Step::Timer),
        2 => Just(Step::TimerInTime),
    ]
}

/// A step, and how many things the late page is told after it.
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

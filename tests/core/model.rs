//! Random programs: what page, network, server and clock do is arbitrary, and after each
//! step everything that a session promises is checked by [`crate::world`].
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

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Tree, json};
use verto_wasm::core::{Expect, Ms};

use crate::arbitrary::{CHANNELS, frame, tree};
use crate::world::World;

/// One step of a program.
#[derive(Clone, Debug)]
enum Step {
    Connect {
        auto: bool,
        fresh: bool,
        own: bool,
    },
    Logout,
    Request(&'static str, Expect, Option<Ms>),
    Subscribe(Vec<String>, u32, bool),
    Unsubscribe(String, Option<usize>),
    UnsubscribeAll,
    LoginCallback(Vec<(Vec<String>, u32, bool)>),
    Credentials(bool),
    Open,
    Drop,
    Unusable,
    Advance,
    Answer(usize, How),
    Repeat(usize),
    Event(String, Option<String>),
    Ping(Tree),
    Punt,
    Frame(Tree),
    Stale(Tree),
    /// Time passes, and the timer is late.
    Sleep(Ms),
    Timer,
    TimerInTime,
}

/// What the server answers.
#[derive(Clone, Debug)]
enum How {
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

fn step() -> impl Strategy<Value = Step> {
    let channel = || select(CHANNELS).prop_map(String::from);
    let method = select(&["echo", "jsapi", "verto.broadcast"][..]);
    let expect = select(&[Expect::Result, Expect::Code200, Expect::NoRefusal][..]);
    let subscribe = || (channels(), 0..3u32, prop::bool::weighted(0.2));
    prop_oneof![
        2 => (prop::bool::weighted(0.8), any::<bool>(), any::<bool>())
            .prop_map(|(auto, fresh, own)| Step::Connect { auto, fresh, own }),
        1 => Just(Step::Logout),
        8 => (method, expect, prop::option::weighted(0.3, 1..30_000u64))
            .prop_map(|(method, expect, timeout)| Step::Request(method, expect, timeout)),
        8 => subscribe().prop_map(|(names, listener, local)| Step::Subscribe(names, listener, local)),
        5 => (channel(), prop::option::of(0..3usize))
            .prop_map(|(name, pick)| Step::Unsubscribe(name, pick)),
        1 => Just(Step::UnsubscribeAll),
        2 => vec(subscribe(), 0..4).prop_map(Step::LoginCallback),
        1 => any::<bool>().prop_map(Step::Credentials),
        1 => Just(Step::Open),
        2 => Just(Step::Drop),
        1 => Just(Step::Unusable),
        30 => Just(Step::Advance),
        8 => (0..4usize, how()).prop_map(|(pick, how)| Step::Answer(pick, how)),
        1 => (0..9usize).prop_map(Step::Repeat),
        5 => (channel(), prop::option::of(channel()))
            .prop_map(|(name, subscribed)| Step::Event(name, subscribed)),
        1 => prop_oneof![(0..9u32).prop_map(Tree::from), tree()].prop_map(Step::Ping),
        1 => Just(Step::Punt),
        4 => frame().prop_map(Step::Frame),
        2 => frame().prop_map(Step::Stale),
        3 => (1..40_000u64).prop_map(Step::Sleep),
        2 => Just(Step::Timer),
        2 => Just(Step::TimerInTime),
    ]
}

fn program() -> impl Strategy<Value = Vec<Step>> {
    // Most programs begin as pages do.
    let connect = Step::Connect {
        auto: true,
        fresh: false,
        own: false,
    };
    let begin = prop_oneof![
        1 => Just(vec![]),
        4 => Just(vec![connect, Step::Advance, Step::Advance, Step::Advance]),
    ];
    (begin, vec(step(), 1..100)).prop_map(|(mut begin, rest)| {
        begin.extend(rest);
        begin
    })
}

fn run(world: &mut World, step: &Step) {
    match step.clone() {
        Step::Connect { auto, fresh, own } => world.connect(|config| {
            config.auto_reconnect = auto;
            config.fresh_credentials = fresh;
            config.sessid = own.then(|| "1111".into());
        }),
        Step::Logout => world.logout(),
        Step::Request(method, expect, timeout) => world.request(method, expect, timeout),
        Step::Subscribe(names, listener, local) => world.subscribe(&names, listener, local),
        Step::Unsubscribe(name, pick) => world.unsubscribe(&name, pick),
        Step::UnsubscribeAll => world.unsubscribe_all(),
        Step::LoginCallback(subscriptions) => world.in_login_callback(|world| {
            for (names, listener, local) in subscriptions {
                world.subscribe(&names, listener, local);
            }
        }),
        Step::Credentials(good) => world.credentials(good),
        Step::Open => world.open(),
        Step::Drop => world.drop_connection(),
        Step::Unusable => world.unusable(),
        Step::Advance => world.advance(),
        Step::Answer(pick, how) => world.answer(pick, |reply| change(reply, how)),
        Step::Repeat(pick) => world.repeat(pick),
        Step::Event(name, subscribed) => {
            let mut params = json!({ "eventChannel": name, "data": {} });
            if let Some(subscribed) = subscribed {
                params["subscribedChannel"] = subscribed.into();
            }
            world.frame(json!({ "id": 1, "method": "verto.event", "params": params }));
        }
        Step::Ping(id) => world.frame(json!({ "id": id, "method": "verto.ping" })),
        Step::Punt => world.frame(json!({ "id": 1, "method": "verto.punt" })),
        Step::Frame(frame) => world.frame(frame),
        Step::Stale(frame) => world.stale(frame),
        Step::Sleep(ms) => world.now += ms,
        Step::Timer => world.timer(),
        Step::TimerInTime => {
            world.now = world.session.deadline().unwrap_or(0).max(world.now);
            world.timer();
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

fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        // PROPTEST_CASES asks for more of each.
        cases: (u64::from(usual.cases) * u64::from(cases) / 256) as u32,
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn every_promise_holds_after_each_step(program in program()) {
        let mut world = World::new(1);
        for step in &program {
            run(&mut world, step);
        }
        world.logout();
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn two_sessions_share_nothing(program in program(), other in program()) {
        let alone = |seed, program: &[Step]| {
            let mut world = World::new(seed);
            program.iter().for_each(|step| run(&mut world, step));
            world.trace
        };
        let (mut first, mut second) = (World::new(1), World::new(2));
        for index in 0..program.len().max(other.len()) {
            program.get(index).into_iter().for_each(|step| run(&mut first, step));
            other.get(index).into_iter().for_each(|step| run(&mut second, step));
        }
        prop_assert_eq!(first.trace, alone(1, &program));
        prop_assert_eq!(second.trace, alone(2, &other));
        if !first.session.sessid().is_empty() && first.session.sessid().len() == 36 {
            prop_assert_ne!(first.session.sessid(), second.session.sessid());
        }
    }
}

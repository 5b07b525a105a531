//! Random JSON that resembles the protocol, since arbitrary JSON would rarely be more than
//! ignored.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Tree, json};

/// The members that the core reads, and some that must not confuse it.
pub const MEMBERS: &[&str] = &[
    "method",
    "id",
    "params",
    "result",
    "error",
    "code",
    "message",
    "reason",
    "msg",
    "sessid",
    "eventChannel",
    "subscribedChannel",
    "eventSerno",
    "subscribedChannels",
    "alreadySubscribedChannels",
    "unauthorizedChannels",
    "jsonrpc",
    "data",
    "__proto__",
    "",
];

/// Methods of the server's, and names that are none.
pub const METHODS: &[&str] = &[
    "verto.event",
    "verto.ping",
    "verto.clientReady",
    "verto.info",
    "verto.invite",
    "login",
    "constructor",
    "",
];

/// The channels that the random tests use. The model's server never grants `secret`.
pub const CHANNELS: &[&str] = &["vcc", "vcc.default", "vcc.default.1007", "demo", "secret"];

/// One value of each kind, to be put where a value of another kind belongs.
pub fn one_of_each() -> Vec<Tree> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(2),
        json!(-1),
        json!(2.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("2"),
        json!("vcc"),
        json!("\u{0}\u{d7ff}\u{10ffff}"),
        json!([]),
        json!(["vcc", 1, null, ["vcc"], {}]),
        json!({}),
        json!({ "code": {}, "message": [], "length": -1 }),
        json!({ "__proto__": { "method": "verto.punt" } }),
    ]
}

fn text() -> impl Strategy<Value = Tree> {
    prop_oneof![
        select(CHANNELS).prop_map(Tree::from),
        select(METHODS).prop_map(Tree::from),
        select(MEMBERS).prop_map(Tree::from),
        (0..9u32).prop_map(|number| number.to_string().into()),
        any::<String>().prop_map(Tree::from),
    ]
}

/// Any JSON.
pub fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => (0..9u32).prop_map(Tree::from),
        3 => text(),
        2 => select(one_of_each()),
        1 => any::<f64>().prop_map(Tree::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Tree::from),
            vec((select(MEMBERS), inner), 0..6).prop_map(object),
        ]
    })
}

fn object(members: Vec<(&str, Tree)>) -> Tree {
    let members = members
        .into_iter()
        .map(|(name, value)| (name.into(), value));
    Tree::Object(members.collect::<Map<_, _>>())
}

/// A frame: mostly a reply or a request in which some members are wrong, seldom arbitrary JSON.
pub fn frame() -> impl Strategy<Value = Tree> {
    let wrong = vec((select(MEMBERS), tree()), 0..3);
    let reply = (0..9u32, select(&["result", "error"][..]), tree());
    let reply = reply.prop_map(|(id, outcome, value)| {
        object(vec![
            ("jsonrpc", "2.0".into()),
            ("id", id.into()),
            (outcome, value),
        ])
    });
    let request = (0..9u32, select(METHODS), tree());
    let request = request.prop_map(|(id, method, params)| {
        object(vec![
            ("id", id.into()),
            ("method", method.into()),
            ("params", params),
        ])
    });
    let one = prop_oneof![3 => reply, 3 => request, 1 => tree()];
    let one = (one, wrong).prop_map(|(mut frame, wrong)| {
        if let Some(members) = frame.as_object_mut() {
            members.extend(wrong.into_iter().map(|(name, value)| (name.into(), value)));
        }
        frame
    });
    one.prop_recursive(1, 4, 4, |inner| vec(inner, 0..4).prop_map(Tree::from))
}

//! What the comparison with the recordings leaves out, and why.

/// The reason of several rows: the recorded server ran another script than the simulator's.
pub const PAYLOAD: &str = "the recording's own script made this payload";

/// Recorded frames that the simulator doesn't send: transcript, socket, a part of the
/// line, the reason.
pub const NOT_SENT: &[(&str, char, &str, &str)] = &[
    (
        "s04_subscribe",
        'F',
        r#""subscribedChannel":"FSevent.custom::verto::login""#,
        "FreeSWITCH's own core events, which no call-centre page uses",
    ),
    (
        "s05_broadcast",
        'A',
        r#""method":"verto.announce""#,
        "a console command that the simulator hasn't got",
    ),
    (
        "s05_broadcast",
        'B',
        r#""method":"verto.announce""#,
        "a console command that the simulator hasn't got",
    ),
    (
        "s05_broadcast",
        'M',
        r#""method":"verto.announce""#,
        "a console command that the simulator hasn't got",
    ),
];

/// Frames of the simulator that the recording lacks: transcript, socket, a part of the
/// frame, the reason.
pub const NOT_RECORDED: &[(&str, char, &str, &str)] = &[(
    "s05_broadcast",
    'B',
    r#""method":"verto.info","params":{"msg":{"from":"1001@xswitch.cn","to":"1002@xswitch.cn","body":"hi"}}"#,
    "a chat message is delivered as s20 shows it; this recording ends too early",
)];

/// Frames that are compared as JSON, without regard to the order of keys and without
/// some members: transcript, a part of the recorded line, the members, the reason.
pub const COMPARED_AS_JSON: &[(&str, &str, &[&str], &str)] = &[
    (
        "s06_jsapi",
        r#""result":{"data":{"status":"Available""#,
        &["/result/data"],
        PAYLOAD,
    ),
    (
        "s06_jsapi",
        r#""status":"Logged Out"},"sessid""#,
        &["/result/data"],
        PAYLOAD,
    ),
    (
        "s06_jsapi",
        r#""action":"agent-status""#,
        &["/params/data", "/params/eventType"],
        PAYLOAD,
    ),
    ("s06_jsapi", r#""sockData""#, &["/result/sockData"], PAYLOAD),
    (
        "s06_jsapi",
        r#""systemStatus""#,
        &[
            "/result/uptime",
            "/result/sessions",
            "/result/idleCPU",
            "/result/stackSizeKB",
        ],
        "figures of a real machine",
    ),
    (
        "s06_jsapi",
        r#""result":{"#,
        &[],
        "Lua's tables have no order",
    ),
    (
        "s06_jsapi",
        r#""action":"burst""#,
        &[],
        "Lua's tables have no order",
    ),
];

/// Sockets that the server closes. All others are closed by the client.
pub const SERVER_CLOSES: &[(&str, char)] = &[
    ("s03_before_login", 'B'),
    ("s08_punt", 'A'),
    ("s08_punt", 'C'),
    ("s14_large", 'A'),
    ("s21_expiry", 'A'),
];

/// Sockets that were connected to a listener with `force-register-domain`.
pub const FORCED_DOMAIN: &[(&str, char)] = &[("s02_login_bad", 'F')];

/// What happens beside the sockets, before the first line that contains the text.
pub const ACTIONS: &[(&str, &str, Action)] = &[
    (
        "s05_broadcast",
        "# server-side event: server console",
        Action::Event(r#"{"eventChannel":"vcc.default.1007","data":{"n":1}}"#),
    ),
    (
        "s05_broadcast",
        "# server-side event with sessid",
        Action::Event(
            r#"{"eventChannel":"whatever","sessid":"bbbbbbbb-0000-0000-0000-000000000002","data":{"n":2}}"#,
        ),
    ),
    (
        "s05_broadcast",
        "# server-side event on a channel named like the session id",
        Action::Event(r#"{"eventChannel":"bbbbbbbb-0000-0000-0000-000000000002","data":{"n":3}}"#),
    ),
    (
        "s05_broadcast",
        r#""data":{"n":4}"#,
        Action::Event(r#"{"eventChannel":"vcc.default.1007","data":{"n":4}}"#),
    ),
    (
        "s14_large",
        r#"B < {"jsonrpc":"2.0","id":9,"#,
        Action::Fragments(
            'B',
            [
                r#"{"jsonrpc":"2.0","method":"ec"#,
                r#"ho","params":{"a":1},"#,
                r#""id":9}"#,
            ],
        ),
    ),
    (
        "s23_hierarchy",
        "# one server-side event on vcc.default.1001",
        Action::Event(r#"{"eventChannel":"vcc.default.1001","data":{"n":1}}"#),
    ),
];

pub enum Action {
    /// A server-side event.
    Event(&'static str),
    /// One message in three frames.
    Fragments(char, [&'static str; 3]),
}

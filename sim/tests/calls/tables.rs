//! What the comparison of calls with the recordings leaves out, and why.

/// Recorded frames that the simulator doesn't send: transcript, socket, a part of the line, the
/// reason.
pub const NOT_SENT: &[(&str, &str, &str, &str)] = &[
    (
        "s43_forking",
        "B",
        r#""method":"verto.info""#,
        "a console command that the simulator hasn't got",
    ),
    (
        "s43_forking",
        "C",
        r#""method":"verto.info""#,
        "a console command that the simulator hasn't got",
    ),
];

const CHAT: &str =
    "the recorded server had no mod_sms; the simulator delivers chat as s20 shows it";

/// Frames of the simulator that the recording lacks: transcript, socket, a part of the frame, the
/// reason.
pub const NOT_RECORDED: &[(&str, &str, &str, &str)] = &[
    ("s31_call_user", "B", r#""body":"hello from A""#, CHAT),
    ("s31_call_user", "B", r#""body":"hello in dialog""#, CHAT),
    ("s31_call_user", "B", r#""body":"hello, no domain""#, CHAT),
    ("s31_call_user", "B", r#""body":"hello in call""#, CHAT),
    (
        "s34_transfer",
        "C",
        r#""method":"verto.bye","params":{"callID":"13097653-7b7e-218f-62e5-b85a1fbbb26d""#,
        BOTH,
    ),
    (
        "s39_logout_in_call",
        "A2",
        r#""message":"CALL ENDED""#,
        "the recording client closed its socket before the reply came",
    ),
];

/// Recorded lines that are not replayed: transcript, the beginning of the line, a part of it, the
/// reason.
pub const NOT_REPLAYED: &[(&str, &str, &str, &str)] = &[
    (
        "s34_transfer",
        "C >",
        r#""sessid":"cccccccc-0000-4000-8000-000000000034"},"id":9}"#,
        BOTH,
    ),
    (
        "s34_transfer",
        "C <",
        r#""id":9,"result":{"callID":"13097653"#,
        BOTH,
    ),
    ("s34_transfer", "A >", r#"},"id":25}"#, ECHO),
    ("s34_transfer", "A <", r#""id":25,"error""#, ECHO),
];

const ECHO: &str = "the recorded client echoed the first bye before the second leg had ended; here both end at once";

const BOTH: &str =
    "both parties put the phone down at the same time, and which comes first is chance";

/// Sockets that the server closes.
pub const SERVER_CLOSES: &[(&str, &str)] = &[("s36_reload_attach", "A3")];

/// What is told to the control API before the first line that contains the text.
pub const ACTIONS: &[(&str, &str, &str, &str)] = &[
    (
        "s18_reattach",
        r#""method":"verto.event""#,
        "/sim/event",
        r#"{"eventChannel":"490ab5b0-29fd-4ae7-97d3-2c47fdf82d0e","data":{"n":1}}"#,
    ),
    (
        "s35_attach",
        "# uuid_kill",
        "/sim/hangup",
        r#"{"call":"b6c96cc9-716b-8589-a9bf-78f32de0cac0"}"#,
    ),
    (
        "s32_reject_cancel_busy",
        "# A calls 1002 (call_timeout=30",
        "/sim/call-times",
        // The recording waited half a minute.
        r#"{"ringMs":500}"#,
    ),
];

/// Transcripts in which the server's offers have another payload type for Opus than in the others,
/// since it was configured otherwise: that one.
pub const PAYLOAD_TYPES: &[(&str, &str)] = &[("s17_call_user", "111")];

/// Transcripts whose media had not come up, so that the call wasn't bridged and could not be held.
pub const WITHOUT_MEDIA: &[&str] = &["s16_call_tone", "s17_call_user", "s18_reattach"];

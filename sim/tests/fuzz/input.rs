//! Random input: values, bodies, requests and frames, most of them almost right.

use serde_json::{Value, json};

#[path = "../../src/random.rs"]
#[allow(dead_code)]
mod random;

pub use random::Random;

/// The routes of the control API and the HTTP API, each with a body that is right.
const ROUTES: [(&str, &str); 30] = [
    ("/sim/state", "{}"),
    ("/sim/frames", "{}"),
    ("/sim/caller", r#"{"queue":"test","caller":"138"}"#),
    ("/sim/hangup", r#"{"call":"x"}"#),
    (
        "/sim/event",
        r#"{"eventChannel":"vcc.default.1001","data":{"n":1}}"#,
    ),
    ("/sim/send", r#"{"login":"1001","text":"{}","binary":true}"#),
    ("/sim/drop", r#"{"login":"1001","code":1000}"#),
    ("/sim/load", r#"{"agents":5,"eventsPerSecond":2}"#),
    ("/sim/reset", "{}"),
    ("/sim/call-times", r#"{"ringMs":5,"detachMs":5}"#),
    ("/sim/browser-phones", r#"{"on":true}"#),
    ("/sim/fault/drop", r#"{"conn":1,"inFrame":true}"#),
    ("/sim/fault/punt", r#"{"login":"1001"}"#),
    (
        "/sim/fault/freeze",
        r#"{"login":"1001","what":"answers","ms":5}"#,
    ),
    ("/sim/fault/thaw", "{}"),
    ("/sim/fault/refuse", r#"{"how":"silent","count":1,"ms":5}"#),
    ("/sim/fault/restart", r#"{"downMs":5,"forget":true}"#),
    (
        "/sim/fault/login",
        r#"{"code":-1,"message":"no","close":true,"count":1}"#,
    ),
    ("/sim/fault/expire-tokens", r#"{"login":"1001"}"#),
    ("/sim/fault/channels", r#"{"channels":["vcc.x"]}"#),
    ("/sim/fault/ping", r#"{"login":"1001","answer":"none"}"#),
    ("/sim/fault/delay", r#"{"login":"1001","ms":5}"#),
    ("/sim/fault/reorder", r#"{"ms":5,"seed":7}"#),
    (
        "/sim/fault/garbage",
        r#"{"count":2,"bytes":50,"seed":1,"binary":false}"#,
    ),
    (
        "/sim/fault/flood",
        r#"{"eventChannel":"vcc.default.1001","count":50,"bytes":9}"#,
    ),
    (
        "/sim/fault/gap",
        r#"{"eventChannel":"vcc.default.1001","count":3}"#,
    ),
    ("/sim/fault/duplicate", "{}"),
    ("/sim/fault/clear", "{}"),
    ("/api/sessions", r#"{"login":"1001","password":"1234"}"#),
    ("/api/xcc/sessions/getExtnToken", r#"{"extn":"1001"}"#),
];

/// Requests of clients that are right.
const REQUESTS: [(&str, &str); 20] = [
    (
        "login",
        r#"{"login":"1001@xswitch.cn","passwd":"1234","sessid":"s","loginParams":{"xcc_token":""}}"#,
    ),
    (
        "verto.subscribe",
        r#"{"eventChannel":["vcc.default.1001","vcc.default"]}"#,
    ),
    (
        "verto.unsubscribe",
        r#"{"eventChannel":"vcc.default.1001"}"#,
    ),
    (
        "verto.broadcast",
        r#"{"eventChannel":"vcc.default.1001","localBroadcast":true,"data":{"n":1}}"#,
    ),
    (
        "verto.info",
        r#"{"msg":{"to":"1001@xswitch.cn","body":"hi"}}"#,
    ),
    ("verto.ping", "{}"),
    ("echo", r#"{"a":1,"echoParams":true}"#),
    ("fsapi", r#"{"cmd":"echo","arg":"x"}"#),
    ("jsapi", r#"{"command":"status","data":{}}"#),
    (
        "jsapi",
        r#"{"command":"lua","data":{"method":"ccc","func":"ccLogin","data":{"queue":"test","agent":"1001","extn":"1001"}}}"#,
    ),
    (
        "jsapi",
        r#"{"command":"lua","data":{"method":"ccc","func":"ccDial","data":{"agent":"1001","extn":"1001","cidNumber":"1","destNumber":"2"}}}"#,
    ),
    (
        "jsapi",
        r#"{"command":"lua","data":{"method":"ccc","func":"ccBurst","data":{"agent":"1001","n":5}}}"#,
    ),
    (
        "jsapi",
        r#"{"command":"lua","data":{"method":"ccc","func":"ccSleep","data":{"ms":5}}}"#,
    ),
    (
        "jsapi",
        r#"{"command":"lua","data":{"method":"ccc","func":"ccGoBreak","data":{"queue":"test","agent":"1001","reason":"x"}}}"#,
    ),
    (
        "verto.invite",
        r#"{"sdp":"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host\r\n","dialogParams":{"callID":"c1","destination_number":"9196","caller_id_name":"x","caller_id_number":"1001"}}"#,
    ),
    (
        "verto.invite",
        r#"{"sdp":"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host\r\n","dialogParams":{"callID":"c2","destination_number":"1002"}}"#,
    ),
    (
        "verto.answer",
        r#"{"sdp":"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host\r\n","dialogParams":{"callID":"c1"}}"#,
    ),
    (
        "verto.modify",
        r#"{"action":"toggleHold","dialogParams":{"callID":"c1"}}"#,
    ),
    (
        "verto.bye",
        r#"{"cause":"USER_BUSY","causeCode":17,"dialogParams":{"callID":"c1"}}"#,
    ),
    (
        "verto.info",
        r#"{"dtmf":"1","dialogParams":{"callID":"c1"}}"#,
    ),
];

pub fn pick<'a, T>(random: &mut Random, from: &'a [T]) -> &'a T {
    &from[random.between(0, from.len() as u64 - 1) as usize]
}

/// Whether something happens that happens `of_hundred` times in a hundred.
pub fn chance(random: &mut Random, of_hundred: u64) -> bool {
    random.between(1, 100) <= of_hundred
}

/// A value as nobody would give it.
fn odd(random: &mut Random) -> Value {
    match random.between(0, 16) {
        16 => json!(*pick(
            random,
            &[1_000, 5_000, 100_000, 1_000_000, 86_400_000u64]
        )),
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(0),
        4 => json!(1.5),
        5 => json!(*pick(
            random,
            &[1e15, 1e18, 1e30, 1e308, -1e308, 4_294_967_296.0]
        )),
        6 => json!(u64::MAX),
        7 => json!(i64::MIN),
        8 => json!(""),
        9 => json!("."),
        10 => json!(".".repeat(random.between(1, 2_000) as usize)),
        11 => json!("x".repeat(random.between(1, 60_000) as usize)),
        12 => json!("\u{0}\u{1F600}\u{FFFD}\"\\"),
        13 => json!([]),
        14 => json!({"a": {"b": [1, 2, {"c": null}]}}),
        _ => (0..random.between(1, 200)).fold(json!(1), |inner, _| json!([inner])),
    }
}

/// Puts an odd value somewhere into a tree, or takes a member away.
fn spoil(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(members) if !members.is_empty() && chance(random, 90) => {
            let keys: Vec<String> = members.keys().cloned().collect();
            let key = pick(random, &keys);
            if chance(random, 10) {
                members.remove(key);
            } else if let Some(member) = members.get_mut(key) {
                spoil(random, member);
            }
        }
        Value::Array(items) if !items.is_empty() && chance(random, 60) => {
            let last = items.len() as u64 - 1;
            let index = random.between(0, last) as usize;
            spoil(random, &mut items[index]);
        }
        _ => *value = odd(random),
    }
}

fn bytes(random: &mut Random, most: u64) -> Vec<u8> {
    let length = random.between(0, most);
    (0..length).map(|_| random.between(0, 255) as u8).collect()
}

/// One HTTP request, to its last byte.
pub fn http(random: &mut Random) -> Vec<u8> {
    let (path, body) = *pick(random, &ROUTES);
    let mut tree: Value = serde_json::from_str(body).unwrap();
    for _ in 0..random.between(0, 2) {
        spoil(random, &mut tree);
    }
    let body = match random.between(0, 19) {
        0 => bytes(random, 300),
        1 => "[".repeat(random.between(1, 3_000) as usize).into_bytes(),
        _ => tree.to_string().into_bytes(),
    };
    let usual = if path == "/sim/state" || path == "/sim/frames" {
        "GET"
    } else {
        "POST"
    };
    let method = match random.between(0, 19) {
        0 => *pick(random, &["DELETE", "PUT", "HEAD", "OPTIONS", "BREW"]),
        _ => usual,
    };
    let host = match random.between(0, 19) {
        0 => *pick(
            random,
            &["evil.example", "", "[", "localhost:99999", "127.0.0.1"],
        ),
        _ => "localhost",
    };
    let kind = match random.between(0, 19) {
        0 => *pick(random, &["text/plain", "", "application/json;;", "\u{7f}"]),
        _ => "application/json",
    };
    let path = match random.between(0, 29) {
        0 => format!("{path}/../{path}"),
        1 => format!("{path}?queue={}", "%00".repeat(100)),
        2 => "/".repeat(random.between(1, 500) as usize),
        _ => path.to_owned(),
    };
    let length = match random.between(0, 29) {
        0 => random.between(0, 2 * body.len() as u64),
        _ => body.len() as u64,
    };
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {kind}\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend(body);
    if chance(random, 3) {
        let at = random.between(0, request.len() as u64 - 1) as usize;
        request[at] = random.between(0, 255) as u8;
    }
    request
}

/// The payload of a frame that a client sends.
fn payload(random: &mut Random) -> Vec<u8> {
    let request = |random: &mut Random, spoilt: u64| {
        let (method, params) = *pick(random, &REQUESTS);
        let params: Value = serde_json::from_str(params).unwrap();
        let id = random.between(0, 9);
        let mut request = json!({"jsonrpc": "2.0", "method": method, "params": params, "id": id});
        for _ in 0..random.between(0, spoilt) {
            spoil(random, &mut request);
        }
        request
    };
    match random.between(0, 19) {
        0 => bytes(random, 500),
        1 => format!("#SPU {}", odd(random)).into_bytes(),
        2 => pick(random, &["#SPE", "#SPB", "#SPU 5000", "#", "#SPD 1"])
            .as_bytes()
            .to_vec(),
        3 | 4 => {
            let items: Vec<Value> = (0..random.between(0, 60))
                .map(|_| request(random, 1))
                .collect();
            Value::from(items).to_string().into_bytes()
        }
        5 => odd(random).to_string().into_bytes(),
        _ => request(random, 2).to_string().into_bytes(),
    }
}

/// A login that is right.
pub fn login(random: &mut Random) -> Vec<u8> {
    let number = random.between(1001, 1010);
    let params = json!({"login": format!("{number}@xswitch.cn"), "passwd": "1234", "sessid": number.to_string()});
    let request = json!({"jsonrpc": "2.0", "method": "login", "params": params, "id": 1});
    frame(0x81, request.to_string().as_bytes())
}

/// A frame as a client sends it, masked with zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..=125) => frame.push(0x80 | length as u8),
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// What a client writes: mostly a text frame, sometimes another frame or no frame at all.
pub fn written(random: &mut Random) -> Vec<u8> {
    let payload = payload(random);
    match random.between(0, 39) {
        0 => bytes(random, 60),
        1 => frame(
            *pick(random, &[0x01, 0x80, 0x83, 0xc1, 0x88, 0x89, 0x8a, 0x8f]),
            &payload,
        ),
        2 => frame(0x88, &[3, 232]),
        3 => {
            let mut cut = frame(0x81, &payload);
            cut.truncate(random.between(0, cut.len() as u64) as usize);
            cut
        }
        4 => frame(0x82, &payload),
        5 => frame(
            0x81,
            &vec![b' '; random.between(900_000, 1_100_000) as usize],
        ),
        _ => frame(0x81, &payload),
    }
}

//! Whatever a server may send: good frames work, and all others change nothing.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, event, js, params, text, turn};

/// A client that is ready, with registration 1 on the channel `vcc`.
async fn listening() -> Bench {
    let bench = Bench::ready().await;
    bench.page.subscribe("vcc", 1);
    bench.serve().await;
    bench.page.told();
    bench
}

/// The session still works: events and answers arrive.
async fn assert_alive(bench: &Bench, after: &str) {
    assert_eq!(bench.state(), "ready", "after {after}");
    bench.page.told();
    let call = bench.request("echo", "{}");
    bench.serve().await;
    bench.socket().text(&event("vcc", 7));
    let told = [
        format!(r#"settle {call} {{"method":"echo"}}"#),
        format!("event 1 {}", params("vcc", 7)),
    ];
    assert_eq!(bench.page.told(), told, "after {after}");
    bench.assert_well();
}

#[wasm_bindgen_test]
async fn frames_come_as_text_as_bytes_and_in_arrays() {
    let bench = listening().await;
    let one = r#"{"method":"verto.event","params":{"eventChannel":"vcc","data":"坐席 😀"}}"#;
    let told = r#"event 1 {"eventChannel":"vcc","data":"坐席 😀"}"#;
    bench.socket().text(one);
    bench.socket().binary(one.as_bytes());
    bench.socket().text(&format!("[{one}]"));
    bench
        .socket()
        .binary(format!(" [{one},\n{one}] ").as_bytes());
    bench.socket().text("[]");
    assert_eq!(bench.page.told(), [told; 5]);
    assert_eq!(bench.page.logs(), [""; 0]);
    assert_alive(&bench, "all forms").await;
}

#[wasm_bindgen_test]
async fn ids_may_come_back_as_strings() {
    let bench = listening().await;
    let call = bench.request("echo", "{}");
    let id = bench.socket().skip();
    bench
        .socket()
        .text(&format!(r#"{{"id":"{id}","result":{{"a":1}}}}"#));
    assert_eq!(bench.page.told(), [format!(r#"settle {call} {{"a":1}}"#)]);
}

#[wasm_bindgen_test]
async fn large_frames_arrive_whole() {
    let bench = listening().await;
    let data = "席".repeat(2_000_000);
    let large =
        format!(r#"{{"method":"verto.event","params":{{"eventChannel":"vcc","data":"{data}"}}}}"#);
    bench.socket().text(&large);
    bench.socket().binary(large.as_bytes());
    let told = bench.page.told();
    assert_eq!(told.len(), 2);
    let length = r#"event 1 {"eventChannel":"vcc","data":""}"#.len() + data.len();
    assert!(told.iter().all(|line| line.len() == length));
    assert_alive(&bench, "large frames").await;
}

#[wasm_bindgen_test]
async fn deep_nesting_reaches_the_handler() {
    let bench = listening().await;
    let deep = ["[".repeat(10_000), "]".repeat(10_000)].concat();
    bench.socket().text(&format!(
        r#"{{"method":"verto.event","params":{{"eventChannel":"vcc","data":{deep}}}}}"#
    ));
    assert_eq!(bench.page.told().len(), 1);
    assert_alive(&bench, "deep nesting").await;
}

/// Frames that mean nothing. Each leaves one line in the log.
fn meaningless() -> Vec<String> {
    let deep = |open: &str, inner: &str, close: &str| {
        [&open.repeat(10_000), inner, &close.repeat(10_000)].concat()
    };
    let mut frames: Vec<String> = [
        "",
        " ",
        "not json",
        "{",
        "[1",
        "{}x",
        "undefined",
        "NaN",
        "#SPX 10",
        "\u{0}",
        "null",
        "0",
        "5",
        "-1e400",
        "\"text\"",
        "true",
        "[null]",
        "[5]",
        "[[]]",
        "[\"login\"]",
        "{}",
        r#"{"jsonrpc":"2.0"}"#,
        r#"{"id":null,"result":{}}"#,
        r#"{"id":99,"result":{}}"#,
        r#"{"id":1,"result":{}}"#,
        r#"{"id":-1,"result":{}}"#,
        r#"{"id":1.5,"result":{}}"#,
        r#"{"id":1e300,"result":{}}"#,
        r#"{"id":"x","result":{}}"#,
        r#"{"id":4294967297,"result":{}}"#,
        r#"{"id":[1],"result":{}}"#,
        r#"{"id":99}"#,
        r#"{"id":99,"error":{"code":-1}}"#,
        r#"{"id":99,"error":null}"#,
        r#"{"method":null}"#,
        r#"{"method":5,"id":1}"#,
        r#"{"method":{},"params":{}}"#,
        r#"{"method":""}"#,
        r#"{"method":"verto.dance","id":1,"params":{}}"#,
        r#"{"method":"verto.event"}"#,
        r#"{"method":"verto.event","params":null}"#,
        r#"{"method":"verto.event","params":[]}"#,
        r#"{"method":"verto.event","params":"vcc"}"#,
        r#"{"method":"verto.event","params":{}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":5}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":["vcc"]}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":"other"}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":"vcc","subscribedChannel":"other"}}"#,
        r#"{"__proto__":{"method":"verto.punt"}}"#,
        r#"{"__proto__":null,"id":1}"#,
        r#"{"constructor":{"prototype":{"method":"verto.punt"}}}"#,
        r#"{"method":"__proto__"}"#,
        r#"{"method":"constructor","id":1}"#,
        r#"{"method":"verto.event","params":{"__proto__":{"eventChannel":"vcc"}}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":"__proto__"}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":"constructor"}}"#,
        r#"{"method":"verto.event","params":{"eventChannel":"."}}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    frames.push(deep("[", "", "]"));
    frames.push(deep("{\"a\":", "1", "}"));
    frames.push(deep("{\"params\":", "{}", "}"));
    frames
}

#[wasm_bindgen_test]
async fn a_frame_that_means_nothing_is_one_line_of_the_log() {
    let bench = listening().await;
    let prototype = js("JSON.stringify(Object.getOwnPropertyNames(Object.prototype))");
    for frame in meaningless() {
        let name: String = frame.chars().take(80).collect();
        for binary in [false, true] {
            let logged = bench.page.logs().len();
            let sent = bench.socket().sent().len();
            match binary {
                true => bench.socket().binary(frame.as_bytes()),
                false => bench.socket().text(&frame),
            }
            turn().await;
            assert_eq!(bench.page.told(), [""; 0], "{name}");
            assert_eq!(bench.sent_since(sent), [""; 0], "{name}");
            let lines = bench.page.logs().split_off(logged);
            assert_eq!(lines.len(), 1, "{name}: {lines:?}");
            assert!(lines[0].starts_with("ignored "), "{lines:?}");
        }
        assert_alive(&bench, &name).await;
    }
    let after = js("JSON.stringify(Object.getOwnPropertyNames(Object.prototype))");
    assert_eq!(prototype, after);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn bytes_that_are_no_utf8_are_one_line_of_the_log() {
    let bench = listening().await;
    let mut broken_text = event("vcc", 1).into_bytes();
    // The wrong byte is inside of a string. A decoder that repairs it would take the frame for an
    // event.
    broken_text[2] = 0xc3;
    let frames: [&[u8]; 4] = [b"\xff\xfe{}", &broken_text, b"\xed\xa0\x80", b"\x80"];
    for (count, frame) in frames.iter().enumerate() {
        bench.socket().binary(frame);
        assert_eq!(bench.page.logs().len(), count + 1);
        assert_eq!(bench.page.logs()[count], "ignored a frame that isn't JSON");
        assert_eq!(bench.page.told(), [""; 0]);
        assert_alive(&bench, "bytes").await;
    }
}

#[wasm_bindgen_test]
async fn an_item_of_an_array_that_means_nothing_does_not_stop_the_others() {
    let bench = listening().await;
    let one = event("vcc", 1);
    bench
        .socket()
        .text(&format!(r#"[null,{one},5,{{"method":7}},{one},[{one}]]"#));
    assert_eq!(bench.page.told().len(), 2);
    assert_eq!(bench.page.logs().len(), 4);
    assert_alive(&bench, "an array").await;
}

/// JSON values of every type, and some that are awkward to JavaScript.
const VALUES: [&str; 24] = [
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1.5",
    "1e308",
    "-0",
    "9007199254740993",
    "\"\"",
    "\"x\"",
    "\"1\"",
    "\"\\ud800\"",
    "\"__proto__\"",
    "[]",
    "[null]",
    "[\"vcc\",5]",
    "[[[]]]",
    "{}",
    r#"{"__proto__":null}"#,
    r#"{"constructor":1,"toString":2,"valueOf":3}"#,
    r#"{"length":1e9,"0":"vcc"}"#,
    r#"{"then":1,"toJSON":2}"#,
];

#[wasm_bindgen_test]
async fn a_wrong_type_in_any_field_is_survived() {
    let bench = listening().await;
    let event = |member: &str| {
        format!(r#"{{"method":"verto.event","params":{{"eventChannel":"vcc",{member}}}}}"#)
    };
    let frames = [
        r#"{"jsonrpc":V,"id":77,"result":{}}"#.to_owned(),
        r#"{"id":V,"result":{}}"#.to_owned(),
        r#"{"id":V,"error":{}}"#.to_owned(),
        r#"{"id":77,"result":V}"#.to_owned(),
        r#"{"id":77,"error":V}"#.to_owned(),
        r#"{"id":77,"error":V,"result":V}"#.to_owned(),
        r#"{"id":77,"method":V}"#.to_owned(),
        r#"{"id":V,"method":V,"params":V}"#.to_owned(),
        r#"{"id":V,"method":"verto.ping","params":V}"#.to_owned(),
        r#"{"id":V,"method":"verto.clientReady","params":V}"#.to_owned(),
        r#"{"id":V,"method":"verto.info","params":V}"#.to_owned(),
        r#"{"id":V,"method":"verto.info","params":{"msg":V}}"#.to_owned(),
        r#"{"method":"verto.event","params":V}"#.to_owned(),
        r#"{"method":"verto.event","params":{"eventChannel":V}}"#.to_owned(),
        event(r#""eventChannel":V"#),
        event(r#""subscribedChannel":V"#),
        event(r#""subscribedChannel":"vcc","eventSerno":V"#),
        event(r#""eventSerno":V"#),
        event(r#""sessid":V"#),
        event(r#""data":V,"eventType":V"#),
    ];
    for frame in &frames {
        for value in VALUES {
            let frame = frame.replace('V', value);
            let logged = bench.page.logs().len();
            let sent = bench.socket().sent().len();
            bench.socket().text(&frame);
            turn().await;
            assert!(bench.page.logs().len() <= logged + 1, "{frame}");
            let answered = bench.sent_since(sent);
            let ping = frame.contains("verto.ping");
            assert!(
                answered.is_empty() || ping && answered.len() == 1,
                "{answered:?}"
            );
            answered.iter().for_each(|text| drop(js(text)));
            bench.assert_well();
        }
        assert_alive(&bench, frame).await;
    }
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn an_answer_of_a_wrong_type_settles_its_call_once() {
    let bench = listening().await;
    let outcomes = [
        r#""result":V"#,
        r#""error":V"#,
        r#""error":{"code":V,"message":V,"reason":V}"#,
        r#""result":{"code":V,"message":V}"#,
    ];
    for outcome in outcomes {
        for value in VALUES {
            let calls = [bench.request("echo", "{}"), bench.page.new_call()];
            let command = js(&format!(
                "(client) => client.command({}, 'ccGoReady', 'default', ['q', 'a'])",
                calls[1]
            ));
            bench.page.thrown(&command);
            for call in calls {
                let id = bench.socket().skip();
                let outcome = outcome.replace('V', value);
                bench.socket().text(&format!(r#"{{"id":{id},{outcome}}}"#));
                let told = bench.page.told();
                let settled = format!("settle {call} ");
                // An `error` of null counts as absent, so that this frame answers nothing.
                if outcome != r#""error":null"# {
                    assert_eq!(told.len(), 1, "{outcome}: {told:?}");
                    assert!(told[0].starts_with(&settled), "{outcome}: {told:?}");
                }
            }
            bench.assert_well();
        }
    }
    assert_alive(&bench, "answers").await;
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn an_answer_of_a_wrong_type_to_a_subscribe_leaves_the_session_alive() {
    let answers = [
        r#""result":V"#,
        r#""error":V"#,
        r#""result":{"subscribedChannels":V}"#,
        r#""result":{"alreadySubscribedChannels":V,"unauthorizedChannels":V}"#,
    ];
    for answer in answers {
        for value in VALUES {
            let bench = listening().await;
            bench.page.subscribe("other", 2);
            let id = bench.socket().skip();
            let answer = answer.replace('V', value);
            bench.socket().text(&format!(r#"{{"id":{id},{answer}}}"#));
            assert!(bench.page.told().len() <= 1, "{answer}");
            assert_alive(&bench, &answer).await;
        }
    }
}

#[wasm_bindgen_test]
async fn an_answer_of_a_wrong_type_to_the_login_leaves_the_client_usable() {
    let answers = [
        r#""result":V"#,
        r#""error":V"#,
        r#""result":{"sessid":V,"message":V}"#,
        r#""error":{"code":V,"message":V}"#,
    ];
    for answer in answers {
        for value in VALUES {
            let bench = Bench::new();
            bench.page.connect(&bench.page.options());
            bench.socket().open();
            let id = bench.socket().skip();
            let answer = answer.replace('V', value);
            bench.socket().text(&format!(r#"{{"id":{id},{answer}}}"#));
            turn().await;
            bench.assert_well();
            bench.page.logout();
            bench.assert_ended().await;
            bench.assert_usable().await;
        }
    }
}

#[wasm_bindgen_test]
async fn what_an_older_socket_still_says_is_ignored() {
    let bench = listening().await;
    let old = bench.socket();
    let handlers = js("(socket) => [socket.onopen, socket.onmessage, socket.onclose]");
    let handlers: js_sys::Function = wasm_bindgen::JsCast::unchecked_into(handlers);
    let taken = handlers
        .call1(&wasm_bindgen::JsValue::NULL, old.as_ref())
        .unwrap();
    bench.page.connect(&bench.page.options());
    bench.serve().await;
    bench.page.told();
    // A wrapper around WebSocket may still deliver events that were on their way when our
    // handlers were taken off.
    let late = js("([opened, message, closed]) => {
            const data = JSON.stringify({method: 'verto.punt'});
            for (const one of [
                () => opened(new Event('open')),
                () => message(new MessageEvent('message', {data})),
                () => closed(new CloseEvent('close', {code: 1006})),
            ]) try { one(); } catch { /* a handler that is gone */ }
        }");
    let late: js_sys::Function = wasm_bindgen::JsCast::unchecked_into(late);
    late.call1(&wasm_bindgen::JsValue::NULL, &taken).unwrap();
    turn().await;
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.state(), "ready");
    assert_eq!(old.closes(), [1000]);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn no_password_and_no_token_is_in_anything_that_is_logged_or_told() {
    let secrets = "{passwd: 'pass-word-1', loginParams: {xui_sessid: 'to-ken-2'}}";
    let bench = Bench::new();
    let call = bench.page.connect(&crate::page::options(secrets));
    bench.socket().open();
    // Request 1 is the login in flight, so that a result with this id would mean something.
    let ours = |frame: &String| frame.contains(r#""id":1,"result""#);
    for frame in meaningless().into_iter().filter(|frame| !ours(frame)) {
        bench.socket().text(&frame);
    }
    let id = bench.socket().skip();
    bench.socket().text(&format!(
        r#"{{"id":{id},"error":{{"code":-32001,"message":"Authentication Failure"}}}}"#
    ));
    turn().await;
    assert_eq!(text(&bench.page.error(call), "kind"), "auth");
    let everything = bench.page.everything();
    assert!(everything.len() > 50);
    for line in everything {
        assert!(
            !line.contains("pass-word-1") && !line.contains("to-ken-2"),
            "{line}"
        );
    }
    bench.assert_ended().await;
}

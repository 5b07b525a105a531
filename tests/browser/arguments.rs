//! What the page gives to the methods: what cannot be used is named, and nothing is sent.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, js, text, turn};

/// Objects that JSON cannot say.
const UNWRITABLE: [&str; 9] = [
    "(() => { const a = {}; a.a = {b: [a]}; return a; })()",
    "{a: 1n}",
    "{a: {toJSON() { throw new Error('no JSON'); }}}",
    "{toJSON() { throw 1; }}",
    "{toJSON() { throw {get message() { throw 2; }}; }}",
    "{get a() { throw new Error('no a'); }}",
    "new Proxy({}, {ownKeys() { throw new Error('no keys'); }})",
    "new Proxy({}, {get() { throw new Error('no get'); }})",
    "(() => { const {proxy, revoke} = Proxy.revocable({}, {}); revoke(); return proxy; })()",
];

/// What is no object.
const NO_OBJECTS: [&str; 12] = [
    "5",
    "'text'",
    "'{}'",
    "true",
    "1n",
    "Symbol('s')",
    "() => {}",
    "class {}",
    "[]",
    "[{}]",
    "new Date()",
    "{toJSON: () => 'text'}",
];

/// Makes a call through `method`, a function of client and call; returns its error.
async fn refused(bench: &Bench, method: &str) -> JsValue {
    let sent = bench.socket().sent().len();
    let call = bench.page.new_call();
    let thrown = bench
        .page
        .thrown(&js(&format!("(client) => ({method})(client, {call})")));
    assert!(thrown.is_undefined(), "{method} threw {thrown:?}");
    assert_eq!(bench.page.told(), [""; 0], "{method}");
    turn().await;
    assert_eq!(bench.sent_since(sent), [""; 0], "{method}");
    let error = bench.page.error(call);
    assert!(error.is_object(), "{method} was taken");
    let kind = text(&error, "kind");
    assert_eq!(
        bench.page.told(),
        [format!("settle {call} failed: {kind}{}", sent_of(&error))]
    );
    bench.assert_well();
    error
}

fn sent_of(error: &JsValue) -> &'static str {
    match text(error, "sent").as_str() {
        "JsValue(false)" => " (not sent)",
        _ => "",
    }
}

async fn assert_named(bench: &Bench, method: &str, name: &str) {
    let error = refused(bench, method).await;
    assert_eq!(text(&error, "kind"), "invalid-argument", "{method}");
    let message = text(&error, "message");
    assert!(
        message.starts_with(&format!("{name} ")),
        "{method}: {message}"
    );
}

#[wasm_bindgen_test]
async fn data_that_json_cannot_say_is_refused_by_every_method() {
    let bench = Bench::ready().await;
    for data in UNWRITABLE.iter().chain(&NO_OBJECTS) {
        for (method, name) in [
            ("client.request(call, 'echo', DATA, undefined)", "params"),
            ("client.call(call, 'ccFly', DATA)", "data"),
            ("client.broadcast(call, 'vcc', DATA)", "params"),
        ] {
            let method = method.replace("DATA", &format!("({data})"));
            assert_named(&bench, &format!("(client, call) => {method}"), name).await;
        }
    }
    for data in UNWRITABLE {
        let message = format!(
            "(client, call) => client.message(call, {{to: '1002', body: 'b', more: {data}}})"
        );
        assert_named(&bench, &message, "message").await;
        let subscribe = format!("(client) => client.subscribe(['vcc'], 1, {data}, false)");
        let error = bench.page.thrown(&js(&subscribe));
        assert_eq!(text(&error, "kind"), "invalid-argument", "{data}");
        assert!(text(&error, "message").starts_with("subParams "), "{data}");
    }
    bench.page.logout();
    bench.assert_ended().await;
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn every_other_wrong_argument_is_named_too() {
    let bench = Bench::ready().await;
    for (method, name) in [
        ("client.request(call)", "method"),
        ("client.request(call, '', {})", "method"),
        ("client.request(call, 5, {})", "method"),
        (
            "client.request(call, {toString: () => 'echo'}, {})",
            "method",
        ),
        ("client.request(call, 'echo', {}, {timeout: 0})", "timeout"),
        (
            "client.request(call, 'echo', {}, {timeout: NaN})",
            "timeout",
        ),
        ("client.request(call, 'echo', {}, {timeout: -1})", "timeout"),
        (
            "client.request(call, 'echo', {}, {timeout: '5'})",
            "timeout",
        ),
        (
            "client.request(call, 'echo', {}, {get timeout() { throw 1; }})",
            "timeout",
        ),
        ("client.command(call, 'ccGoReady', 'default', [])", "queue"),
        (
            "client.command(call, 'ccGoReady', 'default', ['q'])",
            "agent",
        ),
        (
            "client.command(call, 'ccLogin', 'default', ['q', 'a', null])",
            "extn",
        ),
        (
            "client.command(call, 'ccLogin', 'default', ['q', NaN, 'e'])",
            "agent",
        ),
        (
            "client.command(call, 'ccLogin', 'default', ['q', {}, 'e'])",
            "agent",
        ),
        (
            "client.command(call, 'ccLogin', 'default', [1n, 'a', 'e'])",
            "queue",
        ),
        (
            "client.command(call, 'ccGoBreak', 'default', ['q', 'a', {}])",
            "reason",
        ),
        (
            "client.command(call, 'ccDial', 'default', ['a', 'e'])",
            "cidNumber",
        ),
        (
            "client.command(call, 'ccDial', 'default', ['a', 'e', 'c', ''])",
            "destNumber",
        ),
        (
            "client.command(call, 'ccDial', 'default', ['a', 'e', 'c', 'd', 1])",
            "earlyMedia",
        ),
        (
            "client.command(call, 'constructor', 'default', ['a', 'e', 'c', 'd'])",
            "func",
        ),
        ("client.call(call)", "func"),
        ("client.call(call, {})", "func"),
        ("client.broadcast(call)", "channel"),
        ("client.broadcast(call, ['vcc'])", "channel"),
        ("client.message(call)", "to"),
        ("client.message(call, 'hello')", "to"),
        ("client.message(call, {to: 1002, body: 'b'})", "to"),
        ("client.message(call, {to: '1002'})", "body"),
        (
            "client.message(call, {get to() { throw new Error('x'); }})",
            "to",
        ),
        ("client.fsapi(call)", "cmd"),
        ("client.fsapi(call, 'status', 5)", "arg"),
        (
            "client.refuse_argument(call, 'success_cb', 'must be a function')",
            "success_cb",
        ),
    ] {
        assert_named(&bench, &format!("(client, call) => {method}"), name).await;
    }
    bench.page.logout();
    bench.assert_ended().await;
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn methods_without_an_outcome_throw() {
    let bench = Bench::ready().await;
    let sent = bench.socket().sent().len();
    for (method, begins) in [
        (
            "client.subscribe([undefined], 1, undefined, false)",
            "channel is missing",
        ),
        (
            "client.subscribe(['vcc', 5], 1, undefined, false)",
            "channel must be",
        ),
        (
            "client.subscribe([''], 1, undefined, false)",
            "channel must be",
        ),
        (
            "client.subscribe([{}], 1, undefined, false)",
            "channel must be",
        ),
        (
            "client.subscribe([Symbol()], 1, undefined, false)",
            "channel must be",
        ),
        (
            "client.subscribe(['x'.repeat(10001)], 1, undefined, false)",
            "channel is longer",
        ),
        (
            "client.subscribe(['vcc'], 1, 'text', false)",
            "subParams must be",
        ),
        (
            "client.subscribe(['vcc'], 1, {a: 'x'.repeat(10001)}, false)",
            "subParams is longer",
        ),
        ("client.unsubscribe([5], [1])", "channel must be"),
        ("client.unsubscribe([null], [0])", "channel is missing"),
        ("client.channel('default', {})", "agent must be"),
        ("client.channel('default', '')", "agent must be"),
    ] {
        let error = bench.page.thrown(&js(&format!("(client) => {method}")));
        assert!(!error.is_undefined(), "{method} was taken");
        let message = text(&error, "message");
        assert!(message.starts_with(begins), "{method}: {message}");
    }
    turn().await;
    assert_eq!(bench.sent_since(sent), [""; 0]);
    assert_eq!(bench.page.told(), [""; 0]);
    bench.page.logout();
    bench.assert_ended().await;
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn unsubscribing_what_is_not_there_sends_nothing() {
    let bench = Bench::ready().await;
    bench.page.subscribe("vcc", 1);
    bench.serve().await;
    let sent = bench.socket().sent().len();
    for method in [
        "client.unsubscribe([], [])",
        "client.unsubscribe(['other'], [0])",
        "client.unsubscribe(['vcc'], [99])",
        "client.unsubscribe(['vcc'], [])",
        "client.unsubscribe(['__proto__', 'constructor'], [0, 1])",
    ] {
        let thrown = bench.page.thrown(&js(&format!("(client) => {method}")));
        assert!(thrown.is_undefined(), "{method}");
    }
    assert_eq!(bench.sent_since(sent), [""; 0]);
}

#[wasm_bindgen_test]
async fn requests_are_exactly_those_of_the_protocol() {
    let bench = Bench::ready().await;
    let sessid = bench.sessid();
    for (id, (method, expected)) in [
        (
            "client.request(call, 'echo', {a: '席\"', sessid: 'other'}, undefined)",
            r#""method":"echo","params":{"a":"席\"","sessid":"other","#,
        ),
        ("client.request(call, 'echo', undefined, null)", r#""method":"echo","params":{"#),
        (
            "client.command(call, 'ccLogin', 'sales', [100000, 1001, '1001'])",
            r#""method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccLogin","data":{"queue":"100000","agent":"sales.1001","extn":"1001"}},"#,
        ),
        (
            "client.call(call, 'ccFly', undefined)",
            r#""method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccFly","data":{}},"#,
        ),
        (
            "client.call(call, 'ccFly', {b: [1, null, {c: 2}]})",
            r#""method":"jsapi","params":{"command":"lua","data":{"method":"ccc","func":"ccFly","data":{"b":[1,null,{"c":2}]}},"#,
        ),
        (
            "client.broadcast(call, 'vcc', {localBroadcast: true, x: 1})",
            r#""method":"verto.broadcast","params":{"eventChannel":"vcc","data":{"localBroadcast":true,"x":1},"localBroadcast":true,"#,
        ),
        (
            "client.message(call, {to: '1002', body: 'hi', from: 'me'})",
            r#""method":"verto.info","params":{"msg":{"to":"1002","body":"hi","from":"me"},"#,
        ),
        (
            "client.fsapi(call, 'status')",
            r#""method":"jsapi","params":{"command":"fsapi","data":{"cmd":"status","arg":""},"#,
        ),
    ]
    .iter()
    .enumerate()
    {
        let call = bench.page.new_call();
        bench.page.thrown(&js(&format!("(client) => {{ const call = {call}; {method}; }}")));
        let head = r#"{"jsonrpc":"2.0","#;
        let tail = format!(r#""sessid":"{sessid}"}},"id":{}}}"#, id + 2);
        assert_eq!(*bench.socket().sent().last().unwrap(), [head, expected, &tail].concat());
    }
    bench.serve().await;
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_request_that_is_too_large_is_refused_and_the_largest_is_sent() {
    let bench = Bench::ready().await;
    for method in [
        "client.request(call, 'echo', {a: 'x'.repeat(1000000)})",
        // 3 bytes each in UTF-8.
        "client.request(call, 'echo', {a: '席'.repeat(333400)})",
        "client.call(call, 'ccFly', {a: 'x'.repeat(1000000)})",
        "client.broadcast(call, 'vcc', {a: 'x'.repeat(3000000)})",
        "client.message(call, {to: '1', body: 'x'.repeat(1000000)})",
        "client.fsapi(call, 'status', 'x'.repeat(1000000))",
        "client.command(call, 'ccGoReady', 'default', ['q', 'x'.repeat(1000000)])",
        "client.request(call, 'x'.repeat(1000000), {})",
    ] {
        let error = refused(&bench, &format!("(client, call) => {method}")).await;
        assert_eq!(text(&error, "kind"), "too-large", "{method}");
    }
    let empty =
        r#"{"jsonrpc":"2.0","method":"echo","params":{"a":"","sessid":""},"id":4294967295}"#;
    let most = 1_000_000 - empty.len() - bench.sessid().len();
    let error = refused(
        &bench,
        &format!(
            "(client, call) => client.request(call, 'echo', {{a: 'x'.repeat({})}})",
            most + 1
        ),
    )
    .await;
    assert_eq!(text(&error, "kind"), "too-large");
    let call = bench.request("echo", &format!("{{a: 'x'.repeat({most})}}"));
    bench.serve().await;
    assert_eq!(
        bench.page.told(),
        [format!(r#"settle {call} {{"method":"echo"}}"#)]
    );
    bench.page.logout();
    bench.assert_ended().await;
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn a_requests_own_timeout_counts_from_the_call() {
    let bench = Bench::ready().await;
    let timeout = js("{timeout: 30}");
    let call = bench.request_with(&"echo".into(), &js("{}"), &timeout);
    bench.world.advance(29.0);
    turn().await;
    assert_eq!(bench.page.told(), [""; 0]);
    bench.world.advance(1.0);
    turn().await;
    assert_eq!(
        bench.page.told(),
        [format!("settle {call} failed: timeout (sent)")]
    );
    // The late answer is for nobody.
    bench.serve().await;
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.page.logs().len(), 1);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_timer_that_comes_early_is_set_again() {
    let bench = Bench::ready().await;
    let timeout = js("{timeout: 30}");
    let call = bench.request_with(&"echo".into(), &js("{}"), &timeout);
    for _ in 0..3 {
        bench.world.advance(9.0);
        bench.world.fire();
        assert_eq!(bench.world.timers(), 1);
        assert_eq!(bench.page.told(), [""; 0]);
    }
    bench.world.advance(3.0);
    let settled = format!("settle {call} failed: timeout (sent)");
    assert_eq!(bench.page.told(), [settled]);
    assert_eq!(bench.world.timers(), 0);
}

#[wasm_bindgen_test]
async fn a_timeout_longer_than_a_browsers_timer_takes_is_one_too() {
    let bench = Bench::ready().await;
    let timeout = js("{timeout: 1e300}");
    bench.request_with(&"echo".into(), &js("{}"), &timeout);
    let days = 30.0 * 86_400_000.0;
    bench.world.advance(days);
    bench.assert_well();
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.world.timers(), 1);
    bench.page.logout();
    bench.assert_ended().await;
}

//! What a `connect` does: the frame of the login, and what is said about unusable options.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, OPTIONS, js, options, text, turn};

/// The frame of a login whose `params` have these members.
fn login_frame(bench: &Bench, passwd: &str, login_params: &str) -> String {
    let sessid = bench.sessid();
    format!(
        r#"{{"jsonrpc":"2.0","method":"login","params":{{"login":"1001@xswitch.cn","passwd":"{passwd}","loginParams":{login_params},"userVariables":{{}},"sessid":"{sessid}"}},"id":1}}"#
    )
}

async fn first_frame(given: &JsValue) -> (Bench, Vec<String>) {
    let bench = Bench::new();
    bench.page.connect(given);
    assert_eq!(bench.world.sockets().length(), 1, "sockets");
    bench.socket().open();
    turn().await;
    let sent = bench.socket().sent();
    (bench, sent)
}

#[wasm_bindgen_test]
async fn the_login_is_exactly_that_of_the_protocol() {
    let (bench, sent) = first_frame(&js(OPTIONS)).await;
    assert_eq!(bench.socket().url(), "wss://pbx.example/ws");
    assert_eq!(bench.sessid().len(), 36);
    assert_eq!(sent, [login_frame(&bench, "1234", "{}")]);
    bench.assert_well();
}

#[wasm_bindgen_test]
async fn a_password_may_be_a_number() {
    let (bench, sent) = first_frame(&options("{passwd: 1234}")).await;
    assert_eq!(sent, [login_frame(&bench, "1234", "{}")]);
}

#[wasm_bindgen_test]
async fn empty_tokens_are_left_out_and_other_parameters_stay() {
    let given = "{loginParams: {xui_sessid: '', xcc_token: null, ua: '', n: 1}}";
    let (bench, sent) = first_frame(&options(given)).await;
    assert_eq!(sent, [login_frame(&bench, "1234", r#"{"ua":"","n":1}"#)]);
}

#[wasm_bindgen_test]
async fn parameters_may_have_any_prototype() {
    for login_params in [
        "Object.assign(Object.create(null), {xui_sessid: 'abc'})",
        "new (class Token { xui_sessid = 'abc'; })()",
    ] {
        let given = format!("{{passwd: '', loginParams: {login_params}}}");
        let (bench, sent) = first_frame(&options(&given)).await;
        let expected = login_frame(&bench, "password", r#"{"xui_sessid":"abc"}"#);
        assert_eq!(sent, [expected], "{login_params}");
    }
}

#[wasm_bindgen_test]
async fn a_token_without_a_password_sends_the_word_password() {
    for passwd in ["undefined", "null", "''"] {
        for token in ["xui_sessid", "xcc_token"] {
            let given = format!("{{passwd: {passwd}, loginParams: {{{token}: 'abc'}}}}");
            let (bench, sent) = first_frame(&options(&given)).await;
            let login_params = format!(r#"{{"{token}":"abc"}}"#);
            assert_eq!(sent, [login_frame(&bench, "password", &login_params)]);
        }
    }
}

#[wasm_bindgen_test]
async fn user_variables_and_a_sessid_go_with_the_login() {
    let given = options("{userVariables: {name: '\u{1F600}\"'}, sessid: 'my-own'}");
    let (bench, sent) = first_frame(&given).await;
    assert_eq!(bench.sessid(), "my-own");
    assert!(
        sent[0].contains(r#""userVariables":{"name":"😀\""},"sessid":"my-own"}"#),
        "{sent:?}"
    );
}

/// An option that cannot be used, and how the error's message begins.
const UNUSABLE: &[(&str, &str)] = &[
    ("undefined", "params must be an object"),
    ("null", "params must be an object"),
    ("'wss://pbx.example/ws'", "params must be an object"),
    ("7", "params must be an object"),
    ("{}", "socketUrl is missing"),
    ("{socketUrl: undefined}", "socketUrl is missing"),
    ("{socketUrl: ''}", "socketUrl must be"),
    ("{socketUrl: 5}", "socketUrl must be"),
    ("{socketUrl: 'no url'}", "socketUrl must be"),
    ("{socketUrl: '/ws'}", "socketUrl must be"),
    ("{socketUrl: 'http://pbx.example/ws'}", "socketUrl must be"),
    ("{socketUrl: 'https://pbx.example/'}", "socketUrl must be"),
    ("{socketUrl: 'wss://pbx.example/ws#x'}", "socketUrl must be"),
    ("{socketUrl: 'wss://'}", "socketUrl must be"),
    ("{wsFallbackURL: 'no url'}", "wsFallbackURL must be"),
    ("{wsFallbackURL: {}}", "wsFallbackURL must be"),
    (
        "{wsFallbackURL: ['wss://b.example', 'b']}",
        "wsFallbackURL must be",
    ),
    ("{login: undefined}", "login is missing"),
    ("{login: 1001}", "login must be"),
    ("{login: '@xswitch.cn'}", "login must be user@domain"),
    ("{login: '1001@'}", "login must be user@domain"),
    ("{passwd: undefined}", "passwd is missing"),
    ("{passwd: ''}", "passwd is missing"),
    (
        "{passwd: '', loginParams: {xui_sessid: ''}}",
        "passwd is missing",
    ),
    ("{passwd: {}}", "passwd must be"),
    ("{passwd: true}", "passwd must be"),
    ("{passwd: ['1234']}", "passwd must be"),
    ("{passwd: Promise.resolve('1234')}", "passwd must be"),
    ("{passwd: NaN}", "passwd must be"),
    ("{loginParams: 'token'}", "loginParams must be"),
    ("{loginParams: 5}", "loginParams must be"),
    ("{userVariables: 'x'}", "userVariables must be"),
    ("{sessid: 5}", "sessid must be"),
    ("{timeout: 0}", "timeout must be"),
    ("{timeout: NaN}", "timeout must be"),
    ("{timeout: -1}", "timeout must be"),
    ("{timeout: Infinity}", "timeout must be"),
    ("{timeout: '5'}", "timeout must be"),
    ("{autoReconnect: 'no'}", "autoReconnect must be"),
    ("{keepAlive: 5}", "keepAlive must be"),
    ("{keepAlive: {interval: 0}}", "keepAlive.interval must be"),
    ("{keepAlive: {interval: '5'}}", "keepAlive.interval must be"),
    ("{keepAlive: {maxFailed: 0}}", "keepAlive.maxFailed must be"),
    (
        "{keepAlive: {maxFailed: NaN}}",
        "keepAlive.maxFailed must be",
    ),
    ("{userVariables: {a: 1n}}", "userVariables"),
    (
        "(() => { const a = {}; a.a = a; return {userVariables: a}; })()",
        "userVariables",
    ),
];

#[wasm_bindgen_test]
async fn an_option_that_cannot_be_used_is_named_and_nothing_is_opened() {
    for &(given, begins) in UNUSABLE {
        let bench = Bench::new();
        let whole = !given.starts_with('{') && !given.starts_with('(') || given == "{}";
        let call = match whole {
            true => bench.page.connect(&js(given)),
            false => bench.page.connect(&options(given)),
        };
        turn().await;
        let error = bench.page.error(call);
        assert!(error.is_object(), "{given} was taken");
        assert_eq!(text(&error, "kind"), "invalid-argument", "{given}");
        let message = text(&error, "message");
        assert!(message.starts_with(begins), "{given}: {message}");
        assert_eq!(bench.world.sockets().length(), 0, "{given}");
        assert_eq!(bench.state(), "idle", "{given}");
        assert_eq!(
            bench.page.told(),
            [format!("settle {call} failed: invalid-argument")]
        );
        bench.assert_usable().await;
    }
}

#[wasm_bindgen_test]
async fn a_getter_that_throws_is_an_unusable_option_too() {
    let names = [
        "socketUrl",
        "wsFallbackURL",
        "login",
        "passwd",
        "loginParams",
        "userVariables",
        "sessid",
        "timeout",
        "autoReconnect",
        "keepAlive",
    ];
    let thrown = [
        "new Error('not now')",
        "'not now'",
        "undefined",
        "{get message() { throw 1; }}",
    ];
    for name in names {
        for thrown in thrown {
            let bench = Bench::new();
            let get = format!("{{get: () => {{ throw ({thrown}); }}}}");
            let given = js(&format!(
                "Object.defineProperty({OPTIONS}, '{name}', {get})"
            ));
            let call = bench.page.connect(&given);
            turn().await;
            let message = text(&bench.page.error(call), "message");
            assert!(message.starts_with(name), "{name}: {message}");
            assert_eq!(bench.world.sockets().length(), 0);
            bench.assert_usable().await;
        }
    }
}

#[wasm_bindgen_test]
async fn unusable_options_leave_an_open_connection_alone() {
    let bench = Bench::ready().await;
    let serno = bench.page.subscribe("vcc", 1);
    bench.serve().await;
    let call = bench.page.connect(&options("{login: '1001@'}"));
    turn().await;
    let told = [
        format!("ready {serno} vcc"),
        format!("settle {call} failed: invalid-argument"),
    ];
    assert_eq!(bench.page.told(), told);
    assert_eq!(bench.state(), "ready");
    assert_eq!(bench.world.sockets().length(), 1);
    assert!(bench.socket().live());
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn an_address_that_the_browser_refuses_ends_the_connect() {
    let bench = Bench::new();
    bench
        .world
        .set_refusal(&js("new DOMException('mixed content', 'SecurityError')"));
    let call = bench.page.connect(&js(OPTIONS));
    bench.next_task().await;
    let told = [
        "state connecting".to_owned(),
        format!("settle {call} failed: invalid-argument"),
        "state closed (invalid-argument)".to_owned(),
        "next task".to_owned(),
    ];
    assert_eq!(bench.page.told(), told);
    // The message must not repeat the browser's words, which may quote the address and with it a
    // token.
    let message = text(&bench.page.error(call), "message");
    assert!(
        message.starts_with("socketUrl ") && !message.contains("mixed content"),
        "{message}"
    );
    assert_eq!(bench.world.timers(), 0);
    bench.world.set_refusal(&JsValue::UNDEFINED);
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn a_browser_without_websocket_ends_the_connect() {
    let bench = Bench::new();
    let sockets = js("globalThis.WebSocket");
    js("void (globalThis.WebSocket = undefined)");
    let call = bench.page.connect(&js(OPTIONS));
    turn().await;
    js_sys::Reflect::set(&js_sys::global(), &"WebSocket".into(), &sockets).unwrap();
    assert_eq!(text(&bench.page.error(call), "kind"), "unsupported");
    let message = text(&bench.page.error(call), "message");
    assert!(message.contains("the option WebSocket"), "{message}");
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn sockets_are_of_the_pages_class_until_the_next_connect() {
    let bench = Bench::new();
    js("void (globalThis.Own = class extends WebSocket {})");
    let own = ["Object.assign(", OPTIONS, ", { WebSocket: Own })"].concat();
    let is_own = |index| {
        let class: js_sys::Function = js("(one) => one instanceof Own").unchecked_into();
        let socket: JsValue = bench.world.socket(index).into();
        class.call1(&JsValue::NULL, &socket).unwrap().is_truthy()
    };
    bench.page.connect(&js(&own));
    bench.world.socket(-1).closed(1006);
    bench.world.advance(1_000.0);
    assert_eq!(bench.world.sockets().length(), 2);
    assert!(is_own(0) && is_own(1));
    bench.page.connect(&js(OPTIONS));
    assert!(!is_own(2));
}

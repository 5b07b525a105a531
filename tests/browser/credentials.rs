//! Credentials that the page gives by functions, which may return a value or a Promise. They are
//! asked again for each login.

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, OPTIONS, js, options, text, turn};

/// The `passwd` and the `loginParams` of the last login on the newest socket.
fn login(bench: &Bench) -> (String, String) {
    let frame = js(bench.socket().sent().last().unwrap());
    let params = Reflect::get(&frame, &"params".into()).unwrap();
    let login_params = Reflect::get(&params, &"loginParams".into()).unwrap();
    let login_params = js_sys::JSON::stringify(&login_params).unwrap();
    (text(&params, "passwd"), login_params.into())
}

/// A client that has called `connect`, and whose socket is open, so that it asks the page for its
/// credentials.
async fn opened(given: &JsValue) -> Bench {
    let bench = Bench::new();
    bench.page.connect(given);
    bench.socket().open();
    turn().await;
    bench
}

#[wasm_bindgen_test]
async fn functions_give_values_or_promises_of_them() {
    let cases = [
        ("{passwd: () => 'abc'}", "abc", "{}"),
        ("{passwd: () => 5}", "5", "{}"),
        ("{passwd: async () => 'abc'}", "abc", "{}"),
        (
            "{passwd: () => ({then: (done) => done('abc')})}",
            "abc",
            "{}",
        ),
        ("{loginParams: () => ({a: 1})}", "1234", r#"{"a":1}"#),
        ("{loginParams: async () => ({a: 1})}", "1234", r#"{"a":1}"#),
        (
            "{passwd: undefined, loginParams: async () => ({xui_sessid: 't'})}",
            "password",
            r#"{"xui_sessid":"t"}"#,
        ),
        (
            "{passwd: async () => '', loginParams: () => ({xui_sessid: 't', xcc_token: ''})}",
            "password",
            r#"{"xui_sessid":"t"}"#,
        ),
        (
            "{passwd: async () => 'abc', loginParams: async () => null}",
            "abc",
            "{}",
        ),
    ];
    for (given, passwd, login_params) in cases {
        let bench = opened(&options(given)).await;
        assert_eq!(
            login(&bench),
            (passwd.into(), login_params.into()),
            "{given}"
        );
        bench.serve().await;
        assert_eq!(bench.state(), "ready", "{given}");
        bench.page.logout();
        bench.assert_ended().await;
    }
}

#[wasm_bindgen_test]
async fn functions_are_called_on_the_options_without_arguments() {
    let given = "{word: 'w', passwd(...all) { return this.word + all.length; }}";
    let bench = opened(&options(given)).await;
    assert_eq!(login(&bench).0, "w0");
}

#[wasm_bindgen_test]
async fn they_are_asked_again_for_each_login() {
    let given = options("{count: 0, passwd() { return 'p' + ++this.count; }}");
    let bench = opened(&given).await;
    assert_eq!(login(&bench).0, "p1");
    bench.serve().await;
    bench.socket().closed(1006);
    bench.world.advance(1_001.0);
    bench.socket().open();
    turn().await;
    assert_eq!(bench.world.sockets().length(), 2);
    assert_eq!(login(&bench).0, "p2");
    // The server refuses them: the functions are asked once more, on the same socket.
    let id = bench.socket().skip();
    bench.socket().text(&refusal(id));
    turn().await;
    assert_eq!(login(&bench).0, "p3");
    assert_eq!(bench.state(), "authenticating");
    let id = bench.socket().skip();
    bench.socket().text(&refusal(id));
    turn().await;
    assert_eq!(bench.state(), "closed");
    assert_eq!(text(&given, "count"), "JsValue(3)");
    bench.assert_ended().await;
}

fn refusal(id: u32) -> String {
    let error = r#"{"code":-32001,"message":"Authentication Failure"}"#;
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
}

#[wasm_bindgen_test]
async fn a_function_that_fails_is_tried_again_later_and_tells_no_secret() {
    let failing = [
        "() => { throw new Error('hunter2'); }",
        "async () => { throw new Error('hunter2'); }",
        "() => { throw 'hunter2'; }",
        "() => Promise.reject()",
        "() => ({then() { throw new Error('hunter2'); }})",
        "() => ({get then() { throw new Error('hunter2'); }})",
        "async () => ({hunter2: 1})",
        "() => 1n",
        "() => Symbol('hunter2')",
    ];
    for function in failing {
        let given = format!("{{count: 0, passwd() {{ this.count++; return ({function})(); }}}}");
        let given = options(&given);
        let bench = opened(&given).await;
        assert_eq!(bench.socket().sent(), [""; 0], "{function}");
        assert_eq!(bench.state(), "reconnecting", "{function}");
        assert_eq!(bench.socket().closes(), [1000], "{function}");
        let everything = bench.page.everything();
        assert!(
            !everything.iter().any(|line| line.contains("hunter2")),
            "{everything:?}"
        );
        assert!(bench.page.reports().length() <= 1, "{function}");
        bench.world.advance(1_001.0);
        bench.socket().open();
        turn().await;
        assert_eq!(text(&given, "count"), "JsValue(2)", "{function}");
        bench.page.logout();
        bench.assert_ended().await;
        bench.assert_usable().await;
    }
}

#[wasm_bindgen_test]
async fn what_a_function_throws_is_reported_to_the_page_as_it_is() {
    for function in [
        "() => { throw 'hunter2'; }",
        "async () => { throw 'hunter2'; }",
    ] {
        for name in ["passwd", "loginParams"] {
            let bench = opened(&options(&format!("{{{name}: {function}}}"))).await;
            assert_eq!(bench.page.reports().to_vec(), [JsValue::from("hunter2")]);
            bench.page.logout();
            bench.assert_ended().await;
        }
    }
}

#[wasm_bindgen_test]
async fn two_functions_that_both_fail_are_one_failure() {
    // One rejection ends the attempt. Nobody waits for the other one any more, and it must not
    // become an unhandled rejection.
    let given = options(
        "{reject: [],
          passwd() { return new Promise((_, reject) => this.reject.push(reject)); },
          loginParams: () => Promise.reject(new Error('no token'))}",
    );
    let bench = opened(&given).await;
    for _ in 0..3 {
        turn().await;
    }
    bench.assert_well();
    let reject = Reflect::get(&given, &"reject".into()).unwrap();
    let reject: js_sys::Function = js_sys::Array::from(&reject).get(0).unchecked_into();
    reject
        .call1(&JsValue::NULL, &js("new Error('no password')"))
        .unwrap();
    for _ in 0..3 {
        turn().await;
    }
    assert_eq!(bench.state(), "reconnecting");
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn login_params_that_throw_when_read_fail_the_login() {
    let throwing = [
        "new Proxy({xui_sessid: 't'}, {ownKeys() { throw new Error('no keys'); }})",
        "new Proxy({xui_sessid: 't'}, {ownKeys() { throw undefined; }})",
        "{xui_sessid: 't', get a() { throw new Error('no a'); }}",
        "{xui_sessid: 't', a: {toJSON() { throw new Error('no JSON'); }}}",
        "{xui_sessid: 't', a: 1n}",
    ];
    for login_params in throwing {
        let bench = opened(&options(&format!(
            "{{loginParams: () => ({login_params})}}"
        )))
        .await;
        assert_eq!(bench.socket().sent(), [""; 0], "{login_params}");
        assert_eq!(bench.state(), "reconnecting", "{login_params}");
        bench.page.logout();
        bench.assert_ended().await;
        bench.assert_usable().await;
    }
}

#[wasm_bindgen_test]
async fn a_function_that_gives_nothing_in_time_counts_as_a_lost_connection() {
    let bench = opened(&options(
        "{credentialsTimeout: 50, passwd: () => new Promise(() => {})}",
    ))
    .await;
    assert_eq!(
        bench.page.told(),
        ["state connecting", "state authenticating"]
    );
    bench.world.advance(49.0);
    turn().await;
    assert_eq!(bench.state(), "authenticating");
    bench.world.advance(1.0);
    turn().await;
    let told = ["state reconnecting attempt 1 (timeout)", "closed false"];
    assert_eq!(bench.page.told(), told);
    assert_eq!(bench.socket().closes(), [1000]);
    assert!(!bench.socket().listening());
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn the_same_by_the_browsers_own_timer_and_clock() {
    let bench = Bench::new();
    bench.world.use_real_time();
    let lost = Promise::new(&mut |done, _| bench.page.inside("closed", &done, 1));
    let given =
        "{credentialsTimeout: 5, autoReconnect: false, passwd: () => new Promise(() => {})}";
    let call = bench.page.connect(&options(given));
    bench.socket().open();
    JsFuture::from(lost).await.unwrap();
    turn().await;
    assert_eq!(text(&bench.page.error(call), "kind"), "timeout");
    assert_eq!(bench.state(), "closed");
    bench.assert_ended().await;
}

/// Options whose function returns Promises, which the test settles.
const PENDING: &str =
    "{asked: [], passwd() { return new Promise((...both) => this.asked.push(both)); }}";

/// Settles the Promise that the function returned at its call number `index`, counted from 0.
/// `outcome` 0 resolves it, 1 rejects it.
fn settle(given: &JsValue, index: u32, outcome: u32, value: &str) {
    let settle = format!("(given) => given.asked[{index}][{outcome}]('{value}')");
    let settle: js_sys::Function = js(&settle).unchecked_into();
    settle.call1(&JsValue::NULL, given).unwrap();
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_the_logout_is_ignored() {
    for outcome in [0, 1] {
        let given = options(PENDING);
        let bench = opened(&given).await;
        bench.page.logout();
        bench.assert_ended().await;
        let old = bench.socket();
        // The late answer must not reach the next connection either, here while that one opens.
        bench.page.connect(&js(OPTIONS));
        settle(&given, 0, outcome, "late");
        turn().await;
        assert_eq!(bench.state(), "connecting");
        bench.socket().open();
        turn().await;
        assert_eq!(old.sent(), [""; 0]);
        assert_eq!(bench.socket().sent().len(), 1);
        assert_eq!(login(&bench).0, "1234");
        bench.serve().await;
        assert_eq!(bench.state(), "ready");
        bench.page.logout();
        bench.assert_ended().await;
    }
}

#[wasm_bindgen_test]
async fn an_answer_for_an_older_connection_is_not_taken_for_the_newer() {
    for outcome in [0, 1] {
        let given = options(PENDING);
        let bench = opened(&given).await;
        // Nor must it reach the next connection while that one waits for credentials, too.
        bench.page.connect(&given);
        bench.socket().open();
        turn().await;
        settle(&given, 0, outcome, "late");
        turn().await;
        assert_eq!(bench.state(), "authenticating");
        assert_eq!(bench.socket().sent(), [""; 0]);
        settle(&given, 1, 0, "fresh");
        turn().await;
        assert_eq!(login(&bench).0, "fresh");
        bench.serve().await;
        assert_eq!(bench.state(), "ready");
        bench.page.logout();
        bench.assert_ended().await;
    }
}

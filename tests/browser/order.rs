//! When the page is told something, and in which order: never before the method that it called
//! has returned.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, event, js, method_names, params, turn};

/// A new bench in this state, with a subscription and a request where the state allows them.
async fn in_state(state: &str) -> Bench {
    let bench = Bench::new();
    let page = &bench.page;
    if state != "idle" {
        page.subscribe("vcc.default", 1);
        page.connect(&page.options());
    }
    if !matches!(state, "idle" | "connecting") {
        bench.socket().open();
    }
    if !matches!(state, "idle" | "connecting" | "authenticating") {
        bench.serve().await;
        bench.request("echo", "{}");
    }
    match state {
        "reconnecting" => bench.socket().closed(1006),
        "closed" => page.logout(),
        _ => {}
    }
    turn().await;
    assert_eq!(bench.state(), state);
    page.told();
    bench
}

const STATES: [&str; 6] = [
    "idle",
    "connecting",
    "authenticating",
    "ready",
    "reconnecting",
    "closed",
];

#[wasm_bindgen_test]
async fn no_callback_runs_before_the_method_that_causes_it_has_returned() {
    for state in STATES {
        for method in method_names() {
            let bench = in_state(state).await;
            bench.page.call(&method);
            assert_eq!(bench.page.told(), [""; 0], "{method} while {state}");
            turn().await;
            bench.assert_well();
            bench.page.logout();
            turn().await;
            bench.assert_well();
            assert_eq!(bench.page.unsettled(), 0, "{method} while {state}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_logout_tells_failures_then_state_then_close_in_a_microtask() {
    let bench = in_state("ready").await;
    let first = bench.request("echo", "{}");
    let second = bench.request("jsapi", "{}");
    bench.page.logout();
    assert_eq!(bench.state(), "closed");
    bench.next_task().await;
    let told = [
        format!("settle {} failed: closed (sent)", first - 1),
        format!("settle {first} failed: closed (sent)"),
        format!("settle {second} failed: closed (sent)"),
        "state closed (logout)".to_owned(),
        "closed true".to_owned(),
        "next task".to_owned(),
    ];
    assert_eq!(bench.page.told(), told);
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_logout_while_connecting_fails_what_waits_and_then_the_connect() {
    let bench = Bench::new();
    let connect = bench.page.connect(&bench.page.options());
    let waiting = bench.request("echo", "{}");
    bench.page.logout();
    bench.next_task().await;
    let told = [
        "state connecting".to_owned(),
        format!("settle {waiting} failed: closed (not sent)"),
        format!("settle {connect} failed: closed"),
        "state closed (logout)".to_owned(),
        "closed true".to_owned(),
        "next task".to_owned(),
    ];
    assert_eq!(bench.page.told(), told);
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn calls_without_a_connection_fail_at_once_and_afterwards() {
    for state in ["idle", "closed"] {
        let bench = in_state(state).await;
        let sockets = bench.world.sockets().length();
        let call = bench.request("echo", "{}");
        bench.next_task().await;
        let told = [
            format!("settle {call} failed: closed (not sent)"),
            "next task".into(),
        ];
        assert_eq!(bench.page.told(), told);
        assert_eq!(bench.world.sockets().length(), sockets);
        assert_eq!(bench.world.timers(), 0);
    }
}

#[wasm_bindgen_test]
async fn a_whole_session_is_told_in_order() {
    let bench = Bench::new();
    let page = &bench.page;
    let connect = page.connect(&page.options());
    let waiting = bench.request("echo", "{}");
    let serno = page.subscribe("vcc", 1);
    page.subscribe("secret", 2);
    bench.serve().await;
    bench.socket().text(&event("vcc", 1));
    bench.socket().closed(1006);
    bench.world.advance(1_001.0);
    bench.serve().await;
    let sessid = bench.sessid();
    let told = [
        "state connecting".to_owned(),
        "state authenticating".to_owned(),
        "state ready".to_owned(),
        format!(r#"settle {connect} {{"message":"logged in","sessid":"{sessid}"}}"#),
        "login true".to_owned(),
        format!("ready {serno} vcc"),
        "refused secret rejected".to_owned(),
        format!(r#"settle {waiting} {{"method":"echo"}}"#),
        format!("event {serno} {}", params("vcc", 1)),
        "state reconnecting attempt 1 (connection-lost)".to_owned(),
        "closed false".to_owned(),
        "state connecting attempt 1".to_owned(),
        "state authenticating attempt 1".to_owned(),
        "state ready".to_owned(),
        "login true".to_owned(),
        format!("ready {serno} vcc"),
        "refused secret rejected".to_owned(),
    ];
    assert_eq!(page.told(), told);
    page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn what_a_callback_causes_is_told_when_it_has_returned() {
    let bench = in_state("ready").await;
    let action = js("(page) => { page.logout(); page.note('end of the callback'); }");
    bench.page.inside("event", &action, 1);
    bench.socket().text(&event("vcc.default", 1));
    bench.next_task().await;
    let told = [
        format!("event 1 {}", params("vcc.default", 1)),
        "end of the callback".to_owned(),
        "settle 2 failed: closed (sent)".to_owned(),
        "state closed (logout)".to_owned(),
        "closed true".to_owned(),
        "next task".to_owned(),
    ];
    assert_eq!(bench.page.told(), told);
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn the_page_is_held_from_connect_until_the_last_callback() {
    let bench = Bench::new();
    let page = &bench.page;
    page.connect(&page.options());
    assert_eq!(page.holds().to_vec(), [JsValue::TRUE]);
    bench.serve().await;
    bench.socket().closed(1006);
    turn().await;
    assert_eq!(page.holds().to_vec(), [JsValue::TRUE]);
    page.logout();
    // The page must not be collected before it has been told how everything ended.
    assert_eq!(page.holds().to_vec(), [JsValue::TRUE]);
    turn().await;
    assert_eq!(page.holds().to_vec(), [JsValue::TRUE, JsValue::FALSE]);
    // A call that is made without a connection has an outcome, too, which the page must be told.
    bench.request("echo", "{}");
    turn().await;
    let both = [JsValue::TRUE, JsValue::FALSE];
    assert_eq!(page.holds().to_vec(), [both.clone(), both].concat());
}

//! Every method is called from inside every callback: nothing throws, no borrow is left over, and
//! the client works afterwards.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, event, js, method_names, options, turn};

/// The calls from the shell to JavaScript, from each of which code of the page could run.
const CALLBACKS: [&str; 16] = [
    "hold",
    "options",
    "passwd",
    "loginParams",
    "settle",
    "state",
    "login",
    "closed",
    "message",
    "event",
    "ready",
    "refused",
    "gap",
    "release",
    "log",
    "report",
];

/// Options whose credentials are functions, so that they are callbacks like the others.
fn credentials(page: &JsValue) -> JsValue {
    let given = js("{
        socketUrl: 'wss://pbx.example/ws',
        login: '1001@xswitch.cn',
        asked: 0,
        passwd() {
            this.page.entered('passwd');
            if (++this.asked === 1) throw new Error('not yet');
            return '1234';
        },
        loginParams() { this.page.entered('loginParams'); return {}; },
    }");
    let hidden = js("(options, page) => Object.defineProperty(options, 'page', {value: page})");
    let hidden: js_sys::Function = hidden.unchecked_into();
    hidden.call2(&JsValue::NULL, &given, page).unwrap()
}

/// Goes through a session in which every callback runs, whatever the callbacks do to it.
async fn session(bench: &Bench) {
    let page = &bench.page;
    page.subscribe("vcc", 1);
    page.subscribe("secret", 2);
    page.connect(&page.options());
    bench.request("echo", "{}");
    bench.serve().await;
    bench.world.advance(1_001.0);
    bench.serve().await;
    for number in [0, 1, 5] {
        bench.socket().text(&format!(
            r#"[{{"method":"verto.event","params":{{"eventChannel":"vcc.default","subscribedChannel":"vcc","eventSerno":{number}}}}},
                {{"method":"verto.info","id":3,"params":{{"msg":{{"body":"hi"}}}}}}]"#
        ));
        bench.socket().text("not json");
        bench.serve().await;
    }
    let extra = page.subscribe("vcc.extra", 3);
    bench.request("echo", "{}");
    page.unsubscribe("vcc.extra", extra);
    bench.serve().await;
    bench.request("echo", "{}");
    bench.socket().closed(1006);
    turn().await;
    bench.request("echo", "{}");
    bench.world.happen("online");
    bench.serve().await;
    bench.world.advance(60_000.0);
    bench.serve().await;
    bench.world.happen("pageshow");
    bench.socket().text(&event("vcc", 1));
    page.logout();
    bench.serve().await;
}

async fn try_all(callback: &str, times: u32, prepare: impl Fn(&Bench)) {
    for method in method_names() {
        let bench = Bench::new();
        prepare(&bench);
        bench.page.set_options(&credentials(bench.page.as_ref()));
        let action = js(&format!("(page) => page.call('{method}')"));
        bench.page.inside(callback, &action, times);
        session(&bench).await;
        assert!(bench.page.hooked(callback) > 0, "{callback} didn't run");
        bench.page.inside(callback, &JsValue::NULL, 0);
        bench.assert_well();
        bench.page.logout();
        bench.assert_ended().await;
        bench.assert_usable().await;
    }
}

async fn try_callback(callback: &str) {
    try_all(callback, 1, |_| ()).await;
    try_all(callback, 4, |_| ()).await;
}

macro_rules! inside {
    ($($name:ident: $callback:literal,)*) => {
        $(#[wasm_bindgen_test]
        async fn $name() {
            try_callback($callback).await;
        })*
    };
}

inside! {
    inside_hold: "hold",
    inside_options: "options",
    inside_passwd: "passwd",
    inside_login_params: "loginParams",
    inside_settle: "settle",
    inside_state: "state",
    inside_login: "login",
    inside_closed: "closed",
    inside_message: "message",
    inside_event: "event",
    inside_ready: "ready",
    inside_refused: "refused",
    inside_gap: "gap",
    inside_release: "release",
    inside_log: "log",
    inside_report: "report",
}

#[wasm_bindgen_test]
async fn with_sockets_that_close_inside_close() {
    for callback in CALLBACKS {
        try_all(callback, 2, |bench| bench.world.set_closes_in_close(true)).await;
    }
}

#[wasm_bindgen_test]
async fn while_an_error_is_made() {
    for method in method_names()
        .iter()
        .filter(|name| !name.ends_with("Wrongly"))
    {
        let bench = Bench::new();
        bench.page.set_options(&credentials(bench.page.as_ref()));
        let action = js(&format!("(page) => page.call('{method}')"));
        bench.page.inside("error", &action, 2);
        session(&bench).await;
        bench.page.inside("error", &JsValue::NULL, 0);
        bench.page.logout();
        bench.assert_ended().await;
        bench.assert_usable().await;
    }
}

#[wasm_bindgen_test]
async fn while_data_is_written_and_options_are_read() {
    for method in method_names() {
        let bench = Bench::ready().await;
        bench.page.subscribe("vcc", 1);
        bench.serve().await;
        let with_page: js_sys::Function =
            js("(object, page) => Object.defineProperty(object, 'page', {value: page})")
                .unchecked_into();
        let object = js(&format!(
            "{{get a() {{ this.page.call('{method}'); return 1; }}}}"
        ));
        let data = with_page
            .call2(&JsValue::NULL, &object, bench.page.as_ref())
            .unwrap();
        bench.request_with(&"echo".into(), &data, &JsValue::UNDEFINED);
        let given = options("{}");
        let timeout = format!(
            "(options, page) => Object.defineProperty(options, 'timeout', \
             {{get() {{ if (!this.done) {{ this.done = true; page.call('{method}'); }} }}}})"
        );
        let timeout: js_sys::Function = js(&timeout).unchecked_into();
        timeout
            .call2(&JsValue::NULL, &given, bench.page.as_ref())
            .unwrap();
        bench.page.connect(&given);
        bench.serve().await;
        bench.page.logout();
        bench.assert_ended().await;
        bench.assert_usable().await;
    }
}

#[wasm_bindgen_test]
async fn a_socket_that_answers_inside_send_settles_everything_once() {
    let bench = Bench::new();
    bench.world.set_answers_in_send(true);
    let page = &bench.page;
    page.connect(&page.options());
    bench.socket().open();
    turn().await;
    assert_eq!(bench.state(), "ready");
    page.told();
    // Methods that the page calls inside a callback, on a socket class of its own.
    let action = js(
        "(page) => {
            for (const name of ['request', 'command', 'subscribe', 'unsubscribeAll']) page.call(name);
        }",
    );
    for times in [1, 3] {
        page.inside("message", &action, times);
        bench
            .socket()
            .text(r#"{"method":"verto.info","params":{"msg":1}}"#);
        turn().await;
        page.inside("message", &JsValue::NULL, 0);
    }
    assert_eq!(bench.state(), "ready");
    assert_eq!(page.unsettled(), 0);
    // Methods that the page calls outside of a callback, before whose return no callback may run.
    for method in method_names()
        .iter()
        .filter(|name| !name.starts_with("connect") && *name != "logout")
    {
        page.call(method);
        turn().await;
        bench.assert_well();
    }
    assert_eq!(page.unsettled(), 0);
    page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_socket_that_closes_inside_send_loses_the_connection_once() {
    let bench = Bench::ready().await;
    let close = js("(socket) => {
            const send = socket.send;
            socket.send = (text) => { send.call(socket, text); socket.closed(1006); };
        }");
    let close: js_sys::Function = close.unchecked_into();
    close
        .call1(&JsValue::NULL, bench.socket().as_ref())
        .unwrap();
    bench
        .page
        .inside("message", &js("(page) => page.call('request')"), 1);
    bench
        .socket()
        .text(r#"{"method":"verto.info","params":{"msg":1}}"#);
    turn().await;
    assert_eq!(bench.state(), "reconnecting");
    assert_eq!(bench.page.unsettled(), 0);
    bench.page.logout();
    bench.assert_ended().await;
    bench.assert_usable().await;
}

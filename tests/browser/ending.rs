//! After a logout nothing is left, in whatever state it is called. Two clients share nothing.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, OPTIONS, event, js, new_page, options, params, text, turn};

/// Logs out, and checks at once, before anything else can run, that there is no timer, no socket
/// and no listener any more.
async fn assert_logout_ends(bench: &Bench) {
    let sockets = bench.world.sockets().length();
    bench.page.logout();
    assert_eq!(bench.world.timers(), 0);
    assert_eq!(bench.world.wake_ups(), 0);
    assert_eq!(bench.world.live(), 0);
    assert_eq!(bench.world.listening(), 0);
    for socket in 0..sockets {
        // Each socket is closed exactly once, with the code 1000.
        assert!(
            bench
                .world
                .socket(socket as i32)
                .closes()
                .iter()
                .all(|code| *code == 1000)
        );
        assert_eq!(bench.world.socket(socket as i32).closes().len(), 1);
    }
    bench.assert_ended().await;
    assert_eq!(bench.state(), "closed");
    let told = bench.page.told();
    let count = |line: &str| told.iter().filter(|one| *one == line).count();
    assert_eq!(count("closed true"), 1, "{told:?}");
    assert_eq!(count("state closed (logout)"), 1, "{told:?}");
    // Nothing comes back, however long the page waits.
    bench.world.advance(600_000.0);
    turn().await;
    assert_eq!(bench.world.sockets().length(), sockets);
    assert_eq!(bench.page.told(), [""; 0]);
    bench.page.logout();
    bench.assert_ended().await;
    assert_eq!(bench.page.told(), [""; 0], "a second logout");
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn logout_while_connecting() {
    let bench = Bench::new();
    bench.page.connect(&js(OPTIONS));
    bench.request("echo", "{}");
    bench.page.subscribe("vcc", 1);
    assert_eq!(bench.world.timers(), 1);
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_while_the_page_is_asked_for_credentials() {
    let bench = Bench::new();
    let given = "{passwd: () => new Promise(() => {}), loginParams: async () => ({})}";
    bench.page.connect(&options(given));
    bench.socket().open();
    turn().await;
    assert_eq!(bench.state(), "authenticating");
    bench.request("echo", "{}");
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_while_authenticating() {
    let bench = Bench::new();
    bench.page.connect(&js(OPTIONS));
    bench.socket().open();
    bench.request("echo", "{}");
    assert_eq!(bench.socket().sent().len(), 1);
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_while_ready() {
    let bench = Bench::ready().await;
    bench.page.subscribe("vcc", 1);
    bench.request("echo", "{}");
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_while_reconnecting() {
    let bench = Bench::ready().await;
    bench.page.subscribe("vcc", 1);
    bench.request("echo", "{}");
    bench.socket().closed(1006);
    bench.request("echo", "{}");
    assert_eq!(bench.state(), "reconnecting");
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_while_connecting_again() {
    let bench = Bench::ready().await;
    bench.socket().closed(1006);
    bench.world.advance(1_001.0);
    assert_eq!(bench.state(), "connecting");
    assert_logout_ends(&bench).await;
}

#[wasm_bindgen_test]
async fn logout_of_what_never_connected_tells_nothing() {
    let bench = Bench::new();
    bench.page.subscribe("vcc", 1);
    bench.page.logout();
    turn().await;
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.state(), "idle");
    assert_eq!(bench.world.sockets().length(), 0);
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn every_other_end_leaves_nothing_either() {
    for frame in [
        r#"{"id":1,"error":{"code":-32001,"message":"Authentication Failure"}}"#,
        r#"{"id":1,"result":{},"jsonrpc":"2.0"}{"#,
    ] {
        let bench = Bench::new();
        bench.page.connect(&options("{autoReconnect: false}"));
        bench.socket().open();
        bench.socket().text(frame);
        if bench.state() != "closed" {
            bench.socket().closed(1006);
        }
        assert_eq!(bench.world.timers(), 0);
        bench.assert_ended().await;
        assert_eq!(bench.state(), "closed");
        bench.assert_usable().await;
    }
    let bench = Bench::ready().await;
    bench.request("echo", "{}");
    bench
        .socket()
        .text(r#"{"id":5,"method":"verto.punt","params":{}}"#);
    assert_eq!(bench.world.timers(), 0);
    bench.assert_ended().await;
    let told = bench.page.told();
    assert_eq!(
        told.last().map(String::as_str),
        Some("closed false"),
        "{told:?}"
    );
    bench.assert_usable().await;
}

#[wasm_bindgen_test]
async fn a_connect_on_an_open_connection_closes_that_one_silently() {
    let bench = Bench::ready().await;
    bench.page.subscribe("vcc", 1);
    bench.serve().await;
    let old = bench.socket();
    bench.page.told();
    bench.page.connect(&js(OPTIONS));
    assert_eq!(old.closes(), [1000]);
    assert!(!old.listening());
    bench.serve().await;
    let told = bench.page.told();
    assert!(
        !told.iter().any(|line| line.starts_with("closed")),
        "{told:?}"
    );
    // The subscriptions of the older connection have ended with it.
    assert_eq!(bench.socket().sent().len(), 1);
    bench.socket().text(&event("vcc", 1));
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.world.live(), 1);
    assert_logout_ends_both(&bench).await;
}

async fn assert_logout_ends_both(bench: &Bench) {
    bench.page.logout();
    bench.assert_ended().await;
    assert_eq!(bench.world.socket(0).closes(), [1000]);
    assert_eq!(bench.world.socket(1).closes(), [1000]);
}

#[wasm_bindgen_test]
async fn two_clients_share_nothing() {
    let bench = Bench::new();
    let first = &bench.page;
    let second = new_page();
    first.connect(&js(OPTIONS));
    second.connect(&options("{login: '1002@xswitch.cn'}"));
    first.subscribe("vcc", 1);
    second.subscribe("vcc.default", 1);
    bench.serve().await;
    let (socket, other) = (bench.world.socket(0), bench.world.socket(1));
    assert_eq!((socket.sent().len(), other.sent().len()), (2, 2));
    assert!(socket.sent()[0].contains("1001@") && other.sent()[0].contains("1002@"));
    let sessid = |page: &crate::page::Page| text(&page.client(), "sessid");
    assert_ne!(sessid(first), sessid(&second));
    first.told();
    second.told();
    socket.text(&event("vcc.default", 1));
    assert_eq!(
        first.told(),
        [format!("event 1 {}", params("vcc.default", 1))]
    );
    assert_eq!(second.told(), [""; 0]);
    other.text(&event("vcc", 1));
    assert_eq!(second.told(), [""; 0]);
    first.logout();
    turn().await;
    assert!(!socket.live() && other.live());
    assert_eq!(second.told(), [""; 0]);
    assert_eq!(text(&second.client(), "state"), "ready");
    other.text(&event("vcc.default", 2));
    assert_eq!(
        second.told(),
        [format!("event 1 {}", params("vcc.default", 2))]
    );
    second.logout();
    bench.assert_ended().await;
    assert_eq!(second.unsettled(), 0);
}

#[wasm_bindgen_test]
async fn a_client_that_is_freed_closes_its_socket_and_its_timer() {
    for state in ["connecting", "ready", "reconnecting"] {
        let bench = Bench::new();
        bench.page.connect(&js(OPTIONS));
        if state != "connecting" {
            bench.serve().await;
            bench.request("echo", "{}");
        }
        if state == "reconnecting" {
            bench.socket().closed(1006);
        }
        assert_eq!(bench.state(), state);
        turn().await;
        assert_eq!(bench.world.timers(), 1);
        bench.page.told();
        bench.page.free();
        assert_eq!(bench.world.timers(), 0, "{state}");
        assert_eq!(bench.world.live(), 0, "{state}");
        assert_eq!(bench.world.listening(), 0, "{state}");
        assert_eq!(bench.socket().closes(), [1000], "{state}");
        bench.world.happen("online");
        bench.world.advance(600_000.0);
        turn().await;
        assert_eq!(bench.page.told(), [""; 0], "{state}");
        bench.assert_well();
    }
}

#[wasm_bindgen_test]
async fn a_client_that_is_freed_before_its_callbacks_is_gone() {
    // A microtask of ours that is still to run must not keep the shell alive.
    let bench = Bench::new();
    bench.page.connect(&js(OPTIONS));
    bench.socket().open();
    turn().await;
    bench.page.told();
    bench.page.logout();
    bench.page.connect(&js(OPTIONS));
    bench.page.free();
    turn().await;
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.world.live(), 0);
    assert_eq!(bench.world.timers(), 0);
    bench.assert_well();
}

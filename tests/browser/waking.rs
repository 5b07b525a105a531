//! A server that has fallen silent, and a page that wakes up.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, js, options, turn};

/// A client that is ready, with the usual `keepAlive`, and whose server has answered the first
/// ping.
async fn ready() -> Bench {
    let bench = Bench::new();
    bench.page.set_options(&options("{keepAlive: undefined}"));
    bench.log_in().await;
    bench
}

fn ping(bench: &Bench, id: u32) -> String {
    let sessid = bench.sessid();
    format!(
        r#"{{"jsonrpc":"2.0","method":"verto.ping","params":{{"sessid":"{sessid}"}},"id":{id}}}"#
    )
}

#[wasm_bindgen_test]
async fn a_login_is_followed_by_a_ping() {
    let bench = ready().await;
    assert_eq!(bench.sent_since(1), [ping(&bench, 2)]);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_server_that_falls_silent_is_asked_and_then_replaced() {
    let bench = ready().await;
    let old = bench.socket();
    for second in 1..=60 {
        bench.world.advance(1_000.0);
        if !old.live() {
            assert!(second > 20, "given up after {second} s");
            break;
        }
    }
    assert!(!old.live() && !old.listening());
    let told = bench.page.told();
    assert!(
        told[0].starts_with("state reconnecting attempt 1"),
        "{told:?}"
    );
    assert_eq!(told[1], "closed false");
    bench.world.advance(1_001.0);
    bench.serve().await;
    assert_eq!(bench.state(), "ready");
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn garbage_is_a_sign_of_life_too() {
    let bench = ready().await;
    for frame in 0..12 {
        bench.world.advance(9_000.0);
        match frame % 3 {
            0 => bench.socket().text("not json"),
            1 => bench.socket().binary(b"\xff"),
            _ => bench.socket().text("[]"),
        }
        // Any frame shows that the server is there, also while its pings go unanswered.
        assert!(bench.socket().live(), "frame {frame}");
    }
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn without_keep_alive_nothing_is_asked() {
    let bench = Bench::ready().await;
    assert_eq!(bench.world.timers(), 0);
    bench.world.advance(600_000.0);
    turn().await;
    assert_eq!(bench.socket().sent().len(), 1);
    assert_eq!(bench.state(), "ready");
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_waiting_attempt_is_made_at_once_when_the_page_wakes() {
    for event in ["online", "pageshow", "visibilitychange", "resume"] {
        let bench = ready().await;
        bench.socket().closed(1006);
        assert_eq!(bench.world.sockets().length(), 1);
        bench.world.happen(event);
        assert_eq!(bench.world.sockets().length(), 2, "{event}");
        // While the attempt is being made, a second event begins no other.
        bench.world.happen(event);
        assert_eq!(bench.world.sockets().length(), 2, "{event}");
        bench.serve().await;
        assert_eq!(bench.state(), "ready");
        bench.page.logout();
        bench.assert_ended().await;
        bench.world.happen(event);
        assert_eq!(
            bench.world.sockets().length(),
            2,
            "{event} after the logout"
        );
    }
}

#[wasm_bindgen_test]
async fn a_page_that_goes_hidden_does_not_wake() {
    let bench = ready().await;
    bench.socket().closed(1006);
    js("Object.defineProperty(document, 'hidden', {value: true, configurable: true})");
    bench.world.happen("visibilitychange");
    let sockets = bench.world.sockets().length();
    js("delete document.hidden");
    assert_eq!(sockets, 1);
    bench.world.happen("visibilitychange");
    assert_eq!(bench.world.sockets().length(), 2);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn after_a_sleep_one_ping_decides() {
    let bench = ready().await;
    let sent = bench.socket().sent().len();
    bench.world.happen("online");
    assert_eq!(bench.sent_since(sent), [""; 0], "asked although just heard");
    // While the machine sleeps, the wall clock goes on and the timers stand still.
    bench.world.sleep(3_600_000.0);
    bench.world.happen("resume");
    assert_eq!(bench.sent_since(sent), [ping(&bench, 3)]);
    bench.world.advance(4_999.0);
    assert!(bench.socket().live());
    bench.world.advance(1.0);
    assert!(!bench.world.socket(0).live());
    assert_eq!(bench.state(), "reconnecting");
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn after_a_sleep_a_request_has_only_what_is_left_of_its_time() {
    // This client sends no pings, so that nothing but the request sets a timer.
    let bench = Bench::ready().await;
    let call = bench.request_with(&"echo".into(), &js("{}"), &js("{timeout: 60000}"));
    bench.world.sleep(50_000.0);
    bench.world.happen("online");
    bench.world.advance(9_999.0);
    assert_eq!(bench.page.told(), [""; 0]);
    bench.world.advance(1.0);
    let settled = format!("settle {call} failed: timeout (sent)");
    assert_eq!(bench.page.told(), [settled]);
    bench.page.logout();
    bench.assert_ended().await;
}

#[wasm_bindgen_test]
async fn a_page_may_log_out_when_it_wakes() {
    let bench = ready().await;
    bench.socket().closed(1006);
    turn().await;
    bench
        .page
        .inside("state", &js("(page) => page.logout()"), 1);
    bench.world.happen("online");
    bench.assert_ended().await;
    assert_eq!(bench.state(), "closed");
    bench.assert_usable().await;
}

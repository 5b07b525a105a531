//! The one timer of a client, behind everything that takes time.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Bench, js, turn};

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
    // Nobody waits for the answer any more: it leaves a line in the log.
    bench.serve().await;
    assert_eq!(bench.page.told(), [""; 0]);
    assert_eq!(bench.page.logs().len(), 1);
    bench.page.logout();
    bench.assert_ended().await;
}

/// In a test of a page the clock may stand still, or the timers may be run by hand.
#[wasm_bindgen_test]
async fn a_timer_that_has_come_is_time_that_has_passed_whatever_the_clock_says() {
    let bench = Bench::ready().await;
    let timeout = js("{timeout: 30}");
    for _ in 0..2 {
        let call = bench.request_with(&"echo".into(), &js("{}"), &timeout);
        bench.world.fire();
        let settled = format!("settle {call} failed: timeout (sent)");
        assert_eq!(bench.page.told(), [settled]);
        assert_eq!(bench.world.timers(), 0);
    }
    // From here on the clock goes as before.
    let call = bench.request_with(&"echo".into(), &js("{}"), &timeout);
    bench.world.advance(29.0);
    assert_eq!(bench.page.told(), [""; 0]);
    bench.world.advance(1.0);
    let settled = format!("settle {call} failed: timeout (sent)");
    assert_eq!(bench.page.told(), [settled]);
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

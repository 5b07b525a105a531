//! The JavaScript side of one instance, as `pkg-template/host/host.js` writes it.

use wasm_bindgen::prelude::*;
use web_sys::WebSocket;

use super::json::Json;
use crate::core::error::Error;

#[wasm_bindgen]
extern "C" {
    /// Refers weakly to the page's object and to its handlers, and calls them. Only the two
    /// methods that return a `Result` throw: what a callback of the page's throws goes to the
    /// page's `error` event.
    #[derive(Clone)]
    pub type Host;

    /// Keeps the page's object alive (`true`) or lets it go.
    #[wasm_bindgen(method)]
    pub fn hold(this: &Host, strongly: bool);

    /// Asks the page for the parameters of a login: returns them as JSON text, or a promise of
    /// it. What this throws, or what the promise rejects with, is a `VertoError`.
    #[wasm_bindgen(method, catch)]
    pub fn credentials(this: &Host) -> Result<JsValue, JsValue>;

    /// Opens a socket, which the core knows as `id`. Its class is the page's or the platform's.
    #[wasm_bindgen(method, catch)]
    pub fn socket(this: &Host, id: u32, url: &str) -> Result<WebSocket, JsValue>;

    /// Writes a text frame to such a socket. After one that begins a speed test come its others.
    #[wasm_bindgen(method)]
    pub fn send(this: &Host, socket: &WebSocket, text: &str);

    /// Stops listening to such a socket, and closes it.
    #[wasm_bindgen(method)]
    pub fn close(this: &Host, socket: &WebSocket);

    /// Begins or ends listening for what may have woken the page, which calls
    /// [`Client::woke`](super::Client::woke).
    #[wasm_bindgen(method)]
    pub fn listen(this: &Host, on: bool);

    /// Settles a call's promise and runs its callback.
    #[wasm_bindgen(method)]
    pub fn settle(this: &Host, call: u32, ok: bool, value: &JsValue);

    /// `onStateChange`.
    #[wasm_bindgen(method)]
    pub fn state(
        this: &Host,
        state: &str,
        attempt: u32,
        delay: f64,
        reason: Option<&str>,
        error: &JsValue,
    );

    /// `onWSLogin`.
    #[wasm_bindgen(method)]
    pub fn login(this: &Host, success: bool, error: &JsValue);

    /// `onWSClose`.
    #[wasm_bindgen(method)]
    pub fn closed(this: &Host, asked: bool);

    /// `onMessage`, with a name of `Verto.enum.message`.
    #[wasm_bindgen(method)]
    pub fn message(this: &Host, name: &str, data: &JsValue);

    /// Delivers an event to the registrations `sernos`. From now on events with the same
    /// `eventChannel` and `subscribedChannel` may come by
    /// [`Client::event`](super::Client::event), with this `version` and this `counter`. What the
    /// host learned at another `version` is void.
    #[wasm_bindgen(method)]
    pub fn event(this: &Host, sernos: Vec<u32>, params: &JsValue, version: u32, counter: u32);

    /// The `readyHandler` of the registration `serno`.
    #[wasm_bindgen(method)]
    pub fn ready(this: &Host, serno: u32, channel: &str);

    /// `onSubscribeError`.
    #[wasm_bindgen(method)]
    pub fn refused(this: &Host, channel: &str, error: &JsValue);

    /// `onGap`.
    #[wasm_bindgen(method)]
    pub fn gap(this: &Host, channel: &str, expected: f64, received: f64);

    /// Forgets the handler of the registration `serno`.
    #[wasm_bindgen(method)]
    pub fn release(this: &Host, serno: u32);

    /// Calls [`Client::tell`](super::Client::tell) in a microtask.
    #[wasm_bindgen(method)]
    pub fn tell_soon(this: &Host);

    /// A line for the debug log.
    #[wasm_bindgen(method)]
    pub fn log(this: &Host, text: &str);

    #[wasm_bindgen(method, js_name = error)]
    fn make_error(
        this: &Host,
        kind: &str,
        code: i32,
        message: &str,
        reason: Option<&str>,
        data: &JsValue,
        method: Option<&str>,
        sent: Option<bool>,
    ) -> JsValue;
}

impl Host {
    /// The `VertoError` for a failure.
    pub fn error(&self, error: Error<Json>) -> JsValue {
        self.make_error(
            error.kind.name(),
            error.code,
            &error.message,
            error.reason.as_deref(),
            error
                .data
                .as_ref()
                .map_or(&JsValue::UNDEFINED, |data| &data.0),
            error.method.as_deref(),
            error.sent,
        )
    }
}

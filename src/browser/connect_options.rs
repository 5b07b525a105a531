//! What a page connects with.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::params::texts;

use crate::core::session::Config;
use crate::core::{KeepAlive, Ms};

#[wasm_bindgen]
extern "C" {
    /// The checked options of the page, as `config` of `pkg-template/sdk/options.js` returns them.
    /// Times are in ms.
    pub type ConnectOptions;

    #[wasm_bindgen(method, getter)]
    fn url(this: &ConnectOptions) -> String;
    #[wasm_bindgen(method, getter, js_name = fallbackUrls)]
    fn fallback_urls(this: &ConnectOptions) -> Array;
    #[wasm_bindgen(method, getter)]
    fn login(this: &ConnectOptions) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn sessid(this: &ConnectOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = autoReconnect)]
    fn auto_reconnect(this: &ConnectOptions) -> bool;
    #[wasm_bindgen(method, getter, js_name = freshCredentials)]
    fn fresh_credentials(this: &ConnectOptions) -> bool;
    /// 0 means that silence isn't judged.
    #[wasm_bindgen(method, getter)]
    fn interval(this: &ConnectOptions) -> f64;
    #[wasm_bindgen(method, getter, js_name = maxFailed)]
    fn max_failed(this: &ConnectOptions) -> u32;
    #[wasm_bindgen(method, getter)]
    fn timeout(this: &ConnectOptions) -> f64;
    #[wasm_bindgen(method, getter, js_name = credentialsTimeout)]
    fn credentials_timeout(this: &ConnectOptions) -> f64;
    #[wasm_bindgen(method, getter, js_name = jsapiTimeout)]
    fn jsapi_timeout(this: &ConnectOptions) -> f64;
}

/// The same options as the core has them.
pub fn config(options: &ConnectOptions) -> Config {
    let interval = options.interval() as Ms;
    Config {
        url: options.url(),
        fallback_urls: texts(&options.fallback_urls()),
        login: options.login().unwrap_or_default(),
        sessid: options.sessid(),
        auto_reconnect: options.auto_reconnect(),
        fresh_credentials: options.fresh_credentials(),
        keep_alive: (interval > 0).then_some(KeepAlive {
            interval,
            max_failed: options.max_failed(),
        }),
        timeout: options.timeout() as Ms,
        credentials_timeout: options.credentials_timeout() as Ms,
        jsapi_timeout: options.jsapi_timeout() as Ms,
    }
}

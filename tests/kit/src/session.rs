//! Options, and a session that is used by its own methods, as the examples in the
//! documentation do.

use verto_wasm::core::KeepAlive;
use verto_wasm::core::session::{Config, Io, Notice, Session};

use crate::Json;

/// The options of most tests: what a page has that sets none, but without `keepAlive`, so
/// that no ping comes between the requests that a test is about.
pub fn config() -> Config {
    Config {
        url: "wss://a.test/ws".into(),
        fallback_urls: Vec::new(),
        login: "1007@switch.example".into(),
        sessid: None,
        keep_alive: None,
        auto_reconnect: true,
        fresh_credentials: false,
        timeout: 10_000,
        credentials_timeout: 300_000,
        jsapi_timeout: 60_000,
    }
}

/// The options of a page that sets none: those of [`config`], with the usual `keepAlive`.
pub fn watched() -> Config {
    Config {
        keep_alive: Some(KeepAlive {
            interval: 10_000,
            max_failed: 2,
        }),
        ..config()
    }
}

/// A session that has logged in with the options of [`watched`], at the time 0, on socket 1.
/// Everything that led there has been done and told.
pub fn logged_in() -> Session<Json> {
    let mut session = Session::new(42);
    session.connect(0, 1, Box::new(watched()));
    session.opened(0, 1);
    session.credentials(0, 1, Ok(r#"{"login":"1007@switch.example"}"#.to_owned()));
    serve(&mut session);
    told(&mut session);
    session
}

/// A server answers each request that the session wants to send with `{}`, at the time 0.
pub fn serve(session: &mut Session<Json>) {
    while let Some(io) = session.next_io() {
        if let Io::Send { socket, text } = io {
            let request: serde_json::Value = serde_json::from_str(&text).unwrap();
            let reply = serde_json::json!({ "id": request["id"], "result": {} });
            session.frame(0, socket, &Json(reply));
        }
    }
}

/// The methods of the requests that the session wants to send.
pub fn sent(session: &mut Session<Json>) -> Vec<String> {
    std::iter::from_fn(|| session.next_io())
        .filter_map(|io| match io {
            Io::Send { text, .. } => Some(text),
            _ => None,
        })
        .map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap())
        .map(|request| request["method"].as_str().unwrap().to_owned())
        .collect()
}

/// What the page is to be told.
pub fn told(session: &mut Session<Json>) -> Vec<Notice<Json>> {
    std::iter::from_fn(|| session.next_notice()).collect()
}

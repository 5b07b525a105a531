// What the examples in src/core/session/ take for granted: a session, and a server that answers.

pub use verto_wasm::core::session::{Config, Io, Notice, Request, Session, State};
pub use verto_wasm::core::{Expect, KeepAlive};

include!("json.rs");

/// The options of the examples.
pub fn config() -> Box<Config> {
    Box::new(Config {
        url: "wss://switch.example/ws".to_owned(),
        fallback_url: None,
        sessid: None,
        auto_reconnect: true,
        fresh_credentials: false,
        keep_alive: Some(KeepAlive {
            interval: 10_000,
            max_failed: 2,
        }),
        timeout: 10_000,
        jsapi_timeout: 60_000,
    })
}

/// A session that has logged in, at the time 0, on socket 1; nothing is left to be told.
pub fn logged_in() -> Session<Json> {
    let mut session = Session::new(42);
    session.connect(0, 1, config());
    session.opened(0, 1);
    session.credentials(0, 1, Ok(r#"{"login":"1007@switch.example"}"#.to_owned()));
    serve(&mut session);
    told(&mut session);
    session
}

/// Lets a server answer everything with `{}`, at the time 0.
pub fn serve(session: &mut Session<Json>) {
    while let Some(io) = session.next_io() {
        if let Io::Send { socket, text } = io {
            let request: serde_json::Value = serde_json::from_str(&text).unwrap();
            let reply = serde_json::json!({ "id": request["id"], "result": {} });
            session.frame(0, socket, &Json(reply));
        }
    }
}

/// The methods of the requests that the session wants written.
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

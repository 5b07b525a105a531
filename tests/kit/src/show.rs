//! What a session did and told, each thing as one line of text.

use serde_json::Value as Tree;
use verto_wasm::core::error::Error;
use verto_wasm::core::session::{Io, Notice};

use crate::Json;

/// A frame that was sent: its id, its method, and its channels or its parameters but for the
/// `sessid`.
pub(crate) fn short(frame: &Tree) -> String {
    let mut params = frame["params"].clone();
    let id = &frame["id"];
    let Some(method) = frame["method"].as_str() else {
        return format!("{id} answer {}", frame["result"]);
    };
    if let Some(members) = params.as_object_mut() {
        members.shift_remove("sessid");
    }
    match method {
        "login" => format!("{id} login"),
        "verto.subscribe" | "verto.unsubscribe" if params.get("subParams").is_none() => {
            format!("{id} {method} {}", params["eventChannel"])
        }
        _ => format!("{id} {method} {params}"),
    }
}

/// What was done to the socket, or for it.
pub(crate) fn show_io(io: &Io) -> String {
    match io {
        Io::Open { socket, url } => format!("open {socket} {url}"),
        Io::Send { socket, text } => {
            format!(
                "send {socket} {}",
                short(&serde_json::from_str(text).unwrap())
            )
        }
        Io::Close { socket } => format!("close {socket}"),
        Io::Credentials { question } => format!("credentials {question}"),
        Io::Release { sernos } => format!("release {sernos:?}"),
        Io::Log(line) => format!("log {line}"),
    }
}

/// What the page is told, under the name of the callback that it is told by.
pub fn show_notice(notice: &Notice<Json>) -> String {
    match notice {
        Notice::Settle { call, outcome } => match outcome {
            Ok(result) => format!("call {call}: ok {}", result.0),
            Err(error) => format!("call {call}: {}", show_error(error)),
        },
        Notice::State { state, reason, .. } => match reason {
            Some(reason) => format!("state {} ({reason})", state.name()),
            None => format!("state {}", state.name()),
        },
        Notice::Login { error: None } => "onWSLogin true".into(),
        Notice::Login { error: Some(error) } => {
            format!("onWSLogin false {}", error.reason.as_deref().unwrap_or("?"))
        }
        Notice::Closed { asked } => format!("onWSClose {asked}"),
        Notice::Message { message, data } => match data {
            Some(data) => format!("onMessage {} {}", message.name(), data.0),
            None => format!("onMessage {}", message.name()),
        },
        Notice::Event { sernos, .. } => format!("event {sernos:?}"),
        Notice::Confirmed { sernos, channel } => format!("readyHandler {channel} {sernos:?}"),
        Notice::Refused { channel, error } => {
            format!("onSubscribeError {channel} {}", error.kind.name())
        }
        Notice::Gap(gap) => format!(
            "onGap {} expected {} received {}",
            gap.channel, gap.expected, gap.received
        ),
        // Of a build with telephone calls, which have tests and a kit of their own.
        #[allow(unreachable_patterns)]
        other => format!("{other:?}"),
    }
}

fn show_error(error: &Error<Json>) -> String {
    let kind = error.kind.name();
    match error.sent {
        Some(true) => format!("{kind}, sent"),
        Some(false) => format!("{kind}, not sent"),
        None => kind.into(),
    }
}

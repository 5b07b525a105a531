//! The frames of the protocol: what came in is classified, what goes out is written.

#[cfg(feature = "calls")]
use crate::core::dialog;
use crate::core::json::{integer, push_number, push_string};
use crate::core::value::{Field, Value};

/// The largest text frame, in bytes, that a server accepts: above it mod_verto closes the
/// socket with code 1000 and no word of why (seen with FreeSWITCH).
pub const LARGEST_FRAME: usize = 1_000_000;

/// What a frame from the server is.
#[derive(Clone, Debug)]
pub enum Frame<V> {
    /// The answer to one of our requests.
    Reply {
        /// The request's id.
        id: u32,
        /// `result`, or the `error` object.
        outcome: Result<V, V>,
    },
    /// `verto.event`: something happened on a channel.
    Event(Event<V>),
    /// Another request of the server's.
    Request {
        /// What it asks or tells.
        method: Method,
        /// Its id as JSON text, to be echoed; `None` where it can't be.
        id: Option<String>,
        /// Its parameters, where there are any.
        params: Option<V>,
    },
    /// Nothing that the protocol knows, with the reason for the log.
    Malformed(&'static str),
}

/// An event, with the fields that decide who gets it.
#[derive(Clone, Debug)]
pub struct Event<V> {
    /// `eventChannel`: where it happened.
    pub channel: String,
    /// `subscribedChannel`: for which of our subscriptions the server sent it.
    pub subscribed: Option<String>,
    /// `eventSerno`: counts from 0 per socket and subscribed channel.
    pub event_serno: Option<u64>,
    /// `sessid`: the sender of a broadcast, or the one client that it is meant for.
    pub sessid: Option<String>,
    /// The whole `params`, as the page's handlers get it.
    pub params: V,
}

/// The server's requests that the client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `verto.ping`: are you there?
    Ping,
    /// `verto.clientReady`: the login is complete.
    ClientReady,
    /// `verto.punt`: another login took the session over.
    Punt,
    /// `verto.info`: a text message.
    Info,
    /// One about a telephone call.
    #[cfg(feature = "calls")]
    Call(dialog::Method),
    /// Any other.
    Other,
}

/// Says what `value`, one frame or one item of an array frame, is.
///
/// A frame with `method` is the server's request whatever its id, since the server's
/// counter collides with ours (seen with FreeSWITCH).
///
/// ```
/// # use testkit::*;
/// use verto_wasm::core::frame::{Frame, classify};
///
/// let event = Json(serde_json::json!({
///     "method": "verto.event",
///     "params": { "eventChannel": "vcc.default.1007", "eventSerno": 3 },
/// }));
/// assert!(matches!(classify(&event), Frame::Event(event) if event.event_serno == Some(3)));
///
/// let reply = Json(serde_json::json!({ "id": 7, "result": {} }));
/// assert!(matches!(classify(&reply), Frame::Reply { id: 7, outcome: Ok(_) }));
///
/// assert!(matches!(classify(&Json(serde_json::json!("?"))), Frame::Malformed(_)));
/// ```
pub fn classify<V: Value>(value: &V) -> Frame<V> {
    if !value.is_object() {
        return Frame::Malformed("a frame that is no object");
    }
    // Some serializers write what is absent as `null`.
    match value
        .field(Field::Method)
        .filter(|method| !method.is_null())
    {
        Some(method) => match method.text() {
            Some(method) => classify_request(value, &method),
            None => Frame::Malformed("a frame whose method is no string"),
        },
        None => classify_reply(value),
    }
}

fn classify_request<V: Value>(value: &V, method: &str) -> Frame<V> {
    let params = value.field(Field::Params);
    let method = match method {
        "verto.event" => {
            let event = params.and_then(read_event);
            return event.map_or(
                Frame::Malformed("an event without an eventChannel"),
                Frame::Event,
            );
        }
        "verto.ping" => Method::Ping,
        "verto.clientReady" => Method::ClientReady,
        "verto.punt" => Method::Punt,
        "verto.info" => Method::Info,
        #[cfg(feature = "calls")]
        _ => dialog::Method::of(method).map_or(Method::Other, Method::Call),
        #[cfg(not(feature = "calls"))]
        _ => Method::Other,
    };
    Frame::Request {
        method,
        id: value.field(Field::Id).and_then(|id| echo(&id)),
        params,
    }
}

fn read_event<V: Value>(params: V) -> Option<Event<V>> {
    let number = |field| params.field(field).and_then(|value: V| value.number());
    Some(Event {
        channel: params.text_of(Field::EventChannel)?,
        subscribed: params.text_of(Field::SubscribedChannel),
        event_serno: number(Field::EventSerno).and_then(whole),
        sessid: params.text_of(Field::Sessid),
        params,
    })
}

fn classify_reply<V: Value>(value: &V) -> Frame<V> {
    let Some(id) = value.field(Field::Id).as_ref().and_then(reply_id) else {
        return Frame::Malformed("a reply without an id of ours");
    };
    let error = value.field(Field::Error).filter(|error| !error.is_null());
    match (error, value.field(Field::Result)) {
        (Some(error), _) => Frame::Reply {
            id,
            outcome: Err(error),
        },
        (None, Some(result)) => Frame::Reply {
            id,
            outcome: Ok(result),
        },
        (None, None) => Frame::Malformed("a reply without result and error"),
    }
}

/// Our ids are numbers; a server that echoes them as strings is understood.
fn reply_id<V: Value>(id: &V) -> Option<u32> {
    match id.number() {
        Some(number) => whole(number)?.try_into().ok(),
        None => integer(&id.text()?)?.try_into().ok(),
    }
}

fn echo<V: Value>(id: &V) -> Option<String> {
    let mut json = String::new();
    match id.number() {
        Some(number) => push_number(&mut json, whole(number)?),
        None => push_string(&mut json, &id.text()?),
    }
    Some(json)
}

/// A JSON number as a counter; fractions and numbers beyond 2^53 are none.
///
/// ```
/// use verto_wasm::core::frame::whole;
/// assert_eq!((whole(7.0), whole(7.5), whole(-1.0)), (Some(7), None, None));
/// ```
pub fn whole(number: f64) -> Option<u64> {
    let integer = number as u64;
    (integer < (1 << 53) && integer as f64 == number).then_some(integer)
}

/// How many bytes the text of a request has at most: an escaped character takes six.
///
/// ```
/// use verto_wasm::core::frame::{most_bytes, request};
/// assert!(request("echo", "{}", "s", u32::MAX).len() <= most_bytes("echo", "{}", "s"));
/// ```
pub fn most_bytes(method: &str, params: &str, sessid: &str) -> usize {
    params.len() + 6 * (method.len() + sessid.len()) + 72
}

/// The text of a request. `params` is a JSON object's text, into which `sessid` is put.
///
/// ```
/// use verto_wasm::core::frame::request;
/// let text = request("echo", r#"{"n":1}"#, "s", 7);
/// let wanted = r#"{"jsonrpc":"2.0","method":"echo","params":{"n":1,"sessid":"s"},"id":7}"#;
/// assert_eq!(text, wanted);
/// ```
pub fn request(method: &str, params: &str, sessid: &str, id: u32) -> String {
    let mut text = String::with_capacity(most_bytes(method, params, sessid));
    text.push_str("{\"jsonrpc\":\"2.0\",\"method\":");
    push_string(&mut text, method);
    text.push_str(",\"params\":");
    let members = params.len().checked_sub(1);
    let members = members.and_then(|end| params.get(..end)).unwrap_or("{");
    text.push_str(members);
    if members.len() > 1 {
        text.push(',');
    }
    text.push_str("\"sessid\":");
    push_string(&mut text, sessid);
    text.push_str("},\"id\":");
    push_number(&mut text, id.into());
    text.push('}');
    text
}

/// The text of our answer to a request of the server's. It is safe everywhere: mod_verto
/// drops replies silently (seen with FreeSWITCH).
///
/// ```
/// use verto_wasm::core::frame::answer;
/// let text = answer("7", "verto.ping");
/// assert_eq!(text, r#"{"jsonrpc":"2.0","id":7,"result":{"method":"verto.ping"}}"#);
/// ```
pub fn answer(id: &str, method: &str) -> String {
    let begin = "{\"jsonrpc\":\"2.0\",\"id\":";
    let mut text = [begin, id, ",\"result\":{\"method\":"].concat();
    push_string(&mut text, method);
    text.push_str("}}");
    text
}

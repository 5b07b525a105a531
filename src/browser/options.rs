//! Reading what the page gives: options and arguments.

use wasm_bindgen::prelude::*;

use super::json::Json;
use super::params;
use super::shell::words;
use crate::core::callcenter::Argument;
use crate::core::error::{Error, Kind};
use crate::core::frame::LARGEST_FRAME;
use crate::core::session::Config;
use crate::core::{KeepAlive, Ms};

/// What a request may take unless the page says otherwise, in ms.
const TIMEOUT: Ms = 10_000;
/// The same for `jsapi`, in ms.
const JSAPI_TIMEOUT: Ms = 60_000;

/// How a silent server is found out unless the page says otherwise.
const KEEP_ALIVE: KeepAlive = KeepAlive {
    interval: 10_000,
    max_failed: 2,
};

/// The members of `loginParams` that carry a token (specification; `xcc_token` is what
/// pages in the field send besides).
pub const TOKENS: [&str; 2] = ["xui_sessid", "xcc_token"];

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own way of writing a number: 1001 is "1001".
    #[wasm_bindgen(js_name = String)]
    fn to_string(number: &JsValue) -> String;
}

/// An error of the page's making.
pub type Refusal = Error<Json>;

/// The member `name` of a page's object; `undefined` where it has none.
///
/// # Errors
/// A getter of the page's threw.
pub fn member(object: &JsValue, name: &str) -> Result<JsValue, Refusal> {
    if !object.is_object() && !object.is_function() {
        return Ok(JsValue::UNDEFINED);
    }
    js_sys::Reflect::get(object, &name.into())
        .map_err(|thrown| Error::argument(name, &["cannot be read: ", &words(&thrown)].concat()))
}

fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// A non-empty string.
///
/// # Errors
/// It is missing, empty or something else; `name` says which argument.
pub fn text(name: &str, value: &JsValue) -> Result<String, Refusal> {
    fits(name, value)?;
    match value.as_string() {
        Some(text) if !text.is_empty() => Ok(text),
        _ if is_missing(value) => Err(Error::argument(name, "is missing")),
        _ => Err(Error::argument(name, "must be a non-empty string")),
    }
}

/// Lets no string in that no request can hold: wasm memory, once grown, stays.
///
/// # Errors
/// The string is too long.
pub fn fits(name: &str, value: &JsValue) -> Result<(), Refusal> {
    // UTF-16 units, of which there are never more than bytes in UTF-8.
    match value.dyn_ref::<js_sys::JsString>() {
        Some(text) if text.length() as usize > LARGEST_FRAME => {
            let message = [
                name,
                " is larger than the 1,000,000 bytes that a server accepts",
            ];
            Err(Error::new(Kind::TooLarge, message.concat()))
        }
        _ => Ok(()),
    }
}

/// A string, or a number that stands for one, of a call-centre command.
pub fn argument(value: &JsValue) -> Argument {
    if is_missing(value) {
        return Argument::Missing;
    }
    if fits("argument", value).is_err() {
        return Argument::Other;
    }
    if let Some(text) = value.as_string() {
        return Argument::Text(text);
    }
    if let Some(answer) = value.as_bool() {
        return Argument::Bool(answer);
    }
    match value.as_f64() {
        Some(number) if number.is_finite() => Argument::Text(to_string(value)),
        _ => Argument::Other,
    }
}

/// A span of time in ms; `None` where it is left out.
///
/// # Errors
/// It is no positive number.
pub fn milliseconds(name: &str, value: &JsValue) -> Result<Option<Ms>, Refusal> {
    if is_missing(value) {
        return Ok(None);
    }
    match value.as_f64() {
        Some(number) if number >= 1.0 && number.is_finite() => Ok(Some(number as Ms)),
        _ => Err(Error::argument(name, "must be a number of ms, 1 or more")),
    }
}

/// The options of a `connect`, checked before anything is done.
///
/// # Errors
/// The first option that cannot be used, by its name.
pub fn config(options: &JsValue) -> Result<Config, Refusal> {
    if !options.is_object() {
        return Err(Error::argument(
            "params",
            "must be an object with socketUrl, login and passwd",
        ));
    }
    let get = |name| member(options, name);
    let url = socket_url("socketUrl", &get("socketUrl")?)?;
    let fallback_url = match get("wsFallbackURL")? {
        value if is_missing(&value) => None,
        value => Some(socket_url("wsFallbackURL", &value)?),
    };
    let fresh_credentials = login(options)?;
    let sessid = match get("sessid")? {
        value if is_missing(&value) || value.as_string().as_deref() == Some("") => None,
        value => Some(text("sessid", &value)?),
    };
    let given = milliseconds("timeout", &get("timeout")?)?;
    Ok(Config {
        url,
        fallback_url,
        sessid,
        keep_alive: keep_alive(&get("keepAlive")?)?,
        auto_reconnect: match get("autoReconnect")? {
            value if is_missing(&value) => true,
            value => value
                .as_bool()
                .ok_or_else(|| Error::argument("autoReconnect", "must be true or false"))?,
        },
        fresh_credentials,
        timeout: given.unwrap_or(TIMEOUT),
        jsapi_timeout: given.unwrap_or(JSAPI_TIMEOUT),
    })
}

/// The class of which sockets are made: the page's, or the platform's.
///
/// # Errors
/// There is none, or it is no class.
pub fn socket_class(options: &JsValue) -> Result<JsValue, Refusal> {
    let mut class = member(options, "WebSocket")?;
    if is_missing(&class) {
        class = member(&js_sys::global(), "WebSocket")?;
    }
    if is_missing(&class) {
        let message = "there is no WebSocket here: give a class as the option WebSocket, such \
                       as that of the npm package ws";
        return Err(Error::new(Kind::Unsupported, message));
    }
    if !class.is_function() {
        return Err(Error::argument("WebSocket", "must be a class"));
    }
    Ok(class)
}

/// Checks what a login is made from; says whether functions give it, so that each login may
/// have fresh credentials.
///
/// # Errors
/// The first option that cannot be used, by its name.
pub fn login(options: &JsValue) -> Result<bool, Refusal> {
    let get = |name| member(options, name);
    let login = text("login", &get("login")?)?;
    match login.split_once('@') {
        Some((user, domain)) if !user.is_empty() && !domain.is_empty() => {}
        _ => return Err(Error::argument("login", "must be user@domain")),
    }
    let passwd = get("passwd")?;
    let login_params = get("loginParams")?;
    let usable = passwd.is_function() || matches!(argument(&passwd), Argument::Text(_));
    if !usable && !is_missing(&passwd) {
        return Err(Error::argument("passwd", "must be a string or a function"));
    }
    let no_password = is_missing(&passwd) || passwd.as_string().is_some_and(|one| one.is_empty());
    if no_password && !login_params.is_function() && !has_token(&login_params)? {
        let must = "is missing: give a password, or a token as loginParams.xui_sessid";
        return Err(Error::argument("passwd", must));
    }
    params::object("userVariables", &get("userVariables")?)?;
    if !login_params.is_function() {
        params::object("loginParams", &login_params)?;
    }
    Ok(passwd.is_function() || login_params.is_function())
}

/// `keepAlive`: `{interval, maxFailed}`, or `false` for none.
fn keep_alive(value: &JsValue) -> Result<Option<KeepAlive>, Refusal> {
    if value.as_bool() == Some(false) {
        return Ok(None);
    }
    if !is_missing(value) && value.as_bool() != Some(true) && !value.is_object() {
        let must = "must be {interval, maxFailed}, or false for none";
        return Err(Error::argument("keepAlive", must));
    }
    let interval = milliseconds("keepAlive.interval", &member(value, "interval")?)?;
    let max_failed = member(value, "maxFailed")?;
    let max_failed = match max_failed.as_f64() {
        _ if is_missing(&max_failed) => KEEP_ALIVE.max_failed,
        Some(number) if number >= 1.0 => number as u32,
        _ => return Err(Error::argument("keepAlive.maxFailed", "must be 1 or more")),
    };
    Ok(Some(KeepAlive {
        interval: interval.unwrap_or(KEEP_ALIVE.interval),
        max_failed,
    }))
}

/// Whether `loginParams` carries a token.
///
/// # Errors
/// A getter of the page's threw.
pub fn has_token(login_params: &JsValue) -> Result<bool, Refusal> {
    for name in TOKENS {
        if !is_empty_token(&member(login_params, name)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Pages that log in by password pass empty tokens; they count as none.
pub fn is_empty_token(value: &JsValue) -> bool {
    is_missing(value) || value.as_string().is_some_and(|text| text.is_empty())
}

fn socket_url(name: &str, value: &JsValue) -> Result<String, Refusal> {
    let url = text(name, value)?;
    let must = "must be an address like wss://host:port/ws";
    let parsed = web_sys::Url::new(&url).map_err(|_| Error::argument(name, must))?;
    match parsed.protocol().as_str() {
        "ws:" | "wss:" if parsed.hash().is_empty() => Ok(url),
        _ => Err(Error::argument(name, must)),
    }
}

//! Writing requests: typed structs, and what the page gives, as JSON text.

use serde::Serialize;
use serde_wasm_bindgen::{Serializer, preserve};
use wasm_bindgen::prelude::*;

use super::options::{self, Refusal};
use super::shell::words;
use crate::core::error::Error;

#[wasm_bindgen]
extern "C" {
    // `undefined` where there is nothing to write, which js-sys's own doesn't expect.
    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    fn json_stringify(value: &JsValue) -> Result<JsValue, JsValue>;
}

/// The parameters of `login` (FreeSWITCH, transcript s01).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Login<'a> {
    pub login: &'a str,
    pub passwd: &'a str,
    #[serde(with = "preserve")]
    pub login_params: JsValue,
    #[serde(with = "preserve")]
    pub user_variables: JsValue,
}

/// The parameters of `verto.broadcast` (FreeSWITCH, transcript s05).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Broadcast<'a> {
    pub event_channel: &'a str,
    #[serde(with = "preserve")]
    pub data: JsValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_broadcast: Option<bool>,
}

/// The parameters of `verto.info` with a text message (FreeSWITCH, transcript s05).
#[derive(Serialize)]
pub struct Info {
    #[serde(with = "preserve")]
    pub msg: JsValue,
}

/// The parameters of a `jsapi` request that runs a command of FreeSWITCH's own.
#[derive(Serialize)]
pub struct FsApi<'a> {
    pub command: &'static str,
    pub data: FsCommand<'a>,
}

/// A command of FreeSWITCH's command line with its argument.
#[derive(Serialize)]
pub struct FsCommand<'a> {
    pub cmd: &'a str,
    pub arg: &'a str,
}

/// A value of the page's inside a typed struct.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Page(#[serde(with = "preserve")] pub JsValue);

/// The JSON text of a typed request.
///
/// # Errors
/// What the page gave inside it cannot be written; `name` says which argument it was.
pub fn write<T: Serialize>(name: &str, request: &T) -> Result<String, Refusal> {
    let value = request.serialize(&Serializer::json_compatible());
    let value = value.map_err(|_| Error::argument(name, "cannot be written as JSON"))?;
    object(name, &value)
}

/// The JSON text of an object of the page's; `{}` where it is left out.
///
/// # Errors
/// It is no object, or JSON cannot say it (a cycle, a BigInt).
pub fn object(name: &str, value: &JsValue) -> Result<String, Refusal> {
    if value.is_undefined() || value.is_null() {
        return Ok("{}".into());
    }
    let text = json_stringify(value).map_err(|thrown| {
        let said = words(&thrown);
        Error::argument(name, &["cannot be written as JSON: ", &said].concat())
    })?;
    options::fits(name, &text)?;
    let text = text.as_string().filter(|text| text.starts_with('{'));
    text.ok_or_else(|| Error::argument(name, "must be an object"))
}

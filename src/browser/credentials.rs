//! Reads what the page gives a login.

use wasm_bindgen::prelude::*;

use super::json::Json;
use crate::core::error::{Error, Kind};
use crate::core::memory::has_room;
use crate::core::value::{Field, Value};

/// The login's parameters as JSON text, or why there are none. `answer` is what
/// [`Host::credentials`](super::Host::credentials) returned or threw, or how its promise ended.
pub fn read_answer(answer: Result<JsValue, JsValue>) -> Result<String, Error<Json>> {
    let text = answer.map_err(|thrown| failure(Json(thrown)))?;
    // The text is copied into wasm memory as UTF-8, which takes at most three bytes for each UTF-16
    // unit. On the way the first part of it may be moved, which takes one more.
    let units = text.unchecked_ref::<js_sys::JsString>().length() as usize;
    match has_room(4 * units) {
        true => Ok(text.as_string().unwrap_or_default()),
        false => Err(Error::new(
            Kind::Overflow,
            "no memory is left for the login",
        )),
    }
}

/// The failure that a `VertoError` of the glue's tells of.
fn failure(thrown: Json) -> Error<Json> {
    let code = thrown.field(Field::Code).and_then(|code| code.number());
    let message = thrown.text_of(Field::Message).unwrap_or_default();
    Error::new(Kind::of_code(code.unwrap_or_default() as i32), message)
}

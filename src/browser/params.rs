//! A command's arguments from the page, and as JSON text.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::core::callcenter::Argument;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn stringify(value: &JsValue) -> String;
}

/// What the page gives as an argument; the glue has made strings of numbers.
pub fn argument(value: &JsValue) -> Argument {
    if value.is_undefined() || value.is_null() {
        return Argument::Missing;
    }
    let text = value.as_string().map(Argument::Text);
    let flag = || value.as_bool().map(Argument::Flag);
    text.or_else(flag).unwrap_or(Argument::Other)
}

/// The JSON text of a command's arguments.
pub fn write(arguments: &impl Serialize) -> String {
    // Strings and booleans in an object: nothing of it can fail.
    let object = arguments.serialize(&Serializer::json_compatible());
    object.map_or_else(|_| "{}".into(), |object| stringify(&object))
}

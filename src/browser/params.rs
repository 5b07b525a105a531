//! Reads arguments from the page, and writes those of a command as JSON text.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::core::callcenter::Argument;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn stringify(value: &JsValue) -> String;
}

/// What the page gave as an argument. The glue has already turned numbers into strings.
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
    // An object of strings and booleans can always be written.
    let object = arguments.serialize(&Serializer::json_compatible());
    object.map_or_else(|_| "{}".into(), |object| stringify(&object))
}

/// The strings in an array of the glue's.
pub fn texts(array: &js_sys::Array) -> Vec<String> {
    array.iter().filter_map(|text| text.as_string()).collect()
}

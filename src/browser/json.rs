//! JSON values that stay in JavaScript.

use wasm_bindgen::prelude::*;

use crate::core::value::{Field, Value};

/// What `JSON.parse` made. Its members are read one by one; it is never copied into wasm memory as
/// a whole.
#[derive(Clone, Debug)]
pub struct Json(pub JsValue);

#[wasm_bindgen]
extern "C" {
    // What `JSON.parse` made has no getters, so reading it cannot throw.
    #[wasm_bindgen(js_namespace = Reflect)]
    fn get(object: &JsValue, name: &JsValue) -> JsValue;

    // A page may have added members to Object.prototype, which are no members of a frame.
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "hasOwnProperty"], js_name = call)]
    fn has_own(object: &JsValue, name: &JsValue) -> bool;
}

thread_local! {
    /// The names as JavaScript strings, made once: so reading a member copies no name.
    static NAMES: Vec<JsValue> = Field::ALL.iter().map(|field| field.name().into()).collect();
}

impl Value for Json {
    fn field(&self, field: Field) -> Option<Self> {
        if !self.0.is_object() {
            return None;
        }
        NAMES.with(|names| {
            let name = names.get(field as usize)?;
            has_own(&self.0, name).then(|| Json(get(&self.0, name)))
        })
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let array = self.0.dyn_ref::<js_sys::Array>()?;
        Some(array.iter().map(Json).collect())
    }

    fn is_object(&self) -> bool {
        self.0.is_object() && !js_sys::Array::is_array(&self.0)
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

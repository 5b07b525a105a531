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
    #[wasm_bindgen(js_namespace = Reflect, js_name = getOwnPropertyDescriptor)]
    fn own(object: &JsValue, name: &JsValue) -> JsValue;
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
            let value = get(&self.0, name);
            // Somebody may have added a member of this name to `Object.prototype`. An absent member,
            // as most are, is one call.
            let is_own = !value.is_undefined() && !own(&self.0, name).is_undefined();
            is_own.then_some(Json(value))
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

//! A parsed JSON value, as the core reads it outside of a browser.

use verto_wasm::core::value::{Field, Value};

/// A `serde_json` value. In a browser it would be the object that `JSON.parse` made.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

impl Value for Json {
    fn field(&self, field: Field) -> Option<Self> {
        self.0.get(field.name()).cloned().map(Json)
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let items = self.0.as_array()?;
        Some(items.iter().cloned().map(Json).collect())
    }

    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

//! JSON values that stay JavaScript's.

use wasm_bindgen::prelude::*;

use crate::core::value::{Field, Value};

/// What `JSON.parse` made. It is read by getters and never copied into wasm memory as a
/// whole.
#[derive(Clone, Debug)]
pub struct Json(pub JsValue);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn json_parse(text: &JsValue) -> Result<JsValue, JsValue>;

    type Members;
    #[wasm_bindgen(method, getter, structural)]
    fn method(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn id(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn params(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn result(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn error(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn code(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn message(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn reason(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn msg(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn sessid(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = eventChannel)]
    fn event_channel(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = subscribedChannel)]
    fn subscribed_channel(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = eventSerno)]
    fn event_serno(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = subscribedChannels)]
    fn subscribed_channels(this: &Members) -> JsValue;
    #[wasm_bindgen(method, getter, structural, js_name = alreadySubscribedChannels)]
    fn already_subscribed_channels(this: &Members) -> JsValue;
}

impl Json {
    /// Parses what a socket's `message` event carries: text, or bytes that are UTF-8.
    ///
    /// # Errors
    /// What is wrong with it, for the log.
    pub fn parse(data: JsValue) -> Result<Json, &'static str> {
        let text = match data.dyn_into::<js_sys::ArrayBuffer>() {
            Ok(bytes) => {
                let bytes = js_sys::Uint8Array::new(&bytes).to_vec();
                let text = String::from_utf8(bytes);
                JsValue::from(text.map_err(|_| "a binary frame that isn't UTF-8")?)
            }
            Err(text) => text,
        };
        let value = json_parse(&text);
        value.map(Json).map_err(|_| "a frame that isn't JSON")
    }
}

impl Value for Json {
    fn field(&self, field: Field) -> Option<Self> {
        // Also keeps the getters from `null` and `undefined`, where they would throw.
        if !self.0.is_object() {
            return None;
        }
        let members: &Members = self.0.unchecked_ref();
        let value = match field {
            Field::Method => members.method(),
            Field::Id => members.id(),
            Field::Params => members.params(),
            Field::Result => members.result(),
            Field::Error => members.error(),
            Field::Code => members.code(),
            Field::Message => members.message(),
            Field::Reason => members.reason(),
            Field::Msg => members.msg(),
            Field::Sessid => members.sessid(),
            Field::EventChannel => members.event_channel(),
            Field::SubscribedChannel => members.subscribed_channel(),
            Field::EventSerno => members.event_serno(),
            Field::SubscribedChannels => members.subscribed_channels(),
            Field::AlreadySubscribedChannels => members.already_subscribed_channels(),
        };
        (!value.is_undefined()).then_some(Json(value))
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

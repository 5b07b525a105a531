//! What the core needs to know of a parsed JSON value.
//!
//! The core never parses: in the browser a value stays the object that `JSON.parse` made
//! and is read by typed getters; in native tests it is a `serde_json` value. Both go
//! through the same classifier ([`crate::core::frame`]).

/// The members of a frame that the core reads. Everything else in a frame is for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    Method,
    Id,
    Params,
    Result,
    Error,
    Code,
    Message,
    Reason,
    Msg,
    Sessid,
    EventChannel,
    SubscribedChannel,
    EventSerno,
    SubscribedChannels,
    AlreadySubscribedChannels,
}

impl Field {
    /// Each of them, in the order of their declaration.
    pub const ALL: [Field; 15] = [
        Field::Method,
        Field::Id,
        Field::Params,
        Field::Result,
        Field::Error,
        Field::Code,
        Field::Message,
        Field::Reason,
        Field::Msg,
        Field::Sessid,
        Field::EventChannel,
        Field::SubscribedChannel,
        Field::EventSerno,
        Field::SubscribedChannels,
        Field::AlreadySubscribedChannels,
    ];

    /// The member's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Field::Method => "method",
            Field::Id => "id",
            Field::Params => "params",
            Field::Result => "result",
            Field::Error => "error",
            Field::Code => "code",
            Field::Message => "message",
            Field::Reason => "reason",
            Field::Msg => "msg",
            Field::Sessid => "sessid",
            Field::EventChannel => "eventChannel",
            Field::SubscribedChannel => "subscribedChannel",
            Field::EventSerno => "eventSerno",
            Field::SubscribedChannels => "subscribedChannels",
            Field::AlreadySubscribedChannels => "alreadySubscribedChannels",
        }
    }
}

/// A parsed JSON value, read without copying it.
///
/// No method panics or throws, whatever the value is.
///
/// ```
/// use verto_wasm::core::value::{Field, Value};
///
/// #[derive(Clone)]
/// struct Json(serde_json::Value);
///
/// impl Value for Json {
///     fn field(&self, field: Field) -> Option<Self> {
///         self.0.get(field.name()).cloned().map(Json)
///     }
///     fn text(&self) -> Option<String> {
///         self.0.as_str().map(str::to_owned)
///     }
///     fn number(&self) -> Option<f64> {
///         self.0.as_f64()
///     }
///     fn items(&self) -> Option<Vec<Self>> {
///         Some(self.0.as_array()?.iter().cloned().map(Json).collect())
///     }
///     fn is_object(&self) -> bool {
///         self.0.is_object()
///     }
///     fn is_null(&self) -> bool {
///         self.0.is_null()
///     }
/// }
///
/// let params = Json(serde_json::json!({ "eventChannel": "vcc.default.1007" }));
/// assert_eq!(params.text_of(Field::EventChannel).as_deref(), Some("vcc.default.1007"));
/// assert_eq!(params.text_of(Field::Sessid), None);
/// ```
pub trait Value: Clone {
    /// The member `field`; `None` where this is no object or has no such member.
    fn field(&self, field: Field) -> Option<Self>;
    /// The text of a JSON string.
    fn text(&self) -> Option<String>;
    /// The value of a JSON number.
    fn number(&self) -> Option<f64>;
    /// The items of a JSON array.
    fn items(&self) -> Option<Vec<Self>>;
    /// Whether this is a JSON object (no array, not `null`).
    fn is_object(&self) -> bool;
    /// Whether this is `null`.
    fn is_null(&self) -> bool;

    /// The text of the member `field`.
    fn text_of(&self, field: Field) -> Option<String> {
        self.field(field)?.text()
    }

    /// The strings in the array member `field`; other items are passed over.
    fn texts_of(&self, field: Field) -> Vec<String> {
        let items = self.field(field).and_then(|list| list.items());
        items
            .unwrap_or_default()
            .iter()
            .filter_map(Value::text)
            .collect()
    }
}

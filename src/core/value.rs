//! What the core needs to know of a parsed JSON value.
//!
//! The core never parses: in the browser a value stays the object that `JSON.parse` made
//! and is read by typed getters; in native tests it is a `serde_json` value. Both go
//! through the same classifier ([`crate::core::frame`]).

macro_rules! fields {
    ($($(#[$only:meta])? $field:ident $name:literal,)*) => {
        /// The members of a frame that the core reads. Everything else in a frame is for the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Field {
            $($(#[$only])? $field,)*
        }

        impl Field {
            /// Each of them, in the order of their declaration.
            pub const ALL: &[Field] = &[$($(#[$only])? Field::$field,)*];

            /// The member's name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[$only])? Field::$field => $name,)*
                }
            }
        }
    };
}

fields! {
    Method "method",
    Id "id",
    Params "params",
    Result "result",
    Error "error",
    Code "code",
    Message "message",
    Reason "reason",
    Msg "msg",
    Sessid "sessid",
    EventChannel "eventChannel",
    SubscribedChannel "subscribedChannel",
    EventSerno "eventSerno",
    SubscribedChannels "subscribedChannels",
    AlreadySubscribedChannels "alreadySubscribedChannels",
    #[cfg(feature = "calls")]
    CallId "callID",
    #[cfg(feature = "calls")]
    Sdp "sdp",
    #[cfg(feature = "calls")]
    Cause "cause",
    #[cfg(feature = "calls")]
    CauseCode "causeCode",
    #[cfg(feature = "calls")]
    HoldState "holdState",
    #[cfg(feature = "calls")]
    NodeUuid "node_uuid",
    #[cfg(feature = "calls")]
    DisplayDirection "display_direction",
    #[cfg(feature = "calls")]
    DisplayName "display_name",
    #[cfg(feature = "calls")]
    DisplayNumber "display_number",
    #[cfg(feature = "calls")]
    CallerIdName "caller_id_name",
    #[cfg(feature = "calls")]
    CallerIdNumber "caller_id_number",
    #[cfg(feature = "calls")]
    CalleeIdName "callee_id_name",
    #[cfg(feature = "calls")]
    CalleeIdNumber "callee_id_number",
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

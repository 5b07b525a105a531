//! A JSON tree that keeps what mod_verto's own parser (cJSON) keeps.
//!
//! The recorded frames have keys that occur twice, and numbers in the form that cJSON gives them.
//! `serde_json::Value` keeps neither. Here an object is a list of pairs, every number is a
//! double, and a key is looked up without regard to case; of two equal keys the first is found.

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// How deeply arrays and objects may be nested in each other.
const DEEPEST: usize = 64;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// The members in the order in which they were read. A key may occur twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads the first JSON value of `text` and ignores whatever follows it. A value that is nested
    /// more deeply than cJSON allows is none.
    pub fn parse(text: &str) -> Option<Json> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = Json::deserialize(&mut reader).ok()?;
        (value.depth() <= DEEPEST).then_some(value)
    }

    /// How many arrays and objects lie in each other.
    fn depth(&self) -> usize {
        let inner = match self {
            Json::Array(items) => items.iter().map(Json::depth).max(),
            Json::Object(members) => members.iter().map(|(_, value)| value.depth()).max(),
            _ => return 0,
        };
        inner.unwrap_or(0).saturating_add(1)
    }

    /// The member `key` of an object.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The member `key` of an object, if it is a string.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The member `key` of an object, if it is a number that is not negative.
    pub fn get_u64(&self, key: &str) -> Option<u64> {
        match self.get(key) {
            // The cast gives the largest `u64` for a number that is larger still.
            Some(Json::Number(number)) if *number >= 0.0 => Some(*number as u64),
            _ => None,
        }
    }

    /// Appends a member, even where the key exists already.
    pub fn push(&mut self, key: &str, value: impl Into<Json>) {
        if let Json::Object(members) = self {
            members.push((key.to_owned(), value.into()));
        }
    }

    /// This object with one more member.
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Json {
        self.push(key, value);
        self
    }

    /// An empty object.
    pub fn object() -> Json {
        Json::Object(Vec::new())
    }

    /// The same tree for `serde_json`. Of equal keys the last one counts.
    pub fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) if is_integer(*number) => Value::from(*number as i64),
            Json::Number(number) => Value::from(*number),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => items.iter().map(Json::to_value).collect(),
            Json::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_value()))
                    .collect(),
            ),
        }
    }
}

/// Whether a double holds an integer exactly.
fn is_integer(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}

impl From<i32> for Json {
    fn from(number: i32) -> Json {
        Json::Number(f64::from(number))
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Json {
        Json::Number(number as f64)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Json {
        Json::Array(items.into_iter().map(Into::into).collect())
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => Json::Number(number.as_f64().unwrap_or(f64::MAX)),
            Value::String(text) => Json::String(text),
            Value::Array(items) => Json::from(items),
            Value::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key, value.into()))
                    .collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// What cJSON keeps of a string: in C the character 0 is its end.
fn c_string(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::from(c_string(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = access.next_entry::<String, Json>()? {
            members.push((c_string(&key).to_owned(), value));
        }
        Ok(Json::Object(members))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => out.write_str("null"),
            Json::Bool(value) => write!(out, "{value}"),
            Json::Number(number) => write_number(out, *number),
            Json::String(text) => write_string(out, text),
            Json::Array(items) => {
                out.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    write!(out, "{item}")?;
                }
                out.write_char(']')
            }
            Json::Object(members) => {
                out.write_char('{')?;
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    write_string(out, key)?;
                    write!(out, ":{value}")?;
                }
                out.write_char('}')
            }
        }
    }
}

fn write_string(out: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    out.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Writes a number as C's `%1.15g`, or `%1.17g` where 15 digits aren't enough.
fn write_number(out: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    if !number.is_finite() {
        return out.write_str("null");
    }
    let short = general(number, 15);
    if short.parse() == Ok(number) {
        out.write_str(&short)
    } else {
        out.write_str(&general(number, 17))
    }
}

/// C's `%.<digits>g`.
fn general(number: f64, digits: usize) -> String {
    let scientific = format!("{:.*e}", digits.saturating_sub(1), number);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        let exponent = exponent.abs();
        return format!("{}e{sign}{exponent:02}", trim_zeros(mantissa));
    }
    let decimals = (digits as i32)
        .saturating_sub(1)
        .saturating_sub(exponent)
        .max(0) as usize;
    trim_zeros(&format!("{number:.decimals$}")).to_owned()
}

fn trim_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(text: &str) -> String {
        Json::parse(text).unwrap().to_string()
    }

    #[test]
    fn numbers_are_written_as_cjson_writes_them() {
        for (given, expected) in [
            ("5", "5"),
            ("-1", "-1"),
            ("1.5", "1.5"),
            ("1e3", "1000"),
            ("0.1", "0.1"),
            ("2147483648", "2147483648"),
            ("9007199254740993", "9007199254740992"),
            ("123456789012345678901", "1.2345678901234568e+20"),
            ("12345678901234567890", "1.2345678901234567e+19"),
            ("0.00001", "1e-05"),
        ] {
            assert_eq!(echo(given), expected);
        }
    }

    #[test]
    fn order_duplicate_keys_and_escapes_survive() {
        assert_eq!(echo(r#"{"b":1,"a":2,"a":3}"#), r#"{"b":1,"a":2,"a":3}"#);
        assert_eq!(echo(r#""\u4e2d\/\u0001""#), "\"中/\\u0001\"");
    }

    #[test]
    fn what_follows_the_first_value_is_ignored() {
        assert_eq!(echo("  [1] xyz"), "[1]");
        assert_eq!(Json::parse("{\"a\":"), None);
    }

    #[test]
    fn keys_are_found_without_regard_to_case() {
        let json = Json::parse(r#"{"A":1,"a":2}"#).unwrap();
        assert_eq!(json.get("a"), Some(&Json::from(1)));
        assert_eq!(json.to_value()["a"], 2);
    }
}

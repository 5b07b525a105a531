//! How the HTTP routes read the members of a body, and what they say of those that are wrong.

use super::answer::{Answer, Result};
use crate::hub::Target;
use crate::json::Json;
use crate::limits::{LARGEST_WHOLE, LONGEST_NAME};

/// Reads an object, whatever content type was declared; nothing at all is an empty one.
pub fn read_object(body: &[u8]) -> Result<Json> {
    if body.trim_ascii().is_empty() {
        return Ok(Json::object());
    }
    match serde_json::from_slice(body) {
        Ok(object @ Json::Object(_)) => Ok(object),
        Ok(_) => Err(Answer::bad("the body must be a JSON object")),
        Err(error) => Err(Answer::bad(format!("the body is not JSON: {error}"))),
    }
}

/// The string `key` of a body.
pub fn required<'a>(body: &'a Json, key: &str) -> Result<&'a str> {
    body.get_str(key)
        .ok_or_else(|| Answer::bad(format!("\"{key}\" is missing or not a string")))
}

/// The string `key` of a body where it is the name of something, which is short.
pub fn name<'a>(body: &'a Json, key: &str) -> Result<&'a str> {
    let name = required(body, key)?;
    if name.len() > LONGEST_NAME {
        let message = format!("\"{key}\" must have at most {LONGEST_NAME} bytes");
        return Err(Answer::bad(message));
    }
    Ok(name)
}

/// The whole number `key` of a body, from 0 to `most`, if it is given.
pub fn number(body: &Json, key: &str, most: u64) -> Result<Option<u64>> {
    let whole = |number: f64| number >= 0.0 && number.fract() == 0.0 && number <= most as f64;
    match body.get(key) {
        None => Ok(None),
        // The cast is exact: no bound is above 2^53.
        Some(Json::Number(number)) if whole(*number) => Ok(Some(*number as u64)),
        Some(_) => Err(Answer::bad(format!(
            "\"{key}\" must be a whole number from 0 to {most}"
        ))),
    }
}

/// The boolean `key` of a body, if it is given.
pub fn flag(body: &Json, key: &str) -> Result<Option<bool>> {
    match body.get(key) {
        None => Ok(None),
        Some(Json::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Answer::bad(format!("\"{key}\" must be true or false"))),
    }
}

/// What the word `key` of a body stands for, if it is given.
pub fn choice<T: Copy>(body: &Json, key: &str, names: &[(&str, T)]) -> Result<Option<T>> {
    let Some(given) = body.get(key) else {
        return Ok(None);
    };
    let found = names.iter().find(|(name, _)| *given == Json::from(*name));
    found.map(|(_, value)| Some(*value)).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        Answer::bad(format!("\"{key}\" must be one of {}", names.join(", ")))
    })
}

/// The connections that a body selects.
pub fn target(body: &Json) -> Result<Target> {
    match (body.get("login"), body.get("conn")) {
        (None, None) => Ok(Target::All),
        (Some(Json::String(_)), None) => Ok(Target::Login(name(body, "login")?.to_owned())),
        (None, Some(Json::Number(_))) => {
            let conn = number(body, "conn", LARGEST_WHOLE)?;
            Ok(Target::Conn(conn.unwrap_or(0)))
        }
        _ => Err(Answer::bad(
            "either \"login\", a string, or \"conn\", a number, can be given",
        )),
    }
}

//! What the HTTP routes answer, and how they read a body.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::json::Json;

/// An answer that is JSON; an error has a code and a message.
#[derive(Debug)]
pub enum Answer {
    /// Done.
    Ok(Json),
    /// Not done, with the HTTP status and the reason.
    Error(StatusCode, String),
}

impl Answer {
    /// `{"code":200, …}`
    pub fn done(key: &str, value: impl Into<Json>) -> Answer {
        Answer::Ok(Json::object().with("code", 200).with(key, value))
    }

    /// A request that can't be understood.
    pub fn bad(message: impl Into<String>) -> Answer {
        Answer::Error(StatusCode::BAD_REQUEST, message.into())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Answer::Ok(body) => (StatusCode::OK, body),
            Answer::Error(status, message) => {
                let body = Json::object()
                    .with("code", i32::from(status.as_u16()))
                    .with("message", message);
                (status, body)
            }
        };
        let json = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
        (status, json, body.to_string()).into_response()
    }
}

/// Reads an object, whatever content type was declared; nothing at all is an empty one.
pub fn read_object(body: &[u8]) -> Result<Json, Answer> {
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
pub fn required<'a>(body: &'a Json, key: &str) -> Result<&'a str, Answer> {
    body.get_str(key)
        .ok_or_else(|| Answer::bad(format!("\"{key}\" is missing or not a string")))
}

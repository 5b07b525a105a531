//! What the HTTP routes answer.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::json::Json;

/// What a route gives back: an answer, or the answer that says why there is none.
pub type Result<T, E = Answer> = std::result::Result<T, E>;

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

//! `verto.info`: chat messages between users, and what belongs to a call.

use super::request::{MethodResult, Request, params_missing};
use crate::json::Json;

impl Request<'_> {
    /// Sends a chat message, or does what belongs to a call. What is neither, or is about an
    /// unknown call, is no error.
    pub(super) fn info(&mut self, params: Option<&Json>) -> MethodResult {
        let params = params.ok_or_else(params_missing)?;
        let Some(message) = params.get("msg") else {
            let answer = self.switch.calls.info(&mut self.switch.hub, params);
            return Ok(answer.unwrap_or_else(Json::object));
        };
        let (Some(to), Some(body)) = (message.get_str("to"), message.get_str("body")) else {
            return Err(
                Json::object().with("message", "INVALID MESSAGE to and body params required")
            );
        };
        let from = self.login_name();
        self.switch.hub.message(&from, to, body);
        Ok(Json::object().with("message", "SENT"))
    }
}

//! Chat messages between users.

use super::request::{MethodResult, REFUSED, Request};
use crate::json::Json;

impl Request<'_> {
    /// Sends a chat message. Everything else that `verto.info` does belongs to a call.
    pub(super) fn info(&mut self, params: Option<&Json>) -> MethodResult {
        let Some(message) = params.and_then(|params| params.get("msg")) else {
            return Err(Json::object()
                .with("message", "CALL DOES NOT EXIST")
                .with("code", REFUSED));
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

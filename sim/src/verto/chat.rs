//! Chat messages between users.

use super::request::{MethodResult, Request, params_missing};
use crate::json::Json;

impl Request<'_> {
    /// Sends a chat message. Everything else that `verto.info` does belongs to a call.
    pub(super) fn info(&mut self, params: Option<&Json>) -> MethodResult {
        let params = params.ok_or_else(params_missing)?;
        let Some(message) = params.get("msg") else {
            // mod_verto does nothing and says so to nobody.
            return Ok(Json::object());
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

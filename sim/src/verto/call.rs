//! The requests about calls.

use super::request::{MethodResult, Request, no_method};
use crate::calls;
use crate::json::Json;

impl Request<'_> {
    /// Hands a request about a call to the calls.
    pub(super) fn call(&mut self, method: &str, params: Option<&Json>) -> MethodResult {
        let hub = &mut self.switch.hub;
        let calls = &mut self.switch.calls;
        match method {
            "verto.invite" => {
                let socket = calls::socket(hub, self.conn).ok_or_else(no_method)?;
                let created = calls.invited(hub, socket, params)?;
                self.outcome.late_reply = self.switch.faults.calls.late_reply;
                Ok(created)
            }
            "verto.answer" => calls.answered(hub, params),
            "verto.attach" => calls.attached(hub, params),
            "verto.bye" => calls.bye(hub, params),
            _ => {
                let (answer, pause) = calls.modify(hub, params);
                self.outcome.pause = pause.saturating_add(self.switch.faults.calls.slow_modify);
                answer
            }
        }
    }
}

//! Callers and calls as tests and people steer them from outside.

use super::state::Center;
use crate::limits::MOST_WAITING;

impl Center {
    /// Lets a caller join a queue. Returns the id of the call, or the reason why that is impossible.
    pub fn caller(&mut self, now: u64, queue: &str, caller: &str) -> Result<String, String> {
        self.tick(now);
        if !self.has_queue(queue) {
            return Err(self.queue_not_found(queue));
        }
        if caller.is_empty() {
            return Err("caller must be the number that calls; it is empty".into());
        }
        if self.waiting() >= MOST_WAITING {
            return Err(format!(
                "{MOST_WAITING} callers wait, and there can be no more"
            ));
        }
        let id = self.join(queue, caller);
        self.dispatch();
        Ok(id.uuid.to_string())
    }

    /// Ends a call, in whatever phase it is.
    pub fn hangup(&mut self, now: u64, call: &str) -> Result<(), String> {
        self.tick(now);
        self.hang_up(call)?;
        self.dispatch();
        Ok(())
    }
}

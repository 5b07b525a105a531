//! Settings for some connections or for all, those that are still to come included.

use crate::hub::{ConnId, Target};
use crate::json::Json;
use crate::limits::MOST_RULES;

/// There are so many faults of this kind that there can be no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Values that were set for all connections or for some. Of several that match a connection
/// the one set last counts.
#[derive(Debug)]
pub(super) struct Rules<T>(Vec<(Target, T)>);

impl<T> Default for Rules<T> {
    fn default() -> Self {
        Rules(Vec::new())
    }
}

impl<T: Copy> Rules<T> {
    /// Sets a value. A value that means `off`, set for all connections, leaves no rule.
    pub(super) fn set(&mut self, target: Target, value: T, off: bool) -> Result<(), TooMany> {
        let all = target == Target::All;
        self.0.retain(|(other, _)| !all && *other != target);
        if all && off {
            return Ok(());
        }
        if self.0.len() >= MOST_RULES {
            return Err(TooMany);
        }
        self.0.push((target, value));
        Ok(())
    }

    pub(super) fn get(&self, conn: ConnId, login: Option<&str>) -> Option<T> {
        let rule = self
            .0
            .iter()
            .rfind(|(target, _)| target.matches(conn, login));
        rule.map(|(_, value)| *value)
    }

    pub(super) fn show(&self, name: &str, row: impl Fn(Json, T) -> Json) -> Vec<Json> {
        let rules = self.0.iter();
        rules
            .map(|(target, value)| row(target.show(Json::object().with("fault", name)), *value))
            .collect()
    }
}

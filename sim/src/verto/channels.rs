//! Subscriptions, and the events that clients send.

use super::request::{MethodResult, REFUSED, Request};
use crate::hub::Subscribed;
use crate::json::Json;

impl Request<'_> {
    pub(super) fn subscribe(&mut self, params: Option<&Json>) -> MethodResult {
        let (mut subscribed, mut unauthorized, mut already) = (vec![], vec![], vec![]);
        for channel in channels(params) {
            let own = self.switch.calls.conn(channel) == Some(self.conn);
            let allowed = (own || self.user().is_some_and(|user| user.may_use(channel)))
                && !self.switch.faults.refuses_channel(channel);
            let client = self.switch.hub.client_mut(self.conn).filter(|_| allowed);
            match client.map(|client| client.subscribe(channel)) {
                Some(Subscribed::New) => subscribed.push(channel),
                Some(Subscribed::Already) => already.push(channel),
                Some(Subscribed::Full) | None => unauthorized.push(channel),
            }
        }
        let success = !(subscribed.is_empty() && already.is_empty());
        let mut answer = Json::object();
        if success {
            answer.push("subscribedChannels", subscribed);
        }
        push_some(&mut answer, "unauthorizedChannels", unauthorized);
        push_some(&mut answer, "alreadySubscribedChannels", already);
        if success { Ok(answer) } else { Err(answer) }
    }

    pub(super) fn unsubscribe(&mut self, params: Option<&Json>) -> MethodResult {
        let Some(client) = self.switch.hub.client_mut(self.conn) else {
            return Ok(Json::object());
        };
        let (unsubscribed, unknown): (Vec<_>, Vec<_>) = channels(params)
            .into_iter()
            .partition(|channel| client.unsubscribe(channel));
        let failed = unsubscribed.is_empty() && !unknown.is_empty();
        let mut answer = Json::object();
        push_some(&mut answer, "unsubscribedChannels", unsubscribed);
        push_some(&mut answer, "notSubscribedChannels", unknown);
        if failed { Err(answer) } else { Ok(answer) }
    }

    /// Sends a client's event. mod_verto puts a refusal into the `result` here, not into `error`.
    pub(super) fn broadcast(&mut self, params: Option<&Json>) -> Json {
        let refused = |why: &str| Json::object().with("message", why).with("code", REFUSED);
        let Some(params) = params else {
            return refused("eventChannel not specified.");
        };
        let Some(channel) = params.get_str("eventChannel") else {
            return refused("eventChannel not specified.");
        };
        if !self.user().is_some_and(|user| user.may_use(channel)) {
            return refused("Permission Denied.");
        }
        let event = params
            .clone()
            .with("userid", self.login_name())
            .with("sessid", self.sessid().unwrap_or_default());
        // Without this flag mod_verto sends a broadcast to other servers only.
        if params.get("localBroadcast") == Some(&Json::Bool(true)) {
            self.switch.hub.deliver(channel, &event);
        }
        self.told_params = Some(event);
        Json::object()
    }
}

/// The channels that a request names, as one string or as an array.
fn channels(params: Option<&Json>) -> Vec<&str> {
    match params.and_then(|params| params.get("eventChannel")) {
        Some(Json::String(channel)) => vec![channel],
        Some(Json::Array(items)) => items
            .iter()
            .filter_map(|item| match item {
                Json::String(channel) => Some(channel.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn push_some(object: &mut Json, key: &str, channels: Vec<&str>) {
    if !channels.is_empty() {
        object.push(key, channels);
    }
}

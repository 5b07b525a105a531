//! Logging in, by the method `login` or by the credentials of any other first request.

use tokio::time::Instant;
use uuid::Uuid;

use super::request::{MethodResult, Request, refused};
use crate::auth;
use crate::calls;
use crate::hub::Ending;
use crate::json::Json;
use crate::text::prefix;

/// How many bytes of a session id mod_verto keeps.
const LONGEST_SESSID: usize = 256;

impl Request<'_> {
    /// Fixes the session id if none is fixed yet.
    pub(super) fn bind(&mut self, params: Option<&Json>) {
        if let Some(client) = self.switch.hub.client_mut(self.conn) {
            client.sessid.get_or_insert_with(|| {
                params
                    .and_then(|params| params.get_str("sessid"))
                    .filter(|sessid| !sessid.is_empty())
                    .map_or_else(
                        || Uuid::new_v4().to_string(),
                        |sessid| prefix(sessid, LONGEST_SESSID).to_owned(),
                    )
            });
        }
    }

    /// A login that is refused on purpose.
    pub(super) fn refused_login(&mut self, params: Option<&Json>) -> Option<Json> {
        let login = params.and_then(|params| params.get_str("login"));
        let login = login.unwrap_or_default();
        let now = Instant::now();
        let refusal = self.switch.faults.refuses_login(self.conn, login, now)?;
        if refusal.close {
            self.outcome.ending = Some(Ending::Close(1000));
        }
        Some(refused((refusal.code, &refusal.message)))
    }

    /// Checks the credentials in `params` and makes this the user of the connection.
    pub(super) fn identify(&mut self, params: Option<&Json>) -> Result<(), auth::Refusal> {
        let switch = &mut *self.switch;
        let user = auth::check(&switch.config, &switch.tokens, params, self.now)?;
        if let Some(client) = switch.hub.client_mut(self.conn) {
            // A second login on a connection changes the name, and leaves the permissions as they are.
            client.user.get_or_insert_with(|| user.login.clone());
            client.login = Some(format!("{}@{}", user.login, switch.config.domain));
            client.expires = user
                .login_expires
                .map(|seconds| (self.now / 1000).saturating_add(seconds));
        }
        Ok(())
    }

    /// The first login of a connection, by whatever method.
    pub(super) fn log_in(&mut self, params: Option<&Json>) -> Result<(), auth::Refusal> {
        self.identify(params)?;
        self.bind(params);
        let login = self.login_name();
        let sessid = self.sessid().unwrap_or_default().to_owned();
        let hub = &mut self.switch.hub;
        let Ok(punted) = hub.take_session(self.conn, &login, &sessid) else {
            // The connection ends after the reply. What else stands in the same batch is answered
            // until then, without a session.
            if let Some(client) = hub.client_mut(self.conn) {
                client.sessid = None;
            }
            self.outcome.ending = Some(Ending::Close(1000));
            return Err((auth::AUTH_FAILED, "Session in use"));
        };
        let calls = &mut self.switch.calls;
        if let Some(punted) = punted {
            calls.lost(hub, punted);
        }
        let socket = calls::socket(hub, self.conn);
        let calls = socket.map_or_else(Vec::new, |socket| calls.reattach(hub, &socket));
        let faults = &mut self.switch.faults.calls;
        if !calls.is_empty() && faults.detaches_twice(self.conn, &login, Instant::now()) {
            self.switch.calls.detach_again(&calls);
        }
        let calls = faults.reattached.list(calls, &sessid);
        let ready = Json::object().with("reattached_sessions", calls);
        hub.send_request(self.conn, "verto.clientReady", ready);
        Ok(())
    }

    pub(super) fn login(&mut self, params: Option<&Json>) -> MethodResult {
        self.identify(params).map_err(refused)?;
        let mut result = Json::object().with("message", "logged in");
        if self.user().is_some_and(|user| user.moderator) {
            result.push("moderator", true);
        }
        if let Some(expires) = self.expires() {
            result.push("auth-expires", expires);
        }
        Ok(result)
    }
}

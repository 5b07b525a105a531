//! What a lost socket does to calls, and how they come back.

use tokio::time::Instant;

use crate::clock::later;
use crate::hub::{ConnId, Hub};
use crate::json::Json;
use crate::media::LegId;

use super::cause::{DESTINATION_OUT_OF_ORDER, NORMAL_CLEARING};
use super::leg::{Socket, State};
use super::table::{Bye, Calls};

impl Calls {
    /// A connection is gone: unanswered calls end at once, the others wait for it to come back.
    pub fn lost(&mut self, hub: &mut Hub, conn: ConnId) {
        self.names.remove(&conn);
        let own = |calls: &Calls| -> Vec<LegId> {
            let legs = calls.legs.iter();
            legs.filter(|(_, leg)| leg.socket.conn == conn && leg.detached.is_none())
                .map(|(id, _)| *id)
                .collect()
        };
        for id in own(self) {
            let Some(leg) = self.legs.get_mut(&id) else {
                continue;
            };
            if leg.state != State::Answered {
                self.end(hub, id, DESTINATION_OUT_OF_ORDER, Bye::Omit);
            } else if !leg.recover {
                self.end(hub, id, NORMAL_CLEARING, Bye::Omit);
            } else {
                leg.detached = Some(later(Instant::now(), self.times.detach));
                leg.local.renew_ice();
                self.media.suspend(id);
            }
        }
    }

    /// The connection that had these calls before is noticed to be dead only now, after they were
    /// offered to the new one: a real server detaches them once more, so that the offers' ICE
    /// credentials are void.
    pub fn detach_again(&mut self, calls: &[String]) {
        for leg in self.legs.values_mut() {
            if calls.contains(&leg.call_id) {
                leg.local.renew_ice();
            }
        }
    }

    /// Gives a session its calls back; their ids.
    pub fn reattach(&mut self, hub: &mut Hub, socket: &Socket) -> Vec<String> {
        let detached: Vec<LegId> = self
            .legs
            .iter()
            .filter(|(_, leg)| {
                leg.detached.is_some()
                    && leg.socket.sessid == socket.sessid
                    && leg.socket.login == socket.login
            })
            .map(|(id, _)| *id)
            .collect();
        detached
            .into_iter()
            .filter_map(|id| {
                let variables = self.variables();
                let leg = self.legs.get_mut(&id)?;
                leg.detached = None;
                leg.attached = false;
                leg.socket = socket.clone();
                let remote = leg.remote.as_ref()?;
                let sdp = leg.local.offer_again(self.media.site(), remote);
                let call_id = leg.call_id.clone();
                self.tell(hub, id, "verto.attach", |leg| {
                    let params = Json::object()
                        .with("callID", leg.call_id.as_str())
                        .with("variables", variables)
                        .with("sdp", sdp);
                    leg.parties(params)
                });
                Some(call_id)
            })
            .collect()
    }
}

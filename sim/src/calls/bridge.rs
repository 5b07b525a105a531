//! Who rings, and who talks to whom.

use tokio::time::Instant;
use uuid::Uuid;

use crate::clock::later;
use crate::hub::{ConnId, Hub, Target};
use crate::json::Json;
use crate::media::sdp_in::{Codec, Remote};
use crate::media::{Hears, LegId, Sound};

use super::cause::{Cause, LOSE_RACE, NO_ANSWER, NORMAL_CLEARING, USER_NOT_REGISTERED};
use super::dialplan::Ring;
use super::leg::{Doing, Party, Socket, State, Step};
use super::table::{Bye, Calls, new_leg};

/// The name of a callee that has given none.
const NAMELESS: &str = "Outbound Call";

impl Calls {
    /// Lets all browsers of a user ring.
    pub(super) fn ring(&mut self, hub: &mut Hub, caller: LegId, ring: &Ring) {
        let sockets: Vec<Socket> = hub
            .matching(&Target::Login(ring.user.clone()))
            .into_iter()
            .filter_map(|conn| socket(hub, conn))
            .take(self.room())
            .collect();
        if sockets.is_empty() {
            return self.end(hub, caller, USER_NOT_REGISTERED, Bye::Say);
        }
        let Some(leg) = self.legs.get(&caller) else {
            return;
        };
        let from = leg.own.clone();
        let codec = leg
            .remote
            .as_ref()
            .map_or(Codec::Opus, |remote| remote.codec.0);
        let offer = (codec, !leg.inbound);
        let targets: Vec<LegId> = sockets
            .into_iter()
            .map(|socket| self.invite(hub, caller, &from, socket, offer))
            .collect();
        let end = later(Instant::now(), ring.time.unwrap_or(self.times.ring));
        if let Some(leg) = self.legs.get_mut(&caller) {
            leg.doing = Doing::Calling(targets);
            leg.next = Some((end, Step::NoAnswer(ring.hands_cause_on)));
        }
        if ring.ringback {
            self.early(hub, caller);
            self.media.hear(caller, Hears::Sound(Sound::Ring));
        } else {
            self.media.hear(caller, Hears::Nothing);
        }
    }

    /// Lets one browser ring.
    fn invite(
        &mut self,
        hub: &mut Hub,
        caller: LegId,
        from: &Party,
        socket: Socket,
        (codec, only): (Codec, bool),
    ) -> LegId {
        let name = self
            .names
            .get(&socket.conn)
            .map_or(NAMELESS, String::as_str);
        let own = Party {
            name: name.to_owned(),
            // FreeSWITCH shows the session's id here.
            number: socket.sessid.clone(),
        };
        let mut leg = new_leg(Uuid::new_v4().to_string(), socket, false, None);
        leg.own = own;
        leg.other = from.clone();
        leg.doing = Doing::RingingFor(caller);
        let sdp = leg.local.offer(self.media.site(), codec, only);
        let id = self.add(leg);
        let variables = self.variables();
        self.tell(hub, id, "verto.invite", |leg| {
            let params = Json::object()
                .with("callID", leg.call_id.as_str())
                .with("variables", variables)
                .with("sdp", sdp);
            leg.parties(params)
        });
        id
    }

    /// One of several has stopped ringing without an answer; the last one's cause is the caller's.
    pub(super) fn stopped_ringing(
        &mut self,
        hub: &mut Hub,
        caller: LegId,
        target: LegId,
        cause: Cause,
    ) {
        let Some(leg) = self.legs.get_mut(&caller) else {
            return;
        };
        let Doing::Calling(targets) = &mut leg.doing else {
            return;
        };
        targets.retain(|other| *other != target);
        if targets.is_empty() {
            self.end(hub, caller, cause, Bye::Say);
        }
    }

    pub(super) fn nobody_answered(&mut self, hub: &mut Hub, caller: LegId, told: bool) {
        let Some(leg) = self.legs.get_mut(&caller) else {
            return;
        };
        if let Doing::Calling(targets) = std::mem::replace(&mut leg.doing, Doing::Alone) {
            for target in targets {
                self.end(hub, target, NO_ANSWER, Bye::Say);
            }
        }
        let cause = if told { NO_ANSWER } else { NORMAL_CLEARING };
        self.end(hub, caller, cause, Bye::Say);
    }

    /// A browser that rang has answered.
    pub(super) fn picked_up(&mut self, hub: &mut Hub, id: LegId, remote: Remote) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let Doing::RingingFor(caller) = leg.doing else {
            return;
        };
        leg.state = State::Answered;
        // The browser begins with DTLS, since the switch has offered.
        self.media.open(id, &leg.meter, &leg.local, &remote, false);
        leg.remote = Some(remote);
        let Some(leg) = self.legs.get_mut(&caller) else {
            return;
        };
        leg.next = None;
        if let Doing::Calling(targets) = std::mem::replace(&mut leg.doing, Doing::Alone) {
            for loser in targets.into_iter().filter(|target| *target != id) {
                self.end(hub, loser, LOSE_RACE, Bye::Say);
            }
        }
        self.answer(hub, caller);
        self.bridge(hub, caller, id);
    }

    /// Lets two legs talk to each other; the first is shown as the caller.
    pub(super) fn bridge(&mut self, hub: &mut Hub, first: LegId, second: LegId) {
        for (id, with) in [(first, second), (second, first)] {
            let other = self.legs.get(&with).map(|leg| leg.own.clone());
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.leads = id == first;
                leg.other = other.unwrap_or_default();
                leg.next = None;
                leg.doing = Doing::Bridged { with, shown: false };
            }
            let voice = self.legs.get(&with).and_then(|leg| leg.voice);
            self.media.hear(id, voice.unwrap_or(Hears::Leg(with)));
        }
        self.show_parties(hub, first);
    }

    /// Tells both of a bridge with whom they talk, once sound flows.
    pub(super) fn show_parties(&mut self, hub: &mut Hub, id: LegId) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let Doing::Bridged { with, shown: false } = leg.doing else {
            return;
        };
        let partner = self.legs.get(&with);
        if !leg.is_connected() || !partner.is_some_and(|partner| partner.is_connected()) {
            return;
        }
        for (id, with) in [(id, with), (with, id)] {
            if let Some(leg) = self.legs.get_mut(&id) {
                leg.doing = Doing::Bridged { with, shown: true };
            }
        }
        self.display(hub, id);
        self.display(hub, with);
    }

    /// Tells a browser with whom it talks.
    pub(super) fn display(&self, hub: &mut Hub, id: LegId) {
        self.tell(hub, id, "verto.display", |leg| {
            leg.parties(
                Json::object()
                    .with("callID", leg.call_id.as_str())
                    .with("display_name", leg.other.name.as_str())
                    .with("display_number", leg.other.number.as_str()),
            )
        });
    }
}

/// The socket of a connection that is logged in.
pub fn socket(hub: &Hub, conn: ConnId) -> Option<Socket> {
    let client = hub.client(conn)?;
    Some(Socket {
        conn,
        sessid: client.sessid.clone()?,
        login: client.login.clone()?,
    })
}

//! The dialplan, carried out.

use std::time::Duration;

use tokio::time::Instant;

use super::cause::{NO_ROUTE_DESTINATION, USER_BUSY};
use super::dialplan::Route;
use super::leg::{Doing, Step};
use super::table::{Bye, Calls};
use crate::clock::later;
use crate::hub::Hub;
use crate::media::{Hears, LegId, Sound};

/// How long each step of 9180 takes.
pub const STEP: Duration = Duration::from_secs(2);

impl Calls {
    /// Lets a leg go where a number leads.
    pub(super) fn route(&mut self, hub: &mut Hub, id: LegId, number: &str) {
        match Route::of(number) {
            Route::Echo => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Leg(id));
            }
            Route::Tone => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Sound(Sound::Tone));
            }
            Route::Digits => {
                self.answer(hub, id);
                self.media.hear(id, Hears::Nothing);
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.doing = Doing::Reading;
                }
            }
            Route::EarlyMedia => {
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.next = Some((later(Instant::now(), STEP), Step::EarlyMedia));
                }
            }
            Route::Busy => self.end(hub, id, USER_BUSY, Bye::Say),
            Route::Unknown => self.end(hub, id, NO_ROUTE_DESTINATION, Bye::Say),
            Route::User(ring) => self.ring(hub, id, &ring),
        }
    }
}

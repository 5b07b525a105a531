//! The call centre's calls at agents' browsers: who is given to an agent rings the browsers that
//! are logged in as the agent's extension, and is heard there.

use std::collections::BTreeMap;

use crate::calls::{Calls, Outside};
use crate::center::{Center, PhoneCall, Stage};
use crate::hub::{Hub, Target};
use crate::media::{Hears, LegId, Sound};

/// One call at an agent's browsers.
#[derive(Debug)]
struct Line {
    leg: LegId,
    extn: String,
    answered: bool,
}

/// The calls at agents' browsers.
#[derive(Debug)]
pub struct Phones {
    /// Whether browsers ring. Otherwise every agent has a simulated phone, which is picked up by
    /// itself.
    pub on: bool,
    on_at_start: bool,
    /// By the name of the call centre's call.
    lines: BTreeMap<String, Line>,
}

impl Phones {
    /// Whether browsers ring at the start.
    pub fn new(on: bool) -> Phones {
        Phones {
            on,
            on_at_start: on,
            lines: BTreeMap::new(),
        }
    }

    /// As at the start.
    pub fn reset(&mut self) {
        self.on = self.on_at_start;
    }

    /// Brings the call centre's calls and those of the browsers together, after either has changed.
    pub fn connect(&mut self, center: &mut Center, calls: &mut Calls, hub: &mut Hub, now: u64) {
        if !self.on && self.lines.is_empty() {
            return;
        }
        self.hear_of_browsers(center, calls, now);
        let wanted = center.phone_calls();
        self.end_lines(&wanted, calls, hub);
        for call in wanted {
            match self.lines.get(&call.call) {
                Some(line) => calls.speak(line.leg, voice(&call)),
                None if self.on && call.stage == Stage::Ringing => {
                    self.ring(&call, center, calls, hub);
                }
                None => {}
            }
        }
    }

    /// What browsers have done is told to the call centre.
    fn hear_of_browsers(&mut self, center: &mut Center, calls: &mut Calls, now: u64) {
        self.lines
            .retain(|call, line| match calls.outside(line.leg, &line.extn) {
                Outside::Ringing => true,
                Outside::Talking => {
                    if !line.answered {
                        line.answered = true;
                        center.phone_answered(now, call);
                    }
                    true
                }
                Outside::Elsewhere | Outside::Gone => {
                    if line.answered {
                        // The agent's part is over. It may have ended there at the same time.
                        let _ = center.hangup(now, call);
                    } else {
                        center.phone_refused(now, call);
                    }
                    calls.leave_outside(line.leg);
                    false
                }
            });
    }

    /// What the call centre has ended, or given to somebody else, ends at the browsers.
    fn end_lines(&mut self, wanted: &[PhoneCall], calls: &mut Calls, hub: &mut Hub) {
        self.lines.retain(|call, line| {
            let goes_on = wanted.iter().any(|wanted| {
                let rings = wanted.stage == Stage::Ringing;
                wanted.call == *call && wanted.extn == line.extn && rings != line.answered
            });
            if !goes_on {
                calls.hang_up_outside(hub, line.leg);
            }
            goes_on
        });
    }

    fn ring(&mut self, call: &PhoneCall, center: &mut Center, calls: &mut Calls, hub: &mut Hub) {
        let user = Target::Login(call.extn.clone());
        if hub.matching(&user).is_empty() {
            return;
        }
        let leg = calls.ring_from_outside(hub, &call.call, &call.number, &call.extn);
        center.phone_rings(&call.call);
        let line = Line {
            leg,
            extn: call.extn.clone(),
            answered: false,
        };
        self.lines.insert(call.call.clone(), line);
    }
}

fn voice(call: &PhoneCall) -> Hears {
    match call.stage {
        Stage::Ringing | Stage::Waiting => Hears::Nothing,
        Stage::Ringback => Hears::Sound(Sound::Ring),
        Stage::Talking => Hears::Sound(Sound::Melody(call.serial)),
    }
}

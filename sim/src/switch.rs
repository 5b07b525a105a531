//! The simulated switch: everything that a request can read or change.

use std::time::{Duration, Instant};

use crate::auth::Tokens;
use crate::calls::{Calls, Times};
use crate::center::Center;
use crate::clock::unix_ms;
use crate::config::Config;
use crate::faults::Faults;
use crate::hub::Hub;
use crate::json::Json;
use crate::load::Load;
use crate::media::Media;
use crate::phones::Phones;

/// What the command line says of the switch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Whether random callers arrive.
    pub callers: bool,
    /// Divides every duration of the call centre.
    pub speed: f64,
    /// Whether callers ring the browsers of agents.
    pub browser_phones: bool,
}

/// The state of the switch.
pub struct Switch {
    /// Who may do what.
    pub config: Config,
    /// Who is connected.
    pub hub: Hub,
    /// The call centre.
    pub center: Center,
    /// The browsers' calls.
    pub calls: Calls,
    /// The call centre's calls at browsers.
    pub phones: Phones,
    /// The tokens of the HTTP API.
    pub tokens: Tokens,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// The colleagues who work, and the number of this load.
    pub load: Option<(u64, Load)>,
    /// The number that was last given to a load.
    pub last_load: u64,
    /// When the server was started.
    pub started: Instant,
}

impl Switch {
    /// A switch to which nobody is connected.
    pub fn new(config: Config, options: Options, media: Media) -> Switch {
        let mut center = Center::new(config.center.clone(), options.speed, unix_ms());
        center.set_arrivals(options.callers);
        let times = Times {
            ring: Duration::from_secs(config.ring_time),
            detach: Duration::from_secs(config.detach_time),
        };
        Switch {
            hub: Hub::new(config.hierarchy, config.send_queue),
            calls: Calls::new(media, times),
            config,
            center,
            phones: Phones::new(options.browser_phones),
            tokens: Tokens::default(),
            faults: Faults::default(),
            load: None,
            last_load: 0,
            started: Instant::now(),
        }
    }

    /// Delivers a server-side event and counts the frames. Who has the call that the channel is
    /// named after gets it, subscribed or not; otherwise see [`Hub::publish`].
    pub fn publish(&mut self, params: &Json) -> usize {
        let channel = params.get_str("eventChannel").unwrap_or_default();
        match self.calls.conn(channel) {
            Some(conn) => usize::from(self.hub.send_request(conn, "verto.event", params.clone())),
            None => self.hub.publish(params),
        }
    }

    /// Carries on what has been done: the call centre's events to their subscribers, its calls to
    /// browsers, what browsers do to the call centre, and to calls what goes wrong with them.
    pub fn carry_on(&mut self) {
        self.publish_center_events();
        let Switch {
            phones,
            center,
            calls,
            hub,
            faults,
            ..
        } = self;
        phones.connect(center, calls, hub, unix_ms());
        calls.habits = faults.calls.habits;
        calls.impair(|conn, login| faults.calls.impairment(conn, login));
        self.publish_center_events();
    }

    /// Delivers what the call centre has told since the last time.
    fn publish_center_events(&mut self) {
        for event in self.center.take_events() {
            let params = Json::object()
                .with("eventChannel", event.channel)
                .with("eventType", event.event_type)
                .with("data", event.data);
            self.hub.publish(&params);
        }
    }
}

//! The simulated switch: everything that a request can read or change, behind one lock.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, mpsc};

use crate::auth::Tokens;
use crate::calls::Calls;
use crate::center::Center;
use crate::config::Config;
use crate::faults::{Faults, until};
use crate::hub::Hub;
use crate::json::Json;
use crate::load::Load;
use crate::media::{Happened, Media};
use crate::recorder::Recorder;

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
    /// The tokens of the HTTP API.
    pub tokens: Tokens,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// The colleagues who work, with their number, and the last number given.
    pub load: Option<(u64, Load)>,
    pub last_load: u64,
    /// When the server was started.
    pub started: Instant,
}

impl Switch {
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

/// What all tasks of the server share.
pub struct Sim {
    switch: Mutex<Switch>,
    /// The frames of all connections.
    pub recorder: Recorder,
    /// How long a client may be silent before it gets a `verto.ping`.
    pub idle_ping: Duration,
    center_changed: Notify,
    calls_changed: Notify,
}

impl Sim {
    /// A switch to which nobody is connected.
    pub fn new(config: Config, callers: bool, speed: f64, media: Media) -> Sim {
        let mut center = Center::new(config.center.clone(), speed, unix_ms());
        center.set_arrivals(callers);
        Sim {
            recorder: Recorder::default(),
            idle_ping: Duration::from_secs(config.idle_ping),
            center_changed: Notify::new(),
            calls_changed: Notify::new(),
            switch: Mutex::new(Switch {
                hub: Hub::new(config.hierarchy, config.send_queue),
                calls: Calls::new(
                    media,
                    Duration::from_secs(config.ring_time),
                    Duration::from_secs(config.detach_time),
                ),
                config,
                center,
                tokens: Tokens::default(),
                faults: Faults::default(),
                load: None,
                last_load: 0,
                started: Instant::now(),
            }),
        }
    }

    /// Works on the switch, then delivers the events that this caused.
    pub fn update<R>(&self, work: impl FnOnce(&mut Switch) -> R) -> R {
        let mut switch = self.switch.lock().unwrap_or_else(PoisonError::into_inner);
        let due = switch.center.next_due();
        let calls_due = switch.calls.next_due();
        let result = work(&mut switch);
        switch.publish_center_events();
        if switch.calls.next_due() != calls_due {
            self.calls_changed.notify_one();
        }
        if switch.center.next_due() != due {
            self.center_changed.notify_one();
        }
        result
    }

    /// Lets the time of the call centre pass. Never returns.
    pub async fn run_center(&self) {
        loop {
            let due = self.update(|switch| switch.center.next_due());
            let wait = async {
                match due {
                    Some(due) => {
                        tokio::time::sleep(Duration::from_millis(due.saturating_sub(unix_ms())))
                            .await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wait => self.update(|switch| switch.center.tick(unix_ms())),
                () = self.center_changed.notified() => {}
            }
        }
    }

    /// Lets the time of the calls pass, and takes note of what happens to their media. Never
    /// returns.
    pub async fn run_calls(&self, mut happened: mpsc::UnboundedReceiver<Happened>) {
        loop {
            let due = self.update(|switch| switch.calls.next_due());
            tokio::select! {
                () = until(due) => {
                    self.update(|switch| switch.calls.tick(&mut switch.hub, tokio::time::Instant::now()));
                }
                Some(happened) = happened.recv() => {
                    self.update(|switch| switch.calls.happened(&mut switch.hub, happened));
                }
                () = self.calls_changed.notified() => {}
            }
        }
    }
}

/// The wall clock in Unix milliseconds.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

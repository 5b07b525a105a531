//! The simulator as its tasks share it: the switch behind one lock, the recorded frames, and
//! the tasks that let time pass.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc};
use tokio::task::yield_now;
use tokio::time::{Instant, interval};

use crate::center::Center;
use crate::clock::unix_ms;
use crate::config::Config;
use crate::faults::until;
use crate::load::{Load, STEP};
use crate::media::{Happened, Media};
use crate::recorder::Recorder;
use crate::switch::{Options, Switch};

/// How many colleagues begin their work before others get their turn.
const PART: usize = 50;

/// What all tasks of the server share.
pub struct Sim {
    switch: Mutex<Switch>,
    /// The frames of all connections.
    pub recorder: Recorder,
    /// How long a client may be silent before it gets a `verto.ping`.
    pub idle_ping: Duration,
    /// How long a client must be silent before events are written to it.
    pub event_silence: Duration,
    /// How long a request may take to arrive.
    pub request_timeout: Duration,
    /// How long a connection may take nothing that is to be written to it.
    pub write_timeout: Duration,
    center_changed: Notify,
    calls_changed: Notify,
}

impl Sim {
    /// A simulator to which nobody is connected. See [`Switch::new`].
    pub fn new(config: Config, options: Options, media: Media) -> Sim {
        Sim {
            recorder: Recorder::default(),
            idle_ping: Duration::from_secs(config.idle_ping),
            event_silence: Duration::from_millis(config.event_silence),
            request_timeout: Duration::from_secs(config.request_timeout),
            write_timeout: Duration::from_secs(config.write_timeout),
            center_changed: Notify::new(),
            calls_changed: Notify::new(),
            switch: Mutex::new(Switch::new(config, options, media)),
        }
    }

    /// Works on the switch, and delivers the events that the work has caused.
    pub fn update<R>(&self, work: impl FnOnce(&mut Switch) -> R) -> R {
        let mut switch = self.switch.lock().unwrap_or_else(PoisonError::into_inner);
        let due = switch.center.next_due();
        let calls_due = switch.calls.next_due();
        let result = work(&mut switch);
        switch.carry_on();
        if switch.calls.next_due() != calls_due {
            self.calls_changed.notify_one();
        }
        if switch.center.next_due() != due {
            self.center_changed.notify_one();
        }
        result
    }

    /// Lets the time of the call centre pass. This never returns.
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

    /// Lets the time of the calls pass, and takes note of what happens to their media. This never
    /// returns.
    pub async fn run_calls(&self, happened: &AsyncMutex<mpsc::UnboundedReceiver<Happened>>) {
        let mut happened = happened.lock().await;
        loop {
            let due = self.update(|switch| switch.calls.next_due());
            tokio::select! {
                () = until(due) => {
                    self.update(|switch| switch.calls.tick(&mut switch.hub, Instant::now()));
                }
                Some(happened) = happened.recv() => {
                    self.update(|switch| switch.calls.happened(&mut switch.hub, happened));
                }
                () = self.calls_changed.notified() => {}
            }
        }
    }

    /// Replaces the colleagues by `agents` new ones, who cause that many events a second
    /// until they are replaced or the simulator is reset. Returns when they have begun.
    pub async fn set_load(self: &Arc<Sim>, agents: u64, events_per_second: f64) {
        let number = self.update(|switch| {
            switch.last_load = switch.last_load.saturating_add(1);
            let load = Load::new(&mut switch.center, agents, events_per_second);
            switch.load = (agents > 0).then_some((switch.last_load, load));
            switch.last_load
        });
        let current =
            move |switch: &mut Switch, work: fn(&mut Load, &mut Center) -> bool| match &mut switch
                .load
            {
                Some((current, load)) if *current == number => work(load, &mut switch.center),
                _ => false,
            };
        // Thousands of colleagues take seconds to begin, during which others get their turn.
        while self.update(|switch| current(switch, |load, center| load.begin(center, PART))) {
            yield_now().await;
        }
        let sim = Arc::clone(self);
        tokio::spawn(async move {
            let began = Instant::now();
            let mut steps = interval(STEP);
            loop {
                steps.tick().await;
                let goes_on = sim.update(|switch| match &mut switch.load {
                    Some((current, load)) if *current == number => {
                        load.step(&mut switch.center, began.elapsed());
                        true
                    }
                    _ => false,
                });
                if !goes_on {
                    return;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_in_its_work_stops_nobody_else() {
        let config = Config::parse("").unwrap();
        let options = Options {
            callers: false,
            speed: 1.0,
            browser_phones: false,
        };
        let (media, _) = Media::start().await.unwrap();
        let sim = Arc::new(Sim::new(config, options, media));
        let broken = Arc::clone(&sim);
        let task = tokio::spawn(async move {
            broken.update(|_| panic!("on purpose"));
        });
        assert!(task.await.is_err());
        let call = sim.update(|switch| switch.center.caller(unix_ms(), "test", "138"));
        assert!(call.is_ok());
    }
}

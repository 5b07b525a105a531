//! Colleagues who work, so that a wallboard can be seen full: any number of agents sign in, take
//! calls, make calls and go on breaks, and cause a given number of events a second.

use std::time::Duration;

use serde_json::json;

use crate::center::{AgentConfig, Center};
use crate::clock::unix_ms;
use crate::random::Random;

/// How often the colleagues get to do something.
pub const STEP: Duration = Duration::from_millis(20);
/// The first colleague's number.
const FIRST: u64 = 2001;
/// How many things are done in one step at most. Without this a step would not end if nothing that
/// is done caused an event.
const MOST_ACTIONS: u64 = 1000;
const REASONS: [&str; 4] = ["BRB", "DND", "lunch", "培训"];
const SURNAMES: [&str; 10] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
const GIVEN_NAMES: [&str; 12] = [
    "静", "敏", "伟", "芳", "磊", "洋", "丽", "强", "晓明", "思远", "雨桐", "志华",
];

/// What a colleague was last told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    SignedOut,
    Ready,
    Break,
}

#[derive(Debug)]
struct Colleague {
    id: String,
    queue: String,
    told: Told,
}

/// The work of all colleagues.
#[derive(Debug)]
pub struct Load {
    colleagues: Vec<Colleague>,
    /// How many of them have begun their work.
    arrived: usize,
    events_per_second: f64,
    queues: Vec<String>,
    random: Random,
    events_before: u64,
}

impl Load {
    /// Brings `agents` colleagues into the call centre, who are not signed in yet.
    pub fn new(center: &mut Center, agents: u64, events_per_second: f64) -> Load {
        let configs: Vec<AgentConfig> = (FIRST..FIRST.saturating_add(agents))
            .map(|number| AgentConfig::new(number.to_string(), name(&mut Random::new(number))))
            .collect();
        center.set_colleagues(unix_ms(), &configs);
        let queues = center.queue_ids();
        let mut random = Random::new(agents);
        let colleagues = configs.into_iter().map_while(|config| {
            Some(Colleague {
                id: config.id,
                queue: pick(&mut random, &queues)?.clone(),
                told: Told::SignedOut,
            })
        });
        Load {
            colleagues: colleagues.collect(),
            arrived: 0,
            events_per_second,
            queues,
            random,
            events_before: 0,
        }
    }

    /// Lets the next `many` colleagues begin their work, most of them ready for calls. The answer
    /// is false when all have begun.
    pub fn begin(&mut self, center: &mut Center, many: usize) -> bool {
        let end = self.arrived.saturating_add(many).min(self.colleagues.len());
        for index in self.arrived..end {
            // A tenth of the colleagues has not come yet, and another tenth is on a break.
            match self.random.between(0, 9) {
                0 => {}
                1 => {
                    self.tell(center, index, Told::Ready);
                    self.tell(center, index, Told::Break);
                }
                _ => self.tell(center, index, Told::Ready),
            }
        }
        self.arrived = end;
        self.events_before = center.event_count();
        end < self.colleagues.len()
    }

    /// Lets the colleagues act until they have caused as many events as there should be by now,
    /// `elapsed` after they began.
    pub fn step(&mut self, center: &mut Center, elapsed: Duration) {
        let wanted = (elapsed.as_secs_f64() * self.events_per_second) as u64;
        for _ in 0..MOST_ACTIONS {
            if center.event_count().saturating_sub(self.events_before) >= wanted {
                return;
            }
            self.act(center);
        }
    }

    fn act(&mut self, center: &mut Center) {
        let last = (self.colleagues.len() as u64).saturating_sub(1);
        let index = self.random.between(0, last) as usize;
        let Some(Colleague { id, told, .. }) = self.colleagues.get(index) else {
            return;
        };
        let (id, told) = (id.clone(), *told);
        let few_wait = center.waiting() <= (self.colleagues.len() / 40).saturating_add(1);
        match (self.random.between(0, 99), told) {
            (0..60, _) if few_wait => {
                let caller = self.number();
                if let Some(queue) = pick(&mut self.random, &self.queues) {
                    // This cannot fail: the queue is one of the centre's own.
                    let _ = center.caller(unix_ms(), queue, &caller);
                }
            }
            (60..70, Told::Ready) => {
                let data = json!({"agent": id, "extn": id, "cidNumber": "4001000", "destNumber": self.number()});
                center.command(unix_ms(), "ccDial", &data);
            }
            // Breaks are short and few, so that most of the colleagues work.
            (70..73, Told::Ready) => self.tell(center, index, Told::Break),
            (73, Told::Ready | Told::Break) => self.tell(center, index, Told::SignedOut),
            (70.., Told::Break) | (80.., Told::SignedOut) => {
                self.tell(center, index, Told::Ready);
            }
            _ => {}
        }
    }

    /// Gives a colleague a command. The colleague does not follow it while on a call.
    fn tell(&mut self, center: &mut Center, index: usize, what: Told) {
        let reason = pick(&mut self.random, &REASONS).copied();
        let Some(colleague) = self.colleagues.get_mut(index) else {
            return;
        };
        let (queue, id) = (&colleague.queue, &colleague.id);
        let data = json!({"queue": queue, "agent": id, "extn": id, "reason": reason});
        let mut done =
            |func| center.command(unix_ms(), func, &data).get("code") == Some(&json!(200));
        let followed = match what {
            Told::SignedOut => done("ccLogout"),
            Told::Break => done("ccGoBreak"),
            Told::Ready if colleague.told == Told::SignedOut => {
                done("ccLogin") && done("ccGoReady")
            }
            Told::Ready => done("ccGoReady"),
        };
        if followed {
            colleague.told = what;
        }
    }

    fn number(&mut self) -> String {
        format!("13{:09}", self.random.between(0, 999_999_999))
    }
}

fn pick<'a, T>(random: &mut Random, from: &'a [T]) -> Option<&'a T> {
    let last = (from.len() as u64).saturating_sub(1);
    from.get(random.between(0, last) as usize)
}

fn name(random: &mut Random) -> String {
    let mut one = |from: &[&'static str]| pick(random, from).copied();
    let surname = one(&SURNAMES).unwrap_or_default();
    format!("{surname}{}", one(&GIVEN_NAMES).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::config::Config;

    #[test]
    fn colleagues_work_at_the_wanted_rate_and_go_at_the_end() {
        let config = Config::parse("").unwrap();
        let mut center = Center::new(config.center, 1.0, 1);
        center.set_arrivals(false);
        center.tick(unix_ms());
        let own = center.agents();
        let mut load = Load::new(&mut center, 500, 200.0);
        while load.begin(&mut center, 30) {}
        let rows = center.agents();
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), 510);
        let ready = |row: &&Value| row["state"] == "READY";
        assert!((350..450).contains(&rows.iter().filter(ready).count()));
        assert_ne!(rows[509]["name"], Value::Null);

        center.take_events();
        for second in 1..=3 {
            load.step(&mut center, Duration::from_secs(second));
            let events = center.event_count() - load.events_before;
            assert!(
                (200 * second..200 * second + 50).contains(&events),
                "{events}"
            );
        }
        let types: std::collections::HashSet<_> = center
            .take_events()
            .iter()
            .map(|event| event.event_type)
            .collect();
        for expected in ["agentState", "callOffered", "queueState", "dialProgress"] {
            assert!(types.contains(expected), "{types:?}");
        }

        Load::new(&mut center, 0, 0.0);
        assert_eq!(center.agents(), own);
        let calls = center.calls();
        let mut calls = calls.as_array().unwrap().iter();
        assert!(calls.all(|call| call["agent"] == ""));
    }
}

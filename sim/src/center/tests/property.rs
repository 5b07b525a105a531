//! Whatever is asked of the call centre, in any order: nothing is lost and nothing hangs.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::center::agent::Activity;
use crate::center::call::{Call, Origin, Phase};
use crate::center::config::CenterConfig;
use crate::center::state::Center;

#[derive(Clone, Debug)]
enum Step {
    Command(&'static str, Value),
    Caller(&'static str),
    Hangup(prop::sample::Index),
    Tick(u64),
    Arrivals(bool),
    Reset,
}

fn step() -> impl Strategy<Value = Step> {
    let queue = prop::sample::select(vec!["a", "b", "c"]);
    let agent = prop::sample::select(vec!["1", "2", "default.3", "x.1", "4"]);
    let func = prop::sample::select(vec![
        "ccLogin",
        "ccLogin",
        "ccLogout",
        "ccGoReady",
        "ccGoReady",
        "ccGoReady",
        "ccGoBreak",
        "ccDial",
    ]);
    let number = prop::sample::select(vec!["139", "0000", "0404", "0408"]);
    // One set of arguments for all the functions: what a function doesn't use it ignores.
    let command = (func, queue.clone(), agent, number).prop_map(|(func, queue, agent, number)| {
        let data = json!({
            "queue": queue, "agent": agent, "extn": agent.rsplit('.').next(), "reason": number,
            "cidNumber": "88", "destNumber": number,
        });
        Step::Command(func, data)
    });
    let others = prop_oneof![
        12 => command,
        5 => queue.prop_map(Step::Caller),
        2 => any::<prop::sample::Index>().prop_map(Step::Hangup),
        8 => prop_oneof![0..3_000u64, 0..60_000u64].prop_map(Step::Tick),
        1 => any::<bool>().prop_map(Step::Arrivals),
    ];
    // Rarely: often, it would hide what takes long to go wrong.
    prop_oneof![60 => others, 1 => Just(Step::Reset)]
}

fn config() -> impl Strategy<Value = CenterConfig> {
    let time = || prop_oneof![Just(0u64), 1..10_000u64];
    (time(), time(), time(), time(), time(), time()).prop_map(
        |(arrival, patience, ring, answer, talk, wrap_up)| {
            serde_json::from_value(json!({
                "agents": [
                    {"id": "1", "extn": "1"}, {"id": "2", "extn": "2"},
                    {"id": "3", "extn": "3", "queues": ["a"]},
                    {"id": "1", "extn": "1", "group": "x", "queues": ["b", "c"]},
                ],
                "queues": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"},
                    {"id": "c", "name": "C"}],
                "times": {
                    // Callers in quick succession test nothing more, but slowly.
                    "arrival": arrival + 10_000, "patience": patience * 3, "ring": ring,
                    "agent_answer": answer / 2, "connect": answer / 20,
                    "dest_ring": answer / 3, "talk": [talk / 2, talk], "wrap_up": wrap_up,
                },
            }))
            .unwrap()
        },
    )
}

/// What a page that hears every event knows.
#[derive(Default)]
struct Listener {
    rows: BTreeMap<(String, String), Value>,
    waiting: BTreeMap<String, u64>,
    /// Calls that were offered to or dialled by someone, by call and agent channel.
    open: BTreeMap<(String, String), &'static str>,
}

impl Listener {
    fn hear(&mut self, center: &mut Center) {
        for event in center.take_events() {
            let text = |name: &str| event.data[name].as_str().unwrap().to_owned();
            match event.event_type {
                "agentState" => {
                    let key = (event.channel.clone(), text("queue_id"));
                    let since = |row: &Value| row["since"].as_u64().unwrap();
                    assert!(since(&event.data) <= center.clock);
                    if let Some(old) = self.rows.insert(key, event.data.clone()) {
                        assert!(since(&old) <= since(&event.data), "{old} {}", event.data);
                        assert_ne!(old, event.data, "a change that is none");
                    }
                }
                "queueState" => {
                    let waiting = event.data["waiting"].as_u64().unwrap();
                    self.waiting.insert(text("queue"), waiting);
                }
                kind => {
                    let key = (text("call"), event.channel.clone());
                    let step = match kind {
                        "dialProgress" => match text("step").as_str() {
                            "agentRinging" => "dialled",
                            "ended" => "dial ended",
                            _ => continue,
                        },
                        _ => kind,
                    };
                    let before = self.open.remove(&key);
                    let follows = matches!(
                        (before, step),
                        (None, "callOffered" | "dialled")
                            | (Some("callOffered" | "dialled"), "callAnswered")
                            | (
                                Some("callOffered" | "callAnswered" | "dial ended"),
                                "callEnded"
                            )
                            | (Some("dialled" | "callAnswered"), "dial ended")
                    );
                    assert!(follows, "{before:?} then {step}");
                    if step != "callEnded" {
                        self.open.insert(key, step);
                    }
                }
            }
        }
    }

    /// What was told is what is.
    fn check(&self, center: &Center) {
        for agent in &center.agents {
            for row in agent.rows() {
                let queue = row["queue_id"].as_str().unwrap().to_owned();
                let told = self.rows.get(&(agent.channel(), queue));
                if row["state"] != "LOGOUT" {
                    assert_eq!(told, Some(&row));
                }
            }
        }
        for ((channel, queue), row) in &self.rows {
            let agent = center
                .agents
                .iter()
                .find(|a| a.channel() == *channel)
                .unwrap();
            assert_eq!(agent.sign_in(queue).is_none(), row["state"] == "LOGOUT");
        }
        for row in center.queues(center.clock).as_array().unwrap() {
            let told = self.waiting.get(row["queue"].as_str().unwrap());
            assert_eq!(told.copied().unwrap_or(0), row["waiting"]);
        }
    }
}

fn check(center: &Center) {
    for (index, agent) in center.agents.iter().enumerate() {
        assert!(!agent.sign_ins.is_empty() || agent.activity == Activity::Idle);
        if let Some(id) = agent.activity.call() {
            assert_eq!(
                center.calls.get(&id).and_then(|call| call.agent),
                Some(index)
            );
        }
    }
    for (id, call) in &center.calls {
        let activity = call.agent.map(|index| center.agents[index].activity);
        let expected = match (call.phase, &call.origin) {
            (Phase::Waiting, Origin::Inbound { .. }) => None,
            (Phase::AgentRinging, Origin::Inbound { .. }) => Some(Activity::Ringing(*id)),
            (Phase::Talking, _) => Some(Activity::Talking(*id)),
            (Phase::Waiting, Origin::Outbound { .. }) => panic!("a dialled call waits"),
            (_, Origin::Outbound { .. }) => Some(Activity::Dialing(*id)),
            (phase, Origin::Inbound { .. }) => panic!("a caller in {phase:?}"),
        };
        assert_eq!(activity, expected);
    }
    for queue in center.calls.values().filter_map(Call::waiting_queue) {
        let free = center
            .agents
            .iter()
            .find(|agent| agent.free_since(queue).is_some());
        assert!(
            free.is_none(),
            "{free:?} is free while a caller waits in {queue}"
        );
    }
    let wraps_up = |activity| matches!(activity, Activity::WrapUp { .. });
    let scheduled = center.arrivals
        || !center.calls.is_empty()
        || center.agents.iter().any(|agent| wraps_up(agent.activity));
    assert_eq!(center.next_due().is_some(), scheduled);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_hangs(
        config in config(),
        seed in any::<u64>(),
        speed in prop::sample::select(vec![0.5, 1.0, 20.0]),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut now = 1_000_000;
        let mut center = Center::new(config, speed, seed);
        let mut listener = Listener::default();
        for step in steps {
            match step {
                Step::Command(func, data) => {
                    let reply = center.command(now, func, &data);
                    let code = reply["code"].as_u64().unwrap();
                    prop_assert!([200, 403, 404, 409].contains(&code), "{reply}");
                    prop_assert!(reply["message"].as_str().is_some_and(|m| !m.is_empty()));
                }
                Step::Caller(queue) => {
                    center.caller(now, queue, "138").unwrap();
                }
                Step::Hangup(index) => {
                    let calls = center.calls();
                    let calls = calls.as_array().unwrap();
                    if !calls.is_empty() {
                        let call = index.get(calls)["call"].as_str().unwrap();
                        // The call may have ended in the meantime.
                        let _ = center.hangup(now, call);
                    }
                }
                Step::Tick(ms) => {
                    now += ms;
                    center.tick(now);
                    prop_assert!(center.next_due().is_none_or(|due| due > now));
                }
                Step::Arrivals(on) => center.set_arrivals(on),
                Step::Reset => center.reset(now),
            }
            listener.hear(&mut center);
            check(&center);
            listener.check(&center);
        }
        center.set_arrivals(false);
        while let Some(due) = center.next_due() {
            prop_assert!(due < now + 1_000_000, "a call hangs: {}", center.calls());
            center.tick(due);
            listener.hear(&mut center);
            check(&center);
        }
        listener.check(&center);
        prop_assert_eq!(center.calls(), json!([]));
        prop_assert!(center.agents.iter().all(|agent| agent.activity == Activity::Idle));
        prop_assert!(listener.open.is_empty(), "not ended: {:?}", listener.open);
    }
}

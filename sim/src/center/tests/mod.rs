//! What the tests of the call centre share: a small centre and its events in one line each.

mod agents;
mod calls;
mod configuration;
mod property;
mod time;

use serde_json::{Value, json};

use super::config::CenterConfig;
use super::state::{Center, CenterEvent};

const START: u64 = 1_000_000;

/// Durations of which each sum is recognisable, and no chance in them.
fn config() -> CenterConfig {
    serde_json::from_value(json!({
        "agents": [
            {"id": "1007", "extn": "1007"},
            {"id": "1008", "extn": "1008"},
            {"id": "1009", "extn": "2009", "queues": ["q1"], "name": "Ann"},
            {"id": "1007", "extn": "3007", "group": "sales", "queues": ["q1"]},
        ],
        "queues": [{"id": "test", "name": "Test"}, {"id": "q1", "name": "Sales"}],
        "times": {
            "arrival": 7_000, "patience": 60_000, "ring": 20_000, "agent_answer": 3_000,
            "connect": 500, "dest_ring": 5_000, "talk": [10_000, 10_000], "wrap_up": 4_000,
        },
    }))
    .unwrap()
}

fn quiet(config: CenterConfig) -> Center {
    let mut center = Center::new(config, 1.0, 7);
    center.set_arrivals(false);
    center.tick(START);
    center
}

fn ok(center: &mut Center, now: u64, func: &str, data: Value) -> Value {
    let reply = center.command(START + now, func, &data);
    assert_eq!(reply["code"], 200, "{func} {data}: {reply}");
    reply
}

fn at(queue: &str, agent: &str) -> Value {
    json!({"queue": queue, "agent": agent})
}

fn login(queue: &str, agent: &str, extn: &str) -> Value {
    json!({"queue": queue, "agent": agent, "extn": extn})
}

fn ready(center: &mut Center, now: u64, queue: &str, agent: &str) {
    ok(center, now, "ccLogin", login(queue, agent, agent));
    ok(center, now, "ccGoReady", at(queue, agent));
}

/// What dials, for agent 1007.
fn dial_to(number: &str) -> Value {
    json!({"agent": "1007", "extn": "1007", "cidNumber": "88", "destNumber": number})
}

/// An event in one line: the agent or group, the kind, and what is said beside the call.
fn line(event: &CenterEvent) -> String {
    let d = |name: &str| match &event.data[name] {
        Value::String(text) => text.clone(),
        Value::Null => "-".into(),
        other => other.to_string(),
    };
    let channel = event.channel.strip_prefix("vcc.").unwrap();
    let kind = event.event_type;
    let said = match kind {
        "agentState" => {
            let since = event.data["since"].as_u64().unwrap() - START;
            let call = if d("agent_uuid").is_empty() {
                ""
            } else {
                "+call"
            };
            let state = d("state");
            format!(
                "{} {state}({})/{}{call} {since}",
                d("queue_id"),
                d("reason"),
                d("callstate")
            )
        }
        "dialProgress" => format!("{} {} {}", d("destNumber"), d("step"), d("cause")),
        "queueState" => format!("{} {} {}", d("queue"), d("waiting"), d("longestWaitMs")),
        "callEnded" => format!(
            "{} {} {} {}",
            d("direction"),
            d("caller"),
            d("durationMs"),
            d("cause")
        ),
        _ => format!("{} {}", d("direction"), d("caller")),
    };
    format!("{channel} {kind} {said}")
}

fn lines(center: &mut Center) -> Vec<String> {
    center.take_events().iter().map(line).collect()
}

#[track_caller]
fn expect(center: &mut Center, expected: &[&str]) {
    assert_eq!(lines(center), expected);
}

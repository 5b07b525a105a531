//! Whole stories with their exact events.

use serde_json::{Value, json};

use super::{Center, CenterConfig, CenterEvent};

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

#[test]
fn a_whole_shift() {
    let mut c = quiet(config());
    assert_eq!(c.next_due(), None);
    ok(&mut c, 0, "ccLogin", login("test", "1007", "1007"));
    expect(&mut c, &["default.1007 agentState test LOGIN()/IDLE 0"]);
    let reply = ok(&mut c, 1_000, "ccGoReady", at("test", "1007"));
    let row = json!({
        "agent_id": "1007", "extn": "1007", "group_id": "default", "queue_id": "test",
        "state": "READY", "callstate": "IDLE", "reason": "", "agent_uuid": "",
        "since": START + 1_000,
    });
    assert_eq!(reply, json!({"code": 200, "message": "OK", "data": row}));
    expect(&mut c, &["default.1007 agentState test READY()/IDLE 1000"]);

    let call = c.caller(START + 2_000, "test", "13800000000").unwrap();
    expect(
        &mut c,
        &[
            "default queueState test 1 0",
            "default queueState test 0 0",
            "default.1007 callOffered inbound 13800000000",
            "default.1007 agentState test READY()/RINGING+call 2000",
        ],
    );
    assert_eq!(c.agents()[0]["agent_uuid"], call);
    assert_eq!(c.next_due(), Some(START + 5_000));
    c.tick(START + 4_999);
    expect(&mut c, &[]);
    c.tick(START + 5_000);
    expect(
        &mut c,
        &[
            "default.1007 callAnswered inbound 13800000000",
            "default.1007 agentState test READY()/TALKING+call 5000",
        ],
    );
    c.tick(START + 60_000);
    expect(
        &mut c,
        &[
            "default.1007 callEnded inbound 13800000000 10000 NORMAL_CLEARING",
            "default.1007 agentState test READY()/WRAPUP 15000",
            "default.1007 agentState test READY()/IDLE 19000",
        ],
    );
    assert_eq!((c.next_due(), c.calls()), (None, json!([])));

    ok(
        &mut c,
        70_000,
        "ccGoBreak",
        json!({"queue": "test", "agent": "1007", "reason": "lunch"}),
    );
    expect(
        &mut c,
        &["default.1007 agentState test UNREADY(lunch)/IDLE 70000"],
    );
    let reply = ok(&mut c, 80_000, "ccDial", dial_to("13900000001"));
    assert_eq!(reply["data"], json!({"call": c.calls()[0]["call"]}));
    c.tick(START + 200_000);
    expect(
        &mut c,
        &[
            "default.1007 dialProgress 13900000001 agentRinging -",
            "default.1007 agentState test UNREADY(lunch)/DIALING+call 80000",
            "default.1007 dialProgress 13900000001 agentAnswered -",
            "default.1007 dialProgress 13900000001 destRinging -",
            "default.1007 dialProgress 13900000001 talking -",
            "default.1007 callAnswered outbound 88",
            "default.1007 agentState test UNREADY(lunch)/TALKING+call 88500",
            "default.1007 dialProgress 13900000001 ended NORMAL_CLEARING",
            "default.1007 callEnded outbound 88 10000 NORMAL_CLEARING",
            "default.1007 agentState test UNREADY(lunch)/WRAPUP 98500",
            "default.1007 agentState test UNREADY(lunch)/IDLE 102500",
        ],
    );
    ok(&mut c, 210_000, "ccLogout", at("test", "1007"));
    expect(
        &mut c,
        &["default.1007 agentState test LOGOUT()/IDLE 210000"],
    );
    assert_eq!(c.agents()[0]["state"], "LOGOUT");
}

#[test]
fn events_say_all_of_a_call() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.take_events();
    let call = c.caller(START, "test", "138").unwrap();
    c.tick(START + 20_000);
    let ended = c
        .take_events()
        .into_iter()
        .find(|e| e.event_type == "callEnded");
    let data = json!({
        "call": call, "queue": "test", "caller": "138", "agent": "1007",
        "direction": "inbound", "durationMs": 10_000, "cause": "NORMAL_CLEARING",
    });
    assert_eq!(ended.unwrap().data, data);

    let reply = ok(&mut c, 30_000, "ccDial", dial_to("139"));
    let progress = c.take_events().into_iter().next().unwrap();
    let data = json!({
        "call": reply["data"]["call"], "agent": "1007", "extn": "1007", "cidNumber": "88",
        "destNumber": "139", "step": "agentRinging",
    });
    assert_eq!(
        (progress.channel.as_str(), progress.data),
        ("vcc.default.1007", data)
    );
    let rows = json!([{
        "call": reply["data"]["call"], "queue": "", "caller": "88", "agent": "1007",
        "direction": "outbound", "state": "agentRinging", "since": START + 30_000,
        "destNumber": "139", "earlyMedia": false,
    }]);
    assert_eq!(c.calls(), rows);
}

#[test]
fn the_longest_idle_agent_gets_the_longest_waiting_caller() {
    let mut c = quiet(config());
    c.caller(START, "test", "1").unwrap();
    c.caller(START + 1_000, "q1", "2").unwrap();
    c.caller(START + 2_000, "test", "3").unwrap();
    assert_eq!(
        c.queues(START + 5_000),
        json!([
            {"queue": "test", "waiting": 2, "longestWaitMs": 5_000, "answered": 0, "abandoned": 0, "name": "Test"},
            {"queue": "q1", "waiting": 1, "longestWaitMs": 4_000, "answered": 0, "abandoned": 0, "name": "Sales"},
        ])
    );
    c.take_events();
    // 1007 is in both queues: the caller in `test` came first.
    ok(&mut c, 5_000, "ccLogin", login("q1", "1007", "1007"));
    ready(&mut c, 5_000, "test", "1007");
    ok(&mut c, 5_000, "ccGoReady", at("q1", "1007"));
    assert_eq!(c.agents()[0]["agent_uuid"], c.calls()[0]["call"]);
    c.take_events();
    c.tick(START + 22_000);
    expect(
        &mut c,
        &[
            "default.1007 callAnswered inbound 1",
            "default.1007 agentState q1 READY()/TALKING+call 8000",
            "default.1007 agentState test READY()/TALKING+call 8000",
            "default.1007 callEnded inbound 1 10000 NORMAL_CLEARING",
            "default.1007 agentState q1 READY()/WRAPUP 18000",
            "default.1007 agentState test READY()/WRAPUP 18000",
            "default.1007 agentState q1 READY()/IDLE 22000",
            "default.1007 agentState test READY()/IDLE 22000",
            // Queue q1 concerns group sales too, which has an agent for it.
            "default queueState q1 0 0",
            "sales queueState q1 0 0",
            "default.1007 callOffered inbound 2",
            "default.1007 agentState q1 READY()/RINGING+call 22000",
            "default.1007 agentState test READY()/RINGING+call 22000",
        ],
    );
    // 1008 has been idle for longer than 1007 when both are.
    ready(&mut c, 24_000, "test", "1008");
    c.tick(START + 58_000);
    c.take_events();
    c.caller(START + 58_000, "test", "4").unwrap();
    let offered = c
        .take_events()
        .into_iter()
        .find(|e| e.event_type == "callOffered");
    assert_eq!(offered.unwrap().data["agent"], "1007");
    c.caller(START + 58_000, "test", "5").unwrap();
    let offered = c
        .take_events()
        .into_iter()
        .find(|e| e.event_type == "callOffered");
    assert_eq!(offered.unwrap().data["agent"], "1008");
}

#[test]
fn a_caller_loses_patience() {
    let mut c = quiet(config());
    c.caller(START, "test", "1").unwrap();
    c.take_events();
    c.tick(START + 59_999);
    expect(&mut c, &[]);
    c.tick(START + 60_000);
    expect(&mut c, &["default queueState test 0 0"]);
    assert_eq!(c.calls(), json!([]));
}

#[test]
fn a_caller_whom_an_agent_does_not_answer_is_first_again() {
    let mut config = config();
    config.times.agent_answer = 21_000;
    let mut c = quiet(config);
    ready(&mut c, 0, "test", "1007");
    c.caller(START, "test", "1").unwrap();
    c.caller(START, "test", "2").unwrap();
    c.take_events();
    c.tick(START + 20_000);
    expect(
        &mut c,
        &[
            "default.1007 callEnded inbound 1 0 NO_ANSWER",
            "default.1007 agentState test UNREADY(no answer)/IDLE 20000",
            "default queueState test 2 20000",
        ],
    );
    ready(&mut c, 20_000, "test", "1008");
    let offered = c
        .take_events()
        .into_iter()
        .find(|e| e.event_type == "callOffered");
    assert_eq!(offered.unwrap().data["caller"], "1");
    // Dialing fails likewise, without making the agent unready.
    ok(&mut c, 21_000, "ccDial", dial_to("139"));
    c.tick(START + 41_000);
    let ended = lines(&mut c);
    assert!(
        ended.contains(&"default.1007 dialProgress 139 ended NO_ANSWER".into()),
        "{ended:?}"
    );
}

#[test]
fn a_break_during_a_call_begins_after_it_unless_taken_back() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.caller(START, "test", "1").unwrap();
    c.take_events();
    let lunch = json!({"queue": "test", "agent": "1007", "reason": "lunch"});
    let reply = ok(&mut c, 1_000, "ccGoBreak", lunch.clone());
    assert_eq!(reply["message"], "OK, the break begins when the call ends");
    assert_eq!(reply["data"]["state"], "READY");
    expect(&mut c, &[]);
    c.tick(START + 20_000);
    assert_eq!(
        lines(&mut c)[2..],
        [
            "default.1007 callEnded inbound 1 10000 NORMAL_CLEARING",
            "default.1007 agentState test UNREADY(lunch)/WRAPUP 13000",
            "default.1007 agentState test UNREADY(lunch)/IDLE 17000",
        ]
    );
    ok(&mut c, 20_000, "ccGoReady", at("test", "1007"));
    let call = c.caller(START + 20_000, "test", "2").unwrap();
    ok(&mut c, 21_000, "ccGoBreak", lunch);
    ok(&mut c, 22_000, "ccGoReady", at("test", "1007"));
    c.hangup(START + 22_000, &call).unwrap();
    assert_eq!(c.agents()[0]["state"], "READY");
}

#[test]
fn going_ready_ends_the_wrap_up() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.caller(START, "test", "1").unwrap();
    c.tick(START + 14_000);
    assert_eq!(c.agents()[0]["callstate"], "WRAPUP");
    ok(&mut c, 14_000, "ccGoReady", at("test", "1007"));
    assert_eq!(c.agents()[0]["callstate"], "IDLE");
    assert_eq!(c.next_due(), None);
}

#[test]
fn hanging_up_in_each_phase() {
    let mut c = quiet(config());
    let waiting = c.caller(START, "test", "1").unwrap();
    c.hangup(START, &waiting).unwrap();
    let error = c.hangup(START, &waiting).unwrap_err();
    assert_eq!(
        error,
        format!("call {waiting} not found; it may have ended already")
    );
    ready(&mut c, 0, "test", "1007");
    c.take_events();
    let ringing = c.caller(START + 1_000, "test", "2").unwrap();
    c.hangup(START + 2_000, &ringing).unwrap();
    assert_eq!(
        lines(&mut c)[4..],
        [
            "default.1007 callEnded inbound 2 0 ORIGINATOR_CANCEL",
            "default.1007 agentState test READY()/IDLE 2000",
        ]
    );
    let talking = c.caller(START + 3_000, "test", "3").unwrap();
    c.hangup(START + 8_000, &talking).unwrap();
    assert_eq!(
        lines(&mut c)[6..],
        [
            "default.1007 callEnded inbound 3 2000 NORMAL_CLEARING",
            "default.1007 agentState test READY()/WRAPUP 8000",
        ]
    );
    let reply = ok(&mut c, 20_000, "ccDial", dial_to("139"));
    c.hangup(START + 24_000, reply["data"]["call"].as_str().unwrap())
        .unwrap();
    assert_eq!(
        lines(&mut c)[5..],
        [
            "default.1007 dialProgress 139 ended ORIGINATOR_CANCEL",
            "default.1007 callEnded outbound 88 0 ORIGINATOR_CANCEL",
            "default.1007 agentState test READY()/IDLE 24000",
        ]
    );
}

#[test]
fn numbers_that_fail() {
    for (number, last_step, cause, lasts) in [
        ("13900000000", "agentAnswered", "USER_BUSY", 3_500),
        ("13900000404", "agentAnswered", "UNALLOCATED_NUMBER", 3_500),
        ("13900000408", "destRinging", "NO_ANSWER", 23_500),
    ] {
        let mut c = quiet(config());
        ready(&mut c, 0, "test", "1007");
        ok(&mut c, 0, "ccDial", dial_to(number));
        c.tick(START + lasts - 1);
        let before = lines(&mut c);
        assert_eq!(
            *before.last().unwrap(),
            format!("default.1007 dialProgress {number} {last_step} -")
        );
        c.tick(START + lasts);
        assert_eq!(
            lines(&mut c),
            [
                format!("default.1007 dialProgress {number} ended {cause}"),
                format!("default.1007 callEnded outbound 88 0 {cause}"),
                format!("default.1007 agentState test READY()/IDLE {lasts}"),
            ]
        );
    }
}

#[test]
fn the_queues_count_what_became_of_their_callers() {
    let mut c = quiet(config());
    let counts = |c: &Center| {
        let queue = c.queues(c.clock)[0].clone();
        (queue["answered"].as_u64(), queue["abandoned"].as_u64())
    };
    c.caller(START, "test", "1").unwrap();
    c.tick(START + 60_000);
    assert_eq!(counts(&c), (Some(0), Some(1)));
    ready(&mut c, 60_000, "test", "1007");
    let call = c.caller(START + 61_000, "test", "2").unwrap();
    c.tick(START + 65_000);
    assert_eq!(counts(&c), (Some(1), Some(1)));
    c.hangup(START + 66_000, &call).unwrap();
    ok(&mut c, 80_000, "ccDial", dial_to("139"));
    c.tick(START + 200_000);
    assert_eq!(counts(&c), (Some(1), Some(1)));
    c.reset(START + 200_000);
    assert_eq!(counts(&c), (Some(0), Some(0)));
}

#[test]
fn an_agent_who_dials_gets_no_caller_meanwhile() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    ok(&mut c, 0, "ccDial", dial_to("139"));
    c.caller(START, "test", "1").unwrap();
    assert_eq!(c.calls()[1]["state"], "waiting");
    c.tick(START + 22_500);
    assert_eq!(c.calls()[0]["state"], "agentRinging");
}

#[test]
fn a_sign_in_can_be_repeated_and_loses_nothing() {
    let mut c = quiet(config());
    ready(&mut c, 0, "test", "1007");
    c.take_events();
    let reply = c.command(
        START + 5_000,
        "ccLogin",
        &login("test", "default.1007", "1007"),
    );
    assert_eq!(
        (&reply["code"], &reply["data"]["state"]),
        (&json!(200), &json!("READY"))
    );
    assert_eq!(reply["data"]["since"], START);
    expect(&mut c, &[]);
}

#[test]
fn groups_and_names() {
    let mut c = quiet(config());
    let reply = ok(&mut c, 0, "ccLogin", login("q1", "sales.1007", "3007"));
    assert_eq!(reply["data"]["group_id"], "sales");
    expect(&mut c, &["sales.1007 agentState q1 LOGIN()/IDLE 0"]);
    assert_eq!(c.agents()[0]["state"], "LOGOUT");
    assert_eq!(c.agents()[2]["name"], "Ann");
}

#[test]
fn refusals() {
    let mut c = quiet(config());
    let mut refused = |func: &str, data: Value, code: u64, message: &str| {
        let reply = c.command(START, func, &data);
        assert_eq!(
            reply,
            json!({"code": code, "message": message}),
            "{func} {data}"
        );
    };
    refused(
        "ccFly",
        json!({}),
        404,
        "function \"ccFly\" not found; there are ccLogin, ccLogout, ccGoReady, ccGoBreak and ccDial",
    );
    refused(
        "ccLogin",
        json!([1]),
        400,
        "data must be an object, not an array",
    );
    refused("ccLogin", json!({"queue": "test"}), 400, "agent is missing");
    refused(
        "ccLogin",
        json!({"queue": "test", "agent": 1007, "extn": "1007"}),
        400,
        "agent must be a string, not a number",
    );
    refused(
        "ccLogin",
        login("", "1007", "1007"),
        400,
        "queue must not be empty",
    );
    refused(
        "ccLogin",
        login("test", "1999", "1007"),
        404,
        "agent 1999 not found",
    );
    refused(
        "ccLogin",
        login("q9", "1007", "1007"),
        404,
        "queue q9 not found; there are test, q1",
    );
    refused(
        "ccLogin",
        login("test", "1009", "2009"),
        403,
        "agent 1009 does not belong to queue test; its queues: q1",
    );
    refused(
        "ccLogin",
        login("test", "1007", "1008"),
        403,
        "extension 1008 belongs to another agent; agent 1007's extension is 1007",
    );
    refused(
        "ccLogin",
        login("test", "1007", "5555"),
        403,
        "extension 5555 does not exist; agent 1007's extension is 1007",
    );
    for func in ["ccLogout", "ccGoReady", "ccGoBreak"] {
        refused(
            func,
            at("test", "1007"),
            409,
            "agent 1007 is not signed in; sign in to queue test first",
        );
    }
    refused(
        "ccGoBreak",
        json!({"queue": "test", "agent": "1007", "reason": null}),
        400,
        "reason must be a string, not null",
    );
    refused(
        "ccDial",
        dial_to("139"),
        409,
        "agent 1007 is not signed in; sign in to a queue before dialing",
    );
    refused(
        "ccDial",
        json!({"agent": "1007", "extn": "1007", "cidNumber": "88"}),
        400,
        "destNumber is missing",
    );
    let mut early = dial_to("139");
    early["earlyMedia"] = json!("false");
    refused(
        "ccDial",
        early,
        400,
        "earlyMedia must be true or false, not a string",
    );
    assert_eq!(c.take_events(), []);

    ok(&mut c, 0, "ccLogin", login("test", "1007", "1007"));
    ok(&mut c, 0, "ccDial", dial_to("139"));
    let mut refused = |func: &str, data: Value, message: &str| {
        let reply = c.command(START, func, &data);
        assert_eq!(
            reply,
            json!({"code": 409, "message": message}),
            "{func} {data}"
        );
    };
    refused(
        "ccGoReady",
        at("q1", "1007"),
        "agent 1007 is not signed in to queue q1, but to test",
    );
    refused(
        "ccDial",
        dial_to("139"),
        "agent 1007 is already on a call; dial again after it has ended",
    );
    refused(
        "ccLogout",
        at("test", "1007"),
        "agent 1007 is on a call; hang up before signing out of test",
    );

    assert_eq!(
        c.caller(START, "q9", "1").unwrap_err(),
        "queue q9 not found; there are test, q1"
    );
    assert!(c.caller(START, "test", "").is_err());
}

#[test]
fn random_callers_come_reproducibly_and_to_served_queues() {
    let run = |speed: f64, seconds: u64| {
        let mut c = Center::new(config(), speed, 42);
        assert_eq!(c.next_due(), Some(0));
        c.tick(START);
        c.command(START, "ccLogin", &login("test", "1007", "1007"));
        c.take_events();
        c.tick(START + seconds * 1_000);
        c.take_events()
    };
    let events = run(1.0, 700);
    assert_eq!(events, run(1.0, 700));
    let joined = |events: &[CenterEvent]| {
        let waiting = |e: &CenterEvent| e.data["waiting"].as_u64();
        assert!(events.iter().all(|e| e.data["queue"] == "test"));
        events
            .iter()
            .map(waiting)
            .scan(Some(0), |last, now| {
                Some(usize::from(now > std::mem::replace(last, now)))
            })
            .sum::<usize>()
    };
    // A hundred are expected at a mean of 7 s.
    assert!((70..130).contains(&joined(&events)), "{}", joined(&events));
    assert!((70..130).contains(&joined(&run(20.0, 35))));

    let mut c = quiet(config());
    c.tick(START + 1_000_000);
    assert_eq!((c.next_due(), c.take_events()), (None, vec![]));
    c.set_arrivals(true);
    // Nobody who would have come meanwhile comes now.
    c.tick(START + 9_000_000);
    assert_eq!(c.take_events(), []);
    assert!(c.next_due() > Some(START + 9_000_000));
}

#[test]
fn one_tick_or_many_makes_no_difference() {
    let run = |step: u64| {
        let mut c = Center::new(config(), 3.0, 5);
        c.tick(START);
        ready(&mut c, 0, "test", "1007");
        ready(&mut c, 0, "q1", "1008");
        for now in (step..=600_000).step_by(step as usize) {
            c.tick(START + now);
        }
        c.take_events()
    };
    let once = run(600_000);
    assert!(once.len() > 200);
    assert_eq!(once, run(100));
}

#[test]
fn a_clock_that_goes_back_does_no_harm() {
    let mut c = quiet(config());
    ready(&mut c, 5_000, "test", "1007");
    let reply = c.command(START - 500_000, "ccGoBreak", &at("test", "1007"));
    assert_eq!(reply["data"]["since"], START + 5_000);
    c.caller(START - 1, "test", "1").unwrap();
    assert_eq!(c.queues(START - 500_000)[0]["longestWaitMs"], 0);
}

#[test]
fn a_reset_ends_all_and_begins_anew() {
    let mut c = quiet(config());
    let fresh = c.agents();
    ready(&mut c, 0, "test", "1007");
    let first = c.caller(START, "test", "1").unwrap();
    c.caller(START, "test", "2").unwrap();
    c.take_events();
    c.reset(START);
    expect(
        &mut c,
        &[
            "default.1007 callEnded inbound 1 0 SYSTEM_SHUTDOWN",
            "default.1007 agentState test READY()/IDLE 0",
            "default queueState test 0 0",
            "default.1007 agentState test LOGOUT()/IDLE 0",
        ],
    );
    assert_eq!(
        (c.agents(), c.calls(), c.next_due()),
        (fresh, json!([]), None)
    );
    assert_eq!(c.caller(START, "test", "1").unwrap(), first);
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    assert_eq!(config().check(), Ok(()));
    for (change, message) in [
        (
            json!({"agents": [{"id": "a.b", "extn": "1"}]}),
            "an agent's id must be neither empty nor contain a dot: \"a.b\"",
        ),
        (
            json!({"agents": [{"id": "1", "extn": "1"}, {"id": "1", "extn": "2"}]}),
            "agent 1 of group default is configured twice",
        ),
        (
            json!({"agents": [{"id": "1", "extn": ""}]}),
            "agent 1 needs an extn",
        ),
        (
            json!({"agents": [{"id": "1", "extn": "1", "queues": ["x"]}]}),
            "agent 1 names queue x, which is not configured",
        ),
        (
            json!({"queues": [{"id": "", "name": ""}]}),
            "a queue's id must not be empty",
        ),
        (
            json!({"queues": [{"id": "q", "name": ""}, {"id": "q", "name": ""}]}),
            "queue q is configured twice",
        ),
        (
            json!({"times": {"talk": [2, 1]}}),
            "times.talk must be [shortest, longest]",
        ),
    ] {
        let config: CenterConfig = serde_json::from_value(change).unwrap();
        assert_eq!(config.check(), Err(message.into()));
    }
}

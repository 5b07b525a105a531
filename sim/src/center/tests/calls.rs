//! Whole stories of calls with their exact events.

use serde_json::json;

use super::*;

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

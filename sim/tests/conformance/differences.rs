//! Sequences on which the simulator once differed from a real mod_verto. `real` is what that
//! answered; the simulator must answer the same, and nothing besides.
//!
//! The differences that are still there are listed in the simulator's README.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tungstenite::Message;

use crate::common::{Client, End, Sim};
use crate::{conformance, remove, request_id};

macro_rules! differences {
    ($($name:ident = $file:literal)*) => {
        $(
            #[test]
            fn $name() {
                replay($file);
            }
        )*

        #[test]
        fn every_file_is_replayed() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance/differences");
            let entries = fs::read_dir(folder).unwrap();
            let mut found: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            assert_eq!(found, [$(format!("{}.json", $file)),*]);
        }
    };
}

differences! {
    client_ready_comes_after_silence = "01-clientReady-order"
    events_come_after_silence = "02-events-wait-for-50ms-silence"
    an_event_comes_after_its_subscription_ended = "03-unsubscribe-then-late-event"
    every_close_is_answered_with_1000 = "04-close-code"
    depth = "09-depth-64"
    info_without_message = "11-info-without-msg"
    info_without_params = "12-info-without-params"
    domains_in_any_case = "14-login-domain-case"
    echo_of_false = "16-echoParams-false"
    echo_of_a_broadcast = "18-echoParams-broadcast"
    commands_in_any_case = "20-jsapi-command-case"
    an_empty_frame = "21-empty-frame"
    a_byte_order_mark = "22-bom"
    a_string_ends_at_0 = "28-escape-u0000"
    a_long_sessid = "30-sessid-longer-than-256"
    a_second_login_keeps_permissions = "32-relogin-keeps-permissions"
    a_batch_on_a_session_in_use = "33-session-in-use-batch"
    the_length_of_speed_frames = "34-speed-frame-length"
    a_speed_test_without_a_space = "36-speed-no-space"
    a_speed_test_of_junk = "37-speed-junk-size"
    a_speed_test_that_a_request_ends = "39-speed-ended-by-json"
    events_during_a_speed_test = "41-events-during-speed-test"
}

fn replay(file: &str) {
    let sequence: Value =
        serde_json::from_str(&conformance(&format!("differences/{file}.json"))).unwrap();
    let sim = Sim::start(&conformance("users.toml"), &[]);
    let mut clients: BTreeMap<String, Client> = BTreeMap::new();
    for (number, step) in sequence["steps"].as_array().unwrap().iter().enumerate() {
        let name = step["s"].as_str().unwrap();
        let client = clients
            .entry(name.to_owned())
            .or_insert_with(|| sim.connect());
        act(client, step);
        for (name, frames) in step["real"].as_object().unwrap() {
            let client = clients.get_mut(name).unwrap();
            for real in frames.as_array().unwrap() {
                let frame = match client.next() {
                    Ok(frame) => normal(&frame),
                    Err(End::Closed(code, reason)) => format!("CLOSE {code} {reason}"),
                    Err(End::Cut) => "CLOSE 1006 ".to_owned(),
                };
                assert_eq!(
                    frame,
                    real.as_str().unwrap(),
                    "{file}, step {number}, {name}"
                );
                if frame.starts_with("CLOSE") {
                    clients.remove(name);
                    break;
                }
            }
        }
    }
    for (name, mut client) in clients {
        let more = client.drain(&sim);
        assert!(more.is_empty(), "{file}, {name}: {more:?}");
    }
}

fn act(client: &mut Client, step: &Value) {
    let text = |text: &Value| expand(text.as_str().unwrap());
    match step["op"].as_str().unwrap() {
        "send" => client.send(&text(&step["text"])),
        "multi" => {
            // All of them are written at once, so that the server finds them together.
            for one in step["texts"].as_array().unwrap() {
                client.socket.write(Message::from(text(one))).unwrap();
            }
            client.socket.flush().unwrap();
        }
        "close" => client.socket.close(None).unwrap(),
        other => panic!("{other}"),
    }
}

/// Writes `{{x*63}}` out as 63 times `x`.
fn expand(text: &str) -> String {
    let mut parts = text.split("{{");
    let mut expanded = parts.next().unwrap().to_owned();
    for part in parts {
        let (repeated, rest) = part.split_once("}}").unwrap();
        let (piece, times) = repeated.split_once('*').unwrap();
        expanded += &piece.repeat(times.parse().unwrap());
        expanded += rest;
    }
    expanded
}

/// A frame as the files have it: without the numbers that differ each time.
fn normal(frame: &str) -> String {
    match frame.get(..4) {
        Some(kind @ ("#SPU" | "#SPD")) => format!("{kind} n"),
        Some("#SPB") => format!("#SPB len={}", frame.len()),
        _ if frame.contains("\"systemStatus\"") => {
            let mut json: Value = serde_json::from_str(frame).unwrap();
            // The files leave out the figures of a machine.
            remove(&mut json, "/result/uptime");
            remove(&mut json, "/result/sessions");
            json.to_string()
        }
        _ => match request_id(frame) {
            Some(id) => frame.replacen(&format!("\"id\":{id},"), "\"id\":0,", 1),
            None => frame.to_owned(),
        },
    }
}

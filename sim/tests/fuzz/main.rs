//! Random HTTP requests and frames, faults included: whatever comes, the simulator goes on.
//!
//! `cargo test` runs a short part; `cargo xtask fuzz-sim` runs it for longer. `FUZZ_SEED`,
//! `FUZZ_STEPS` and `FUZZ_SECONDS` choose the seed, and how much at most and how long at most.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
mod common;
mod input;

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use common::Sim;
use input::{Random, chance};
use serde_json::json;

/// How many steps lie between two looks at whether the simulator works.
const LOOK: u64 = 50;
/// How many clients are open at a time.
const CLIENTS: usize = 12;
/// How long one HTTP answer may take.
const SLOWEST: Duration = Duration::from_secs(60);
/// How much memory the simulator may take, in MB.
const MOST_MEMORY: u64 = 1_000;
const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What was done and seen.
#[derive(Default)]
struct Figures {
    steps: u64,
    looks: u64,
    clients: u64,
    frames: u64,
    statuses: BTreeMap<u16, u64>,
    unanswered: u64,
    slowest: (Duration, String),
}

fn number(name: &str, otherwise: u64) -> u64 {
    let given = env::var(name).ok();
    given.map_or(otherwise, |text| text.parse().unwrap())
}

/// Sends one request and reads its answer.
fn request(sim: &Sim, random: &mut Random, figures: &mut Figures) {
    let request = input::http(random);
    let began = Instant::now();
    let mut stream = TcpStream::connect(sim.address()).unwrap();
    stream.set_read_timeout(Some(SLOWEST)).unwrap();
    let _ = stream.write_all(&request);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let took = began.elapsed();
    assert!(
        took < SLOWEST,
        "{read:?} to {}",
        String::from_utf8_lossy(&request)
    );
    if took > figures.slowest.0 {
        let words = String::from_utf8_lossy(&request);
        figures.slowest = (took, words.chars().take(1000).collect());
    }
    let head = String::from_utf8_lossy(&answer);
    match head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
    {
        Some(status) => {
            assert_ne!(
                status,
                500,
                "{head} to {}",
                String::from_utf8_lossy(&request)
            );
            *figures.statuses.entry(status).or_default() += 1;
        }
        None => figures.unanswered += 1,
    }
}

/// Lets a client that is open write something; it may end thereby.
fn write(client: &mut TcpStream, random: &mut Random, figures: &mut Figures) -> bool {
    if chance(random, 3) {
        return false;
    }
    if chance(random, 70) {
        let _ = client.read(&mut [0; 65_536]);
    }
    figures.frames += 1;
    client.write_all(&input::written(random)).is_ok()
}

fn open(sim: &Sim, random: &mut Random, figures: &mut Figures) -> TcpStream {
    let mut client = TcpStream::connect(sim.address()).unwrap();
    client.set_nonblocking(true).unwrap();
    figures.clients += 1;
    let _ = client.write_all(HANDSHAKE.as_bytes());
    if chance(random, 80) {
        let _ = client.write_all(&input::login(random));
    }
    client
}

/// Asserts that the simulator still works: without faults an agent signs in and hears of it.
fn look(sim: &mut Sim) {
    assert!(sim.runs(), "the simulator has ended");
    sim.fault("clear", json!({}));
    assert_eq!(sim.post("/sim/load", r#"{"agents":0}"#).0, 200);
    assert_eq!(sim.post("/sim/reset", "").0, 200);
    let mut agent = sim.log_in("1010", "look");
    agent.call(
        "verto.subscribe",
        json!({"eventChannel": "vcc.default.1010"}),
    );
    let data = json!({"queue": "test", "agent": "1010", "extn": "1010"});
    assert_eq!(agent.command("ccLogin", data.clone())["code"], 200);
    assert_eq!(agent.frame()["params"]["data"]["state"], "LOGIN");
    assert_eq!(agent.command("ccLogout", data)["code"], 200);
}

/// The most memory that the simulator has taken so far, in MB, where the system tells.
fn memory(sim: &Sim) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", sim.pid())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

#[test]
fn whatever_comes_the_simulator_goes_on() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = number("FUZZ_SEED", now.as_nanos() as u64);
    let (steps, seconds) = (number("FUZZ_STEPS", 400), number("FUZZ_SECONDS", 20));
    println!("seed {seed}, at most {steps} steps and {seconds} s");
    let log = env::temp_dir().join(format!("sim-{}.log", uuid::Uuid::new_v4()));
    // A body that is shorter than announced must not hold this up for long.
    let config = "request_timeout = 1";
    let mut sim = Sim::start_with(config, &[], File::create(&log).unwrap().into());
    let mut random = Random::new(seed);
    let mut clients: Vec<TcpStream> = Vec::new();
    let mut figures = Figures::default();
    let began = Instant::now();
    while figures.steps < steps && began.elapsed() < Duration::from_secs(seconds) {
        figures.steps += 1;
        if chance(&mut random, 40) {
            request(&sim, &mut random, &mut figures);
        } else if clients.len() < CLIENTS && chance(&mut random, 20) || clients.is_empty() {
            clients.push(open(&sim, &mut random, &mut figures));
        } else {
            let index = random.between(0, clients.len() as u64 - 1) as usize;
            if !write(&mut clients[index], &mut random, &mut figures) {
                clients.swap_remove(index);
            }
        }
        if figures.steps % LOOK == 0 {
            look(&mut sim);
            figures.looks += 1;
            let taken = memory(&sim).unwrap_or(0);
            assert!(
                taken < MOST_MEMORY,
                "{taken} MB after step {}",
                figures.steps
            );
        }
    }
    look(&mut sim);
    let peak = memory(&sim);
    drop(sim);
    let told = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let panics = told.matches("panicked").count();
    println!(
        "steps {}, looks {}, clients {}, frames {}, seconds {}",
        figures.steps,
        figures.looks,
        figures.clients,
        figures.frames,
        began.elapsed().as_secs()
    );
    println!(
        "answers by status {:?}, none {}",
        figures.statuses, figures.unanswered
    );
    println!(
        "slowest answer {} ms, most memory {peak:?} MB",
        figures.slowest.0.as_millis()
    );
    if env::var_os("FUZZ_SECONDS").is_some() {
        println!("the slowest: {:?}", figures.slowest.1);
    }
    println!("panics {panics}");
    assert_eq!(panics, 0, "seed {seed}: {told}");
}

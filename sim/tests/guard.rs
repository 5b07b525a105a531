//! Who may talk to the simulator: hosts, origins, content types, and clients that are slow.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::{PATIENCE, Sim};
use serde_json::Value;

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The status of a handshake, and the words of a refusal.
fn handshake(sim: &Sim, headers: &str) -> u16 {
    let mut stream = TcpStream::connect(sim.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /ws HTTP/1.1\r\n{UPGRADE}{headers}\r\n").unwrap();
    let mut line = [0; 12];
    stream.read_exact(&mut line).unwrap();
    String::from_utf8_lossy(&line[9..]).parse().unwrap()
}

fn post(sim: &Sim, headers: &str) -> u16 {
    sim.http("POST", "/sim/fault/clear", headers, "{}").0
}

#[test]
fn only_names_of_this_machine_are_served() {
    let sim = Sim::start("", &["--allow-host", "Sim.Example"]);
    let port = sim.address().rsplit_once(':').unwrap().1.to_owned();
    for host in [
        "localhost",
        "LOCALHOST:8081",
        "localhost.",
        "demo.localhost",
        "127.0.0.1",
        "127.1.2.3",
        "[::1]:80",
        &format!("127.0.0.1:{port}"),
        "sim.example",
        "sim.example:8081",
    ] {
        let header = format!("Host: {host}\r\n");
        assert_eq!(sim.http("GET", "/sim/state", &header, "").0, 200, "{host}");
        assert_eq!(handshake(&sim, &header), 101, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evillocalhost",
        "192.168.1.1",
        "user@evil.example",
        "",
        "\u{e9}",
    ] {
        let header = format!("Host: {host}\r\n");
        for path in ["/", "/sim/frames", "/api/cc/agent_state", "/no/such"] {
            let (status, _, body) = sim.http("GET", path, &header, "");
            assert!([400, 403].contains(&status), "{host} {path}: {status}");
            assert!(!body.contains("agent_id"), "{body}");
        }
        assert!([400, 403].contains(&handshake(&sim, &header)), "{host}");
    }
    let (_, _, body) = sim.http("GET", "/", "Host: evil.example\r\n", "");
    assert!(body.contains("--allow-host"), "{body}");
    // The line of the request may name a host, too, and a request may name none.
    for request in [
        "GET http://evil.example/sim/frames HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /sim/frames HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "GET /sim/frames HTTP/1.0\r\n\r\n",
    ] {
        assert!([400, 403].contains(&sim.exchange(request).0), "{request}");
    }
}

#[test]
fn who_listens_on_every_address_is_called_by_each() {
    let sim = Sim::start("", &["--host", "0.0.0.0"]);
    for (host, status) in [
        ("192.168.7.7", 200),
        ("[fe80::1]", 200),
        ("localhost", 200),
        ("evil.example", 403),
    ] {
        let header = format!("Host: {host}\r\n");
        assert_eq!(
            sim.http("GET", "/sim/state", &header, "").0,
            status,
            "{host}"
        );
    }
    let own = "Host: 192.168.7.7:81\r\nOrigin: http://192.168.7.7:81\r\n";
    assert_eq!(post(&sim, own), 200);
    let other = "Host: 192.168.7.7:81\r\nOrigin: http://192.168.7.8\r\n";
    assert_eq!(post(&sim, other), 403);
}

#[test]
fn pages_of_other_machines_change_nothing_and_open_no_socket() {
    let sim = Sim::start("", &["--allow-origin", "https://App.example:8443"]);
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "https://127.0.0.1:9",
        "http://[::1]:5173",
        "http://app.localhost",
        "https://app.example:8443",
    ] {
        let header = format!("Origin: {origin}\r\n");
        assert_eq!(post(&sim, &header), 200, "{origin}");
        let header = format!("Host: localhost\r\n{header}");
        assert_eq!(handshake(&sim, &header), 101, "{origin}");
    }
    for origin in [
        "http://evil.example",
        "https://app.example",
        "http://app.example:8443",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "null",
        "file://",
        "chrome-extension://abc",
        "ftp://localhost",
        "",
    ] {
        let header = format!("Origin: {origin}\r\n");
        let (status, _, body) = sim.http("POST", "/sim/fault/refuse", &header, "{}");
        assert_eq!(status, 403, "{origin}");
        assert!(body.contains("--allow-origin"), "{body}");
        assert_eq!(sim.http("DELETE", "/sim/frames", &header, "").0, 403);
        let header = format!("Host: localhost\r\n{header}");
        assert_eq!(handshake(&sim, &header), 403, "{origin}");
    }
    // No fault came through, and whoever names no origin is a tool.
    assert_eq!(sim.get("/sim/state")["faults"], Value::Array(vec![]));
    assert_eq!(post(&sim, ""), 200);
    assert_eq!(handshake(&sim, "Host: localhost\r\n"), 101);
}

#[test]
fn a_body_must_be_declared_as_json() {
    let sim = Sim::start("", &[]);
    for (declared, status) in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonx", 415),
        ("", 415),
    ] {
        let header = format!("Content-Type: {declared}\r\n");
        assert_eq!(post(&sim, &header), status, "{declared}");
    }
    let chunked = "POST /sim/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
        Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assert_eq!(sim.exchange(chunked).0, 415);
    // Nothing at all needs no declaration.
    let nothing = "POST /sim/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(sim.exchange(nothing).0, 200);
}

#[test]
fn slow_requests_and_readers_are_ended() {
    let sim = Sim::start("request_timeout = 1\nwrite_timeout = 1", &[]);
    // The head and the body of a request that never come: the server ends both by itself.
    for part in [
        "GET /sim/state HTT",
        "POST /sim/event HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 5\r\n\r\n{",
    ] {
        let mut stream = TcpStream::connect(sim.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(part.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    // A client that reads nothing: the connection ends as soon as the system buffers no more.
    let client = sim.log_in("1001", "s-1");
    let event = serde_json::json!({"eventChannel": "s-1", "data": "x".repeat(500_000)}).to_string();
    for _ in 0..30 {
        sim.post("/sim/event", &event);
    }
    sim.state_when(|state| state["connections"].as_array().unwrap().is_empty());
    drop(client);
}

//! A simulator of one's own for each test, and what is needed to talk to it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Error, HandshakeError, Message, WebSocket};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running simulator, stopped when dropped.
pub struct Sim {
    child: Child,
    address: String,
    config: Option<PathBuf>,
}

impl Sim {
    /// Starts one with this configuration and these arguments.
    pub fn start(config: &str, args: &[&str]) -> Sim {
        Sim::start_with(config, args, Stdio::inherit())
    }

    /// The same with another place for what it logs.
    pub fn start_with(config: &str, args: &[&str], log: Stdio) -> Sim {
        let path = std::env::temp_dir().join(format!("sim-{}.toml", uuid::Uuid::new_v4()));
        fs::write(&path, config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sim"))
            .args(["--port", "0", "--no-callers", "--config"])
            .arg(&path)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix('/'))
            .unwrap_or_else(|| panic!("{line:?}"))
            .to_owned();
        Sim {
            child,
            address,
            config: Some(path),
        }
    }

    /// An HTTP exchange: status, headers as text, body.
    pub fn http(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String, String) {
        let unless_given = |name: &str, header| {
            let mut given = headers.lines().map(str::to_ascii_lowercase);
            let found = given.any(|line| line.starts_with(name));
            if found { "" } else { header }
        };
        let json = unless_given("content-type:", "Content-Type: application/json\r\n");
        let host = unless_given("host:", "Host: 127.0.0.1\r\n");
        self.exchange(&format!(
            "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n\
             Content-Length: {}\r\n{json}{headers}\r\n{body}",
            body.len()
        ))
    }

    /// What the server answers to these bytes before it closes: status, headers as text, body.
    pub fn exchange(&self, request: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The server may answer and close before it has read all of it.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{answer:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), body.to_owned())
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// The address and the port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The head of the answer to a WebSocket handshake with these headers.
    pub fn handshake(&self, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n"
        )
        .unwrap();
        let lines = BufReader::new(stream).lines().map(Result::unwrap);
        let head = lines.take_while(|line| !line.is_empty());
        head.map(|line| line.to_ascii_lowercase() + "\r\n")
            .collect()
    }

    /// The JSON that a route answers.
    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.http("GET", path, "", "").2).unwrap()
    }

    /// The status and the JSON that a route answers.
    pub fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let (status, _, body) = self.http("POST", path, "", body);
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The state, once it is as wished.
    pub fn state_when(&self, wished: impl Fn(&Value) -> bool) -> Value {
        self.when("/sim/state", wished)
    }

    /// Waits until the frames, as text, are as wished.
    pub fn frames_when(&self, wished: impl Fn(&str) -> bool) {
        self.when("/sim/frames", |frames| wished(&frames.to_string()));
    }

    fn when(&self, path: &str, wished: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.get(path);
            if wished(&answer) {
                return answer;
            }
            assert!(started.elapsed() < PATIENCE, "{answer}");
        }
    }

    /// A new connection.
    pub fn connect(&self) -> Client {
        self.try_connect().unwrap()
    }

    /// A new connection, or how the server refused it: with an HTTP status or without.
    pub fn try_connect(&self) -> Result<Client, Option<u16>> {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let url = format!("ws://{}/ws", self.address);
        match tungstenite::client(url, stream) {
            Ok((socket, _)) => Ok(Client {
                socket,
                events: VecDeque::new(),
            }),
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                Err(Some(answer.status().as_u16()))
            }
            Err(HandshakeError::Failure(_)) => Err(None),
            Err(HandshakeError::Interrupted(_)) => panic!("no answer for {PATIENCE:?}"),
        }
    }

    /// A fault of the control API.
    pub fn fault(&self, name: &str, body: Value) -> Value {
        let (status, answer) = self.post(&format!("/sim/fault/{name}"), &body.to_string());
        assert_eq!((status, &answer["code"]), (200, &json!(200)), "{answer}");
        answer
    }

    /// A new connection, logged in.
    pub fn log_in(&self, number: &str, sessid: &str) -> Client {
        let mut client = self.connect();
        let login = format!("{number}@xswitch.cn");
        let reply = client.call(
            "login",
            json!({"login": login, "passwd": "1234", "sessid": sessid}),
        );
        assert_eq!(reply["result"]["message"], "logged in", "{reply}");
        assert_eq!(client.frame()["method"], "verto.clientReady");
        client
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(config) = &self.config {
            let _ = fs::remove_file(config);
        }
    }
}

/// How a connection ended, seen from the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By a close frame.
    Closed(u16, String),
    /// Without one.
    Cut,
}

/// A client that does nothing by itself.
pub struct Client {
    pub socket: WebSocket<TcpStream>,
    /// What came before the reply to a call.
    events: VecDeque<Value>,
}

impl Client {
    pub fn send(&mut self, text: &str) {
        self.socket.send(Message::from(text)).unwrap();
    }

    /// The next text frame, or the end.
    pub fn next(&mut self) -> Result<String, End> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Ok(text.to_string()),
                Ok(Message::Close(Some(frame))) => {
                    return Err(End::Closed(frame.code.into(), frame.reason.to_string()));
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(other) => panic!("{other:?}"),
                Err(tungstenite::Error::Io(error))
                    if error.kind() == std::io::ErrorKind::WouldBlock =>
                {
                    panic!("nothing came for {PATIENCE:?}");
                }
                Err(_) => return Err(End::Cut),
            }
        }
    }

    /// The next frame as JSON.
    pub fn frame(&mut self) -> Value {
        match self.events.pop_front() {
            Some(event) => event,
            None => self.read(),
        }
    }

    fn read(&mut self) -> Value {
        serde_json::from_str(&self.next().unwrap()).unwrap()
    }

    /// A request and its reply.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.send(
            &json!({"jsonrpc": "2.0", "method": method, "params": params, "id": method})
                .to_string(),
        );
        loop {
            let frame = self.read();
            if frame["id"] == method {
                return frame;
            }
            self.events.push_back(frame);
        }
    }

    /// A call-centre command and its result.
    pub fn command(&mut self, func: &str, data: Value) -> Value {
        let data = json!({"method": "ccc", "func": func, "data": data});
        let mut reply = self.call("jsapi", json!({"command": "lua", "data": data}));
        reply["result"].take()
    }

    /// All frames that the server had to write by now: replies up to that to a ping, and then events
    /// up to one that is made for this.
    pub fn drain(&mut self, sim: &Sim) -> Vec<String> {
        self.send(r#"{"jsonrpc":"2.0","method":"verto.ping","params":{},"id":"drain"}"#);
        let own = Value::from(self.socket.get_ref().local_addr().unwrap().to_string());
        let state = sim.get("/sim/state");
        let mut connections = state["connections"].as_array().unwrap().iter();
        let row = connections.find(|row| row["remote"] == own).unwrap();
        let last = json!({"conn": row["id"], "text": "the last"}).to_string();
        let (mut frames, mut replied, mut made) = (Vec::new(), false, false);
        loop {
            // While the queue of events is full there is no room for the last one either.
            made = made || replied && sim.post("/sim/send", &last).1["delivered"] == 1;
            let frame = self.next().unwrap();
            if frame.starts_with(r#"{"jsonrpc":"2.0","id":"drain","#) {
                replied = true;
            } else if frame == "the last" {
                return frames;
            } else {
                frames.push(frame);
            }
        }
    }

    /// Closes with 1000 and waits for the other side's part.
    pub fn close(mut self) -> End {
        let normal = tungstenite::protocol::CloseFrame {
            code: 1000.into(),
            reason: "".into(),
        };
        self.socket.close(Some(normal)).unwrap();
        loop {
            if let Err(end) = self.next() {
                return end;
            }
        }
    }
}

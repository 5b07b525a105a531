//! The control API's faults: what tests and people let go wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::time::{Instant, sleep};

use crate::answer::{Answer, read_object, required};
use crate::auth::{AUTH_FAILED, Owner};
use crate::control::{Result, drop_connections, target};
use crate::faults::{Freeze, Limit, LoginRefusal, Ping, Refuse};
use crate::hub::Frame;
use crate::json::Json;
use crate::random::Random;
use crate::switch::{Sim, unix_ms};

/// What `GET /sim/` says of them. Where nothing else is said, a fault is for the
/// connections of "login", for "conn", or for all.
pub const OVERVIEW: [(&str, &str); 17] = [
    (
        "POST /sim/fault/drop",
        r#"{"login" or "conn" or nothing,"code"? or "inFrame"?}: the same as /sim/drop"#,
    ),
    (
        "POST /sim/fault/punt",
        r#"{"login" or "conn" or nothing}: verto.punt and close 1000"#,
    ),
    (
        "POST /sim/fault/freeze",
        r#"{"login" or "conn" or nothing,"what"?,"ms"?}: connections stand still until thawed or for that time. "what": "all" (nothing is read or written, no close), "answers" (frames are read and never answered), "close" (only the close handshake never completes)"#,
    ),
    (
        "POST /sim/fault/thaw",
        r#"{"login" or "conn" or nothing}: frozen connections work off what waits, in order"#,
    ),
    (
        "POST /sim/fault/refuse",
        r#"{"how"?,"count"?,"ms"?}: the next connections, those within that time, or all until cleared. "how": "http" (503), "cut" (no answer), "hang" (no answer to the upgrade while this is on), "silent" (accepted, nothing is ever answered)"#,
    ),
    (
        "POST /sim/fault/restart",
        r#"{"downMs"?,"forget"?}: all connections are cut and new ones refused for downMs (1000); with "forget":true tokens and the call centre begin anew"#,
    ),
    (
        "POST /sim/fault/login",
        r#"{"login" or "conn" or nothing,"code"?,"message"?,"close"?,"count"?,"ms"?}: refuses logins with that JSON-RPC error (-32001, "Authentication Failure"), then closes with "close":true"#,
    ),
    (
        "POST /sim/fault/expire-tokens",
        r#"{"token"? or "login"?}: tokens of the HTTP API, that one, those of a user, or all"#,
    ),
    (
        "POST /sim/fault/channels",
        r#"{"channels"}: subscribing to these is refused from now on, to everybody"#,
    ),
    (
        "POST /sim/fault/ping",
        r#"{"login" or "conn" or nothing,"answer"}: verto.ping gets "none", "error" (-32601) or "normal""#,
    ),
    (
        "POST /sim/fault/delay",
        r#"{"login" or "conn" or nothing,"ms"}: every frame to the client waits that long, in order, on connections to come as well; 0 ends it"#,
    ),
    (
        "POST /sim/fault/reorder",
        r#"{"login" or "conn" or nothing,"ms"?,"seed"?}: every frame to the client waits up to that long (20), events of each channel and replies independently; 0 ends it"#,
    ),
    (
        "POST /sim/fault/garbage",
        r#"{"login" or "conn" or nothing,"count"?,"bytes"?,"seed"?,"binary"?}: frames of random content, up to that long (100), text and binary in turn or only one"#,
    ),
    (
        "POST /sim/fault/flood",
        r#"{"eventChannel","count","bytes"?}: events as fast as they can be written"#,
    ),
    (
        "POST /sim/fault/gap",
        r#"{"login" or "conn" or nothing,"eventChannel","count"?}: eventSerno of that subscription skips (1)"#,
    ),
    (
        "POST /sim/fault/duplicate",
        r#"{"login" or "conn" or nothing}: the last event once more"#,
    ),
    (
        "POST /sim/fault/clear",
        "all faults off; frozen connections go on",
    ),
];

/// How long a flood waits for a client that reads nothing.
const FLOOD_PATIENCE: Duration = Duration::from_secs(2);
/// How often a flood looks whether there is room again.
const FLOOD_PAUSE: Duration = Duration::from_millis(1);
/// How many events are sent before others get their turn.
const FLOOD_PART: u64 = 1000;

/// The routes below `/sim/fault`.
pub fn routes() -> Router<Arc<Sim>> {
    let routes = Router::new()
        .route("/drop", post(drop_connections))
        .route("/punt", post(punt))
        .route("/freeze", post(freeze))
        .route("/thaw", post(thaw))
        .route("/refuse", post(refuse))
        .route("/restart", post(restart))
        .route("/login", post(login))
        .route("/expire-tokens", post(expire_tokens))
        .route("/channels", post(channels))
        .route("/ping", post(ping))
        .route("/delay", post(delay))
        .route("/reorder", post(reorder))
        .route("/garbage", post(garbage))
        .route("/flood", post(flood))
        .route("/gap", post(gap))
        .route("/duplicate", post(duplicate))
        .route("/clear", post(clear));
    Router::new().nest("/sim/fault", routes)
}

async fn punt(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let punted = sim.update(|switch| {
        let matching = switch.hub.matching(&target);
        for conn in &matching {
            switch.hub.punt(*conn);
        }
        matching.len()
    });
    Ok(Answer::done("punted", punted as u64))
}

async fn freeze(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let what = choice(&body, "what", &Freeze::NAMES)?.unwrap_or(Freeze::All);
    let until = number(&body, "ms")?.map(in_ms);
    let frozen = sim.update(|switch| {
        let matching = switch.hub.matching(&target);
        for conn in &matching {
            let client = switch.hub.client(*conn);
            let login = client.and_then(|client| client.login.clone());
            switch.faults.freeze(*conn, login, what, until);
        }
        matching.len()
    });
    Ok(Answer::done("frozen", frozen as u64))
}

async fn thaw(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let thawed = sim.update(|switch| switch.faults.thaw(&target));
    Ok(Answer::done("thawed", thawed as u64))
}

async fn refuse(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let how = choice(&body, "how", &Refuse::NAMES)?.unwrap_or(Refuse::Http);
    let limit = limit(&body)?;
    sim.update(|switch| switch.faults.refuse(how, limit));
    Ok(ok())
}

async fn restart(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let back = in_ms(number(&body, "downMs")?.unwrap_or(1000));
    let forget = flag(&body, "forget")?;
    let dropped = sim.update(|switch| {
        let dropped = switch.hub.restart();
        switch.faults.go_down(back);
        if forget == Some(true) {
            switch.tokens.clear();
            switch.load = None;
            switch.center.reset(unix_ms());
        }
        dropped
    });
    Ok(Answer::done("dropped", dropped as u64))
}

async fn login(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let code = match body.get("code") {
        None => AUTH_FAILED,
        Some(Json::Number(code)) => *code as i32,
        Some(_) => return Err(Answer::bad("\"code\" must be a number")),
    };
    let message = match body.get("message") {
        None => "Authentication Failure",
        Some(_) => required(&body, "message")?,
    };
    let refusal = LoginRefusal {
        code,
        message: message.to_owned(),
        close: flag(&body, "close")? == Some(true),
        target: target(&body)?,
        limit: limit(&body)?,
    };
    sim.update(|switch| switch.faults.refuse_logins(refusal));
    Ok(ok())
}

async fn expire_tokens(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let given = |key| match body.get(key) {
        Some(_) => required(&body, key).map(Some),
        None => Ok(None),
    };
    let (token, login) = (given("token")?, given("login")?);
    let number = login.map(|login| login.split_once('@').map_or(login, |(number, _)| number));
    let owner = number.map(|number| Owner::User(number.to_owned()));
    let expired = sim.update(|switch| {
        switch.tokens.expire(|issued, of| {
            token.is_none_or(|token| token == issued)
                && owner.as_ref().is_none_or(|owner| owner == of)
        })
    });
    if token.is_some() && expired == 0 {
        let message = "the HTTP API has issued no such token".into();
        return Err(Answer::Error(StatusCode::NOT_FOUND, message));
    }
    Ok(Answer::done("expired", expired as u64))
}

async fn channels(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let mistake = || Answer::bad("\"channels\" must be an array of strings");
    let Some(Json::Array(items)) = body.get("channels") else {
        return Err(mistake());
    };
    let channels = items.iter().map(|item| match item {
        Json::String(channel) => Ok(channel.as_str()),
        _ => Err(mistake()),
    });
    let channels = channels.collect::<Result<Vec<&str>>>()?;
    sim.update(|switch| {
        for channel in &channels {
            switch.faults.refuse_channel(channel);
        }
    });
    Ok(ok())
}

async fn ping(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    required(&body, "answer")?;
    let answer = choice(&body, "answer", &Ping::NAMES)?.unwrap_or(Ping::Normal);
    sim.update(|switch| switch.faults.set_ping(target, answer));
    Ok(ok())
}

async fn delay(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let ms = number(&body, "ms")?.ok_or_else(|| Answer::bad("\"ms\" is missing"))?;
    sim.update(|switch| switch.faults.delay(target, Duration::from_millis(ms)));
    Ok(ok())
}

async fn reorder(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let within = Duration::from_millis(number(&body, "ms")?.unwrap_or(20));
    let seed = number(&body, "seed")?.unwrap_or(1);
    sim.update(|switch| switch.faults.shuffle(target, within, seed));
    Ok(ok())
}

async fn garbage(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let count = number(&body, "count")?.unwrap_or(1);
    let longest = number(&body, "bytes")?.unwrap_or(100);
    let binary = flag(&body, "binary")?;
    let mut random = Random::new(number(&body, "seed")?.unwrap_or(1));
    let mut delivered = 0;
    for number in 0..count {
        let length = random.between(0, longest);
        let bytes: Vec<u8> = (0..length).map(|_| random.between(0, 255) as u8).collect();
        let frame = if binary.unwrap_or(number % 2 == 1) {
            Frame::Binary(bytes)
        } else {
            // A text frame must be UTF-8, or the browser closes the connection.
            Frame::Text(String::from_utf8_lossy(&bytes).into_owned())
        };
        delivered += sim.update(|switch| switch.hub.send(&target, &frame));
    }
    Ok(Answer::done("delivered", delivered as u64))
}

async fn flood(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let channel = required(&body, "eventChannel")?;
    let count = number(&body, "count")?.ok_or_else(|| Answer::bad("\"count\" is missing"))?;
    let filler = "x".repeat(number(&body, "bytes")?.unwrap_or(0) as usize);
    let (mut sent, mut delivered) = (0, 0);
    let mut moved = Instant::now();
    while sent < count {
        let part = FLOOD_PART.min(count - sent);
        let (done, frames) = sim.update(|switch| {
            // Whoever doesn't read at all loses frames, as always, and stops nobody.
            let room = if moved.elapsed() < FLOOD_PATIENCE {
                switch.hub.room(channel) as u64
            } else {
                part
            };
            let done = part.min(room);
            let frames = (sent..sent + done).map(|number| {
                let data = Json::object().with("n", number).with("x", filler.as_str());
                let event = Json::object()
                    .with("eventChannel", channel)
                    .with("eventType", "flood")
                    .with("data", data);
                switch.hub.publish(&event)
            });
            (done, frames.sum::<usize>())
        });
        sent += done;
        delivered += frames;
        if done == 0 {
            sleep(FLOOD_PAUSE).await;
        } else if frames > 0 {
            moved = Instant::now();
        }
    }
    Ok(Answer::done("delivered", delivered as u64))
}

async fn gap(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let channel = required(&body, "eventChannel")?;
    let count = number(&body, "count")?.unwrap_or(1);
    let skipped = sim.update(|switch| switch.hub.skip_events(&target, channel, count));
    Ok(Answer::done("skipped", skipped as u64))
}

async fn duplicate(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let delivered = sim.update(|switch| switch.hub.repeat_events(&target));
    Ok(Answer::done("delivered", delivered as u64))
}

async fn clear(State(sim): State<Arc<Sim>>) -> Answer {
    sim.update(|switch| switch.faults.clear());
    ok()
}

fn ok() -> Answer {
    Answer::Ok(Json::object().with("code", 200))
}

fn in_ms(ms: u64) -> Instant {
    // A time that can't be told is far enough away to be cut off.
    Instant::now() + Duration::from_millis(ms.min(u64::from(u32::MAX)))
}

/// A number that may be left out.
fn number(body: &Json, key: &str) -> Result<Option<u64>> {
    match (body.get(key), body.get_u64(key)) {
        (None, _) => Ok(None),
        (_, Some(number)) => Ok(Some(number)),
        _ => Err(Answer::bad(format!(
            "\"{key}\" must be a number that is not negative"
        ))),
    }
}

/// `true`, `false` or left out.
fn flag(body: &Json, key: &str) -> Result<Option<bool>> {
    match body.get(key) {
        None => Ok(None),
        Some(Json::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Answer::bad(format!("\"{key}\" must be true or false"))),
    }
}

/// One of several words, or nothing.
fn choice<T: Copy>(body: &Json, key: &str, names: &[(&str, T)]) -> Result<Option<T>> {
    let Some(given) = body.get(key) else {
        return Ok(None);
    };
    let found = names.iter().find(|(name, _)| *given == Json::from(*name));
    found.map(|(_, value)| Some(*value)).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        Answer::bad(format!("\"{key}\" must be one of {}", names.join(", ")))
    })
}

fn limit(body: &Json) -> Result<Limit> {
    Ok(Limit {
        left: number(body, "count")?,
        until: number(body, "ms")?.map(in_ms),
    })
}

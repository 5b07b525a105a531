//! Faults of frames: late, in another order, garbage, too many, missing or doubled.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use tokio::time::{Instant, sleep};

use super::parts::ok;
use crate::http::answer::{Answer, Result};
use crate::http::body::{flag, number, read_object, required, target};
use crate::hub::Frame;
use crate::json::Json;
use crate::random::Random;
use crate::sim::Sim;

/// How long a flood waits for a client that reads nothing.
const FLOOD_PATIENCE: Duration = Duration::from_secs(2);
/// How often a flood looks whether there is room again.
const FLOOD_PAUSE: Duration = Duration::from_millis(1);
/// How many events are sent before others get their turn.
const FLOOD_PART: u64 = 1000;

pub(super) async fn delay(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let ms = number(&body, "ms")?.ok_or_else(|| Answer::bad("\"ms\" is missing"))?;
    sim.update(|switch| switch.faults.delay(target, Duration::from_millis(ms)));
    Ok(ok())
}

pub(super) async fn reorder(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let within = Duration::from_millis(number(&body, "ms")?.unwrap_or(20));
    let seed = number(&body, "seed")?.unwrap_or(1);
    sim.update(|switch| switch.faults.shuffle(target, within, seed));
    Ok(ok())
}

pub(super) async fn garbage(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
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

pub(super) async fn flood(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let channel = required(&body, "eventChannel")?;
    let count = number(&body, "count")?.ok_or_else(|| Answer::bad("\"count\" is missing"))?;
    let filler = "x".repeat(number(&body, "bytes")?.unwrap_or(0) as usize);
    let (mut sent, mut delivered) = (0, 0);
    let mut moved = Instant::now();
    while sent < count {
        let part = FLOOD_PART.min(count - sent);
        let (done, frames) = sim.update(|switch| {
            // A client that does not read at all must not stop the flood: after a while it loses
            // frames, as it always does when its queue is full.
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

pub(super) async fn gap(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let channel = required(&body, "eventChannel")?;
    let count = number(&body, "count")?.unwrap_or(1);
    let skipped = sim.update(|switch| switch.hub.skip_events(&target, channel, count));
    Ok(Answer::done("skipped", skipped as u64))
}

pub(super) async fn duplicate(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let delivered = sim.update(|switch| switch.hub.repeat_events(&target));
    Ok(Answer::done("delivered", delivered as u64))
}

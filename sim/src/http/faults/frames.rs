//! Faults of frames: late, in another order, garbage, too many, missing or doubled.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::parts::{ok, too_many};
use crate::http::answer::{Answer, Result};
use crate::http::body::{flag, name, number, read_object, target};
use crate::hub::Frame;
use crate::json::Json;
use crate::limits::{
    LARGEST_FLOOD, LARGEST_FLOOD_EVENT, LARGEST_WHOLE, LONGEST_MS, MOST_FLOOD_BYTES, MOST_GARBAGE,
    MOST_GARBAGE_BYTES, MOST_TIMES,
};
use crate::random::Random;
use crate::sim::Sim;

/// How long a flood waits for a client that reads nothing.
const FLOOD_PATIENCE: Duration = Duration::from_secs(2);
/// How long a flood waits for clients that read slowly, in all.
const FLOOD_WHOLE_PATIENCE: Duration = Duration::from_secs(20);
/// How often a flood looks whether there is room again.
const FLOOD_PAUSE: Duration = Duration::from_millis(1);
/// How many events are sent before others get their turn.
const FLOOD_PART: u64 = 1000;
/// How many bytes of events are sent before others get their turn.
const FLOOD_PART_BYTES: usize = 1 << 20;
/// How many bytes a frame has at most beside the data of its event.
const FLOOD_FRAME: usize = 1_000;

pub(super) async fn delay(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let ms = number(&body, "ms", LONGEST_MS)?.ok_or_else(|| Answer::bad("\"ms\" is missing"))?;
    sim.update(|switch| switch.faults.delay(target, Duration::from_millis(ms)))
        .map_err(too_many)?;
    Ok(ok())
}

pub(super) async fn reorder(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let within = Duration::from_millis(number(&body, "ms", LONGEST_MS)?.unwrap_or(20));
    let seed = number(&body, "seed", LARGEST_WHOLE)?.unwrap_or(1);
    sim.update(|switch| switch.faults.shuffle(target, within, seed))
        .map_err(too_many)?;
    Ok(ok())
}

pub(super) async fn garbage(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let count = number(&body, "count", MOST_GARBAGE)?.unwrap_or(1);
    let longest = number(&body, "bytes", MOST_GARBAGE_BYTES)?.unwrap_or(100);
    check_product(count, longest, MOST_GARBAGE_BYTES)?;
    let binary = flag(&body, "binary")?;
    let mut random = Random::new(number(&body, "seed", LARGEST_WHOLE)?.unwrap_or(1));
    let mut delivered = 0usize;
    for number in 0..count {
        let length = random.between(0, longest);
        let bytes: Vec<u8> = (0..length).map(|_| random.between(0, 255) as u8).collect();
        let frame = if binary.unwrap_or(number % 2 == 1) {
            Frame::Binary(bytes)
        } else {
            // A text frame must be UTF-8, or the browser closes the connection.
            Frame::Text(String::from_utf8_lossy(&bytes).into_owned())
        };
        let reached = sim.update(|switch| switch.hub.send(&target, &frame));
        delivered = delivered.saturating_add(reached);
        yield_now().await;
    }
    Ok(Answer::done("delivered", delivered as u64))
}

pub(super) async fn flood(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let channel = name(&body, "eventChannel")?;
    let count = number(&body, "count", LARGEST_FLOOD)?
        .ok_or_else(|| Answer::bad("\"count\" is missing"))?;
    let bytes = number(&body, "bytes", LARGEST_FLOOD_EVENT)?.unwrap_or(0);
    check_product(count, bytes, MOST_FLOOD_BYTES)?;
    let filler = "x".repeat(bytes as usize);
    // What one event takes in the queue of a subscriber.
    let size = filler.len().saturating_add(FLOOD_FRAME);
    let part_of = FLOOD_PART_BYTES.checked_div(size).unwrap_or(1).max(1) as u64;
    let (mut sent, mut delivered) = (0u64, 0usize);
    let began = Instant::now();
    let mut moved = began;
    while sent < count {
        let part = FLOOD_PART.min(part_of).min(count.saturating_sub(sent));
        let (done, frames) = sim.update(|switch| {
            // A client that reads slowly or not at all must not stop the flood: after a while it
            // loses frames, as it always does when its queue is full.
            let patient =
                moved.elapsed() < FLOOD_PATIENCE && began.elapsed() < FLOOD_WHOLE_PATIENCE;
            let room = if patient {
                switch.hub.room(channel, size) as u64
            } else {
                part
            };
            let done = part.min(room);
            let frames = (sent..sent.saturating_add(done)).map(|number| {
                let data = Json::object().with("n", number).with("x", filler.as_str());
                let event = Json::object()
                    .with("eventChannel", channel)
                    .with("eventType", "flood")
                    .with("data", data);
                switch.hub.publish(&event)
            });
            (done, frames.sum::<usize>())
        });
        sent = sent.saturating_add(done);
        delivered = delivered.saturating_add(frames);
        if done == 0 {
            sleep(FLOOD_PAUSE).await;
        } else {
            yield_now().await;
        }
        if frames > 0 {
            moved = Instant::now();
        }
    }
    Ok(Answer::done("delivered", delivered as u64))
}

/// Refuses a request that would make more than `most` bytes in all.
fn check_product(count: u64, bytes: u64, most: u64) -> Result<()> {
    if count.saturating_mul(bytes) <= most {
        return Ok(());
    }
    let message = format!("\"count\" times \"bytes\" must be at most {most}");
    Err(Answer::bad(message))
}

pub(super) async fn gap(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let body = read_object(&body)?;
    let target = target(&body)?;
    let channel = name(&body, "eventChannel")?;
    let count = number(&body, "count", MOST_TIMES)?.unwrap_or(1);
    let skipped = sim.update(|switch| switch.hub.skip_events(&target, channel, count));
    Ok(Answer::done("skipped", skipped as u64))
}

pub(super) async fn duplicate(State(sim): State<Arc<Sim>>, body: Bytes) -> Result<Answer> {
    let target = target(&read_object(&body)?)?;
    let delivered = sim.update(|switch| switch.hub.repeat_events(&target));
    Ok(Answer::done("delivered", delivered as u64))
}

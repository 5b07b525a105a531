//! Frames that a fault holds up. Where a real server gives no order, the fault may change it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use crate::hub::Frame;
use crate::json::Json;
use crate::limits::{CLIENT_BACKLOG, MOST_HELD_UP};
use crate::random::Random;

/// How frames are held up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How long every frame waits.
    pub delay: Duration,
    /// Every frame waits up to this much longer. The events of each channel are independent of
    /// those of other channels and of all other frames.
    pub shuffle: Duration,
    /// The seed of that random delay.
    pub seed: u64,
}

/// The frames of a connection that wait for their time.
#[derive(Debug)]
pub struct Outgoing {
    delivery: Delivery,
    random: Random,
    waiting: BTreeMap<(Instant, u64), Frame>,
    /// How many bytes wait.
    bytes: usize,
    pushed: u64,
    /// When the last waiting frame of each kind leaves. Frames of one kind keep their order.
    last: HashMap<Kind, Instant>,
}

/// A kind of frames that keep their order among themselves.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Replies and the server's own requests.
    Other,
    /// Events that were subscribed to by this channel.
    Event(String),
}

impl Outgoing {
    /// A connection on which nothing is held up.
    pub fn new() -> Outgoing {
        Outgoing {
            delivery: Delivery::default(),
            random: Random::new(0),
            waiting: BTreeMap::new(),
            bytes: 0,
            pushed: 0,
            last: HashMap::new(),
        }
    }

    /// Sets how frames are held up from now on. If they are not held up any more, those that wait
    /// leave at once.
    pub fn set(&mut self, now: Instant, delivery: Delivery) {
        if self.delivery == delivery {
            return;
        }
        self.delivery = delivery;
        self.random = Random::new(delivery.seed);
        if delivery == Delivery::default() {
            let waiting = std::mem::take(&mut self.waiting).into_values();
            self.waiting = waiting.zip(0..).map(|(f, at)| ((now, at), f)).collect();
            self.last.clear();
        }
    }

    /// Takes a frame that is to be written, and gives it back if it need not wait.
    pub fn push(&mut self, now: Instant, frame: Frame) -> Option<Frame> {
        if self.delivery == Delivery::default() && self.waiting.is_empty() {
            return Some(frame);
        }
        let shuffled = !self.delivery.shuffle.is_zero();
        let kind = if shuffled { kind(&frame) } else { Kind::Other };
        let earliest = if shuffled {
            self.last.get(&kind).copied()
        } else {
            self.waiting.keys().next_back().map(|(due, _)| *due)
        };
        let longest = self.delivery.shuffle.as_millis() as u64;
        let extra = Duration::from_millis(self.random.between(0, longest));
        let wait = self.delivery.delay.saturating_add(extra);
        let due = now.checked_add(wait).unwrap_or(now);
        let due = earliest.map_or(due, |earliest| due.max(earliest));
        self.last.insert(kind, due);
        self.pushed = self.pushed.saturating_add(1);
        self.bytes = self.bytes.saturating_add(frame.len());
        self.waiting.insert((due, self.pushed), frame);
        None
    }

    /// Whether another frame can be held up. While there is no room, the connection neither reads
    /// nor takes frames from its queue.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < MOST_HELD_UP && self.bytes < CLIENT_BACKLOG
    }

    /// When the next frame is to be written.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    /// The next frame.
    pub fn pop(&mut self) -> Option<Frame> {
        let (_, frame) = self.waiting.pop_first()?;
        self.bytes = self.bytes.saturating_sub(frame.len());
        if self.waiting.is_empty() {
            self.last.clear();
        }
        Some(frame)
    }
}

fn kind(frame: &Frame) -> Kind {
    let Frame::Text(text) = frame else {
        return Kind::Other;
    };
    let frame = Json::parse(text).unwrap_or(Json::Null);
    let params = frame
        .get("params")
        .filter(|_| frame.get_str("method") == Some("verto.event"));
    let channel = params.and_then(|params| {
        params
            .get_str("subscribedChannel")
            .or_else(|| params.get_str("eventChannel"))
    });
    channel.map_or(Kind::Other, |channel| Kind::Event(channel.to_owned()))
}

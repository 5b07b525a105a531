//! How much of everything there may be. The simulator runs beside a browser all day, and no
//! request, whoever makes it, may stop it or fill the memory.

use std::time::Duration;

/// The longest time that a fault or a delay may be told to take, in ms: one day.
pub const LONGEST_MS: u64 = 86_400_000;
/// The largest number of times that a fault may be told to act, and of events to skip.
pub const MOST_TIMES: u64 = 1_000_000_000;
/// The largest whole number that JSON holds exactly: the bound of seeds and of numbers of connections.
pub const LARGEST_WHOLE: u64 = 9_007_199_254_740_991;
/// The largest body of an HTTP request, in bytes.
pub const LARGEST_BODY: usize = 1_000_000;
/// The longest name: of a channel, a user, a queue, a caller, in bytes.
pub const LONGEST_NAME: usize = 255;
/// How many channels can be refused, and how many rules a kind of fault can have.
pub const MOST_RULES: usize = 1_000;
/// How many tokens of the HTTP API can be valid at a time.
pub const MOST_TOKENS: usize = 10_000;
/// How many callers can wait in all queues together.
pub const MOST_WAITING: usize = 1_000;
/// How many calls of browsers there can be at a time, each leg counted.
pub const MOST_CALLS: usize = 500;
/// How many colleagues there can be.
pub const MOST_AGENTS: u64 = 5_000;
/// How many events a second these can cause.
pub const MOST_EVENTS_PER_SECOND: f64 = 10_000.0;
/// By how much the call centre can be slowed down.
pub const LOWEST_SPEED: f64 = 0.001;
/// By how much the call centre can be sped up.
pub const HIGHEST_SPEED: f64 = 1_000.0;
/// How many connections, of HTTP and WebSocket together, are served at a time.
pub const MOST_CONNECTIONS: usize = 10_000;
/// How many channels one connection can subscribe to.
pub const MOST_SUBSCRIPTIONS: usize = 20_000;
/// How many bytes of frames may wait for one client. A client that reads so slowly loses frames.
pub const CLIENT_BACKLOG: usize = 16 << 20;
/// How many bytes of frames may wait for all clients together.
pub const WHOLE_BACKLOG: usize = 256 << 20;
/// How many frames of a client a fault can hold up at a time. Further ones wait in the queue.
pub const MOST_HELD_UP: usize = 10_000;
/// How many events the bursts of one frame can cause.
pub const LARGEST_BURST: u64 = 100_000;
/// How long all `ccSleep` of one frame can take together.
pub const LONGEST_SLEEP: Duration = Duration::from_secs(600);
/// How many frames of garbage one request can send, and how many bytes in one of them.
pub const MOST_GARBAGE: u64 = 10_000;
/// How many bytes of garbage one request can send to a client, and how many in one frame.
pub const MOST_GARBAGE_BYTES: u64 = 10_000_000;
/// How many events one flood can have.
pub const LARGEST_FLOOD: u64 = 200_000;
/// How many bytes the data of one flooded event can have.
pub const LARGEST_FLOOD_EVENT: u64 = 100_000;
/// How many bytes of data one flood can have.
pub const MOST_FLOOD_BYTES: u64 = 1_000_000_000;
/// How many recorded frames are kept.
pub const RECORDED_FRAMES: usize = 10_000;
/// How many bytes of one recorded frame are kept.
pub const RECORDED_FRAME_BYTES: usize = 16 << 10;
/// How many bytes of recorded frames are kept in all.
pub const RECORDED_BYTES: usize = 16 << 20;
/// The longest time that the configuration can name in seconds: ten years.
pub const LONGEST_SECONDS: u64 = 315_360_000;
/// How many frames the configuration can let wait for a slow client.
pub const LARGEST_QUEUE: usize = 1_000_000;
/// How many digits are kept of a call.
pub const MOST_DIGITS: usize = 1_000;
/// The longest time that a call may be told to ring or to be without its WebSocket, in ms.
pub const LONGEST_CALL_TIME_MS: u64 = 3_600_000;
/// The longest delay of a datagram, in ms. They wait in the memory.
pub const LONGEST_MEDIA_DELAY_MS: u64 = 10_000;
/// The longest that `verto.modify` can be made to take in addition, in ms.
pub const LONGEST_MODIFY_MS: u64 = 60_000;

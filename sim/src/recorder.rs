//! The last frames of all connections, for the tests and for the log.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use tracing::debug;

use crate::clock::unix_ms;
use crate::hub::ConnId;
use crate::json::Json;
use crate::limits::{RECORDED_BYTES, RECORDED_FRAME_BYTES, RECORDED_FRAMES};
use crate::mask::mask;
use crate::text::prefix;

/// Which way a frame went, seen from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client.
    In,
    /// To the client.
    Out,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
        }
    }
}

/// A ring of frames, without passwords and tokens.
#[derive(Debug, Default)]
pub struct Recorder {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The frames, each with the time in Unix milliseconds at which it was read or written.
    frames: VecDeque<(u64, ConnId, Direction, String)>,
    /// How many bytes the texts of these frames have.
    bytes: usize,
    logins: HashMap<ConnId, String>,
}

impl Recorder {
    /// Logs and keeps a frame.
    pub fn frame(&self, conn: ConnId, direction: Direction, text: &str) {
        let (kept, note) = shorten(text);
        let text = mask(kept) + &note;
        debug!(conn, dir = direction.name(), "{text}");
        self.locked(|inner| {
            inner.bytes = inner.bytes.saturating_add(text.len());
            inner.frames.push_back((unix_ms(), conn, direction, text));
            while inner.frames.len() > RECORDED_FRAMES || inner.bytes > RECORDED_BYTES {
                let Some((.., text)) = inner.frames.pop_front() else {
                    break;
                };
                inner.bytes = inner.bytes.saturating_sub(text.len());
            }
        });
    }

    /// Remembers whose connection this is. The frames before its login show the name as well.
    pub fn login(&self, conn: ConnId, login: &str) {
        self.locked(|inner| {
            inner.logins.insert(conn, login.to_owned());
            // Names of connections that ended long ago would otherwise stay for ever.
            if inner.logins.len() > RECORDED_FRAMES.saturating_mul(2) {
                let shown: HashSet<ConnId> = inner.frames.iter().map(|row| row.1).collect();
                inner
                    .logins
                    .retain(|other, _| *other == conn || shown.contains(other));
            }
        });
    }

    /// The frames as the control API shows them.
    pub fn frames(&self) -> Json {
        self.locked(|inner| {
            let rows = inner.frames.iter().map(|(at, conn, direction, text)| {
                let login = inner.logins.get(conn).cloned();
                Json::object()
                    .with("at", *at)
                    .with("conn", *conn)
                    .with("login", login.map_or(Json::Null, Json::from))
                    .with("dir", direction.name())
                    .with("text", text.as_str())
            });
            Json::Array(rows.collect())
        })
    }

    /// Forgets all frames.
    pub fn clear(&self) {
        self.locked(|inner| {
            inner.frames.clear();
            inner.bytes = 0;
        });
    }

    fn locked<R>(&self, work: impl FnOnce(&mut Inner) -> R) -> R {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The part of a frame that is kept, and a note with the whole length if that is longer.
fn shorten(text: &str) -> (&str, String) {
    if text.len() <= RECORDED_FRAME_BYTES {
        return (text, String::new());
    }
    let kept = prefix(text, RECORDED_FRAME_BYTES);
    (kept, format!("… ({} bytes)", text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_are_kept_masked_and_shortened() {
        let recorder = Recorder::default();
        for number in 0..RECORDED_FRAMES {
            recorder.frame(1, Direction::Out, &number.to_string());
        }
        recorder.frame(2, Direction::In, r#"{"passwd":"1234"}"#);
        recorder.frame(2, Direction::In, &"文".repeat(RECORDED_FRAME_BYTES));
        recorder.login(2, "1001@xswitch.cn");
        let frames = recorder.frames().to_value();
        let frames = frames.as_array().unwrap();
        assert_eq!(frames.len(), RECORDED_FRAMES);
        assert_eq!(frames[0]["text"], "2");
        assert_eq!(frames[0]["login"], serde_json::Value::Null);
        let masked = &frames[RECORDED_FRAMES - 2];
        assert_eq!(masked["text"], r#"{"passwd":"***"}"#);
        assert_eq!(masked["login"], "1001@xswitch.cn");
        assert_eq!(masked["dir"], "in");
        assert!(masked["at"].as_u64().unwrap() > 1_700_000_000_000);
        let long = frames[RECORDED_FRAMES - 1]["text"].as_str().unwrap();
        assert!(long.ends_with("文… (49152 bytes)"));
        recorder.clear();
        assert_eq!(recorder.frames().to_string(), "[]");
    }

    #[test]
    fn the_bytes_of_recorded_frames_are_bounded() {
        let recorder = Recorder::default();
        let long = "x".repeat(RECORDED_FRAME_BYTES);
        for _ in 0..RECORDED_FRAMES {
            recorder.frame(1, Direction::In, &long);
        }
        let kept =
            recorder.locked(|inner| inner.frames.iter().map(|row| row.3.len()).sum::<usize>());
        assert!(
            kept <= RECORDED_BYTES && kept > RECORDED_BYTES / 2,
            "{kept}"
        );
        let frames = RECORDED_FRAMES as u64;
        for conn in 0..3 * frames {
            recorder.login(conn, "1001@xswitch.cn");
        }
        assert!(recorder.locked(|inner| inner.logins.len()) <= 2 * RECORDED_FRAMES + 1);
    }
}

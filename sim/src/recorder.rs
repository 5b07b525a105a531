//! The last frames of all connections, for the tests and for the log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use tracing::debug;

use crate::clock::unix_ms;
use crate::hub::ConnId;
use crate::json::Json;
use crate::mask::mask;

/// How many frames are kept.
const FRAMES: usize = 10_000;
/// How many bytes of a frame are kept.
const FRAME_BYTES: usize = 16 * 1024;

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
    logins: HashMap<ConnId, String>,
}

impl Recorder {
    /// Logs and keeps a frame.
    pub fn frame(&self, conn: ConnId, direction: Direction, text: &str) {
        let (kept, note) = shorten(text);
        let text = mask(kept) + &note;
        debug!(conn, dir = direction.name(), "{text}");
        self.locked(|inner| {
            if inner.frames.len() == FRAMES {
                inner.frames.pop_front();
            }
            inner.frames.push_back((unix_ms(), conn, direction, text));
        });
    }

    /// Remembers whose connection this is. The frames before its login show the name as well.
    pub fn login(&self, conn: ConnId, login: &str) {
        self.locked(|inner| inner.logins.insert(conn, login.to_owned()));
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
        self.locked(|inner| inner.frames.clear());
    }

    fn locked<R>(&self, work: impl FnOnce(&mut Inner) -> R) -> R {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The part of a frame that is kept, and a note with the whole length if that is longer.
fn shorten(text: &str) -> (&str, String) {
    if text.len() <= FRAME_BYTES {
        return (text, String::new());
    }
    let boundary = (0..=FRAME_BYTES)
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let kept = boundary.and_then(|at| text.get(..at)).unwrap_or_default();
    (kept, format!("… ({} bytes)", text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frames_are_kept_masked_and_shortened() {
        let recorder = Recorder::default();
        for number in 0..FRAMES {
            recorder.frame(1, Direction::Out, &number.to_string());
        }
        recorder.frame(2, Direction::In, r#"{"passwd":"1234"}"#);
        recorder.frame(2, Direction::In, &"文".repeat(FRAME_BYTES));
        recorder.login(2, "1001@xswitch.cn");
        let frames = recorder.frames().to_value();
        let frames = frames.as_array().unwrap();
        assert_eq!(frames.len(), FRAMES);
        assert_eq!(frames[0]["text"], "2");
        assert_eq!(frames[0]["login"], serde_json::Value::Null);
        let masked = &frames[FRAMES - 2];
        assert_eq!(masked["text"], r#"{"passwd":"***"}"#);
        assert_eq!(masked["login"], "1001@xswitch.cn");
        assert_eq!(masked["dir"], "in");
        assert!(masked["at"].as_u64().unwrap() > 1_700_000_000_000);
        let long = frames[FRAMES - 1]["text"].as_str().unwrap();
        assert!(long.ends_with("文… (49152 bytes)"));
        recorder.clear();
        assert_eq!(recorder.frames().to_string(), "[]");
    }
}

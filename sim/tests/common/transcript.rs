//! What the replays of recorded frames have in common.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// Makes a test for each transcript.
#[macro_export]
macro_rules! transcripts {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            Replay::new(stringify!($name)).run();
        }
    )* };
}

/// A file of the recordings.
pub fn conformance(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    fs::read_to_string(folder.join(file)).unwrap()
}

/// The id of a frame that is a request of the server's.
pub fn request_id(frame: &str) -> Option<&str> {
    let (id, rest) = frame
        .strip_prefix("{\"jsonrpc\":\"2.0\",\"id\":")?
        .split_once(',')?;
    rest.starts_with("\"method\":").then_some(id)
}

pub fn is_uuid(word: &str) -> bool {
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// A row of a table of frames that are treated apart: the transcript, the socket, a part of the
/// frame, and why.
type Row<S> = (&'static str, S, &'static str, &'static str);

/// Which rows of the tables a transcript needed.
pub struct Used {
    name: &'static str,
    parts: HashSet<&'static str>,
}

impl Used {
    pub fn of(name: &'static str) -> Self {
        Used {
            name,
            parts: HashSet::new(),
        }
    }

    /// Notes that a row was needed; says whether it is the first time.
    pub fn add(&mut self, part: &'static str) -> bool {
        self.parts.insert(part)
    }

    /// Whether the table has a row for this frame.
    pub fn row<S: PartialEq>(&mut self, table: &[Row<S>], socket: S, frame: &str) -> bool {
        let mut rows = table.iter();
        let row = rows.find(|(name, of, part, _)| {
            *name == self.name && *of == socket && frame.contains(part)
        });
        row.is_some_and(|row| {
            self.parts.insert(row.2);
            true
        })
    }

    /// Asserts that each row is needed, so that none leaves out more than it says.
    pub fn check<'a>(&self, rows: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, part) in rows {
            let used = name != self.name || self.parts.contains(part);
            assert!(used, "unused: {part}");
        }
    }
}

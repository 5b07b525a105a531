//! The speed test of mod_verto: frames that begin with `#SP` and are no JSON.

use tokio::time::Instant;

use super::state::{Connection, Over};
use crate::hub::{Ending, Frame};

/// The longest frame of a speed test, in bytes.
const LONGEST: usize = 1024;
/// How often what came up is sent down.
const TIMES: usize = 10;
/// The largest test that is answered with frames, in bytes.
const LARGEST: usize = 16 << 20;

impl Connection {
    /// Takes part in a speed test. The client sends `#SPU <bytes>`, frames that begin with `#SPB`,
    /// and `#SPE`. The server answers `#SPU <ms>`, sends ten times as many bytes in frames that
    /// begin with `#SPB`, and ends with `#SPD <ms>`. Any other frame ends the test.
    pub(super) async fn speed_test(&mut self, text: &str) -> Result<(), Over> {
        if self.login.is_none() {
            return Err(Over::Server(Ending::Close(1000)));
        }
        if let Some(size) = text.strip_prefix("#SPU") {
            let size = leading_number(size);
            self.speed_test = (size > 0).then(|| (size, Instant::now()));
        } else if text.starts_with("#SPE")
            && let Some((size, started)) = self.speed_test.take()
        {
            let up = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPU {up}"))).await?;
            let started = Instant::now();
            let filler = format!("#SPB{}", ".".repeat(LONGEST.saturating_sub(4)));
            for _ in 0..TIMES {
                let mut left = size.min(LARGEST);
                while left > 0 {
                    let part = filler.get(..left.min(LONGEST)).unwrap_or_default();
                    self.write(Frame::Text(part.to_owned())).await?;
                    left = left.saturating_sub(LONGEST);
                }
            }
            let down = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPD {down}"))).await?;
        }
        Ok(())
    }
}

/// The number at the beginning of a text, after spaces, as C's `atoi` reads it; 0 if there is none.
fn leading_number(text: &str) -> usize {
    let text = text.trim_start();
    let end = text.find(|digit: char| !digit.is_ascii_digit());
    let digits = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    digits.parse().unwrap_or(0)
}

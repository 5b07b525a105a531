//! The speed test of mod_verto: frames that begin with `#SP` and are no JSON.

use tokio::time::Instant;

use super::state::{Connection, Over};
use crate::hub::{Ending, Frame};

/// The payload of a speed-test frame.
const SPEED_FRAME: usize = 1024;
/// The most frames that a speed test sends.
const SPEED_FRAMES: usize = 10_000;

impl Connection {
    /// Takes part in a speed test. The client sends `#SPU <bytes>`, frames that begin with `#SPB`,
    /// and `#SPE`. The server answers `#SPU <ms>`, sends frames that begin with `#SPB` itself, and
    /// ends with `#SPD <ms>`.
    pub(super) async fn speed_test(&mut self, text: &str) -> Result<(), Over> {
        if self.login.is_none() {
            return Err(Over::Server(Ending::Close(1000)));
        }
        if let Some(size) = text.strip_prefix("#SPU ") {
            let size = size.trim().parse().unwrap_or(0);
            self.speed_test = (size > 0).then(|| (size, Instant::now()));
        } else if text.starts_with("#SPE")
            && let Some((size, started)) = self.speed_test.take()
        {
            let up = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPU {up}"))).await?;
            let started = Instant::now();
            let filler = format!("#SPB{}", ".".repeat(SPEED_FRAME));
            // The recorded server sends ten times as much as it was sent.
            for _ in 0..size
                .div_ceil(SPEED_FRAME)
                .saturating_mul(10)
                .min(SPEED_FRAMES)
            {
                self.write(Frame::Text(filler.clone())).await?;
            }
            let down = started.elapsed().as_millis();
            self.write(Frame::Text(format!("#SPD {down}"))).await?;
        }
        Ok(())
    }
}

//! The frames that wait to be written to one client, which are limited in number and in bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::frame::Frame;
use crate::limits::CLIENT_BACKLOG;

/// A frame that waits, with its share of what may wait in all.
#[derive(Debug)]
struct Waiting {
    frame: Frame,
    /// Gives the bytes back when the frame leaves the queue, whichever way.
    _bytes: [OwnedSemaphorePermit; 2],
}

/// The end at which frames are put in.
#[derive(Debug)]
pub struct Sender {
    frames: mpsc::Sender<Waiting>,
    /// The bytes that may still wait for this client, and for all.
    bytes: [Arc<Semaphore>; 2],
}

/// The end at which frames are taken out.
#[derive(Debug)]
pub struct Receiver {
    frames: mpsc::Receiver<Waiting>,
}

/// A queue of at most `frames` frames. `whole` counts the bytes that may wait in all queues.
pub fn queue(frames: usize, whole: &Arc<Semaphore>) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(frames);
    let own = Arc::new(Semaphore::new(CLIENT_BACKLOG));
    let sender = Sender {
        frames: sender,
        bytes: [own, Arc::clone(whole)],
    };
    (sender, Receiver { frames: receiver })
}

impl Sender {
    /// Puts a frame in. The answer is false if there is no room for it.
    pub fn push(&self, frame: Frame) -> bool {
        let bytes = u32::try_from(frame.len()).ok();
        let take = |left: &Arc<Semaphore>| Arc::clone(left).try_acquire_many_owned(bytes?).ok();
        let [own, whole] = &self.bytes;
        let (Some(own), Some(whole)) = (take(own), take(whole)) else {
            return false;
        };
        let waiting = Waiting {
            frame,
            _bytes: [own, whole],
        };
        self.frames.try_send(waiting).is_ok()
    }

    /// How many frames of that many bytes there is room for.
    pub fn room(&self, bytes: usize) -> usize {
        let left = self.bytes.iter().map(|left| left.available_permits()).min();
        let by_bytes = left.unwrap_or(0).checked_div(bytes);
        self.frames.capacity().min(by_bytes.unwrap_or(usize::MAX))
    }
}

impl Receiver {
    /// The next frame, once there is one. None after the sender has gone.
    pub async fn recv(&mut self) -> Option<Frame> {
        self.frames.recv().await.map(|waiting| waiting.frame)
    }

    /// The next frame, if there is one now.
    pub fn try_recv(&mut self) -> Option<Frame> {
        self.frames.try_recv().ok().map(|waiting| waiting.frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_full_at_so_many_bytes_and_has_room_again_when_they_are_written() {
        let whole = Arc::new(Semaphore::new(CLIENT_BACKLOG + 3));
        let (sender, mut receiver) = queue(10, &whole);
        let frame = |bytes: usize| Frame::Binary(vec![0; bytes]);
        assert!(sender.push(frame(CLIENT_BACKLOG)));
        assert_eq!(sender.room(1), 0);
        assert!(!sender.push(frame(1)));
        let (other, mut others) = queue(10, &whole);
        assert!(other.push(frame(3)));
        assert!(!other.push(frame(1)), "all queues together are full");
        assert!(receiver.try_recv().is_some() && others.try_recv().is_some());
        assert_eq!(sender.room(CLIENT_BACKLOG), 1);
        assert!(other.push(frame(4)));
        drop(others);
        assert_eq!(whole.available_permits(), CLIENT_BACKLOG + 3);
    }
}

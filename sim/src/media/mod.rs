//! Where browsers' calls end: WebRTC endpoints, and what they hear.
//!
//! One task, the [`engine`], owns all [`endpoint`]s and all UDP [`sockets`]. The switch tells it by
//! [`Media`] who hears whom. It needs no answer, because all that SDP says is known before (see
//! [`sdp_out`]).

mod endpoint;
mod engine;
mod handle;
mod impairment;
mod leg;
mod messages;
mod rebase;
pub mod sdp_in;
pub mod sdp_out;
mod sockets;
mod sound;

pub use handle::Media;
pub use messages::{Happened, Hears, Impairment, LegId, Lost, Meter, Way};
pub use sound::Sound;

//! What the media part (`pkg-template/media/`) tells the core.

use crate::core::error::Kind;

/// What became of a [`Media`](super::Media) effect, or happened to a connection's media.
///
/// Each report names the dialog and the epoch for which it is. The core drops a report of an
/// older epoch, of a dialog that ended, and one that comes a second time; so the media part
/// needn't know whether anybody still wants it. It reports in any order and as late as it likes,
/// or never: the core's timers end every wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The local stream is there: the permission was granted, or the page gave a stream, or the
    /// dialog has one already from an earlier epoch. Comes before [`Report::Local`].
    Granted {
        /// It has a microphone's track, or another audio track.
        audio: bool,
        /// It has a camera's or a screen's track.
        video: bool,
    },
    /// It cannot be done. Before [`Report::Granted`] this is the microphone or the camera
    /// (a [`Trouble`], or `Unsupported` where the browser has no WebRTC), after it a description
    /// that the browser cannot make or refuses ([`Trouble::Failed`]). The media part goes on with nothing of this epoch, and waits for
    /// [`Media::Release`](super::Media::Release).
    Failed {
        /// Which failure it is.
        kind: Kind,
        /// In words for the page's developer.
        message: String,
    },
    /// The local description is whole: candidates are gathered as far as they will be. The text
    /// is `localDescription.sdp` of that moment, as it is to be sent.
    Local {
        /// The offer, or the answer.
        sdp: String,
    },
    /// The remote description of [`Media::Remote`](super::Media::Remote) is set.
    Applied,
    /// The connection's media flow or have stopped: its `connectionState`, or
    /// `iceConnectionState` where the browser knows only that.
    Connection(Connection),
}

/// Whether a connection's media can flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// ICE and DTLS are through.
    Connected,
    /// Nothing has come for some seconds; it may come back by itself.
    Disconnected,
    /// It won't come back by itself.
    Failed,
}

/// What is wrong with a call's media: five more kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The user, or the browser's policy (an `iframe` without `allow`), refused the microphone or
    /// the camera.
    Denied,
    /// The page may not ask for the microphone: it isn't served by https.
    Insecure,
    /// There is no such microphone or camera.
    Missing,
    /// The microphone or the camera is in use elsewhere.
    Busy,
    /// The browser cannot make the call's media, or cannot use the server's description.
    Failed,
}

//! What comes out of the dialogs: for the server, for the page, for the media part.

use super::State;
use crate::core::error::Error;
use crate::core::rpc::CallId;

/// Numbers the dialogs of an instance, from 1; never used again. The page's `Dialog` object and
/// its media are found by it.
pub type DialogId = u32;

/// Numbers the peer connections of a dialog, from 1. What an older one still says is ignored.
pub type Epoch = u32;

/// Something that the dialogs want done, in this order.
#[derive(Clone, Debug)]
pub enum Output<V> {
    /// Write this request.
    Send(Send),
    /// To be told or done by the page's side, in this order: the page is told of a change first,
    /// then its media follow.
    Notice(Notice<V>),
    /// The page's call ends with this error; nothing was sent for it.
    Refuse {
        /// The call.
        call: CallId,
        /// Why.
        error: Error<V>,
    },
    /// The socket is of no use to a call: it is to be given up as if it were lost, and the next one
    /// opened.
    Reconnect,
    /// For the debug log: what was ignored, as in `ignored …`.
    Ignored(&'static str),
}

/// A request to the server that must leave now or never: it doesn't wait for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Who gets the reply.
    pub sender: Sender,
    /// The method.
    pub method: &'static str,
    /// The parameters: the text of a JSON object without `sessid`.
    pub params: String,
}

/// Who gets the reply to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The page's call alone.
    Page(CallId),
    /// The dialog, by [`Dialogs::replied`](super::Dialogs::replied), and then the page's call, if
    /// there is one.
    Dialog(Asker),
    /// Nobody: `verto.bye`.
    Nobody,
}

/// A dialog that awaits a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The dialog.
    pub dialog: DialogId,
    /// What it asked.
    pub asked: Asked,
    /// The page's call that it did this for.
    pub call: Option<CallId>,
}

/// A request whose reply changes a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `verto.invite`.
    Invite,
    /// `verto.answer`.
    Answer,
    /// `verto.attach`, for the peer connection of this epoch.
    Attach(Epoch),
    /// `verto.modify` with `updateMedia`, for the peer connection of this epoch.
    Update(Epoch),
    /// `verto.modify` with `hold`, `unhold` or `toggleHold`.
    Hold,
}

impl Asked {
    /// The request's method.
    pub fn method(self) -> &'static str {
        match self {
            Asked::Invite => "verto.invite",
            Asked::Answer => "verto.answer",
            Asked::Attach(_) => "verto.attach",
            Asked::Update(_) | Asked::Hold => "verto.modify",
        }
    }
}

/// What the page is told about a dialog, or its media part is to do.
#[derive(Clone, Debug)]
pub enum Notice<V> {
    /// A dialog that the page didn't make: `verto.invite`, or the `verto.attach` of a call from
    /// before a reload. The page's `Dialog` object is made now; what follows in
    /// [`Notice::State`] is the first that the page hears of it.
    New(Box<Incoming<V>>),
    /// `onDialogState`. The page's object takes over the state, and what it was before as
    /// `lastState`, before its callback runs. After the callback for [`State::Destroy`] the dialog
    /// is no more in `verto.dialogs`.
    State {
        /// The dialog.
        dialog: DialogId,
        /// Its new state.
        state: State,
        /// How it ended: with [`State::Hangup`] and [`State::Purge`].
        end: Option<End<V>>,
    },
    /// `permissionCallback`: `onGranted(stream)` or `onDenied()`.
    Permission {
        /// The dialog.
        dialog: DialogId,
        /// Which of the two.
        granted: bool,
    },
    /// `onMessage(verto, dialog, display, {})`: who is at the other end now.
    Display {
        /// The dialog.
        dialog: DialogId,
        /// `remote_caller_id_name`, if it is another now.
        name: Option<String>,
        /// `remote_caller_id_number`, if it is another now.
        number: Option<String>,
    },
    /// `onMessage(verto, dialog, info | pvtEvent, data)`.
    Message {
        /// The dialog.
        dialog: DialogId,
        /// Whether it is a private event; otherwise it is a message or text of the call.
        private: bool,
        /// The frame's `params`.
        data: V,
    },
    /// For the media part.
    Media {
        /// The dialog.
        dialog: DialogId,
        /// What to do.
        media: Media<V>,
    },
}

/// A dialog that the page didn't make.
#[derive(Clone, Debug)]
pub struct Incoming<V> {
    /// The dialog.
    pub dialog: DialogId,
    /// `dialog.callID`.
    pub call_id: String,
    /// What the server sent, for `dialog.params`.
    pub params: V,
    /// `remote_caller_id_name`.
    pub name: String,
    /// `remote_caller_id_number`.
    pub number: String,
    /// `params.wantVideo` (of an attach `useVideo`): the SDP has `m=video`.
    pub video: bool,
    /// `params.useStereo`: the SDP has `stereo=1`.
    pub stereo: bool,
    /// It is a `verto.attach`: `params.attach`.
    pub attach: bool,
}

/// How a dialog ended.
#[derive(Clone, Debug)]
pub struct End<V> {
    /// `dialog.cause`: the server's or the page's own; or one of the original client's (`Device or
    /// Permission Error`, `NORMAL_CLEARING`); or ours (`Media Error`).
    pub cause: String,
    /// `dialog.causeCode`, where it is known.
    pub code: Option<u32>,
    /// `dialog.error`, where it is a failure on this side or a refused request.
    pub error: Option<Error<V>>,
}

/// One thing for the media part to do, which decides nothing itself. How the media look (device,
/// constraints, element, STUN servers) it reads from the arguments of `newCall` or `answer` and
/// from the options of the `Verto`.
///
/// Effects of one dialog come in the order in which they are to be done. None waits for the one
/// before it: `Release` may come while a permission is still asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media<V> {
    /// Make the peer connection `epoch`: get the local stream (the one of the epoch before, if
    /// there is one) and report `Granted`; then make an offer, or set `offer` as the remote
    /// description and make an answer; gather candidates and report `Local`. At any step `Failed`
    /// instead. A connection of an earlier epoch goes on until it is told to `Close`.
    Connect {
        /// The new connection's number.
        epoch: Epoch,
        /// The server's offer, a string of the frame; `None` where we offer.
        offer: Option<V>,
        /// Whether audio tracks are `enabled` from the first moment.
        microphone: bool,
        /// Whether video tracks are.
        camera: bool,
    },
    /// Set the server's answer to our offer; report `Applied` or `Failed`.
    Remote {
        /// The connection's number.
        epoch: Epoch,
        /// The answer, a string of the frame.
        sdp: V,
    },
    /// Enable or silence the local tracks of one kind.
    Enable {
        /// The camera's or the screen's; otherwise the microphone's.
        video: bool,
        /// Whether they are heard or seen.
        on: bool,
    },
    /// Begin to ring for this dialog (`ringFile`), or end it; of a call that goes out it is the
    /// caller's ring-back tone (`ringbackFile`), until the server's own sound comes.
    Ring {
        /// Which of the two.
        on: bool,
    },
    /// From now on the remote stream is that of this connection: put it into the `tag`'s element,
    /// on the output device `useSpeak`, and play it.
    Play {
        /// The connection's number.
        epoch: Epoch,
    },
    /// Close a connection that another has replaced. The local stream stays.
    Close {
        /// The connection's number.
        epoch: Epoch,
    },
    /// The dialog has ended: close every connection, stop every own track (never those of
    /// `useStream`), let go of the elements and of all that is kept under its number. A stream
    /// that is granted later is stopped at once. Comes exactly once, as the last effect.
    Release,
}

//! What the page does with its calls.

use super::effect::{Asked, DialogId, End, Media, Sender};
use super::line::NORMAL;
use super::machine::Dialog;
use super::state::State;
use super::{Dialogs, Line};
use crate::core::error::{Error, Kind};
use crate::core::rpc::CallId;
use crate::core::value::Value;

/// What a request to hold a call says.
const HOLD: &str = r#"{"action":"hold"}"#;

/// What a page may ask of the server about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `verto.info`: digits, text, a message.
    Info,
    /// `verto.modify`: transfer, replace.
    Modify,
    /// `verto.modify` with `hold` or `unhold`.
    Hold,
    /// `verto.modify` with `toggleHold`.
    ToggleHold,
}

/// What becomes of the local tracks of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// They are silenced.
    Off,
    /// They are enabled.
    On,
    /// The one or the other.
    Over,
    /// Nothing: it is only a question.
    None,
}

/// How the local tracks of one kind are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// They are heard or seen, or will be once they are there.
    pub enabled: bool,
    /// There is one.
    pub there: bool,
}

impl<V: Value> Dialogs<V> {
    /// `newCall`: asks for the microphone at once, and calls as soon as that and the login are
    /// there. `params` are the `dialogParams`: the text of a JSON object without `callID`. `None`
    /// where a call of this `call_id` is there already, which the server would refuse.
    pub fn new_call(&mut self, call_id: String, params: String) -> Option<DialogId> {
        if self.live.iter().any(|dialog| dialog.call_id == call_id) {
            return None;
        }
        self.last += 1;
        let mut dialog = Dialog::new(self.last, call_id, params, State::New);
        dialog.connect(&mut self.line, None);
        self.live.push(dialog);
        Some(self.last)
    }

    /// `answer`; `params` as with [`Self::new_call`]. Says whether the call rings and wasn't
    /// answered before.
    pub fn answer(&mut self, dialog: DialogId, params: String) -> bool {
        let Some((dialog, line)) = self.find(dialog) else {
            return false;
        };
        let ringing = dialog.state == State::Ringing;
        let offer = dialog.offer.take().filter(|_| ringing);
        if offer.is_none() {
            return false;
        }
        dialog.params = params;
        dialog.ring(line, false);
        dialog.connect(line, offer);
        true
    }

    /// `hangup`: ends a call, or rejects it. Says whether it had not ended yet.
    pub fn hangup(&mut self, dialog: DialogId, cause: Option<String>, code: Option<u32>) -> bool {
        let Some((dialog, line)) = self.find(dialog) else {
            return false;
        };
        let end = End {
            cause: cause.unwrap_or_else(|| NORMAL.into()),
            code,
            error: None,
        };
        dialog.end(line, State::Hangup, end, true);
        true
    }

    /// A request of the page's about a call; `params` is a JSON object's text without
    /// `dialogParams`. What a hold leads to follows from the server's answer. A `toggleHold` must
    /// wait for the one before: a double click is one.
    pub fn ask(&mut self, call: CallId, dialog: DialogId, ask: Ask, params: &str) {
        let Some((dialog, line)) = self.reachable(call, dialog) else {
            return;
        };
        if ask == Ask::ToggleHold && std::mem::replace(&mut dialog.toggling, true) {
            let message = "a toggleHold is being answered: wait for it";
            return line.refuse(call, Kind::InvalidArgument, message);
        }
        let (method, sender) = match ask {
            Ask::Info => ("verto.info", Sender::Page(call)),
            Ask::Modify => ("verto.modify", Sender::Page(call)),
            Ask::Hold | Ask::ToggleHold => ("verto.modify", dialog.asker(Asked::Hold, Some(call))),
        };
        dialog.send(line, sender, method, params);
    }

    /// `autoHold`: the page goes on with this call, and so the others that are talked in are held.
    /// The server does what it is asked in order: a request that leaves after these finds them held.
    pub fn hold_others(&mut self, dialog: DialogId) {
        if !self.has(dialog) {
            return;
        }
        let talking = |one: &Dialog<V>| one.state == State::Active && !one.away;
        for other in self
            .live
            .iter()
            .filter(|one| one.id != dialog && talking(one))
        {
            let asker = other.asker(Asked::Hold, None);
            other.send(&mut self.line, asker, "verto.modify", HOLD);
        }
    }

    /// Enables or silences the microphone's tracks, or the camera's where it is `video`. It is a
    /// wish that each new track follows. Says how they are then.
    pub fn enable(&mut self, dialog: DialogId, video: bool, change: Change) -> Tracks {
        let Some((dialog, line)) = self.find(dialog) else {
            return Tracks::default();
        };
        let tracks = match video {
            true => &mut dialog.video,
            false => &mut dialog.audio,
        };
        let on = match change {
            Change::On => true,
            Change::Off => false,
            Change::Over => !tracks.enabled,
            Change::None => return *tracks,
        };
        tracks.enabled = on;
        let tracks = *tracks;
        dialog.media(line, Media::Enable { video, on });
        tracks
    }

    /// `logout`, or a new `connect`: hangs every call up.
    pub fn logout(&mut self) {
        self.end_all(State::Hangup, None);
    }

    /// Ends all of them in this way.
    pub(super) fn end_all(&mut self, state: State, error: Option<&Error<V>>) {
        for dialog in &mut self.live {
            let end = End {
                cause: NORMAL.into(),
                code: None,
                error: error.cloned(),
            };
            dialog.end(&mut self.line, state, end, true);
        }
        self.live.clear();
    }

    /// A dialog that can send a request of the page's; otherwise the call is refused.
    fn reachable(
        &mut self,
        call: CallId,
        dialog: DialogId,
    ) -> Option<(&mut Dialog<V>, &mut Line<V>)> {
        let online = self.line.online;
        let known = self.live.iter().find(|one| one.id == dialog);
        let (kind, message) = match known {
            // Between a login and the server's `verto.attach` a request would hold that up, for
            // longer than the dialog waits for it.
            Some(one) if one.known && online && !one.away => return self.find(dialog),
            Some(one) if one.known => (
                Kind::ConnectionLost,
                "the connection is lost: wait for the call to come back",
            ),
            Some(_) => (
                Kind::InvalidArgument,
                "the server doesn't know this call yet: wait for its next state",
            ),
            None => (Kind::Closed, "this call has ended"),
        };
        self.line.refuse(call, kind, message);
        None
    }
}

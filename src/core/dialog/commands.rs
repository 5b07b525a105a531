//! What the page does with its calls.

use super::effect::{Asked, DialogId, End, Media, Sender};
use super::line::{NORMAL, quoted, with_member};
use super::machine::Dialog;
use super::state::State;
use super::{Dialogs, Line};
use crate::core::error::{Error, Kind};
use crate::core::rpc::CallId;
use crate::core::value::Value;

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

    /// `hold`, `unhold` or `toggleHold`, of which the last must wait for the one before: a double
    /// click is one. The state follows from the server's answer.
    pub fn hold(&mut self, call: CallId, dialog: DialogId, action: &str) {
        let toggles = action == "toggleHold";
        let Some((dialog, line)) = self.reachable(call, dialog) else {
            return;
        };
        if toggles && std::mem::replace(&mut dialog.toggling, true) {
            let message = "a toggleHold is being answered: wait for it";
            return line.refuse(call, Kind::InvalidArgument, message);
        }
        let asker = dialog.asker(Asked::Hold, Some(call));
        let params = with_member("{}", "action", &quoted(action));
        dialog.send(line, asker, Asked::Hold.method(), &params);
    }

    /// Any other request about a call: `verto.modify` to transfer or replace it, `verto.info` with
    /// digits, text or a message. `params` is a JSON object's text without `dialogParams`.
    pub fn ask_server(&mut self, call: CallId, dialog: DialogId, method: &str, params: &str) {
        if let Some((dialog, line)) = self.reachable(call, dialog) {
            dialog.send(line, Sender::Page(call), method, params);
        }
    }

    /// Enables (`Some(true)`) or silences the microphone's tracks, or the camera's where it is
    /// `video`; `None` turns it over. It is a wish that each new track follows. Says whether it is
    /// silent now; `false` before there is such a track, as in the original client.
    pub fn enable(&mut self, dialog: DialogId, video: bool, on: Option<bool>) -> bool {
        let Some((dialog, line)) = self.find(dialog) else {
            return false;
        };
        let (enabled, is_there) = match video {
            true => (&mut dialog.camera, dialog.has_video),
            false => (&mut dialog.microphone, dialog.has_audio),
        };
        let on = on.unwrap_or(!*enabled);
        *enabled = on;
        let effect = match video {
            true => Media::Camera { on },
            false => Media::Microphone { on },
        };
        dialog.media(line, effect);
        !on && is_there
    }

    /// Whether the microphone, or the camera, is enabled or will be.
    pub fn enabled(&self, dialog: DialogId, video: bool) -> bool {
        let dialog = self.live.iter().find(|one| one.id == dialog);
        dialog.is_some_and(|dialog| match video {
            true => dialog.camera,
            false => dialog.microphone,
        })
    }

    /// `purge`: gives every call up. The server is told, or the other sides would wait in silence.
    pub fn purge(&mut self, error: Option<&Error<V>>) {
        self.end_all(State::Purge, error);
    }

    /// `logout`: hangs every call up. Nothing of them is left for the next session.
    pub fn logout(&mut self) {
        self.end_all(State::Hangup, None);
        self.line.closed();
    }

    fn end_all(&mut self, state: State, error: Option<&Error<V>>) {
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
        let (kind, message) = match known.map(|dialog| dialog.known) {
            Some(true) if online => return self.find(dialog),
            Some(true) => (
                Kind::ConnectionLost,
                "the connection is lost: wait for the call to come back",
            ),
            Some(false) => (
                Kind::InvalidArgument,
                "the server doesn't know this call yet: wait for its next state",
            ),
            None => (Kind::Closed, "this call has ended"),
        };
        self.line.refuse(call, kind, message);
        None
    }
}

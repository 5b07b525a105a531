//! What the page does with its calls.

use super::effect::{Asked, DialogId, End, Media, Output, Sender};
use super::line::{NORMAL, quoted, with_member};
use super::machine::Dialog;
use super::state::State;
use super::{Dialogs, Line};
use crate::core::Ms;
use crate::core::error::{Error, Kind};
use crate::core::rpc::CallId;
use crate::core::value::Value;

/// The actions of `verto.modify` that hold a call or end that.
const HOLDS: [&str; 3] = ["hold", "unhold", "toggleHold"];

impl<V: Value> Dialogs<V> {
    /// `newCall`: asks for the microphone at once, and calls as soon as that and the login are
    /// there. `params` are the `dialogParams`: the text of a JSON object without `callID`. `None`
    /// where a call of this `call_id` is there already, which the server would refuse.
    pub fn new_call(&mut self, now: Ms, call_id: String, params: String) -> Option<DialogId> {
        self.line.now = now;
        if self.live.iter().any(|dialog| dialog.call_id == call_id) {
            return None;
        }
        self.last += 1;
        let mut dialog = Dialog::new(self.last, call_id, params, State::New);
        dialog.connect(&mut self.line, None);
        self.live.push(Box::new(dialog));
        Some(self.last)
    }

    /// `answer`; `params` as with [`Self::new_call`]. Says whether the call rings and wasn't
    /// answered before.
    pub fn answer(&mut self, now: Ms, dialog: DialogId, params: String) -> bool {
        let answered = self.on(now, dialog, |dialog, line| {
            let Some(offer) = dialog
                .offer
                .take()
                .filter(|_| dialog.state == State::Ringing)
            else {
                return false;
            };
            dialog.params = params;
            dialog.ring(line, false);
            dialog.connect(line, Some(offer));
            true
        });
        answered.unwrap_or(false)
    }

    /// `hangup`: ends a call, or rejects it. Says whether it had not ended yet.
    pub fn hangup(
        &mut self,
        now: Ms,
        dialog: DialogId,
        cause: Option<String>,
        code: Option<u32>,
    ) -> bool {
        let ended = self.on(now, dialog, |dialog, line| {
            let end = End {
                cause: cause.unwrap_or_else(|| NORMAL.into()),
                code,
                error: None,
            };
            dialog.end(line, State::Hangup, end, true);
        });
        ended.is_some()
    }

    /// `hold`, `unhold` or `toggleHold`, of which the last must wait for the one before: a double
    /// click is one. The state follows from the server's answer.
    pub fn hold(&mut self, now: Ms, call: CallId, dialog: DialogId, action: &str) {
        if !HOLDS.contains(&action) {
            let error = Error::argument("action", "must be hold, unhold or toggleHold");
            return self.refuse(call, error);
        }
        self.ask(now, call, dialog, |dialog, line| {
            let toggles = action == "toggleHold";
            if toggles && std::mem::replace(&mut dialog.toggling, true) {
                let message = "a toggleHold is being answered: wait for it";
                return Err(Error::new(Kind::InvalidArgument, message));
            }
            let asker = dialog.asker(Asked::Hold, Some(call));
            let params = with_member("{}", "action", &quoted(action));
            dialog.send(line, asker, Asked::Hold.method(), &params);
            Ok(())
        });
    }

    /// Any other request about a call: `verto.modify` to transfer or replace it, `verto.info` with
    /// digits, text or a message. `params` is a JSON object's text without `dialogParams`.
    pub fn ask_server(
        &mut self,
        now: Ms,
        call: CallId,
        dialog: DialogId,
        method: &str,
        params: &str,
    ) {
        self.ask(now, call, dialog, |dialog, line| {
            dialog.send(line, Sender::Page(call), method, params);
            Ok(())
        });
    }

    /// Enables (`Some(true)`) or silences the microphone's tracks, or the camera's where it is
    /// `video`; `None` turns it over. It is a wish that each new track follows. Says whether it is
    /// silent now; `false` before there is such a track, as in the original client.
    pub fn enable(&mut self, now: Ms, dialog: DialogId, video: bool, on: Option<bool>) -> bool {
        let silent = self.on(now, dialog, |dialog, line| {
            let [audio_on, video_on] = &mut dialog.enabled;
            let enabled = if video { video_on } else { audio_on };
            let on = on.unwrap_or(!*enabled);
            *enabled = on;
            let effect = match video {
                true => Media::Camera { on },
                false => Media::Microphone { on },
            };
            dialog.media(line, effect);
            let [audio, camera] = dialog.tracks;
            !on && if video { camera } else { audio }
        });
        silent.unwrap_or(false)
    }

    /// Whether the microphone, or the camera, is enabled or will be.
    pub fn enabled(&self, dialog: DialogId, video: bool) -> bool {
        let dialog = self.live.iter().find(|one| one.id == dialog);
        dialog.is_some_and(|dialog| {
            let [audio, camera] = dialog.enabled;
            if video { camera } else { audio }
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
        self.each(|dialog, line| {
            let end = End {
                cause: NORMAL.into(),
                code: None,
                error: error.cloned(),
            };
            dialog.end(line, state, end, true);
        });
    }

    fn refuse(&mut self, call: CallId, error: Error<V>) {
        self.line.out.push(Output::Refuse { call, error });
    }

    /// Lets a dialog send a request of the page's, or says why it can't.
    fn ask(
        &mut self,
        now: Ms,
        call: CallId,
        dialog: DialogId,
        send: impl FnOnce(&mut Dialog<V>, &mut Line<V>) -> Result<(), Error<V>>,
    ) {
        let asked = self.on(now, dialog, |dialog, line| {
            if !dialog.known {
                let message = "the server doesn't know this call yet: wait for its next state";
                return Err(Error::new(Kind::InvalidArgument, message));
            }
            if !line.online {
                let message = "the connection is lost: wait for the call to come back";
                return Err(Error::new(Kind::ConnectionLost, message));
            }
            send(dialog, line)
        });
        let ended = || Err(Error::new(Kind::Closed, "this call has ended"));
        if let Err(error) = asked.unwrap_or_else(ended) {
            self.refuse(call, error);
        }
    }
}

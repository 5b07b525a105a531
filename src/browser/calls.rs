//! The JavaScript side of telephone calls: what the core's
//! [`Notice`](crate::core::dialog::Notice)s and [`Media`](crate::core::dialog::Media) effects call
//! on the [`Host`].
//!
//! `dialog` is the call's number for its whole life, `epoch` that of one of its peer connections.
//! None of these methods throws.
//!
//! In return JavaScript calls these methods of [`Client`](super::Client); none of them throws, and
//! no callback runs before it has returned:
//!
//! | who | method | |
//! | --- | --- | --- |
//! | the page | `new_call(call_id, params)` | the new dialog's number; 0 without a connection (idle or closed), or where a live dialog has this `call_id`. `params` are the `dialogParams` as JSON text: what is scalar in the arguments, `userVariables`, `audio` |
//! | | `answer(dialog, params)` | whether it rings and wasn't answered before; `params` as above |
//! | | `hangup(dialog, cause, code)` | both may be `undefined`; whether it had not ended yet |
//! | | `ask(call, dialog, what, params)` | a request about the call, which settles `call` like any other: `what` is 0 for `verto.info`, 1 for `verto.modify`, 2 for `verto.modify` with `hold` or `unhold`, 3 for it with `toggleHold`; `params` is a JSON object's text (`{"action":"hold"}`, `{"dtmf":"1"}`), into which the `dialogParams` are put |
//! | | `enable(dialog, video, change)` | `change` is 0 to silence, 1 to enable, 2 to turn over, 3 to ask; the sum of 1 (enabled now: what `getMute` returns) and 2 (there is such a track: without one `setMute` returns `false`) |
//! | the record of a reloaded page | `resume(sessid)` | whether the login that is to come is made under this sessid: not where it was made already, or the page chose a sessid |
//! | | `expect(call_id, flags)` | a call of the record, which may come back; `flags` is the sum of 1 (held), 2 (microphone enabled) and 4 (camera enabled) |
//! | the media part | `report(dialog, epoch, what, code, text)` | what it has to say, by the number `what`: |
//! | | 0 | [`Report::Granted`]; `code` is 1 with audio, 2 with video, 3 with both |
//! | | 1 | [`Report::Failed`], with the `code` of a [`Kind`]: -13 to -17 of a [`Trouble`](crate::core::dialog::Trouble), -8 for what the browser cannot do; `text` says what happened |
//! | | 2 | [`Report::Local`]; `text` is the SDP |
//! | | 3 | [`Report::Applied`] |
//! | | 4 | [`Report::Connection`]; `code` is 0 for `connected`, 1 for `disconnected`, 2 for `failed` |
//!
//! What a report has no `code` or `text` for is 0 or empty.

use wasm_bindgen::prelude::*;

use super::client::Client;
use super::host::Host;
use super::json::Json;
use crate::core::CallId;
use crate::core::dialog::{
    Ask, Change, Connection, DialogId, Epoch, Expected, Media, Notice, Report,
};
use crate::core::error::Kind;

#[wasm_bindgen]
extern "C" {
    /// A call came in, or one from before a reload is back (`attach`): the page's `Dialog` is made
    /// and put into `verto.dialogs`. `params` is what the server sent; `name` and `number` are who
    /// is at the other end; `video` and `stereo` are what the SDP has.
    #[allow(clippy::too_many_arguments)] // An object with getters is three times the wasm.
    #[wasm_bindgen(method)]
    pub fn dialog_new(
        this: &Host,
        dialog: u32,
        call_id: &str,
        params: &JsValue,
        name: &str,
        number: &str,
        video: bool,
        stereo: bool,
        attach: bool,
    );

    /// `onDialogState`, with a name of `Verto.enum.state`. `cause`, `code` and `error` (a
    /// `VertoError`) are given with `hangup`, `purge` and `destroy`, and are set before the
    /// callback; after that of `destroy` the dialog leaves `verto.dialogs`.
    #[wasm_bindgen(method)]
    pub fn dialog_state(
        this: &Host,
        dialog: u32,
        state: &str,
        cause: Option<&str>,
        code: Option<u32>,
        error: &JsValue,
    );

    /// `permissionCallback`.
    #[wasm_bindgen(method)]
    pub fn dialog_permission(this: &Host, dialog: u32, granted: bool);

    /// `remote_caller_id_name` and `_number` have changed, where given; then
    /// `onMessage(verto, dialog, display, {})`.
    #[wasm_bindgen(method)]
    pub fn dialog_display(this: &Host, dialog: u32, name: Option<&str>, number: Option<&str>);

    /// `onMessage(verto, dialog, …, data)`, with a name of `Verto.enum.message`.
    #[wasm_bindgen(method)]
    pub fn dialog_message(this: &Host, dialog: u32, name: &str, data: &JsValue);

    /// [`Media::Connect`](crate::core::dialog::Media::Connect); `offer` is a string or `undefined`.
    #[wasm_bindgen(method)]
    pub fn media_connect(
        this: &Host,
        dialog: u32,
        epoch: u32,
        offer: &JsValue,
        microphone: bool,
        camera: bool,
    );

    /// [`Media::Remote`](crate::core::dialog::Media::Remote).
    #[wasm_bindgen(method)]
    pub fn media_remote(this: &Host, dialog: u32, epoch: u32, sdp: &JsValue);

    /// [`Media::Enable`](crate::core::dialog::Media::Enable).
    #[wasm_bindgen(method)]
    pub fn media_enable(this: &Host, dialog: u32, video: bool, on: bool);

    /// [`Media::Ring`](crate::core::dialog::Media::Ring).
    #[wasm_bindgen(method)]
    pub fn media_ring(this: &Host, dialog: u32, on: bool);

    /// [`Media::Play`](crate::core::dialog::Media::Play).
    #[wasm_bindgen(method)]
    pub fn media_play(this: &Host, dialog: u32, epoch: u32);

    /// [`Media::Close`](crate::core::dialog::Media::Close).
    #[wasm_bindgen(method)]
    pub fn media_close(this: &Host, dialog: u32, epoch: u32);

    /// [`Media::Release`](crate::core::dialog::Media::Release).
    #[wasm_bindgen(method)]
    pub fn media_release(this: &Host, dialog: u32);
}

/// Tells the page, or its media part, one notice.
pub fn tell(host: &Host, notice: Notice<Json>) {
    match notice {
        Notice::New(new) => host.dialog_new(
            new.dialog,
            &new.call_id,
            &new.params.0,
            &new.name,
            &new.number,
            new.video,
            new.stereo,
            new.attach,
        ),
        Notice::State { dialog, state, end } => {
            let cause = end.as_ref().map(|end| end.cause.as_str());
            let code = end.as_ref().and_then(|end| end.code);
            let error = end.as_ref().and_then(|end| end.error.clone());
            let error = error.map_or(JsValue::UNDEFINED, |error| host.error(error));
            host.dialog_state(dialog, state.name(), cause, code, &error);
        }
        Notice::Permission { dialog, granted } => host.dialog_permission(dialog, granted),
        Notice::Display {
            dialog,
            name,
            number,
        } => host.dialog_display(dialog, name.as_deref(), number.as_deref()),
        Notice::Message {
            dialog,
            private,
            data,
        } => {
            let name = if private { "pvtEvent" } else { "info" };
            host.dialog_message(dialog, name, &data.0);
        }
        Notice::Media { dialog, media } => perform(host, dialog, media),
    }
}

fn perform(host: &Host, dialog: DialogId, media: Media<Json>) {
    match media {
        Media::Connect {
            epoch,
            offer,
            microphone,
            camera,
        } => {
            let offer = offer.map_or(JsValue::UNDEFINED, |offer| offer.0);
            host.media_connect(dialog, epoch, &offer, microphone, camera);
        }
        Media::Remote { epoch, sdp } => host.media_remote(dialog, epoch, &sdp.0),
        Media::Enable { video, on } => host.media_enable(dialog, video, on),
        Media::Ring { on } => host.media_ring(dialog, on),
        Media::Play { epoch } => host.media_play(dialog, epoch),
        Media::Close { epoch } => host.media_close(dialog, epoch),
        Media::Release => host.media_release(dialog),
    }
}

#[wasm_bindgen]
impl Client {
    /// `newCall`: the new dialog's number, or 0.
    pub fn new_call(&self, call_id: String, params: String) -> DialogId {
        let made = self
            .shell
            .command(|session, now| session.new_call(now, call_id, params));
        made.unwrap_or(0)
    }

    /// `answer`; says whether the call rings and wasn't answered before.
    pub fn answer(&self, dialog: DialogId, params: String) -> bool {
        self.shell
            .command(|session, now| session.calls(now).answer(dialog, params))
    }

    /// `hangup`; says whether the call had not ended yet.
    pub fn hangup(&self, dialog: DialogId, cause: Option<String>, code: Option<u32>) -> bool {
        self.shell
            .command(|session, now| session.hangup(now, dialog, cause, code))
    }

    /// A request about a call: 0 is `verto.info`, 1 `verto.modify`, 2 that with `hold` or `unhold`,
    /// 3 that with `toggleHold`.
    pub fn ask(&self, call: CallId, dialog: DialogId, what: u32, params: &str) {
        let ask = match what {
            0 => Ask::Info,
            1 => Ask::Modify,
            2 => Ask::Hold,
            _ => Ask::ToggleHold,
        };
        self.shell
            .command(|session, now| session.calls(now).ask(call, dialog, ask, params));
    }

    /// `autoHold`: holds the other calls that are talked in.
    pub fn hold_others(&self, dialog: DialogId) {
        self.shell
            .command(|session, now| session.calls(now).hold_others(dialog));
    }

    /// Silences (0) or enables (1) the microphone or, of `video`, the camera; 2 turns it over, 3 only
    /// asks. The sum of 1, if it is enabled then, and 2, if there is one.
    pub fn enable(&self, dialog: DialogId, video: bool, change: u32) -> u32 {
        let change = match change {
            0 => Change::Off,
            1 => Change::On,
            2 => Change::Over,
            _ => Change::None,
        };
        let tracks = self
            .shell
            .command(|session, now| session.calls(now).enable(dialog, video, change));
        u32::from(tracks.enabled) + 2 * u32::from(tracks.there)
    }

    /// The page was reloaded: the next login is made under this sessid. Says whether there is one.
    pub fn resume(&self, sessid: String) -> bool {
        self.shell.command(|session, _| session.resume(sessid))
    }

    /// A call of before the reload may come back; `flags` is the sum of 1, if it was held, 2, if its
    /// microphone was enabled, and 4, if its camera was.
    pub fn expect(&self, call_id: String, flags: u32) {
        let call = Expected {
            call_id,
            held: flags & 1 != 0,
            microphone: flags & 2 != 0,
            camera: flags & 4 != 0,
        };
        self.shell
            .command(|session, now| session.calls(now).expect(call));
    }

    /// The media part's report of one peer connection: see the table above. One method for all of
    /// them, which is half a kilobyte less than five.
    pub fn report(&self, dialog: DialogId, epoch: Epoch, what: u32, code: i32, text: String) {
        let report = match what {
            0 => Report::Granted {
                audio: code & 1 != 0,
                video: code & 2 != 0,
            },
            1 => Report::Failed {
                kind: Kind::of_code(code),
                message: text,
            },
            2 => Report::Local { sdp: text },
            3 => Report::Applied,
            _ => Report::Connection(match code {
                0 => Connection::Connected,
                1 => Connection::Disconnected,
                _ => Connection::Failed,
            }),
        };
        self.shell
            .happened(|session, now| session.calls(now).report(dialog, epoch, report));
    }
}

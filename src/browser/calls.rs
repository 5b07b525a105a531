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
//! | | `hold(call, dialog, action)` | `hold`, `unhold` or `toggleHold`; `call` is settled like any other |
//! | | `dialog_request(call, dialog, method, params)` | `verto.modify` or `verto.info`; `params` is a JSON object's text, into which the `dialogParams` are put |
//! | | `enable(dialog, video, on)` | `on` is a boolean, or `undefined` to turn it over; whether it is silent now (what `setMute` returns) |
//! | | `enabled(dialog, video)` | what `getMute` returns |
//! | | `purge_calls()` | ends every dialog by `purge`; the server is told |
//! | the media part | `granted(dialog, epoch, audio, video)` | [`Report::Granted`](crate::core::dialog::Report::Granted) |
//! | | `media_failed(dialog, epoch, code, message)` | [`Report::Failed`](crate::core::dialog::Report::Failed), with the code of a [`Trouble`](crate::core::dialog::Trouble), or -8 (unsupported) |
//! | | `described(dialog, epoch, sdp)` | [`Report::Local`](crate::core::dialog::Report::Local) |
//! | | `applied(dialog, epoch)` | [`Report::Applied`](crate::core::dialog::Report::Applied) |
//! | | `connection(dialog, epoch, state)` | [`Report::Connection`](crate::core::dialog::Report::Connection): `connected`, `disconnected`, `failed` |

use wasm_bindgen::prelude::*;

use super::client::Client;
use super::host::Host;
use super::json::Json;
use crate::core::CallId;
use crate::core::dialog::{Connection, DialogId, Epoch, Media, Notice, Report};
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

    /// [`Media::Microphone`](crate::core::dialog::Media::Microphone), or, of `video`,
    /// [`Media::Camera`](crate::core::dialog::Media::Camera).
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
        Notice::New {
            dialog,
            call_id,
            params,
            name,
            number,
            video,
            stereo,
            attach,
        } => host.dialog_new(
            dialog, &call_id, &params.0, &name, &number, video, stereo, attach,
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
        Media::Microphone { on } => host.media_enable(dialog, false, on),
        Media::Camera { on } => host.media_enable(dialog, true, on),
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
            .command(|session, now| session.calls(now, |calls| calls.answer(now, dialog, params)))
    }

    /// `hangup`; says whether the call had not ended yet.
    pub fn hangup(&self, dialog: DialogId, cause: Option<String>, code: Option<u32>) -> bool {
        self.shell
            .command(|session, now| session.hangup(now, dialog, cause, code))
    }

    /// `hold`, `unhold` or `toggleHold`.
    pub fn hold(&self, call: CallId, dialog: DialogId, action: &str) {
        self.shell.command(|session, now| {
            session.calls(now, |calls| calls.hold(now, call, dialog, action));
        });
    }

    /// Any other request about a call.
    pub fn dialog_request(&self, call: CallId, dialog: DialogId, method: &str, params: &str) {
        self.shell.command(|session, now| {
            session.calls(now, |calls| {
                calls.ask_server(now, call, dialog, method, params);
            });
        });
    }

    /// Enables or silences the microphone or, of `video`, the camera; `None` turns it over. Says
    /// whether it is silent now.
    pub fn enable(&self, dialog: DialogId, video: bool, on: Option<bool>) -> bool {
        self.shell.command(|session, now| {
            session.calls(now, |calls| calls.enable(now, dialog, video, on))
        })
    }

    /// Whether the microphone or, of `video`, the camera is enabled.
    pub fn enabled(&self, dialog: DialogId, video: bool) -> bool {
        self.shell.read(|session| session.enabled(dialog, video))
    }

    /// Gives every call up.
    pub fn purge_calls(&self) {
        self.shell.command(|session, now| {
            session.calls(now, |calls| calls.purge(None));
        });
    }

    /// The local stream is there, with these kinds of tracks.
    pub fn granted(&self, dialog: DialogId, epoch: Epoch, audio: bool, video: bool) {
        self.report(dialog, epoch, Report::Granted { audio, video });
    }

    /// The media of this connection cannot be made: the `code` is that of a
    /// [`Trouble`](crate::core::dialog::Trouble), or -8.
    pub fn media_failed(&self, dialog: DialogId, epoch: Epoch, code: i32, message: String) {
        let kind = Kind::of_code(code);
        self.report(dialog, epoch, Report::Failed { kind, message });
    }

    /// The local description is whole.
    pub fn described(&self, dialog: DialogId, epoch: Epoch, sdp: String) {
        self.report(dialog, epoch, Report::Local { sdp });
    }

    /// The remote description is set.
    pub fn applied(&self, dialog: DialogId, epoch: Epoch) {
        self.report(dialog, epoch, Report::Applied);
    }

    /// A connection's media flow (`connected`) or have stopped (`disconnected`, `failed`).
    pub fn connection(&self, dialog: DialogId, epoch: Epoch, state: &str) {
        let state = match state {
            "connected" => Connection::Connected,
            "failed" => Connection::Failed,
            _ => Connection::Disconnected,
        };
        self.report(dialog, epoch, Report::Connection(state));
    }

    fn report(&self, dialog: DialogId, epoch: Epoch, report: Report) {
        self.shell.happened(|session, now| {
            session.calls(now, |calls| calls.report(now, dialog, epoch, report));
        });
    }
}

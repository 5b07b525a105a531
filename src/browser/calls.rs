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

use super::host::Host;

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

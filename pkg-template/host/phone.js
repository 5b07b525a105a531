// What the core calls about telephone calls; src/browser/calls.rs says what each method is for.
import { Dialog, partOf } from "../sdk/dialog.js";
import { enums } from "../sdk/enums.js";
import { Host } from "./host.js";
import { safely } from "./page-code.js";

export class Phone extends Host {
  dialog_new(number, callID, params, name, other, video, stereo, attach) {
    const verto = this.verto();
    if (!verto) return;
    const found = {
      ...params,
      callID,
      remote_caller_id_name: name,
      remote_caller_id_number: other,
    };
    if (video) found[attach ? "useVideo" : "wantVideo"] = true;
    if (stereo) found.useStereo = true;
    if (attach) found.attach = true;
    const dialog = new Dialog(verto, enums.direction.inbound, found);
    partOf(dialog).begin(number);
  }

  dialog_state(number, state, cause, causeCode, error) {
    const dialog = this.#dialog(number);
    if (!dialog) return;
    dialog.lastState = dialog.state;
    dialog.state = enums.state[state];
    if (cause !== undefined) Object.assign(dialog, { cause, causeCode, error });
    const part = partOf(dialog);
    part.progressed(error);
    this.#tell(dialog, "onDialogState", [dialog], dialog);
    if (state === "destroy") part.forget();
  }

  dialog_permission(number, granted) {
    const dialog = this.#dialog(number);
    const part = dialog && partOf(dialog);
    const asked = part?.get("permissionCallback") ?? dialog?.callbacks?.permissionCallback;
    if (granted) safely(() => asked?.onGranted?.(part.media.localStream));
    else safely(() => asked?.onDenied?.());
  }

  dialog_display(number, name, other) {
    const dialog = this.#dialog(number);
    if (!dialog) return;
    if (name !== undefined) dialog.params.remote_caller_id_name = name;
    if (other !== undefined) dialog.params.remote_caller_id_number = other;
    this.dialog_message(number, "display", {});
  }

  dialog_message(number, name, data) {
    const dialog = this.#dialog(number);
    if (dialog) this.#tell(dialog, "onMessage", [dialog, enums.message[name], data], dialog.verto, dialog, enums.message[name], data);
  }

  media_connect(number, epoch, offer, audio, video) {
    this.#media(number)?.connect(epoch, offer, { audio, video });
  }

  media_remote(number, epoch, sdp) {
    this.#media(number)?.remote(epoch, sdp);
  }

  media_enable(number, video, on) {
    this.#media(number)?.enable(video ? "video" : "audio", on);
  }

  media_ring(number, on) {
    this.#media(number)?.ring(on);
  }

  media_play(number, epoch) {
    this.#media(number)?.play(epoch);
  }

  media_close(number, epoch) {
    this.#media(number)?.close(epoch);
  }

  media_release(number) {
    const dialogs = this.dialogs();
    const dialog = dialogs?.get(number);
    if (dialog) safely(() => partOf(dialog).media.release());
    dialogs?.delete(number);
  }

  #dialog(number) {
    return this.dialogs()?.get(number);
  }

  #media(number) {
    const dialog = this.#dialog(number);
    return dialog && partOf(dialog).media;
  }

  // The listeners of the Verto, then the callback of the call.
  #tell(dialog, name, detail, ...args) {
    this.dispatch(name.slice("on".length).toLowerCase(), detail);
    const { callbacks } = dialog;
    if (typeof callbacks?.[name] === "function") safely(() => callbacks[name](...args));
  }
}

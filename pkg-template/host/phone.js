// What the core calls about telephone calls; src/browser/calls.rs says what each method is for.
import { refreshDevices, watchers } from "../media/devices.js";
import { Dialog, partOf } from "../sdk/dialog.js";
import { enums } from "../sdk/enums.js";
import { Host } from "./host.js";
import { callBack, safely } from "./page-code.js";

export class Phone extends Host {
  #devicesChanged = (change) => {
    this.dispatch("devicechange", [change]);
    callBack(this.verto()?.callbacks?.onDeviceChange, change);
  };

  hold(strongly) {
    super.hold(strongly);
    if (!strongly) return watchers.delete(this.#devicesChanged);
    watchers.add(this.#devicesChanged);
    // Pages that don't ask need no list.
    if (this.verto()?.callbacks?.onDeviceChange) safely(() => refreshDevices().catch(() => {}));
  }

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
    // What else the server sends is no setting: which devices are opened, which addresses are
    // loaded, is the page's to say.
    const settings = { useVideo: (attach && video) || null, useStereo: stereo || null };
    const dialog = new Dialog(verto, enums.direction.inbound, found, settings);
    partOf(dialog).begin(number);
  }

  dialog_state(number, state, cause, causeCode, error) {
    this.#with(number, (dialog, part) => {
      dialog.lastState = dialog.state;
      dialog.state = enums.state[state];
      part.happened(state);
      // It may be answered, or be back, long after the page went on with it.
      if (state === "active") part.goesOn();
      if (cause !== undefined) Object.assign(dialog, { cause, causeCode, error });
      part.progressed(error);
      this.#tell(dialog, "onDialogState", [dialog], dialog);
      if (state === "destroy") part.forget();
    });
  }

  dialog_permission(number, granted) {
    this.#with(number, (dialog, part) => {
      const asked = part.get("permissionCallback") ?? dialog.callbacks?.permissionCallback;
      if (granted) asked?.onGranted?.(part.media.localStream);
      else asked?.onDenied?.();
    });
  }

  dialog_display(number, name, other) {
    this.#with(number, ({ params }) => {
      params.remote_caller_id_name = name ?? params.remote_caller_id_name;
      params.remote_caller_id_number = other ?? params.remote_caller_id_number;
    });
    this.dialog_message(number, "display", {});
  }

  dialog_message(number, name, data) {
    this.#with(number, (dialog) => {
      const message = enums.message[name];
      this.#tell(dialog, "onMessage", [dialog, message, data], dialog.verto, dialog, message, data);
    });
  }

  media_connect(number, epoch, offer, audio, video) {
    this.#media(number, "connect", epoch, offer, { audio, video });
  }

  media_remote(number, epoch, sdp) {
    this.#media(number, "remote", epoch, sdp);
  }

  media_enable(number, video, on) {
    this.#media(number, "enable", video ? "video" : "audio", on);
  }

  media_ring(number, on) {
    this.#media(number, "ring", on);
  }

  media_play(number, epoch) {
    this.#media(number, "play", epoch);
  }

  media_close(number, epoch) {
    this.#media(number, "close", epoch);
  }

  media_release(number) {
    this.#media(number, "release");
    this.dialogs()?.delete(number);
  }

  #media(number, name, ...args) {
    this.#with(number, (_, { media }) => media[name](...args));
  }

  // The core goes on whatever the page has done to its object, or to the browser's.
  #with(number, run) {
    const dialog = this.dialogs()?.get(number);
    if (dialog) safely(() => run(dialog, partOf(dialog)));
  }

  // The listeners of the Verto, then the callback of the call.
  #tell(dialog, name, detail, ...args) {
    this.dispatch(name.slice("on".length).toLowerCase(), detail);
    const { callbacks } = dialog;
    if (typeof callbacks?.[name] === "function") safely(() => callbacks[name](...args));
  }
}

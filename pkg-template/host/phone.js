// What the core calls about telephone calls; src/browser/calls.rs says what each method is for.
import { refreshDevices, watchers } from "../media/devices.js";
import { prime } from "../media/ring.js";
import { member } from "../sdk/check.js";
import { Dialog, partOf } from "../sdk/dialog.js";
import { enums } from "../sdk/enums.js";
import { Host } from "./host.js";
import { callBack, eventOf, safely } from "./page-code.js";
import { Resume } from "./resume.js";

export class Phone extends Host {
  #resume = new Resume(() => this.options());
  // While calls of before a reload are being claimed, for which the login waits.
  #claiming = null;

  #devicesChanged = (change) => {
    this.dispatch("devicechange", [change]);
    callBack(this.verto()?.callbacks?.onDeviceChange, change);
  };

  #endPriming = null;

  hold(strongly) {
    super.hold(strongly);
    this.#endPriming?.();
    if (!strongly) return watchers.delete(this.#devicesChanged);
    this.#endPriming = prime((name) => member(this.options(), name));
    watchers.add(this.#devicesChanged);
    // Pages that don't ask need no list.
    if (this.verto()?.callbacks?.onDeviceChange) safely(() => refreshDevices().catch(() => {}));
  }

  socket(id, url) {
    this.#claiming ??= safely(() => this.#resume.claim((sessid, calls) => this.#expect(sessid, calls)));
    return super.socket(id, url);
  }

  // The login that comes is that of the page before the reload; says whether there is one.
  #expect(sessid, calls) {
    const resumes = this.core?.resume(sessid);
    for (const [callID, { held, audio, video }] of Object.entries(resumes ? calls : {})) {
      this.core.expect(callID, Number(held) + 2 * Number(audio) + 4 * Number(video));
    }
    return resumes;
  }

  credentials() {
    const claiming = this.#claiming;
    this.#claiming = null;
    return claiming ? claiming.then(() => super.credentials()) : super.credentials();
  }

  message(name, data) {
    if (name === "clientReady") this.#keep(true);
    super.message(name, data);
  }

  state(state, ...args) {
    if (state === "closed") this.#keep(true);
    super.state(state, ...args);
  }

  listen(on) {
    super.listen(on);
    const act = globalThis[on ? "addEventListener" : "removeEventListener"];
    for (const event of ["beforeunload", "pagehide"]) safely(() => act?.call(globalThis, event, this.#leave));
  }

  // After `beforeunload` a page may stay, so that the byes wait for `pagehide`. But by then Firefox has
  // closed the sockets; there what isn't answered yet is ended by the server.
  #leave = ({ type, defaultPrevented }) => {
    this.#keep();
    const early = type === "beforeunload";
    if (early && (defaultPrevented || !/Firefox/.test(globalThis.navigator?.userAgent))) return;
    this.dialogs()?.forEach((dialog) => {
      safely(() => {
        const answered = !!partOf(dialog).kept();
        if (answered ? !this.#resume.works : !early) dialog.hangup();
      });
    });
  };

  // `settled`: what of the record isn't back by now is over.
  #keep(settled) {
    safely(() => {
      const calls = {};
      this.dialogs()?.forEach((dialog) => {
        const kept = partOf(dialog).kept();
        if (kept) calls[dialog.callID] = kept;
      });
      if (settled) this.#resume.expected = {};
      this.#resume.keep(this.core?.sessid, calls);
    });
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
    // What the page knew of it before it was reloaded.
    const before = (attach && this.#resume.expected[callID]) || {};
    delete this.#resume.expected[callID];
    Object.assign(found, before.names);
    // What else the server sends is no setting: which devices are opened, which addresses are
    // loaded, is the page's to say.
    const settings = { useVideo: (attach && video) || null, useStereo: stereo || null, ...before.settings };
    const dialog = new Dialog(verto, enums.direction[before.direction ?? "inbound"], found, settings);
    const part = partOf(dialog);
    Object.assign(part.timings, before.timings);
    part.held = !!before.held;
    part.begin(number);
  }

  dialog_state(number, state, cause, causeCode, error) {
    this.#with(number, (dialog, part) => {
      dialog.lastState = dialog.state;
      dialog.state = enums.state[state];
      part.happened(state);
      if (state === "active" || state === "held") part.held = state === "held";
      // It may be answered, or be back, long after the page went on with it.
      if (state === "active") part.goesOn();
      if (cause !== undefined) Object.assign(dialog, { cause, causeCode, error });
      part.progressed(error);
      this.#tell(dialog, "onDialogState", [dialog], dialog);
      if (state === "destroy") part.forget();
    });
    this.#keep();
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
    this.dispatch(eventOf(name), detail);
    const { callbacks } = dialog;
    if (typeof callbacks?.[name] === "function") safely(() => callbacks[name](...args));
  }
}

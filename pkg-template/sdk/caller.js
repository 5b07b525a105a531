// What a Verto has for telephone calls. types/index.d.ts says what each method is for. The call
// centre's own build has no-caller.js in its place.
import { callBack } from "../host/page-code.js";
import { askPermission, cameraSizes, lists, refreshDevices } from "../media/devices.js";
import { usual } from "../media/media.js";
import { resumeAudio } from "../media/player.js";
import * as check from "./check.js";
import { Dialog, newDialog } from "./dialog.js";
import { stateOf } from "./state.js";

export class Caller {
  newCall(args, callbacks, onSuccess, onError) {
    return newDialog(this, args, callbacks, onSuccess, onError);
  }

  hangup(callID) {
    for (const dialog of check.valuesOf(stateOf(this).dialogs)) {
      if (check.isMissing(callID) || dialog.callID === callID) dialog.hangup();
    }
  }

  deviceParams(params) {
    const all = { ...this.options.deviceParams, ...check.copy("params", params) };
    this.options.deviceParams = all;
    const { useCamera, onResCheck } = all;
    if (onResCheck && useCamera && useCamera !== "none") {
      cameraSizes(useCamera).then((sizes) => callBack(onResCheck, sizes));
    }
  }

  static Dialog = Dialog;

  static get videoDevices() {
    return lists.videoinput;
  }

  static get audioInDevices() {
    return lists.audioinput;
  }

  static get audioOutDevices() {
    return lists.audiooutput;
  }

  // A page that assigns to them all the same gets no error.
  static set videoDevices(_) {}
  static set audioInDevices(_) {}
  static set audioOutDevices(_) {}

  static get defaultIceServers() {
    return usual.iceServers;
  }

  static set defaultIceServers(servers) {
    usual.iceServers = servers;
  }

  static resumeAudio() {
    return resumeAudio();
  }

  static init(options, done) {
    check.callback("callback", done);
    return init(check.object("options", options), done);
  }

  static refreshDevices(done) {
    check.callback("callback", done);
    return refresh(done);
  }
}

async function init(options, done) {
  const granted = options.skipPermCheck ? null : await askPermission();
  if (!options.skipDeviceCheck) await refresh();
  callBack(done, granted);
  return granted;
}

async function refresh(done) {
  let ok = true;
  try {
    await refreshDevices();
  } catch {
    // Without a microphone to ask for there are no devices.
    ok = false;
  }
  callBack(done, ok);
  return ok;
}

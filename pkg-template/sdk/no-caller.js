// The place of caller.js in the call centre's own build, which makes no calls.
import { callBack } from "../host/page-code.js";
import * as check from "./check.js";
import { failure } from "./error.js";

export class Caller {
  newCall() {
    throw failure("unsupported", "this build makes no WebRTC calls: use ccDial, or verto-min.js");
  }

  hangup() {}

  deviceParams(params) {
    this.options.deviceParams = params;
  }

  static videoDevices = [];
  static audioInDevices = [];
  static audioOutDevices = [];

  // There are no devices, but pages that never call ask for them all the same.
  static init(options, done) {
    return Caller.refreshDevices(done);
  }

  static refreshDevices(done) {
    check.callback("callback", done);
    return noDevices(done);
  }
}

async function noDevices(done) {
  await null;
  callBack(done, false);
  return false;
}

// The class `Dialog`: one telephone call. types/index.d.ts says what each of its methods is for.
import { callBack, eventOf, log, safely } from "../host/page-code.js";
import { Media } from "../media/media.js";
import * as check from "./check.js";
import { enums } from "./enums.js";
import { failure } from "./error.js";
import { Private, self } from "./private.js";
import { callCore, paramsText } from "./requests.js";
import { coreOf, stateOf } from "./state.js";

// What Client.ask() knows its requests by, and Client.enable() the changes: src/browser/calls.rs.
const INFO = 0;
const MODIFY = 1;
const HOLD = 2;
const TOGGLE_HOLD = 3;
const CHANGES = { off: 0, on: 1, toggle: 2, false: 1, true: 0 };
const ASK_ONLY = 3;
// What it returns the sum of.
const ENABLED = 1;
const THERE = 2;

// What a call's params have where the page says nothing.
const DEFAULTS = { useVideo: false, useStereo: false, screenShare: false };

// The settings of a call that outlive a reload of the page.
const KEPT = ["useMic", "useSpeak", "useCamera", "useVideo", "useStereo"];

const parts = new Private();

/** What a call has that isn't the page's to change; its media part tells it what it sees. */
class Part {
  /** The core's number of the call; 0 before it has one. */
  number = 0;
  onSuccess = null;
  onError = null;
  media = new Media(this);
  timings = {};
  held = false;
  #dialog;

  /** `settings` are what the page has said of this call's media, the newest first. */
  constructor(dialog, settings) {
    this.#dialog = dialog;
    this.settings = [settings];
    this.happened("created");
  }

  /** A setting: of answer(), of newCall(), or an option of the Verto. */
  get(name) {
    for (const place of [...this.settings, this.#dialog.verto.options]) {
      const value = check.member(place, name) ?? check.member(check.member(place, "deviceParams"), name);
      if (!check.isMissing(value)) return value;
    }
    return undefined;
  }

  get isOutbound() {
    return this.#dialog.direction === enums.direction.outbound;
  }

  /** Notes when something happened for the first time. */
  happened(what) {
    this.timings[what] ??= Date.now();
  }

  begin(number) {
    this.number = number;
    stateOf(this.#dialog.verto).dialogs.set(number, this.#dialog);
  }

  /** What a reloaded page must know of an answered call; `null` of another. */
  kept() {
    const { state, direction, params } = this.#dialog;
    const { active, held, recovering, answering } = enums.state;
    // One that was attached was answered before.
    if (!(this.timings.active || params.attach) || ![active, held, recovering, answering].includes(state)) return null;
    const settings = {};
    for (const name of KEPT) {
      const value = this.get(name);
      if (["string", "boolean"].includes(typeof value)) settings[name] = value;
    }
    const { remote_caller_id_name, remote_caller_id_number } = params;
    return {
      held: this.held,
      audio: this.#dialog.getMute(),
      video: this.#dialog.getVideoMute(),
      direction: direction.name,
      names: { remote_caller_id_name, remote_caller_id_number },
      timings: this.timings,
      settings,
    };
  }

  forget() {
    const { verto, callID } = this.#dialog;
    if (self(verto.dialogs?.[callID]) === this.#dialog) delete verto.dialogs[callID];
  }

  // Of the third and fourth argument of newCall() one is called, or none where the page hangs up.
  progressed(error) {
    const { trying, early, active, hangup, purge } = enums.state;
    const { state } = this.#dialog;
    if ([trying, early, active].includes(state)) callBack(this.onSuccess, this.#dialog);
    else if (![hangup, purge].includes(state)) return;
    else if (error) callBack(this.onError, error, this.#dialog);
    this.onSuccess = this.onError = null;
  }

  report(epoch, what, code, text) {
    coreOf(this.#dialog.verto).report(this.number, epoch, what, code, text);
  }

  remoteStream(stream) {
    this.#tell("onRemoteStream", stream, this.#dialog);
  }

  /** Sets what the page has chosen since. */
  choose(settings) {
    this.settings.unshift(settings);
  }

  deviceChange(change) {
    this.#hear("onDeviceChange", { ...change, dialog: this.#dialog });
  }

  mediaError(error) {
    if (!this.tell("onMediaError", error)) this.warn(error.message);
  }

  playbackBlocked(element) {
    if (this.#tell("onPlaybackBlocked", this.#dialog, element)) return;
    this.warn("the browser plays no sound before a click: call Verto.resumeAudio() in one");
  }

  warn(text, level = "warn") {
    log(this.#dialog.verto.options, level, `call ${this.#dialog.callID}: ${text}`);
  }

  /** With `autoHold` the page talks in one call: it goes on with this one. */
  goesOn() {
    safely(() => this.get("autoHold") && coreOf(this.#dialog.verto).hold_others(this.number));
  }

  /** Whether somebody listens to the samples of this call, or to what follows from them. */
  isWatched() {
    const { heard } = stateOf(this.#dialog.verto);
    return ["onStats", "onQuality"].some((name) => heard.has(eventOf(name)) || typeof this.#callback(name) === "function");
  }

  /** Whether nothing is to be heard now: the call is held, or its connection is away. */
  isQuiet() {
    const { state, verto } = this.#dialog;
    return state !== enums.state.active || verto.state !== "ready";
  }

  /** Tells the listeners of the Verto, then the callback; says whether there is one. */
  tell(name, what) {
    return this.#hear(name, this.#dialog, what);
  }

  #hear(name, ...args) {
    stateOf(this.#dialog.verto).dispatch(eventOf(name), args);
    return this.#tell(name, ...args);
  }

  #callback(name) {
    return this.get(name) ?? this.#dialog.callbacks?.[name];
  }

  #tell(name, ...args) {
    const own = this.#callback(name);
    callBack(own, ...args);
    return typeof own === "function";
  }
}

export function partOf(dialog) {
  return parts.get(dialog);
}

/**
 * What of the page's arguments goes to the server, as JSON text: elements, functions, streams and
 * nested settings stay here.
 */
export function dialogParams(given) {
  const kept = {};
  for (const [name, value] of Object.entries(given)) {
    if (name === "callID" || value === "" || !["string", "number", "boolean"].includes(typeof value)) continue;
    kept[name] = value;
  }
  check.plain("userVariables", given.userVariables);
  if (check.isObject(given.userVariables)) kept.userVariables = given.userVariables;
  if (check.isObject(given.audio)) kept.audio = given.audio;
  return check.json("arguments", kept);
}

// A request about the call. A page that ignores its failure gets no `unhandledrejection`.
function ask(dialog, what, params, ok, failed) {
  return callCore(dialog.verto, ok, failed, null, (core, id) => {
    core.ask(id, partOf(dialog).number, what, paramsText(params()));
  });
}

// Chooses a device. A page that ignores its failure gets no `unhandledrejection`.
function device(id, choose) {
  const chosen = (async () => {
    check.text("id", id);
    await choose();
  })();
  chosen.catch(() => {});
  return chosen;
}

// Changes the tracks of one kind; returns how they are.
function enable(dialog, video, change) {
  return coreOf(dialog.verto).enable(partOf(dialog).number, video, change);
}

export class Dialog {
  static get name() {
    return "Dialog";
  }

  constructor(verto, direction, params, settings) {
    this.verto = self(verto);
    this.direction = direction;
    this.params = params;
    this.callID = params.callID;
    this.callbacks = verto.callbacks;
    this.state = this.lastState = enums.state.new;
    parts.set(this, new Part(this, settings));
    // The page may have put anything in its place.
    if (check.isObject(verto.dialogs)) safely(() => (verto.dialogs[params.callID] = this));
  }

  get timings() {
    return partOf(this).timings;
  }

  get localStream() {
    return partOf(this).media.localStream;
  }

  get peer() {
    return partOf(this).media.peer;
  }

  get media() {
    return this.peer?.connectionState ?? "closed";
  }

  answer(params) {
    const given = check.copy("params", params);
    const part = partOf(this);
    const answers = coreOf(this.verto).answer(part.number, dialogParams(given));
    if (!answers) return false;
    part.choose(given);
    part.goesOn();
    return true;
  }

  hangup(params) {
    const { cause, causeCode } = check.copy("params", params);
    const code = Number(causeCode);
    const known = Number.isInteger(code) && code > 0 ? code : undefined;
    return coreOf(this.verto).hangup(partOf(this).number, check.isMissing(cause) ? undefined : String(cause), known);
  }

  stats() {
    return partOf(this).media.stats();
  }

  hold(ok, failed) {
    return ask(this, HOLD, () => ({ action: "hold" }), ok, failed);
  }

  unhold(ok, failed) {
    partOf(this).goesOn();
    return ask(this, HOLD, () => ({ action: "unhold" }), ok, failed);
  }

  toggleHold(ok, failed) {
    if (this.state === enums.state.held) partOf(this).goesOn();
    return ask(this, TOGGLE_HOLD, () => ({ action: "toggleHold" }), ok, failed);
  }

  transfer(destination, params, ok, failed) {
    const modify = () => ({ ...check.copy("params", params), action: "transfer", destination: digits("destination", destination) });
    return ask(this, MODIFY, modify, ok, failed);
  }

  replace(callID, params, ok, failed) {
    const modify = () => ({ ...check.copy("params", params), action: "replace", replaceCallID: check.text("callID", callID) });
    return ask(this, MODIFY, modify, ok, failed);
  }

  dtmf(keys, ok, failed) {
    return ask(this, INFO, () => ({ dtmf: digits("digits", keys) }), ok, failed);
  }

  rtt(text, ok, failed) {
    return ask(this, INFO, () => ({ txt: check.copy("text", text) }), ok, failed);
  }

  click(point, ok, failed) {
    return ask(this, INFO, () => ({ click: check.copy("point", point) }), ok, failed);
  }

  message(message, ok, failed) {
    const info = () => {
      for (const name of ["to", "body"]) check.text(name, check.member(message, name));
      return { msg: { from: this.verto.options?.login, ...check.copy("message", message) } };
    };
    return ask(this, INFO, info, ok, failed);
  }

  setMute(what) {
    return enable(this, false, CHANGES[what] ?? ASK_ONLY) === THERE;
  }

  getMute() {
    return (enable(this, false, ASK_ONLY) & ENABLED) > 0;
  }

  mute(what) {
    return this.setMute(what);
  }

  setVideoMute(what) {
    return enable(this, true, CHANGES[what] ?? ASK_ONLY) === THERE;
  }

  getVideoMute() {
    return (enable(this, true, ASK_ONLY) & ENABLED) > 0;
  }

  setMicrophone(id) {
    return device(id, () => partOf(this).media.setMicrophone(id));
  }

  setSpeaker(id) {
    return device(id, () => partOf(this).media.setSpeaker(id));
  }

  async setAudioPlaybackDevice(id, done, arg) {
    let label = null;
    try {
      await this.setSpeaker(id);
      const devices = this.verto.constructor.audioOutDevices ?? [];
      label = devices.find((device) => device.id === id)?.label ?? id;
    } catch (error) {
      partOf(this).warn(`this output device cannot be used: ${error?.message}`);
    }
    callBack(done, label !== null, label, arg);
    return label !== null;
  }

  cidString(escaped) {
    const { remote_caller_id_name: name, remote_caller_id_number: number } = this.params;
    const text = `${name} <${number}>`;
    const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
    return escaped ? text.replace(/[&<>"']/g, (character) => entities[character]) : text;
  }
}

/** A number to dial, or keys; pages give them as numbers too. */
export function digits(name, value) {
  return check.text(name, Number.isFinite(value) ? String(value) : value);
}

/** An outgoing call; `undefined` without a connection. */
export function newDialog(verto, args, callbacks, onSuccess, onError) {
  const given = check.copy("args", args);
  given.destination_number = digits("destination_number", given.destination_number);
  const callID = check.isMissing(given.callID) || given.callID === "" ? verto.constructor.genUUID() : check.text("callID", given.callID);
  check.callback("onSuccess", onSuccess || null);
  check.callback("onError", onError || null);
  const text = dialogParams({ ...DEFAULTS, ...given });
  const core = coreOf(verto);
  const live = stateOf(verto).dialogs;
  if (check.valuesOf(live).some((one) => one.callID === callID)) {
    throw failure("invalid-argument", "callID is that of a call that goes on");
  }
  const number = core.new_call(callID, text);
  if (!number) {
    log(verto.options, "error", "newCall: there is no connection: connect() first");
    return undefined;
  }
  const params = {
    ...DEFAULTS,
    login: verto.options?.login,
    ...given,
    callID,
    remote_caller_id_name: "Outbound Call",
    remote_caller_id_number: given.destination_number,
  };
  const dialog = new Dialog(verto, enums.direction.outbound, params, given);
  if (callbacks) dialog.callbacks = callbacks;
  const part = partOf(dialog);
  part.begin(number);
  Object.assign(part, { onSuccess, onError });
  part.goesOn();
  return dialog;
}

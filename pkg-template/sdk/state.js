// What stands behind each Verto of the page: its core, its handlers and its calls.
import { Calls } from "../host/calls.js";
import { Phone } from "../host/phone.js";
import { Registrations } from "../host/registrations.js";
import { Client } from "../host/wasm.js";
import { badArgument } from "./error.js";
import { Private, self } from "./private.js";
import { randomize } from "./random.js";

/**
 * What an instance holds on the JavaScript side. It is reachable only from the page's `Verto` (by
 * a WeakMap), so that the garbage collector takes the two together.
 */
class State {
  /** The client in WebAssembly; `null` until it is first needed. */
  core = null;
  calls = new Calls();
  registrations = new Registrations();
  /** The calls that have not ended, by the core's numbers. */
  dialogs = new Map();
  /** What is a field of the page's `Verto`, which may be frozen. */
  fields = {};
  /** The callbacks of connections that connect() has ended, until their end is told. */
  former = [];
  /** What the server answered last to a call, be it a result or an error. */
  lastResponse;
  /** The types of events that somebody has ever listened to. */
  heard = new Set();
  #target = null;

  /** What addEventListener() adds its listeners to; it is made when there is a first listener. */
  get target() {
    return (this.#target ??= new EventTarget());
  }

  /** Tells the listeners; `false` if one of them called preventDefault(). */
  dispatch(type, detail) {
    return this.#target?.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }
}

const states = new Private();

/** Makes `verto` an instance that has never connected. */
export function addState(verto) {
  states.set(verto, new State());
}

/** The state of `verto`, which must be an instance of Verto. */
export function stateOf(verto) {
  const state = states.get(verto);
  if (!state) throw badArgument("verto", "must be an instance of Verto");
  return state;
}

/** The core behind `verto`, which is made when it is first needed. */
export function coreOf(verto) {
  const state = stateOf(verto);
  if (!state.core) {
    const random = randomize(new Uint32Array(2));
    state.core = new Client(new Phone(self(verto), state), random[0], random[1]);
  }
  return state.core;
}

/** The state, if `verto` has one; it may be anything. */
export function stateIfAny(verto) {
  return states.get(verto);
}

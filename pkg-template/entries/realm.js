import { report } from "../host/page-code.js";

// What we take from the page while the script loads, because the page may lack it or have something
// of its own by that name. The bundler puts these in the place of the browser's, wherever they are used.

// Hash tables of old pages are called so too. Ours is then a list, which is slow only where it is long.
function works() {
  try {
    return new globalThis.Map().set(works, 1).get(works) === 1;
  } catch {
    return false;
  }
}

class List {
  #all = [];

  #find(key) {
    for (const one of this.#all) if (one.key === key) return one;
  }

  get size() {
    return this.#all.length;
  }

  get(key) {
    return this.#find(key)?.value;
  }

  set(key, value) {
    const known = this.#find(key);
    if (known) known.value = value;
    else this.#all.push({ key, value });
    return this;
  }

  delete(key) {
    this.#all = this.#all.filter((one) => one.key !== key);
  }

  clear() {
    this.#all = [];
  }

  keys() {
    return this.#all.map(({ key }) => key);
  }

  values() {
    return this.#all.map(({ value }) => value);
  }
}

export const Map = works() ? globalThis.Map : List;

// jsdom has neither. Importing does nothing there, and using says what is missing.
const missing = () => {
  throw new Error("there is no TextDecoder or TextEncoder: the page must have both before this script loads");
};
class Missing {
  decode(bytes) {
    if (bytes) missing();
  }

  encodeInto() {
    missing();
  }
}

export const TextDecoder = globalThis.TextDecoder ?? Missing;
export const TextEncoder = globalThis.TextEncoder ?? Missing;

const { parse } = JSON;
// One that doesn't work says so now: later it would only look as if no frame could be read.
globalThis.JSON.parse("0");
export { parse as "JSON.parse" };

// Timers stay the page's, whose test clocks replace them. What such a one throws would end the core.
export function setTimeout(run, ms) {
  try {
    return globalThis.setTimeout(run, ms);
  } catch (error) {
    report(error);
  }
}

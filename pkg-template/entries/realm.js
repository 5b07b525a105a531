import { report } from "../host/page-code.js";

// What we take from the page while the script loads, because the page may lack it or have something
// of its own by that name. The bundler puts these in the place of the browser's, wherever they are used.
// Here they have other names: a module that is bundled into a classic script must not define the
// browser's.

// Hash tables of old pages are called so too. Ours is then a list, which is slow only where it is long.
function works() {
  try {
    return new globalThis.Map().set(works, 1).get(works) === 1;
  } catch {
    return false;
  }
}

class List {
  entries = [];

  find(key) {
    for (const one of this.entries) if (one[0] === key) return one;
    return [];
  }

  get size() {
    return this.entries.length;
  }

  get(key) {
    return this.find(key)[1];
  }

  set(key, value) {
    this.delete(key);
    this.entries.push([key, value]);
    return this;
  }

  delete(key) {
    this.entries = this.entries.filter((one) => one[0] !== key);
  }

  clear() {
    this.entries = [];
  }

  forEach(act) {
    for (const [key, value] of this.entries) act(value, key);
  }
}

const Table = works() ? globalThis.Map : List;
export { Table as Map };

// jsdom has neither. Importing does nothing there, and using says what is missing.
class Missing {
  decode(used) {
    if (used) throw new Error("there is no TextDecoder or TextEncoder: the page must have both before this script loads");
  }

  encodeInto(text) {
    this.decode(text);
  }
}

const Decoder = globalThis.TextDecoder ?? Missing;
const Encoder = globalThis.TextEncoder ?? Missing;
export { Decoder as TextDecoder, Encoder as TextEncoder };

const { parse } = JSON;
// One that doesn't work says so now: later it would only look as if no frame could be read.
globalThis.JSON.parse("0");
export { parse as "JSON.parse" };

// Timers stay the page's, whose test clocks replace them. What such a one throws would end the core.
function setTimer(run, ms) {
  try {
    return globalThis.setTimeout(run, ms);
  } catch (error) {
    report(error);
  }
}
export { setTimer as setTimeout };

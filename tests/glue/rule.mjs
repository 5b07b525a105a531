// The plain rule of src/core/subscriptions/, worked out anew for each event: who hears it, and what
// its number means.

/** What handlers do besides hearing events. Whoever extends this has `act`, which does one step. */
export class Scripted {
  #scripts = new Map();

  script(script) {
    this.#scripts.set(script.handler, { ...script });
  }

  /** A handler was called: does what its script says. Returns whether the handler throws. */
  runs(handler) {
    const script = this.#scripts.get(handler);
    if (!script || script.calls-- > 0) return false;
    this.#scripts.delete(handler);
    for (const action of script.actions) this.act(action);
    return script.throws;
  }
}

/** What a page must hear by the plain rule. */
export class Rule extends Scripted {
  heard = [];
  #registrations = [];
  #last = 0;
  #handles = [];
  #queue = [];
  #telling = false;
  // The highest event number that was accepted on each channel.
  #numbers = new Map();
  // The channels on which a number was greater than one before it. Until then an equal one is no
  // repetition.
  #rises = new Set();
  #asked = new Set();

  subscribe({ channels, handler, userData, local }) {
    for (const name of channels) {
      const wanted = this.#isWanted(name);
      const same = (one) => one.channel === name && one.handler === handler && Object.is(one.userData, userData);
      let one = this.#registrations.find(same);
      if (one) one.local &&= local;
      else {
        one = { channel: name, handler, userData, local, serno: ++this.#last };
        this.#registrations.push(one);
      }
      this.#handles.push(one);
      if (!wanted && !one.local) {
        this.#numbers.delete(name);
        this.#asked.add(name);
      }
    }
  }

  unsubscribe({ targets }) {
    for (const target of targets) {
      const whole = typeof target === "string";
      const handle = whole ? null : this.#handles[target % this.#handles.length];
      if (!whole && !handle) continue;
      const name = whole ? target : handle.channel;
      this.#end((one) => one.channel === name && (whole || one.serno === handle.serno));
      if (!this.#registrations.some((one) => one.channel === name)) this.#rises.delete(name);
      if (this.#isWanted(name)) continue;
      this.#numbers.delete(name);
      this.#asked.delete(name);
    }
  }

  unsubscribeAll() {
    this.#end(() => true);
    this.#rises.clear();
    this.#numbers.clear();
    this.#asked.clear();
  }

  #end(meant) {
    for (const one of this.#registrations) if (meant(one)) one.ended = true;
    this.#registrations = this.#registrations.filter((one) => !one.ended);
  }

  #isWanted(name) {
    return this.#registrations.some((one) => one.channel === name && !one.local);
  }

  drop() {
    this.#numbers.clear();
  }

  connect() {
    this.unsubscribeAll();
  }

  /** An event number on this channel: the next, or one that has come already. */
  numberOf(name, which) {
    const last = this.#numbers.get(name);
    if (which === "next") return (last ?? 4) + 1;
    return which === "repeated" ? last : undefined;
  }

  /** Takes in a message. Who hears its events is worked out before any of them is told. */
  message(frames) {
    for (const { eventChannel, subscribedChannel, eventSerno, data } of frames) {
      if (typeof eventChannel !== "string") continue;
      if (eventChannel === data.sessid) this.#queue.push({ data, isPrivate: true });
      else this.#queue.push({ data, route: this.#route(eventChannel, subscribedChannel, eventSerno) });
    }
    if (this.#telling) return;
    this.#telling = true;
    while (this.#queue.length) this.#tell(this.#queue.shift());
    this.#telling = false;
  }

  #route(name, subscribed, number) {
    const on = (channel) => this.#registrations.filter((one) => one.channel === channel);
    if (typeof subscribed === "string") {
      const here = on(subscribed);
      if (here.length && number !== undefined) {
        const last = this.#numbers.get(subscribed);
        if (number > last) this.#rises.add(subscribed);
        if (number < last || (number === last && this.#rises.has(subscribed))) return [];
        this.#numbers.set(subscribed, number);
      }
      return here;
    }
    const route = [];
    const known = (one) => (two) => one.handler === two.handler && Object.is(one.userData, two.userData);
    for (let rest = name; ; rest = rest.slice(0, rest.lastIndexOf("."))) {
      for (const one of on(rest)) if (!route.some(known(one))) route.push(one);
      if (!rest.includes(".")) return route;
    }
  }

  #tell({ route, data, isPrivate }) {
    if (isPrivate) this.heard.push(`private ${data.n}`);
    for (const registration of route ?? []) {
      if (registration.ended) continue;
      const { handler, userData } = registration;
      this.heard.push(`${handler} ${String(userData)} ${data.n}`);
      if (this.runs(handler)) this.heard.push(`threw ${handler}`);
    }
  }

  /** The server has answered all requests for channels. */
  settled() {
    for (const name of this.#asked) this.#numbers.delete(name);
    this.#asked.clear();
  }
}

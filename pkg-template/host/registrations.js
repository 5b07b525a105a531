import { safely } from "./page-code.js";

/**
 * The handlers that the page subscribed. The core knows a handler with its userData as a
 * `listener`, by a number; each subscription of a listener to a channel is a registration, and
 * its number is the `serno` of the handle that the page gets.
 */
export class Registrations {
  #bySerno = new Map();
  #byHandler = new Map();
  #bySource = new Map();
  #lastListener = 0;

  get(serno) {
    return this.#bySerno.get(serno);
  }

  /**
   * The listener for a handler with its userData: the same pair has the same number. With `fromServer`
   * it doesn't hear what clients broadcast.
   */
  listener(handler, userData, fromServer) {
    const known = this.#byHandler.get(handler) ?? [];
    for (const one of known) {
      if (one.fromServer === fromServer && Object.is(one.userData, userData)) return one;
    }
    const number = ++this.#lastListener;
    const twin = this.#twin(handler, userData, number);
    const made = { handler, userData, fromServer, number, uses: 0, twin };
    this.#byHandler.set(handler, [...known, made]);
    return made;
  }

  // Handlers with the same source text and userData are twins: most likely the page ran the same
  // code again. All bound functions have the same text, but their names differ. What becomes of
  // twins is decided in src/core/subscriptions/channel.rs.
  #twin(handler, userData, number) {
    const source = safely(() => handler && String(handler.name) + Function.prototype.toString.call(handler));
    const twins = this.#bySource.get(source) ?? new Map();
    const twin = twins.get(userData) ?? { source, number, uses: 0 };
    twin.uses++;
    this.#bySource.set(source, twins.set(userData, twin));
    return twin;
  }

  /**
   * Adds a registration. If the core gave the number of one that exists, that one is renewed:
   * `stop`, which ends listening to the page's signal, replaces the earlier one.
   */
  add(serno, listener, readyHandler, stop) {
    const known = this.#bySerno.get(serno);
    if (!known) {
      listener.uses++;
      this.#bySerno.set(serno, { listener, readyHandler, stop, released: null });
      return;
    }
    known.stop?.();
    known.readyHandler = readyHandler ?? known.readyHandler;
    known.stop = stop;
  }

  /** Runs `act` when the registration is released. */
  whenReleased(serno, act) {
    this.#bySerno.get(serno).released = act;
  }

  /** Forgets a registration: its handler isn't called any more. */
  release(serno) {
    const registration = this.#bySerno.get(serno);
    if (!registration) return;
    const { listener, stop, released } = registration;
    this.#bySerno.delete(serno);
    // Whoever still holds the registration sees by this that it has ended.
    registration.listener = null;
    listener.uses--;
    this.forgetUnused(listener);
    stop?.();
    released?.();
  }

  /** Forgets a listener that no registration uses. */
  forgetUnused(listener) {
    const known = this.#byHandler.get(listener.handler);
    if (listener.uses > 0 || !known?.includes(listener)) return;
    const { twin, userData } = listener;
    if (!--twin.uses) {
      const twins = this.#bySource.get(twin.source);
      twins.delete(userData);
      if (!twins.size) this.#bySource.delete(twin.source);
    }
    const left = known.filter((one) => one !== listener);
    if (left.length) this.#byHandler.set(listener.handler, left);
    else this.#byHandler.delete(listener.handler);
  }
}

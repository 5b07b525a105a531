import { callBack } from "./page-code.js";

const nothing = () => {};

/** The calls that the page made and that are not settled yet: callbacks and promises. */
export class Calls {
  #pending = new Map();
  #last = 0;

  /**
   * Makes a call, which `start` gets the number of; returns the promise of its outcome. If the
   * page ignores a failure, that is no `unhandledrejection`: pages that use callbacks know nothing
   * of promises.
   */
  make(ok, failed, start) {
    const id = (this.#last = (this.#last + 1) >>> 0);
    const call = { ok, failed, stop: null };
    call.promise = new Promise((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    this.#pending.set(id, call);
    start(id);
    return call.promise;
  }

  /** Runs `stop` when the call is settled. */
  whenSettled(id, stop) {
    this.#pending.get(id).stop = stop;
  }

  /** Settles a call's promise and runs its callback. */
  settle(id, ok, value) {
    const call = this.#pending.get(id);
    if (!call) return;
    this.#pending.delete(id);
    call.stop?.();
    if (ok) call.resolve(value);
    else {
      // `catch` makes one more promise. Few calls fail, so it is made here and not for every call.
      call.promise.catch(nothing);
      call.reject(value);
    }
    callBack(ok ? call.ok : call.failed, value);
  }
}

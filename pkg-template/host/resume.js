// Calls that outlive a reload of the page: what the tab keeps of them.
//
// A record in sessionStorage belongs to one tab, yet a duplicated tab gets a copy. So the session's
// lock counts: only the page that has it may use the record, and it has it while it has calls.
import { log } from "./page-code.js";

const NAME = "verto-wasm";

// How long a server keeps a call without its socket, in ms (mod_verto's `detach-timeout-sec`).
const KEPT = 120_000;

// How long the page before the reload may take to let go of the lock, in ms.
const LETS_GO = 1_000;

/** Resolves with what releases the lock, as soon as the page has it. */
function lock(sessid, options) {
  return new Promise((resolve, reject) => {
    const held = (lock) => (lock ? new Promise(resolve) : reject(new Error("another tab has them")));
    navigator.locks.request(`${NAME} ${sessid}`, options, held).catch(reject);
  });
}

export class Resume {
  /** What is known of the calls of a record, by their callID, until they are back. */
  expected = {};
  // Where the record is, from when there is a call to be kept; and what lets go of its lock.
  #key = null;
  #record = null;
  #release = null;
  // This browser, or this page's frame, keeps nothing.
  #off = false;
  #options;

  /** `options()` are those of the instance. */
  constructor(options) {
    this.#options = options;
  }

  /** Whether this instance's calls may come back in a reloaded page by a record. */
  get #wanted() {
    const { resume, sessid } = this.#options() ?? {};
    return resume !== false && !sessid && !this.#off;
  }

  /** Whether a call comes back in a reloaded page: by the record, or by the page's own sessid. */
  get works() {
    return !!this.#release || (this.#options()?.resume !== false && !!this.#options()?.sessid);
  }

  get #place() {
    const { socketUrl, login } = this.#options();
    return [NAME, login, socketUrl].join(" ");
  }

  /**
   * Where the page before a reload has left calls: a promise that settles when they are claimed, and
   * `use(sessid, calls)` was called, or when they cannot be. `null` where there is nothing to wait for.
   */
  claim(use) {
    if (this.#key || !this.#wanted) return null;
    const place = this.#place;
    let text = null;
    try {
      text = sessionStorage.getItem(place);
    } catch (error) {
      this.#lacks(error);
    }
    return text && this.#claim(place, text, use);
  }

  async #claim(place, text, use) {
    this.#key = place;
    try {
      const { sessid, calls, left } = JSON.parse(text);
      if (Date.now() - left > KEPT) throw new Error("they are too old");
      const release = await lock(sessid, { signal: AbortSignal.timeout(LETS_GO) });
      this.#release = release;
      // The page may have connected otherwise meanwhile.
      if (this.#place !== place || !use(sessid, calls)) throw new Error("another login came first");
      this.expected = calls;
    } catch (error) {
      this.#log(error);
      this.#forget(place);
    }
  }

  /** Keeps what is to be known of the calls after a reload; without calls there is no record. */
  keep(sessid, live) {
    const calls = { ...this.expected, ...live };
    const some = Object.keys(calls).length > 0;
    if (!some && this.#key) this.#forget(this.#key);
    if (!some || !this.#wanted) return;
    this.#record = { sessid, calls, left: Date.now() };
    if (this.#release) this.#write();
    else if (!this.#key) this.#take(sessid);
  }

  #write() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#record));
    } catch (error) {
      this.#lacks(error);
      this.#forget(this.#key);
    }
  }

  async #take(sessid) {
    const place = (this.#key = this.#place);
    try {
      const release = await lock(sessid, { ifAvailable: true });
      // Its last call may have ended meanwhile.
      if (this.#key !== place) return release();
      this.#release = release;
      this.#write();
    } catch (error) {
      this.#lacks(error);
      this.#forget(place);
    }
  }

  #forget(place) {
    this.#release?.();
    this.#key = this.#release = null;
    try {
      sessionStorage.removeItem(place);
    } catch {
      // There is none.
    }
  }

  // Nothing is tried again, so that this is told once.
  #lacks(error) {
    this.#off = true;
    this.#log(error);
  }

  #log(error) {
    const options = this.#options();
    if (options?.debug || options?.logger) log(options, "debug", `calls of before a reload are not resumed: ${error?.message}`);
  }
}

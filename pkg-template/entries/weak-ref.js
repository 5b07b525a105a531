// For browsers without it (Chromium before 84), which don't say either what was collected: an
// instance that the page drops without logout() stays until the page ends.
export const WeakRef =
  globalThis.WeakRef ??
  class {
    #target;

    constructor(target) {
      this.#target = target;
    }

    deref() {
      return this.#target;
    }
  };

// For browsers without WeakRef (Chromium before 84). They can't tell what the garbage collector
// took either: an instance that the page drops without logout() stays until the page ends.
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

const SELF = Symbol("self");

/** The object itself, also where a framework's proxy of it is given (Vue, MobX). */
export function self(object) {
  // A function, because proxies wrap objects that they hand out, but no functions.
  return object?.[SELF]?.() ?? object;
}

/**
 * What belongs to a page's object without being a field of it: whatever the page does to
 * its own object (Object.assign, a property of the same name), this stays.
 */
export class Private {
  #map = new WeakMap();

  set(object, value) {
    Object.defineProperty(object, SELF, { value: () => object });
    this.#map.set(object, value);
  }

  get(object) {
    return this.#map.get(self(object));
  }
}

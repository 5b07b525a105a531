const SELF = Symbol("self");

/** The object itself, also where a framework's proxy of it is given (Vue, MobX). */
export function self(object) {
  // This is a function because proxies wrap the objects that they hand out, but not what a
  // function returns.
  return object?.[SELF]?.() ?? object;
}

/**
 * What belongs to an object of the page's without being a field of it. Whatever the page does to
 * its own object (Object.assign, a property of the same name), the private part stays as it is.
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

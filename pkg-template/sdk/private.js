const HIDDEN = Symbol("hidden");

/** The object itself, also where a framework's proxy of it is given (Vue, MobX). */
export function self(object) {
  return object?.[HIDDEN]?.().object ?? object;
}

/**
 * What belongs to an object of the page's without being a field of it. Whatever the page does to
 * its own object (Object.assign, a property of the same name), the private part stays as it is.
 */
export class Private {
  set(object, value) {
    // This is a function because proxies wrap the objects that they hand out, but not what a
    // function returns.
    const hidden = () => ({ owner: this, object, value });
    // A page may have added `get` to Object.prototype, and a property is not both.
    Object.defineProperty(object, HIDDEN, { __proto__: null, value: hidden });
  }

  get(object) {
    const hidden = object?.[HIDDEN]?.();
    return hidden?.owner === this ? hidden.value : undefined;
  }
}

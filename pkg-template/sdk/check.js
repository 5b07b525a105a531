// Checks of what the page gives to a method. What cannot be used throws a VertoError that names it.
import { badArgument, failure } from "./error.js";

/** The largest text frame that a server accepts, in bytes (FreeSWITCH, transcript s14). */
const LARGEST_FRAME = 1_000_000;
/**
 * The longest name of a channel, and the longest `subParams`, in bytes: a limit of our own, so that a
 * request for a channel is always small enough to be sent.
 */
const LONGEST = 10_000;

export function isMissing(value) {
  return value === undefined || value === null;
}

export function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** What was thrown by a class that stands in for the platform's, in words. */
export function words(thrown) {
  try {
    const said = thrown?.message ?? thrown;
    return typeof said === "string" ? said : "it failed";
  } catch {
    return "it failed";
  }
}

/**
 * What `read` returns for the argument `name`; getters and proxies of the page's may throw. What they
 * throw may hold a secret, and is in no error of ours.
 */
export function reading(name, read) {
  try {
    return read();
  } catch {
    // Where a built-in itself is broken, one of these throws what it says.
    has({}, "");
    for (const key of Object.keys([[]].flat())) has({}, key);
    throw badArgument(name, "cannot be read: a getter or a proxy throws");
  }
}

/**
 * Whether an object has a member itself or by a class of the page's. What every object inherits
 * doesn't count: a library may have added members to Object.prototype, and somebody hostile may
 * have added one that we would read as an option.
 */
export function has(object, name) {
  for (let owner = object; owner; ) {
    if (Object.prototype.hasOwnProperty.call(owner, name)) return true;
    owner = Object.getPrototypeOf(owner);
    // The last prototype of a chain is Object.prototype, be it this page's or a frame's.
    if (owner && !Object.getPrototypeOf(owner)) return false;
  }
  return false;
}

/** The member `name` of an object. An error names it `as`. */
export function member(object, name, as = name) {
  return reading(as, () => {
    const value = object?.[name];
    return value === undefined || has(Object(object), name) ? value : undefined;
  });
}

/** An object; an empty one where it is left out. */
export function object(name, value) {
  if (isMissing(value)) return {};
  if (typeof value !== "object") throw badArgument(name, "must be an object");
  return value;
}

/** A copy of an object. */
export function copy(name, value) {
  const given = object(name, value);
  return reading(name, () => ({ ...given }));
}

/** A list of what may be given alone or as an array. */
export function list(name, value) {
  return reading(name, () => [value].flat());
}

/** The values of a Map as they are now. Bundlers' loose mode spreads nothing but arrays. */
export function valuesOf(map) {
  const values = [];
  map.forEach((value) => values.push(value));
  return values;
}

/** A function, which may be left out. */
export function callback(name, value) {
  if (!isMissing(value) && typeof value !== "function") throw badArgument(name, "must be a function");
  return value;
}

// The bytes of a text in UTF-8. Each half of a surrogate pair stands for two.
function bytes(text) {
  const ascii = text.replace(/[\u0800-\ud7ff\ue000-\uffff]/g, "***").replace(/[^\0-\x7f]/g, "**");
  return ascii.length;
}

/**
 * A string that is not too long to be sent. It is checked before it goes to WebAssembly, whose
 * memory never shrinks again.
 */
export function fits(name, text, most = LARGEST_FRAME) {
  // A text has never more UTF-16 units than it has bytes in UTF-8. The bytes of a long text are
  // counted by the core.
  if (text.length <= most && (most > LONGEST || bytes(text) <= most)) return text;
  const limit = most.toLocaleString("en");
  const than = most === LARGEST_FRAME ? `the ${limit} bytes that a server accepts` : `${limit} bytes`;
  throw failure("too-large", `${name} is larger than ${than}`);
}

/** A non-empty string. */
export function text(name, value, most) {
  if (isMissing(value)) throw badArgument(name, "is missing");
  if (typeof value !== "string" || value === "") throw badArgument(name, "must be a non-empty string");
  return fits(name, value, most);
}

/** The name of a channel. */
export function channel(value) {
  return text("channel", value, LONGEST);
}

/** `subParams` as JSON text. */
export function subParams(value) {
  return isMissing(value) ? undefined : fits("subParams", json("subParams", value), LONGEST);
}

/** The JSON text of an object of the page's; `{}` where it is left out. */
export function json(name, value) {
  if (isMissing(value)) return "{}";
  let text;
  try {
    text = JSON.stringify(value);
  } catch {
    // As in reading().
    JSON.stringify({});
    throw badArgument(name, "cannot be written as JSON: it has a cycle, a bigint, or a member that throws");
  }
  if (text?.[0] !== "{") throw badArgument(name, "must be an object");
  return fits(name, text);
}

/** The JSON text of an object that goes to the server as names with values: a server may crash on anything else. */
export function plain(name, value) {
  const text = json(name, value);
  // JSON writes a Map, for one, as an object without members.
  if (isMissing(value) || Object.prototype.toString.call(value) === "[object Object]") return text;
  throw badArgument(name, "must be an object");
}

/** A number of ms; `usual` where it is left out. */
export function milliseconds(name, value, usual) {
  if (isMissing(value)) return usual;
  if (Number.isFinite(value) && value >= 1) return value;
  throw badArgument(name, "must be a number of ms, 1 or more");
}

/**
 * The code of each kind of failure for which the server gave no code of its own. The table in
 * src/core/error.rs has the same codes; tests/glue/errors.test.mjs compares the two, and the list
 * in types/index.d.ts.
 */
export const CODES = {
  timeout: -1,
  "connection-lost": -2,
  closed: -3,
  "taken-over": -4,
  "invalid-argument": -5,
  "too-large": -6,
  overflow: -7,
  unsupported: -8,
  // The only kind that the core doesn't have: it is told where the core couldn't be started.
  "wasm-unavailable": -9,
  auth: -10,
  rejected: -11,
  aborted: -12,
  "media-denied": -13,
  "media-insecure": -14,
  "media-missing": -15,
  "media-busy": -16,
  "media-failed": -17,
};

/**
 * The one error of this package. `kind` says what happened in a word, `code` is the
 * server's or one of ours, `message` says what to do.
 */
export class VertoError extends Error {
  static get name() {
    return "VertoError";
  }

  constructor(kind, code, message, details) {
    super(message, details);
    this.kind = kind;
    this.code = code;
    this.reason = details?.reason;
    this.data = details?.data;
    this.method = details?.method;
    this.sent = details?.sent;
  }

  // JSON.stringify() would leave out the fields that every Error has, such as `message`.
  toJSON() {
    const { name, kind, code, message, reason, data, method, sent } = this;
    return { name, kind, code, message, reason, data, method, sent };
  }
}
Object.defineProperty(VertoError.prototype, "name", { __proto__: null, value: "VertoError" });

/** A failure that this side found, with the code of its kind. */
export function failure(kind, message, details) {
  return new VertoError(kind, CODES[kind], message, details);
}

/**
 * The failure for what was thrown and is no error of ours: WebAssembly has no memory left, or
 * something that the page replaced doesn't work.
 */
export function foreign(cause) {
  // The trap of a module that wasm2js has made says nothing but "abort".
  if (/^(RangeError|RuntimeError)$/.test(cause?.name) || cause?.message === "abort") {
    return failure("overflow", "no memory is left for this call", { cause });
  }
  return failure("unsupported", `something that this page replaced doesn't work: ${cause?.message ?? cause}`, { cause });
}

/** The page gave an argument that cannot be used. */
export function badArgument(name, must) {
  return failure("invalid-argument", `${name} ${must}`);
}

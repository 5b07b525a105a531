/**
 * The one error of this package. `kind` says what happened in a word, `code` is the
 * server's or one of ours, `message` says what to do.
 */
export class VertoError extends Error {
  static name = "VertoError";

  constructor(kind, code, message, details) {
    super(message, details);
    this.kind = kind;
    this.code = code;
    this.reason = details?.reason;
    this.data = details?.data;
    this.method = details?.method;
    this.sent = details?.sent;
  }

  // An Error's own fields are lost in JSON.
  toJSON() {
    const { name, kind, code, message, reason, data, method, sent } = this;
    return { name, kind, code, message, reason, data, method, sent };
  }
}
Object.defineProperty(VertoError.prototype, "name", { value: "VertoError" });

/** The page gave an argument that cannot be used. */
export function badArgument(name, must) {
  return new VertoError("invalid-argument", -5, `${name} ${must}`);
}

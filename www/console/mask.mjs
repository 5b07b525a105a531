// Hides passwords and tokens before a frame is kept.

const SECRETS = ["passwd", "password", "xui_sessid", "xcc_token", "token"];
// Most frames hold no secret, and need not be parsed to find out.
const HINT = new RegExp(SECRETS.map((name) => `"${name}"`).join("|"), "i");
// For frames that are no JSON: they may hold a password as well.
const VALUE = new RegExp(`("(?:${SECRETS.join("|")})"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^,}\\]]*)`, "gi");

/** The same text with the value of each secret member replaced by `"***"`. */
export function mask(text) {
  if (!HINT.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), (name, value) => (SECRETS.includes(name.toLowerCase()) ? "***" : value));
  } catch {
    return text.replace(VALUE, '$1"***"');
  }
}

// Reads and checks what the page gives. What cannot be used throws a VertoError that names it.
import { VertoError, badArgument } from "./error.js";

/** The largest text frame that a server accepts, in bytes (FreeSWITCH, transcript s14). */
const LARGEST_FRAME = 1_000_000;
/**
 * The longest name of a channel, and the longest `subParams`: ours, so that a request for a
 * channel can always be sent.
 */
const LONGEST = 10_000;
// What a request may take unless the page says otherwise, in ms; a back end may answer `ccDial`,
// which is a jsapi, only when the phone is picked up.
const TIMEOUT = 10_000;
const JSAPI_TIMEOUT = 60_000;
// How a silent server is found out unless the page says otherwise: ms, and how often.
const INTERVAL = 10_000;
const MAX_FAILED = 2;
// The members of `loginParams` that carry a token (specification; pages in the field send
// `xcc_token` besides).
const TOKENS = ["xui_sessid", "xcc_token"];

export function isMissing(value) {
  return value === undefined || value === null;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

// What was thrown, in words.
function words(thrown) {
  try {
    const said = thrown?.message ?? thrown;
    return typeof said === "string" ? said : "it failed";
  } catch {
    return "it failed";
  }
}

/** What `read` gives of the argument `name`; getters and proxies of the page's may throw. */
export function reading(name, read) {
  try {
    return read();
  } catch (thrown) {
    throw badArgument(name, `cannot be read: ${words(thrown)}`);
  }
}

/** The member `name` of an object. */
export function member(object, name, as = name) {
  return reading(as, () => object?.[name]);
}

/** An object; an empty one where it is left out. */
export function object(name, value) {
  if (isMissing(value)) return {};
  if (typeof value !== "object") throw badArgument(name, "must be an object");
  return value;
}

/** A copy of it. */
export function copy(name, value) {
  const given = object(name, value);
  return reading(name, () => ({ ...given }));
}

/** A string that a request can hold: wasm memory, once grown, stays. */
export function fits(name, text, most = LARGEST_FRAME) {
  // UTF-16 units, of which there are never more than bytes in UTF-8.
  if (text.length <= most) return text;
  const limit = most.toLocaleString("en");
  const than = most === LARGEST_FRAME ? `the ${limit} bytes that a server accepts` : `${limit} bytes`;
  throw new VertoError("too-large", -6, `${name} is larger than ${than}`);
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
  } catch (thrown) {
    throw badArgument(name, `cannot be written as JSON: ${words(thrown)}`);
  }
  if (text?.[0] !== "{") throw badArgument(name, "must be an object");
  return fits(name, text);
}

/** A span of time in ms; `usual` where it is left out. */
export function milliseconds(name, value, usual) {
  if (isMissing(value)) return usual;
  if (Number.isFinite(value) && value >= 1) return value;
  throw badArgument(name, "must be a number of ms, 1 or more");
}

/** The arguments of the core's `connect`. */
export function config(options) {
  if (!isObject(options)) {
    throw badArgument("params", "must be an object with socketUrl, login and passwd");
  }
  const get = (name) => member(options, name);
  const url = socketUrl("socketUrl", get("socketUrl"));
  const other = get("wsFallbackURL");
  const fallback = isMissing(other) ? undefined : socketUrl("wsFallbackURL", other);
  checkSocketClass(get("WebSocket") ?? globalThis.WebSocket);
  const fresh = login(options);
  const id = get("sessid");
  const sessid = isMissing(id) || id === "" ? undefined : text("sessid", id);
  const timeout = milliseconds("timeout", get("timeout"));
  const reconnect = get("autoReconnect") ?? true;
  if (typeof reconnect !== "boolean") throw badArgument("autoReconnect", "must be true or false");
  const silence = keepAlive(get("keepAlive"));
  const times = [timeout ?? TIMEOUT, timeout ?? JSAPI_TIMEOUT];
  return [url, fallback, sessid, reconnect, fresh, ...silence, ...times];
}

/**
 * Checks what a login is made from; says whether functions give it, so that each login may
 * have fresh credentials.
 */
export function login(options) {
  const get = (name) => member(options, name);
  const [user, ...domain] = text("login", get("login")).split("@");
  if (!user || !domain.join("@")) throw badArgument("login", "must be user@domain");
  const passwd = get("passwd");
  const loginParams = get("loginParams");
  const isFunction = (value) => typeof value === "function";
  if (!isMissing(passwd) && !isFunction(passwd) && password(passwd) === undefined) {
    throw badArgument("passwd", "must be a string or a function");
  }
  if ((isMissing(passwd) || passwd === "") && !isFunction(loginParams) && !hasToken(loginParams)) {
    throw badArgument("passwd", "is missing: give a password, or a token as loginParams.xui_sessid");
  }
  json("userVariables", get("userVariables"));
  if (!isFunction(loginParams)) json("loginParams", loginParams);
  return isFunction(passwd) || isFunction(loginParams);
}

/** The parameters of `login` as JSON text (FreeSWITCH, transcript s01). */
export function loginText(options, passwd, loginParams) {
  const get = (name) => member(options, name);
  const params = isObject(loginParams) ? withoutEmptyTokens(loginParams) : {};
  // With a token the server takes any word, and the specification's is this.
  const word = password(passwd) || (hasToken(params) ? "password" : undefined);
  if (!word) throw badArgument("passwd", "is missing");
  const variables = get("userVariables");
  return json("loginParams or userVariables", {
    login: text("login", get("login")),
    passwd: fits("passwd", word),
    loginParams: params,
    userVariables: isObject(variables) ? variables : {},
  });
}

// Pages give numbers where strings belong.
function password(value) {
  if (typeof value === "string") return value;
  return Number.isFinite(value) ? String(value) : undefined;
}

function hasToken(loginParams) {
  return TOKENS.some((name) => !isEmptyToken(member(loginParams, name)));
}

// Pages that log in by password pass empty tokens; they count as none.
function isEmptyToken(value) {
  return isMissing(value) || value === "";
}

function withoutEmptyTokens(loginParams) {
  const kept = {};
  for (const name of reading("loginParams", () => Object.keys(loginParams))) {
    const value = member(loginParams, name);
    if (!TOKENS.includes(name) || !isEmptyToken(value)) kept[name] = value;
  }
  return kept;
}

// `keepAlive`: {interval, maxFailed}, or `false` for none, which the core knows by 0.
function keepAlive(value) {
  if (value === false) return [0, 0];
  if (!isMissing(value) && value !== true && !isObject(value)) {
    throw badArgument("keepAlive", "must be {interval, maxFailed}, or false for none");
  }
  const get = (name) => member(value, name, `keepAlive.${name}`);
  const interval = milliseconds("keepAlive.interval", get("interval"), INTERVAL);
  const most = get("maxFailed") ?? MAX_FAILED;
  if (!(typeof most === "number" && most >= 1)) throw badArgument("keepAlive.maxFailed", "must be 1 or more");
  return [interval, Math.min(most, 1e9)];
}

function socketUrl(name, value) {
  const address = text(name, value);
  let url;
  try {
    url = new URL(address);
  } catch {
    // It is said below.
  }
  if (!/^wss?:$/.test(url?.protocol) || url.hash) {
    throw badArgument(name, "must be an address like wss://host:port/ws");
  }
  return address;
}

function checkSocketClass(WebSocket) {
  if (isMissing(WebSocket)) {
    const message =
      "there is no WebSocket here: give a class as the option WebSocket, such as that of the npm package ws";
    throw new VertoError("unsupported", -8, message);
  }
  if (typeof WebSocket !== "function") throw badArgument("WebSocket", "must be a class");
}

// Reads the page's options: what connect() and each login are made from.
import {
  callback,
  fits,
  isMissing,
  isObject,
  json,
  list,
  member,
  milliseconds,
  object,
  plain,
  reading,
  text,
  words,
} from "./check.js";
import { badArgument, failure } from "./error.js";

// What a request may take unless the page says otherwise, in ms. A `jsapi` request may take longer,
// because a back end may answer `ccDial` only when the phone is picked up.
const TIMEOUT = 10_000;
const JSAPI_TIMEOUT = 60_000;
// What the page's functions may take to give the credentials, in ms: somebody may have to type them.
const CREDENTIALS_TIMEOUT = 300_000;
// How a silent server is found out unless the page says otherwise: after how many ms of silence it
// is asked, and how often it may leave that unanswered.
const INTERVAL = 10_000;
const MAX_FAILED = 2;
// The members of `loginParams` that carry a token (specification; pages in the field also send
// `xcc_token`).
const TOKENS = ["xui_sessid", "xcc_token"];

// Every option that this package reads.
const OPTIONS = [
  "login",
  "passwd",
  "socketUrl",
  "wsFallbackURL",
  "WebSocket",
  "loginParams",
  "userVariables",
  "sessid",
  "autoReconnect",
  "resume",
  "keepAlive",
  "timeout",
  "credentialsTimeout",
  "debug",
  "logger",
  "tag",
  "localTag",
  "ringFile",
  "ringer_tag",
  "ringDevice",
  "ringbackFile",
  "useVideo",
  "useStereo",
  "useMic",
  "useSpeak",
  "useCamera",
  "audioParams",
  "videoParams",
  "deviceParams",
  "iceServers",
  "codecs",
  "iceTimeout",
  "turnServer",
  "permissionCallback",
  "autoHold",
  "statsInterval",
  "statsWhenHidden",
  "qualityLimits",
];
const CALLBACKS = [
  "onWSLogin",
  "onWSClose",
  "onMessage",
  "onEvent",
  "onStateChange",
  "onSubscribeError",
  "onGap",
  "onDialogState",
  "onRemoteStream",
  "onPlaybackBlocked",
  "onDeviceChange",
  "onMediaError",
  "onStats",
  "onQuality",
];

/**
 * A copy of the page's options. It also has the options that the given object inherits: it may be
 * an instance of a class of the page's, or made by Object.create.
 */
export function copyOptions(name, value) {
  const given = object(name, value);
  return reading(name, () => {
    const copied = { ...given };
    for (const option of OPTIONS) {
      const value = member(given, option);
      if (value !== undefined) copied[option] = value;
    }
    return copied;
  });
}

/** Checks that each of the page's callbacks is a function. */
export function checkCallbacks(callbacks) {
  if (isMissing(callbacks)) return;
  if (typeof callbacks !== "object") throw badArgument("callbacks", "must be an object");
  for (const name of CALLBACKS) callback(name, member(callbacks, name));
}

/** What the core's `connect` takes: src/browser/client.rs says what each of it means. */
export function config(options) {
  if (!isObject(options)) {
    throw badArgument("params", "must be an object with socketUrl, login and passwd");
  }
  const get = (name) => member(options, name);
  const url = socketUrl("socketUrl", get("socketUrl"));
  const others = get("wsFallbackURL");
  const fallbackUrls = isMissing(others) ? [] : list("wsFallbackURL", others).map((one) => socketUrl("wsFallbackURL", one));
  checkSocketClass(get("WebSocket") ?? globalThis.WebSocket);
  const freshCredentials = login(options);
  const id = get("sessid");
  const sessid = isMissing(id) || id === "" ? undefined : text("sessid", id);
  const timeout = milliseconds("timeout", get("timeout"));
  const autoReconnect = get("autoReconnect") ?? true;
  if (typeof autoReconnect !== "boolean") throw badArgument("autoReconnect", "must be true or false");
  return {
    url,
    fallbackUrls,
    login: get("login"),
    sessid,
    autoReconnect,
    freshCredentials,
    ...keepAlive(get("keepAlive")),
    timeout: timeout ?? TIMEOUT,
    credentialsTimeout: milliseconds("credentialsTimeout", get("credentialsTimeout"), CREDENTIALS_TIMEOUT),
    jsapiTimeout: timeout ?? JSAPI_TIMEOUT,
  };
}

/**
 * Checks the options that a login is made from. Returns whether functions give the credentials, so
 * that each login may have fresh ones.
 */
export function login(options) {
  const get = (name) => member(options, name);
  if (/^@|@$/.test(text("login", get("login")))) throw badArgument("login", "must be user@domain");
  const passwd = get("passwd");
  const loginParams = get("loginParams");
  const isFunction = (value) => typeof value === "function";
  if (!isMissing(passwd) && !isFunction(passwd) && password(passwd) === undefined) {
    throw badArgument("passwd", "must be a string or a function");
  }
  if (isEmpty(passwd) && !isFunction(loginParams) && !hasToken(loginParams)) {
    throw badArgument("passwd", "is missing: give a password, or a token as loginParams.xui_sessid");
  }
  plain("userVariables", get("userVariables"));
  if (!isFunction(loginParams)) plain("loginParams", loginParams);
  return isFunction(passwd) || isFunction(loginParams);
}

/**
 * The parameters of `login` as JSON text (FreeSWITCH, transcript s01); an empty text where there is
 * neither a password nor a token.
 */
export function loginText(options, passwd, loginParams) {
  const get = (name) => member(options, name);
  plain("loginParams", loginParams);
  const params = isMissing(loginParams) ? {} : withoutEmptyTokens(loginParams);
  // With a token the server accepts any password; the specification uses this word.
  const word = password(passwd) || (hasToken(params) ? "password" : undefined);
  if (!word && isEmpty(passwd)) return "";
  if (!word) throw badArgument("passwd", "must be a string");
  const variables = get("userVariables") ?? {};
  plain("userVariables", variables);
  return json("loginParams or userVariables", {
    login: text("login", get("login")),
    passwd: fits("passwd", word),
    loginParams: params,
    userVariables: variables,
  });
}

/** What of a login must not be shown to anybody: the password and the tokens. */
export function secretsOf(passwd, loginParams) {
  const given = [password(passwd), ...TOKENS.map((name) => member(loginParams, name))];
  // The word that goes with a token is no secret (specification).
  return given.filter((one) => typeof one === "string" && one !== "" && one !== "password");
}

// Some pages give a number as the password.
function password(value) {
  if (typeof value === "string") return value;
  return Number.isFinite(value) ? String(value) : undefined;
}

function hasToken(loginParams) {
  return TOKENS.some((name) => !isEmpty(member(loginParams, name)));
}

// Pages that log in by password pass empty tokens, which count as none; so do empty passwords.
function isEmpty(value) {
  return isMissing(value) || value === "";
}

function withoutEmptyTokens(loginParams) {
  const kept = {};
  for (const name of reading("loginParams", () => Object.keys(loginParams))) {
    const value = member(loginParams, name);
    if (!TOKENS.includes(name) || !isEmpty(value)) kept[name] = value;
  }
  return kept;
}

// The option `keepAlive`: {interval, maxFailed}, or `false` for none, which the core knows by an
// interval of 0.
function keepAlive(value) {
  if (value === false) return { interval: 0, maxFailed: 0 };
  if (!isMissing(value) && value !== true && !isObject(value)) {
    throw badArgument("keepAlive", "must be {interval, maxFailed}, or false for none");
  }
  const get = (name) => member(value, name, `keepAlive.${name}`);
  const interval = milliseconds("keepAlive.interval", get("interval"), INTERVAL);
  const most = get("maxFailed") ?? MAX_FAILED;
  if (!(typeof most === "number" && most >= 1)) throw badArgument("keepAlive.maxFailed", "must be 1 or more");
  return { interval, maxFailed: Math.min(most, 1e9) };
}

function socketUrl(name, value) {
  const address = text(name, value);
  let url;
  try {
    url = new URL(address);
  } catch (thrown) {
    // The browser's own words quote the address; what a page has put in its place says what is wrong.
    if (thrown?.name !== "TypeError") throw badArgument(name, `cannot be read: ${words(thrown)}`);
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
    throw failure("unsupported", message);
  }
  if (typeof WebSocket !== "function") throw badArgument("WebSocket", "must be a class");
}

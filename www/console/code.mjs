// What a frame is, in a few words and as code to copy. Frames are those of `readFrame`; the code
// is made from the frame itself, so it does what was done.
import { text } from "./incoming.mjs";

const quote = (value) => (value === undefined ? "undefined" : JSON.stringify(value));

/** The arguments of each command, in the order in which the SDK takes them. */
const COMMANDS = new Map([
  ["ccLogin", ["queue", "agent", "extn"]],
  ["ccLogout", ["queue", "agent"]],
  ["ccGoReady", ["queue", "agent"]],
  ["ccGoBreak", ["queue", "agent", "reason"]],
  ["ccDial", ["agent", "extn", "cidNumber", "destNumber", "earlyMedia"]],
]);

/** A frame's title in the drawer's list; `request` is that of a reply, as far as it is known. */
export function titleOf({ method, params, result, error }, request) {
  if (method === "jsapi") return text(params.data?.func) ?? `jsapi ${text(params.command) ?? ""}`;
  const detail = text(params.action) ?? text(params.dtmf) ?? text(params.cause);
  if (detail !== undefined && method?.startsWith("verto.")) return `${method} ${detail}`;
  if (method === "verto.event") return `${text(params.eventType) ?? "event"} ${text(params.eventChannel) ?? ""}`;
  if (method !== undefined) return method;
  const outcome = error ? `error ${text(error.code) ?? ""}` : `result ${text(result?.code) ?? text(result?.message) ?? ""}`;
  return `${request ? titleOf(request) : "reply"} → ${outcome.trim()}`;
}

const ES5_CALLBACKS = [
  "function (result) { console.log(result); }",
  "function (error) { console.log(error.message); }",
];

/** A call of the SDK: in ES5 with callbacks for success and failure, in ES6 with `await`. */
function request(call, args) {
  const indent = (lines) => lines.map((line) => `\n  ${line}`).join(",");
  return {
    es5: `${call}(${indent([...args, ...ES5_CALLBACKS])}\n);`,
    es6: `const result = await ${call}(${args.join(", ")});\nconsole.log(result);`,
  };
}

function ofCommand({ func, data }) {
  const names = COMMANDS.get(func);
  if (!names) return request("vcc.ccCall", [quote(func), quote(data)]);
  const args = names.filter((name) => data?.[name] !== undefined).map((name) => quote(data[name]));
  return request(`vcc.${func}`, args);
}

function ofLogin({ login, loginParams }, url) {
  const token = Object.keys(loginParams ?? {}).length > 0;
  const credentials = token ? ['passwd: "password"', 'loginParams: { xui_sessid: "***" }'] : ['passwd: "***"'];
  const params = [`login: ${quote(login)}`, ...credentials, `socketUrl: ${quote(url)}`].map((line) => `\n  ${line},`).join("");
  return {
    es5:
      `verto.connect({${params}\n}, {\n` +
      "  onWSLogin: function (verto, success) { console.log(success ? \"logged in\" : \"refused\"); },\n" +
      "  onWSClose: function (verto, success) { console.log(success ? \"logged out\" : \"connection lost\"); }\n});",
    es6: `await verto.connect({${params}\n});`,
  };
}

function ofSubscription({ eventChannel }) {
  return {
    es5:
      `verto.subscribe(${quote(eventChannel)}, {\n` +
      "  handler: function (verto, event) { console.log(event.eventType, event.data); }\n});",
    es6: `verto.subscribe(${quote(eventChannel)}, {\n  handler: (verto, { eventType, data }) => console.log(eventType, data),\n});`,
  };
}

function ofEvent({ subscribedChannel, eventChannel, eventType }) {
  const channel = quote(subscribedChannel ?? eventChannel);
  const type = quote(eventType);
  return {
    es5:
      `verto.subscribe(${channel}, {\n  handler: function (verto, event) {\n` +
      `    if (event.eventType === ${type}) console.log(event.data);\n  }\n});`,
    es6:
      `verto.subscribe(${channel}, {\n  handler: (verto, { eventType, data }) => {\n` +
      `    if (eventType === ${type}) console.log(data);\n  },\n});`,
  };
}

const same = (code) => ({ es5: code, es6: code });

/** Settings as the page gives them, without what the SDK adds to each request. */
function given(params, names) {
  const kept = names.filter((name) => text(params?.[name]) !== undefined && params[name] !== "");
  const lines = kept.map((name) => `\n  ${name}: ${quote(params[name])},`);
  return lines.length > 0 ? `{${lines.join("")}\n}` : "";
}

/** A handler of the page's: what runs when a call is in this state. */
function onState(state, run) {
  const condition = `if (dialog.state.name === ${quote(state)}) ${run};`;
  return {
    es5: `verto.callbacks.onDialogState = function (dialog) {\n  ${condition}\n};`,
    es6: `verto.callbacks.onDialogState = (dialog) => {\n  ${condition}\n};`,
  };
}

const OWN_WORK = "// The SDK sends and answers this by itself: the call goes on over a new connection.";
const MODIFY = { hold: [], unhold: [], toggleHold: [], transfer: ["destination"], replace: ["replaceCallID"] };
const CALLER = ["destination_number", "caller_id_name", "caller_id_number"];
const CALLEE = ["callee_id_name", "callee_id_number"];

/** The code of a request about a call; undefined for one that isn't. What the page asks for has `dialogParams`. */
function ofCall(method, params) {
  const ours = params.dialogParams;
  switch (method) {
    case "verto.invite":
      return ours ? same(`dialog = verto.newCall(${given(ours, CALLER)});`) : onState("ringing", "console.log(dialog.cidString())");
    case "verto.answer":
      return ours ? same(`dialog.answer(${given(ours, CALLEE)});`) : onState("active", 'console.log("answered")');
    case "verto.media":
      return onState("early", 'console.log("it is heard before the answer")');
    case "verto.bye":
      return ours ? same(`dialog.hangup({ cause: ${quote(params.cause)} });`) : onState("hangup", "console.log(dialog.cause)");
    case "verto.attach":
      return same(OWN_WORK);
    case "verto.display": {
      const log = "console.log(dialog.params.remote_caller_id_number)";
      return {
        es5: `verto.callbacks.onMessage = function (verto, dialog, message) {\n  if (message.name === "display") ${log};\n};`,
        es6: `verto.callbacks.onMessage = (verto, dialog, message) => {\n  if (message.name === "display") ${log};\n};`,
      };
    }
    case "verto.modify": {
      const { action } = params;
      if (action === "updateMedia") return same(OWN_WORK);
      if (typeof action !== "string" || !Object.hasOwn(MODIFY, action)) return undefined;
      const args = MODIFY[action].map((name) => quote(params[name]));
      // The callbacks come after the settings, which these have.
      return inCall(action, args, args.length > 0 ? ["null"] : []);
    }
    case "verto.info":
      return ours && params.dtmf !== undefined ? inCall("dtmf", [quote(params.dtmf)], []) : undefined;
  }
}

function inCall(name, args, settings) {
  return { es5: request(`dialog.${name}`, [...args, ...settings]).es5, es6: request(`dialog.${name}`, args).es6 };
}

/**
 * The code for a request as `{es5, es6}`: the call that sends a request of ours, or the handler
 * that gets one of the server's. `url` is the socket's address.
 */
export function codeOf({ method, params }, url) {
  switch (method) {
    case "login":
      return ofLogin(params, url);
    case "verto.subscribe":
      return ofSubscription(params);
    case "verto.unsubscribe":
      return same(`verto.unsubscribe(${quote(params.eventChannel)});`);
    case "verto.event":
      return ofEvent(params);
    case "verto.ping":
      return same("// keepAlive: the SDK sends this by itself to ask whether the server is there.");
    case "jsapi":
      if (params.data?.method === "ccc") return ofCommand(params.data);
  }
  const call = ofCall(method, params);
  if (call) return call;
  const { sessid, ...own } = params;
  return request("verto.sendMethod", [quote(method), quote(own)]);
}

// The call that makes a frame, as code to copy: from the frame itself, so it is what was sent.

const quote = (value) => (value === undefined ? "undefined" : JSON.stringify(value));

const COMMANDS = {
  ccLogin: ["queue", "agent", "extn"],
  ccLogout: ["queue", "agent"],
  ccGoReady: ["queue", "agent"],
  ccGoBreak: ["queue", "agent", "reason"],
  ccDial: ["agent", "extn", "cidNumber", "destNumber", "earlyMedia"],
};

const ES5_CALLBACKS = [
  "function (result) { console.log(result); }",
  "function (error) { console.log(error.message); }",
];

/** A call with success and failure callbacks, and the same with await. */
function request(call, args) {
  const indent = (lines) => lines.map((line) => `\n  ${line}`).join(",");
  return {
    es5: `${call}(${indent([...args, ...ES5_CALLBACKS])}\n);`,
    es6: `const result = await ${call}(${args.join(", ")});\nconsole.log(result);`,
  };
}

function ofCommand({ func, data }) {
  const names = COMMANDS[func];
  if (!names) return request("vcc.ccCall", [quote(func), quote(data)]);
  const args = names.filter((name) => name in data).map((name) => quote(data[name]));
  return request(`vcc.${func}`, args);
}

function ofLogin({ login, loginParams }, url) {
  const token = loginParams && Object.keys(loginParams).length > 0;
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

/**
 * `{es5, es6}` for a request, ours or the server's; `url` is the socket's address.
 * A reply has the code of its request.
 */
export function codeOf({ method, params = {} }, url) {
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
      return same("// keepAlive: the SDK asks whether the server is there. No code of yours.");
    case "jsapi":
      if (params.data?.method === "ccc") return ofCommand(params.data);
  }
  const { sessid, ...own } = params;
  return request("verto.sendMethod", [quote(method), quote(own)]);
}

// Faults and recovery: each button makes the simulator fail in one way, and the page shows how
// the connection comes back.
import verto, { VertoCallcenter } from "@xswitch/rtc";
import { FAULTS, requestsFor } from "./faults-list.mjs";
import { connectOnlyTo, otherLimit } from "./policy.mjs";

const vcc = new VertoCallcenter(verto);
const element = (id) => document.getElementById(id);
const value = (id) => element(id).value.trim();
const agent = () => value("login").split("@")[0];

const STATES = {
  idle: "未连接",
  connecting: "连接中",
  authenticating: "登录中",
  ready: "已登录",
  reconnecting: "等待重连",
  closed: "已断开",
};
const REASONS = {
  auth: "登录被拒绝",
  rejected: "服务器拒绝",
  timeout: "超时",
  "connection-lost": "连接中断",
  closed: "未连接",
  "taken-over": "已在别处登录",
  logout: "已退出",
};
const SUBSCRIPTIONS = { no: "未订阅 no", asked: "等待中 asked", confirmed: "已订阅 confirmed", refused: "被拒绝 refused" };

const REQUEST_EVERY_MS = 2000;
// Shorter than the SDK's own timeout, so that a silent server is seen soon.
const REQUEST_TIMEOUT_MS = 5000;
// While the server answers the requests, something is heard from it more often than this.
const SILENT_MS = 4000;
const REQUESTS_SHOWN = 5;
const STRIP_MS = 120_000;
const TIMELINE_LENGTH = 200;

const bilingual = (names, name) => (names[name] ? `${names[name]} ${name}` : (name ?? ""));
const clock = (at) => new Date(at).toTimeString().slice(0, 8);
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

function node(tag, text, data = {}) {
  const made = document.createElement(tag);
  made.textContent = text ?? "";
  Object.assign(made.dataset, data);
  return made;
}

function setCells(line, texts) {
  while (line.cells.length < texts.length) line.insertCell();
  texts.forEach((text, i) => {
    if (line.cells[i].textContent !== String(text)) line.cells[i].textContent = text;
  });
}

function showError(what, error) {
  element("message").textContent = `${what}: ${REASONS[error.kind] ?? ""} ${error.message}`;
  element("message").hidden = false;
}

function clearError() {
  element("message").hidden = true;
}

// State and time line

// The states gone through, oldest first: {state, since}.
const states = [{ state: "idle", since: Date.now() }];
let current = { attempt: 0, retryAt: 0, why: "" };
let stateLine;
let lastHeard;
// When a connection that was ready was lost; undefined while there is no outage.
let lostAt;
let silentMs = 0;

function addLine(data, texts) {
  const line = node("tr", "", data);
  setCells(line, [clock(Date.now()), ...texts]);
  const body = element("timeline").tBodies[0];
  body.prepend(line);
  while (body.rows.length > TIMELINE_LENGTH) body.lastElementChild.remove();
  return line;
}

function onState(state, { attempt, delayMs, reason, error }) {
  const now = Date.now();
  const before = states.at(-1);
  if (stateLine) stateLine.cells[2].textContent = seconds(now - before.since);
  states.push({ state, since: now });
  while (states[1].since < now - STRIP_MS) states.shift();

  const why = reason ? [REASONS[reason], reason, error?.message].filter(Boolean).join(" · ") : "";
  // During a new attempt the page goes on showing why the last one failed.
  const trying = state === "connecting" || state === "authenticating";
  current = { attempt, retryAt: now + delayMs, why: trying ? why || current.why : why };
  stateLine = addLine({ state }, [bilingual(STATES, state), "", why]);
  element("state").dataset.state = state;
  element("state").textContent = bilingual(STATES, state);
  element("why").textContent = current.why;

  if (before.state === "ready") for (const channel of channels.values()) channel.subscription = "no";
  if (state === "reconnecting" && lostAt === undefined && before.state === "ready") {
    lostAt = now;
    silentMs = now - lastHeard;
  }
  if (state === "closed" && lostAt !== undefined) {
    lostAt = undefined;
    element("outage").textContent = "没有恢复 not recovered";
  }
  if (state === "ready") lastHeard = now;
  show();
}

function endOutage() {
  const open = [...channels.values()].some(({ subscription }) => subscription === "asked");
  if (open || lostAt === undefined) return;
  const outage = element("outage");
  const took = Date.now() - lostAt;
  lostAt = undefined;
  outage.dataset.count = Number(outage.dataset.count) + 1;
  outage.dataset.ms = took;
  outage.dataset.silentMs = silentMs;
  outage.textContent =
    `${seconds(took)} 后登录并订阅 until logged in and subscribed` +
    `，此前无声 before that silent for ${seconds(silentMs)}`;
  addLine({ recovered: took }, ["已恢复 recovered", "", outage.textContent]);
}

const isSilent = (now) => verto.state === "ready" && now - lastHeard > SILENT_MS;

function stateText(now) {
  const { attempt, retryAt } = current;
  switch (verto.state) {
    case "reconnecting": {
      const left = Math.max(0, Math.ceil((retryAt - now) / 1000));
      return `${left} 秒后第 ${attempt} 次重连 · reconnecting in ${left} s (attempt ${attempt})`;
    }
    case "connecting":
    case "authenticating":
      return attempt ? `第 ${attempt} 次 · attempt ${attempt}` : "";
    case "closed":
      return "不再重连 · not reconnecting";
    case "ready":
      return isSilent(now) ? `服务器无声 · the server is silent (${Math.round((now - lastHeard) / 1000)} s)` : "";
    default:
      return "";
  }
}

function showStrip(now) {
  const from = now - STRIP_MS;
  const parts = states.map(({ state, since }, i) => {
    const part = node("span", "", { state });
    part.title = bilingual(STATES, state);
    part.style.flexGrow = Math.max(0, (states[i + 1]?.since ?? now) - Math.max(since, from));
    return part;
  });
  const empty = node("span");
  empty.style.flexGrow = Math.max(0, states[0].since - from);
  element("strip").replaceChildren(empty, ...parts);
}

function show() {
  const now = Date.now();
  element("state-text").textContent = stateText(now);
  element("state").toggleAttribute("data-silent", isSilent(now));
  if (lostAt !== undefined) element("outage").textContent = `已 ${seconds(now - lostAt)} so far`;
  if (lastHeard) element("heard").textContent = `${seconds(now - lastHeard)} 前 ago`;
  if (stateLine) stateLine.cells[2].textContent = seconds(now - states.at(-1).since);
  showStrip(now);
  showChannels();
  showRequests(now);
}

// Channels and events

const channels = new Map();

// This is called in onWSLogin, so it also runs after each reconnect. What is subscribed there
// replaces what was subscribed there before, so no event is counted twice.
function subscribe(name) {
  const channel = channels.get(name) ?? { events: 0, lost: 0, last: "" };
  channels.set(name, Object.assign(channel, { subscription: "asked" }));
  verto.subscribe(name, {
    handler(_, { eventType }) {
      channel.events += 1;
      channel.last = `${clock(Date.now())} ${typeof eventType === "string" ? eventType : ""}`;
      lastHeard = Date.now();
    },
    readyHandler: () => answered(name, "confirmed"),
  });
}

function answered(name, subscription) {
  const channel = channels.get(name);
  if (!channel) return;
  channel.subscription = subscription;
  lastHeard = Date.now();
  endOutage();
  show();
}

function showChannels() {
  const body = element("channels").tBodies[0];
  for (const [name, { subscription, events, lost, last }] of channels) {
    let line = [...body.rows].find((each) => each.dataset.channel === name);
    if (!line) body.append((line = node("tr", "", { channel: name })));
    Object.assign(line.dataset, { subscription, events, lost });
    setCells(line, [name, SUBSCRIPTIONS[subscription], events, lost, last]);
  }
}

// The requests

const requests = [];
const totals = {};

async function request() {
  if (verto.state === "idle" || verto.state === "closed") return;
  const number = (requests[0]?.number ?? 0) + 1;
  const row = { number, at: Date.now(), outcome: "…", sent: "" };
  requests.unshift(row);
  requests.length = Math.min(requests.length, REQUESTS_SHOWN);
  try {
    const reply = await verto.sendMethod("echo", { n: number }, null, null, { timeout: REQUEST_TIMEOUT_MS });
    row.outcome = reply?.n === number ? "ok" : "wrong answer";
    row.sent = true;
    lastHeard = Date.now();
  } catch (error) {
    row.outcome = error.kind;
    row.sent = error.sent;
  }
  row.took = Date.now() - row.at;
  const sent = row.sent === undefined ? "" : row.sent ? "已发出 sent" : "未发出 not sent";
  const kind = row.outcome === "ok" ? "成功 ok" : `${bilingual(REASONS, row.outcome)}, ${sent}`;
  totals[kind] = (totals[kind] ?? 0) + 1;
  show();
}

function showRequests(now) {
  const lines = requests.map(({ number, at, outcome, took, sent }) => {
    const line = node("tr", "", { outcome, sent });
    const answer = sent === "" || sent === undefined ? "" : sent ? "是 yes" : "否 no";
    setCells(line, [number, clock(at), bilingual({ ...REASONS, ok: "成功" }, outcome), seconds(took ?? now - at), answer]);
    return line;
  });
  element("requests").tBodies[0].replaceChildren(...lines);
  element("totals").textContent = Object.entries(totals).map(([kind, count]) => `${kind}: ${count}`).join(" · ");
}

// The connection

const callbacks = {
  onStateChange: (_, state, info) => onState(state, info),
  onWSLogin(_, success) {
    if (!success) return;
    clearError();
    connectOnlyTo(verto.options.socketUrl);
    subscribe(vcc.channel());
    subscribe(vcc.channel(agent()));
  },
  onSubscribeError(_, name, error) {
    addLine({ refused: name }, [SUBSCRIPTIONS.refused, "", `${name}: ${error.message}`]);
    answered(name, "refused");
  },
  onGap(_, { eventChannel, expected, received }) {
    const channel = channels.get(eventChannel);
    if (channel) channel.lost += received - expected;
  },
};

async function freshToken() {
  const reply = await fetch("api/sessions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login: value("login"), password: element("passwd").value }),
  });
  const { token, message } = await reply.json();
  if (!token) throw new Error(message ?? `HTTP ${reply.status}`);
  return token;
}

async function connect() {
  clearError();
  const other = otherLimit(value("socket-url"));
  if (other) {
    const message = `本页只能连接 ${other}，请刷新 · this page can connect only to ${other}: reload it`;
    return showError("连接 Connect", { message });
  }
  lostAt = undefined;
  channels.clear();
  element("channels").tBodies[0].replaceChildren();
  const credentials = element("fresh-token").checked
    ? { passwd: undefined, loginParams: async () => ({ xui_sessid: await freshToken() }) }
    : { passwd: element("passwd").value, loginParams: {} };
  const keepAlive = { interval: Number(value("interval")), maxFailed: Number(value("max-failed")) };
  try {
    await verto.connect({ login: value("login"), socketUrl: value("socket-url"), keepAlive, ...credentials }, callbacks);
  } catch (error) {
    // Whoever logs out while the page is connecting needs no message about it.
    if (error.kind !== "closed") showError("连接 Connect", error);
  }
}

// The simulator

async function control(method, path, body) {
  const reply = await fetch(`sim/${path}`, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`sim/${path}: HTTP ${reply.status} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

async function press(name, requests) {
  addLine({ fault: name }, [name, "", ""]);
  try {
    for (const each of requestsFor(requests, { login: value("login"), channel: vcc.channel(agent()) })) {
      await control("POST", ...each);
    }
    clearError();
  } catch (error) {
    showError(name, error);
  }
  showFaultsOn();
}

async function showFaultsOn() {
  let text;
  try {
    const { faults, connections } = await control("GET", "state");
    const newest = Math.max(...connections.filter(({ login }) => login === value("login")).map(({ id }) => id));
    text = faults
      .map(({ fault, ...rest }) => {
        const parameters = Object.entries(rest).map(([name, each]) => `${name} ${each}`);
        const old = rest.conn < newest ? "（旧连接 an old connection）" : "";
        return [fault, ...parameters, old].filter(Boolean).join(" ");
      })
      .join("; ");
  } catch (error) {
    text = `模拟器无应答 the simulator doesn't answer: ${error.message}`;
  }
  element("faults-on").textContent = text || "无 none";
}

// The request as a line of text, for somebody who wants to make it by hand.
const describe = ([path, body]) => `POST /sim/${path} ${body ? JSON.stringify(body) : ""}`;

function showButtons() {
  for (const { title, rows } of FAULTS) {
    const group = node("div");
    group.append(node("h3", title.join(" ")));
    for (const [id, names, [chinese, english], requests] of rows) {
      const name = [...new Set(names)].join(" ");
      const button = node("button", name);
      button.id = id;
      button.title = requests.map(describe).join("\n");
      button.addEventListener("click", () => press(name, requests));
      const effect = node("p", chinese);
      effect.append(node("br"), node("span", english));
      const row = node("div");
      row.className = "fault";
      row.append(button, effect);
      group.append(row);
    }
    element("faults").append(group);
  }
}

// Wiring

showButtons();
element("connect-form").addEventListener("submit", (event) => {
  event.preventDefault();
  connect();
});
element("logout").addEventListener("click", () => verto.logout());
element("clear").addEventListener("click", () => press("全部恢复 Clear all", [["fault/clear"]]));
element("socket-url").value = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
setInterval(show, 250);
setInterval(request, REQUEST_EVERY_MS);
setInterval(showFaultsOn, 1000);
connect();

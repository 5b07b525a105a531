// The agent console: what an agent and a supervisor do, on one page.
import verto, { Verto, VertoCallcenter } from "@xswitch/rtc";

const vcc = new VertoCallcenter(verto);
const element = (id) => document.getElementById(id);
const value = (id) => element(id).value.trim();

const CONNECTION_STATES = {
  idle: "未连接",
  connecting: "连接中",
  authenticating: "登录中",
  ready: "已登录",
  reconnecting: "等待重连",
  closed: "已断开",
};
const AGENT_STATES = { LOGIN: "已签入", LOGOUT: "未签入", READY: "示闲", UNREADY: "示忙" };
const CALL_STATES = { IDLE: "空闲", RINGING: "振铃", TALKING: "通话中", WRAPUP: "话后", DIALING: "外呼中" };
const STEPS = {
  callOffered: "来电振铃",
  callAnswered: "通话中",
  callEnded: "已结束",
  agentRinging: "坐席振铃",
  agentAnswered: "坐席已接",
  destRinging: "被叫振铃",
  talking: "通话中",
  ended: "已结束",
};
const ERRORS = {
  auth: "登录被拒绝",
  rejected: "后台拒绝",
  timeout: "超时",
  "connection-lost": "连接中断",
  closed: "未连接",
  "taken-over": "已在别处登录",
  "invalid-argument": "参数有误",
};
const LOG_LENGTH = 300;

const bilingual = (names, name) => (names[name] ? `${names[name]} ${name}` : (name ?? ""));

function showError(what, error) {
  const kind = ERRORS[error.kind] ? `${ERRORS[error.kind]}: ` : "";
  element("message").textContent = `${what}: ${kind}${error.message}`;
  element("message").hidden = false;
  log(`${what} 失败 failed`, error.message);
}

function clearError() {
  element("message").hidden = true;
  element("message").textContent = "";
}

function log(type, detail) {
  const item = document.createElement("li");
  item.dataset.type = type;
  const time = document.createElement("time");
  time.textContent = new Date().toTimeString().slice(0, 8);
  const name = document.createElement("b");
  name.textContent = type;
  item.append(time, name, typeof detail === "object" ? JSON.stringify(detail) : (detail ?? ""));
  element("log").prepend(item);
  while (element("log").childElementCount > LOG_LENGTH) element("log").lastElementChild.remove();
}

// The connection

const callbacks = {
  onStateChange(_, state, { attempt, delayMs, reason } = {}) {
    element("state").dataset.state = state;
    element("state").textContent = bilingual(CONNECTION_STATES, state);
    element("state-detail").textContent =
      state === "reconnecting" ? `第 ${attempt} 次 attempt ${attempt}, ${Math.round(delayMs)} ms` : "";
    for (const fields of document.querySelectorAll(".needs-connection")) fields.disabled = state !== "ready";
    // The subscription is to this agent until the connection's end.
    element("agent").disabled = state !== "idle" && state !== "closed";
    log(state, reason);
  },
  // Runs after each reconnect too: what it subscribes replaces what its last run subscribed.
  onWSLogin(_, success, error) {
    if (!success) return showError("登录 Login", error);
    clearError();
    vcc.subscribeAgent(value("agent"), onAgentEvent);
    verto.subscribe(vcc.channel(), { handler: onGroupEvent, readyHandler: loadAgents });
  },
  onWSClose(_, asked) {
    log(asked ? "已断开 logged out" : "连接中断 connection lost");
  },
  onMessage(_, dialog, msg, data) {
    if (msg === Verto.enum.message.pvtEvent) log("pvtEvent", data);
  },
  onSubscribeError(_, channel, error) {
    showError(`订阅 Subscription ${channel}`, error);
  },
  onGap(_, gap) {
    log("事件丢失 events lost", gap);
    loadAgents();
  },
};

async function connect() {
  const withToken = element("auth-token").checked;
  clearError();
  try {
    await verto.connect(
      {
        login: value("login"),
        passwd: withToken ? "password" : element("passwd").value,
        socketUrl: value("socket-url"),
        loginParams: withToken ? { xui_sessid: value("token") } : {},
      },
      callbacks,
    );
  } catch (error) {
    // onWSLogin has told of a refused login; logging out while connecting is no failure.
    if (error.kind !== "auth" && error.kind !== "closed") showError("连接 Connect", error);
  }
}

async function getToken() {
  try {
    const reply = await fetch("api/sessions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login: value("login"), password: element("passwd").value }),
    });
    const session = await reply.json();
    if (!session.token) throw new Error(session.message ?? `HTTP ${reply.status}`);
    element("token").value = session.token;
    clearError();
  } catch (error) {
    showError("Token", error);
  }
}

function showAuthFields() {
  element("token-field").hidden = !element("auth-token").checked;
}

// The agent's commands

async function command(what, promise) {
  try {
    const result = await promise;
    clearError();
    log(`${what} 成功 OK`, result.data);
  } catch (error) {
    showError(what, error);
  }
}

const signIn = () => command("签入 ccLogin", vcc.ccLogin(value("queue"), value("agent"), value("extn")));
const signOut = () => command("签出 ccLogout", vcc.ccLogout(value("queue"), value("agent")));
const goReady = () => command("示闲 ccGoReady", vcc.ccGoReady(value("queue"), value("agent")));
const goBreak = () =>
  command("示忙 ccGoBreak", vcc.ccGoBreak(value("queue"), value("agent"), value("reason") || undefined));
const dial = () =>
  command("外呼 ccDial", vcc.ccDial(value("agent"), value("extn"), value("cid"), value("dest")));

// Events

function onAgentEvent(_, { eventType, data }) {
  switch (eventType) {
    case "agentState":
      return showAgentState(data);
    case "callOffered":
    case "callAnswered":
    case "callEnded":
      // Of an outbound call dialProgress tells more.
      return data.direction === "outbound" ? undefined : showCall(data.call, data.caller, eventType, data);
    case "dialProgress":
      return showCall(data.call, data.destNumber, data.step, data);
  }
}

function onGroupEvent(_, event) {
  const { eventType, data } = event;
  log(eventType ?? event.eventChannel, data);
  if (eventType === "agentState") {
    changedSinceLoad.add(data.agent_id);
    showAgent(data);
  } else if (eventType === "queueState") {
    showQueue(data);
  }
}

function showAgentState(row) {
  if (row.queue_id !== value("queue")) return;
  const badge = element("agent-state");
  badge.dataset.state = row.state;
  badge.dataset.callstate = row.callstate;
  badge.textContent = bilingual(AGENT_STATES, row.state) + (row.reason ? ` (${row.reason})` : "");
}

function clearAgentState() {
  const badge = element("agent-state");
  badge.textContent = "";
  delete badge.dataset.state;
  delete badge.dataset.callstate;
}

function showCall(call, party, step, { cause, durationMs }) {
  const output = element("call");
  output.dataset.call = call;
  output.dataset.step = step;
  const details = [party, bilingual(STEPS, step), cause, durationMs && `${Math.round(durationMs / 1000)} s`];
  output.textContent = details.filter(Boolean).join(", ");
}

// The supervisor's table

// Agents of whom an event has told us more than the list that is still loading can know.
let changedSinceLoad = new Set();

// Called when the group's subscription is confirmed, so that no change falls between the two.
async function loadAgents() {
  const changed = (changedSinceLoad = new Set());
  const query = new URLSearchParams({ queue: value("queue"), type: "callcenter" });
  try {
    const reply = await fetch(`api/cc/agent_state?${query}`);
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    const rows = await reply.json();
    // A later call has begun meanwhile.
    if (changed !== changedSinceLoad) return;
    for (const row of rows) {
      if (changed.has(row.agent_id)) continue;
      showAgent(row);
      if (row.agent_id === value("agent")) showAgentState(row);
    }
  } catch (error) {
    showError("坐席列表 Agents", error);
  }
}

// An agent has a line for each queue signed in to, or else one that says LOGOUT.
function showAgent(row) {
  const body = element("agents").tBodies[0];
  const others = [...body.rows].filter(
    (each) => each.dataset.agent === row.agent_id && each.dataset.queue !== row.queue_id,
  );
  const signedOut = row.state === "LOGOUT";
  for (const other of others) if (!signedOut && other.dataset.state === "LOGOUT") other.remove();

  const key = `${row.agent_id} ${row.queue_id}`;
  const keyOf = (each) => `${each.dataset.agent} ${each.dataset.queue}`;
  let line = [...body.rows].find((each) => keyOf(each) === key);
  if (signedOut && others.length > 0) return line?.remove();
  if (!line) {
    line = document.createElement("tr");
    line.dataset.agent = row.agent_id;
    line.dataset.queue = row.queue_id;
    body.insertBefore(line, [...body.rows].find((each) => keyOf(each) > key) ?? null);
  }
  line.dataset.state = row.state;
  line.dataset.callstate = row.callstate;
  const texts = [
    row.agent_id,
    row.extn,
    row.queue_id,
    bilingual(AGENT_STATES, row.state),
    bilingual(CALL_STATES, row.callstate),
    row.reason,
  ];
  line.replaceChildren(
    ...texts.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = text ?? "";
      return cell;
    }),
  );
}

function showQueue({ queue, waiting }) {
  let item = [...element("queues").children].find((each) => each.dataset.queue === queue);
  if (!item) {
    item = document.createElement("span");
    item.dataset.queue = queue;
    element("queues").append(item);
  }
  item.dataset.waiting = waiting;
  item.textContent = `${queue}: ${waiting}`;
}

// Wiring

function onSubmit(id, action) {
  element(id).addEventListener("submit", (event) => {
    event.preventDefault();
    action();
  });
}

onSubmit("connect-form", connect);
onSubmit("agent-form", goBreak);
onSubmit("dial-form", dial);
const clicks = {
  logout: () => verto.logout(),
  "get-token": getToken,
  "cc-login": signIn,
  "cc-ready": goReady,
  "cc-logout": signOut,
  "clear-log": () => element("log").replaceChildren(),
};
for (const [id, action] of Object.entries(clicks)) element(id).addEventListener("click", action);
element("queue").addEventListener("change", () => {
  element("agents").tBodies[0].replaceChildren();
  clearAgentState();
  if (verto.state === "ready") loadAgents();
});
for (const choice of document.getElementsByName("auth")) choice.addEventListener("change", showAuthFields);
showAuthFields();
element("socket-url").value = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

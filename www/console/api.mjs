// XSwitch's HTTP interface: it issues tokens, and tells the state before the first event.
import { setServerDate } from "./clock.mjs";
import { value } from "./dom.mjs";
import { readRows, text } from "./incoming.mjs";

/** Whether the socket is that of this page's own server. A browser would not let us read from others. */
export function hasApi() {
  try {
    return new URL(value("socket-url")).host === location.host;
  } catch {
    return false;
  }
}

async function read(path, init) {
  const reply = await fetch(path, init);
  setServerDate(reply.headers.get("date"));
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(text(body?.message) ?? `HTTP ${reply.status}`);
  return body;
}

function post(path, body) {
  return read(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** A row for each agent and queue: `{agent_id, queue_id, state, callstate, since, …}`. */
export const agentRows = async () => readRows("agentState", await read("api/cc/agent_state?type=callcenter"));

/** A row for each queue: `{queue, waiting, longestWaitMs, …}`. */
export const queueRows = async () => readRows("queueState", await read("api/cc/queue_state"));

/** A token for a user's name and password. */
export const userToken = async (login, password) => text((await post("api/sessions", { login, password }))?.token);

/** The simulator's control API. */
export const simulator = (path, body = {}) => post(`sim/${path}`, body);
export const simulatorState = () => read("sim/state");

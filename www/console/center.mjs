// The model of the whole call centre, built from events: agents, queues and calls. It knows
// nothing of the page, and takes only what incoming.mjs has checked.

/** What an agent can be doing, in the order in which a supervisor wants to see it. */
export const STATUSES = ["ringing", "talking", "dialing", "wrapup", "ready", "break", "login", "out"];
const OF_CALLSTATE = { RINGING: "ringing", TALKING: "talking", DIALING: "dialing", WRAPUP: "wrapup" };
const OF_STATE = { LOGOUT: "out", READY: "ready", UNREADY: "break", LOGIN: "login" };
export const ON_CALL = ["ringing", "talking", "dialing"];

function statusOf({ state, callstate }) {
  if (state === "LOGOUT") return "out";
  return OF_CALLSTATE[callstate] ?? OF_STATE[state] ?? "login";
}

export class Center {
  /** By `key`: `{key, agent, name, extn, queue, status, since, reason, call, party}`. */
  rows = new Map();
  /**
   * By id: `{queue, waiting, firstSince, answered, abandoned}`. `firstSince` is when the caller
   * who waits longest began to wait.
   */
  queues = new Map();
  /** The keys of the rows that were added, changed or removed since this set was last emptied. */
  changed = new Set();
  // Both by agent. The keys of the agent's rows, and `{call, party}`: the other side of the last
  // call that events have told of.
  #keys = new Map();
  #parties = new Map();
  #sinceLoad = new Set();

  /** Takes an event; `now` is the server's time. */
  apply({ eventType, data }, now) {
    switch (eventType) {
      case "agentState":
        this.#sinceLoad.add(data.agent_id);
        return this.#setRow(data);
      case "callOffered":
      case "callAnswered":
        // The number of an outbound call is told by dialProgress.
        return data.direction === "outbound" ? undefined : this.#setParty(data.agent, data.call, data.caller);
      case "dialProgress":
        return data.step === "ended" ? undefined : this.#setParty(data.agent, data.call, data.destNumber);
      case "callEnded":
        return this.#setParty(data.agent);
      case "queueState":
        return this.setQueue(data, now);
    }
  }

  setQueue({ queue, waiting, longestWaitMs, answered, abandoned }, now) {
    const firstSince = waiting > 0 ? now - longestWaitMs : undefined;
    this.queues.set(queue, { queue, waiting, firstSince, answered, abandoned });
  }

  /**
   * Takes the list of rows that `load()` fetches. An agent of whom an event came while it was
   * fetched stays as the event said, since the event may be newer than the list.
   */
  async refresh(load) {
    const changed = (this.#sinceLoad = new Set());
    const rows = await load();
    // Another refresh has begun meanwhile; its list will be newer.
    if (changed !== this.#sinceLoad) return;
    const old = new Set(rows.map((row) => row.agent_id).filter((agent) => !changed.has(agent)));
    for (const agent of old) for (const key of [...(this.#keys.get(agent) ?? [])]) this.#remove(agent, key);
    for (const row of rows) if (old.has(row.agent_id)) this.#setRow(row);
  }

  /** `{status: number of agents}`. An agent who is signed in to several queues counts once. */
  counts() {
    const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
    for (const keys of this.#keys.values()) {
      let first = STATUSES.length - 1;
      for (const key of keys) first = Math.min(first, STATUSES.indexOf(this.rows.get(key).status));
      counts[STATUSES[first]] += 1;
    }
    return counts;
  }

  clear() {
    for (const key of this.rows.keys()) this.changed.add(key);
    for (const map of [this.rows, this.queues, this.#keys, this.#parties]) map.clear();
  }

  // An agent has one row for each queue that the agent is signed in to. An agent who is signed in
  // nowhere has a single row, which says so.
  #setRow(data) {
    const { agent_id: agent, queue_id: queue } = data;
    const key = `${agent} ${queue}`;
    const keys = this.#keys.get(agent) ?? new Set();
    this.#keys.set(agent, keys);
    const status = statusOf(data);
    for (const other of [...keys]) {
      if (other === key) continue;
      if (this.rows.get(other).status === "out") this.#remove(agent, other);
      else if (status === "out") return this.#remove(agent, key);
    }
    keys.add(key);
    const { name, extn, since, reason, agent_uuid: call } = data;
    this.rows.set(key, { key, agent, name, extn, queue, status, since, reason, call, party: this.#partyOf(agent, status, call) });
    this.changed.add(key);
  }

  #remove(agent, key) {
    this.rows.delete(key);
    this.#keys.get(agent)?.delete(key);
    this.changed.add(key);
  }

  /** The other side of an agent's call; undefined if the call began before the page listened. */
  #partyOf(agent, status, call) {
    const known = this.#parties.get(agent);
    return known && known.call === call && ON_CALL.includes(status) ? known.party : undefined;
  }

  #setParty(agent, call, party) {
    if (party === undefined) this.#parties.delete(agent);
    else this.#parties.set(agent, { call, party });
    for (const key of this.#keys.get(agent) ?? []) {
      const row = this.rows.get(key);
      row.party = this.#partyOf(agent, row.status, row.call);
      this.changed.add(key);
    }
  }
}

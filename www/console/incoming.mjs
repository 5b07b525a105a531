// What comes from the server is checked here, where it enters, and nowhere else. The rest of the
// console may rely on it: each member has its type. An event or a row of which that is not true is
// left out, and the user is told so.

/** A longer text is cut. No name, number or reason needs so much room. */
const LONGEST_TEXT = 200;
const STATES = ["LOGIN", "LOGOUT", "READY", "UNREADY"];
const CALL_STATES = ["IDLE", "RINGING", "TALKING", "DIALING", "WRAPUP"];

// Each of these returns the value as the console uses it, or undefined for one of another type.

/** A text. Some back ends write numbers where others write texts. */
export function text(value) {
  if (typeof value === "string") return value.slice(0, LONGEST_TEXT);
  return Number.isFinite(value) ? String(value) : undefined;
}

const id = (value) => text(value) || undefined;
const number = (value) => (Number.isFinite(value) ? value : undefined);

/** One of the words that the console knows. It shows any other word as `otherwise`. */
const oneOf = (words, otherwise) => (value) => {
  if (words.includes(value)) return value;
  return text(value) === undefined ? undefined : otherwise;
};

const CALL = {
  required: { call: id, agent: id },
  optional: { direction: text, caller: text, queue: text, cause: text, durationMs: number },
};

/** By `eventType`, the members of the event's `data` that the console uses. */
const MEMBERS = new Map(
  Object.entries({
    agentState: {
      required: { agent_id: id, queue_id: text, state: oneOf(STATES, "LOGIN") },
      optional: {
        extn: text,
        name: text,
        callstate: oneOf(CALL_STATES, "IDLE"),
        reason: text,
        since: number,
        agent_uuid: text,
      },
    },
    callOffered: CALL,
    callAnswered: CALL,
    callEnded: CALL,
    dialProgress: { required: { call: id, agent: id, step: id }, optional: { destNumber: text, cause: text } },
    queueState: {
      required: { queue: id, waiting: number },
      optional: { longestWaitMs: number, answered: number, abandoned: number },
    },
  }),
);

const listeners = new Set();

/** Runs for each event or row that is left out, with what is wrong in it: `agentState: name`. */
export function onLeftOut(run) {
  listeners.add(run);
}

function leaveOut(what) {
  for (const run of listeners) run(what);
}

/** The members of an event's `data`, or of a row of a list. Undefined if one of them is wrong. */
function read(kind, data) {
  const { required, optional } = MEMBERS.get(kind);
  const members = {};
  for (const [name, check] of Object.entries({ ...required, ...optional })) {
    const value = data?.[name] ?? undefined;
    if (value === undefined && name in optional) continue;
    members[name] = check(value);
    if (members[name] === undefined) return leaveOut(`${kind}: ${name}`);
  }
  return members;
}

/**
 * A call-centre event as `{eventType, data}`; `params` is what the SDK gives to a handler.
 * Undefined for what the console has no use for.
 *
 * Any user of the same server may broadcast on these channels. mod_verto adds the sender as
 * `userid` to such an event, so one that has a `userid` does not come from the server itself, and
 * says nothing that the console should believe.
 */
export function readEvent(params) {
  const { eventType } = params;
  if ("userid" in params || !MEMBERS.has(eventType)) return undefined;
  const data = read(eventType, params.data);
  return data && { eventType, data };
}

/** The rows of a list that have the members of this event's `data`. */
export function readRows(kind, list) {
  if (Array.isArray(list)) return list.map((row) => read(kind, row)).filter(Boolean);
  leaveOut(kind);
  return [];
}

const isObject = (value) => typeof value === "object" && value !== null;

/**
 * A frame of either direction as the developer's drawer shows it: `{id, method, params, result,
 * error}`, where `method` is a string or undefined and `params` is an object. Undefined for JSON
 * that is no object.
 */
export function readFrame(json) {
  // Some servers wrap frames in an array.
  const frame = Array.isArray(json) ? json[0] : json;
  if (!isObject(frame)) return undefined;
  const { id, method, params, result, error } = frame;
  return { id, method: typeof method === "string" ? method : undefined, params: isObject(params) ? params : {}, result, error };
}

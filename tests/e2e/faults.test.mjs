// Each fault at each stage of a connection: where it ends, what is told in which order, what
// becomes of each call, and which subscriptions the server then holds. The page's part, which
// brings an instance to a stage and lets the fault strike, is fixtures/faults/faults.js.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking } from "./lib/browser.mjs";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const { run } = new FaultScenarios();

const CHANNELS = ["vcc.default.a", "vcc.default.b"];

/** Where each stage has come to; `calls` are three requests, whose fate follows from it. */
const STAGES = {
  idle: { state: "idle" },
  connecting: { state: "connecting", connecting: true },
  asking: { state: "authenticating", connecting: true },
  "logging in": { state: "authenticating", connecting: true },
  ready: { state: "ready" },
  "in flight": { state: "ready", calls: "sent" },
  reconnecting: { state: "reconnecting", attempt: 1 },
  waiting: { state: "authenticating", attempt: 1, calls: "unsent" },
  closed: { state: "closed" },
};
const ALL = ["connecting", "asking", "logging in", "ready", "in flight", "reconnecting", "waiting"];
const CONNECTED = ALL.filter((stage) => !["connecting", "reconnecting"].includes(stage));
const OUTCOMES = ["ok", "rejected", "ok"];

const lost = { reason: "connection-lost" };
const isReady = (stage) => STAGES[stage].state === "ready";
const isOpen = (stage) => ["authenticating", "ready"].includes(STAGES[stage].state);

/**
 * The faults. `failures(stage)` are the attempts that fail, the present one first: `at` is the
 * state in which one does, the present one unless given. `ends` is the reason of an end for good,
 * at the state `at` of the attempt after them.
 */
const FAULTS = {
  "closed with 1000": { stages: CONNECTED, failures: () => [lost] },
  "closed with 1001": { stages: CONNECTED, failures: () => [lost] },
  "closed with 4000": { stages: CONNECTED, failures: () => [lost] },
  cut: { stages: CONNECTED, failures: () => [lost] },
  "cut in a frame": { stages: CONNECTED, failures: () => [lost] },
  "a restart": { stages: ALL, failures: (stage) => (stage === "reconnecting" ? [] : [lost]) },
  "a restart that forgets": { stages: ALL, failures: (stage) => (stage === "reconnecting" ? [] : [lost]) },
  "refused with 503": { stages: ALL, failures: (stage) => refusals(stage) },
  "refused without an answer": { stages: ALL, failures: (stage) => refusals(stage) },
  "an upgrade that is not answered": {
    stages: ALL,
    failures: (stage) => [...(isOpen(stage) ? [lost] : []), { at: "connecting", reason: "timeout" }],
  },
  "a login that is not answered": {
    stages: ALL,
    failures: (stage) => [...(isOpen(stage) ? [lost] : []), { at: "authenticating", reason: "timeout" }],
  },
  "frozen half-open": { stages: CONNECTED, failures: silence, timeouts: true },
  "read and never answered": { stages: CONNECTED, failures: silence, timeouts: true },
  // What is in flight when the server closes is known to be lost before its time is over.
  "a close that never completes": { stages: CONNECTED, failures: silence, timeouts: true, needs: "closing" },
  delay: { stages: ["connecting", "asking", "logging in", "ready", "in flight", "waiting"], failures: () => [] },
  reorder: { stages: ["connecting", "asking", "logging in", "ready", "in flight", "waiting"], failures: () => [] },
  garbage: { stages: ["connecting", "asking", "logging in", "ready", "in flight", "waiting"], failures: () => [] },
  punt: { stages: CONNECTED, failures: () => [], ends: "taken-over" },
  "logins refused": { stages: ALL, failures: dropIfReady, ends: "auth" },
  // A credential function is asked once more, and the server closes before that can help.
  "logins refused and closed": {
    stages: ALL,
    failures: (stage) => [...dropIfReady(stage), { at: "authenticating", ...lost }],
    ends: "auth",
  },
  "a login refused with another code": { stages: ALL, failures: refusedOnce },
  "a login refused with another code and closed": { stages: ALL, failures: refusedOnce },
  "a channel refused": { stages: ALL, failures: dropIfReady, refused: CHANNELS[1] },
  logout: { stages: Object.keys(STAGES), failures: () => [], ends: "logout" },
  destroy: { stages: Object.keys(STAGES), failures: () => [], ends: "logout" },
};

function refusals(stage) {
  const attempts = [{ at: "connecting", ...lost }, { at: "connecting", ...lost }];
  return isOpen(stage) ? [lost, ...attempts] : attempts;
}

function silence(stage) {
  return [{ reason: isReady(stage) ? "connection-lost" : "timeout" }];
}

function dropIfReady(stage) {
  return isReady(stage) ? [lost] : [];
}

function refusedOnce(stage) {
  return [...dropIfReady(stage), { at: "authenticating", reason: "auth", login: true }];
}

/** What must come of a fault at a stage. */
function expected(name, stage) {
  const fault = FAULTS[name];
  const { connecting = false, calls: fate } = STAGES[stage];
  let { state, attempt = 0 } = STAGES[stage];
  let told = attempt > 0;
  let pending = fate;
  const log = [];

  const fail = (kind) => {
    log.push(...OUTCOMES.map((_, i) => `call ${i} ${kind} ${pending}`));
    pending = undefined;
  };
  const enter = (next) => log.push(`${(state = next)} ${attempt}`);
  const proceed = (to) => {
    if (to !== "reconnecting" && state === "reconnecting") enter("connecting");
    if (to !== "connecting" && state === "connecting") enter("authenticating");
  };
  const end = (reason, kind) => {
    if (pending) fail(kind);
    log.push(`closed 0 ${reason}`);
    state = "closed";
  };

  for (const { at = state, reason, login } of fault.failures(stage)) {
    proceed(at);
    if (login) log.push("onWSLogin false");
    if (pending === "sent") fail(fault.timeouts ? "timeout" : "connection-lost");
    attempt++;
    log.push(`${(state = "reconnecting")} ${attempt} ${reason}`);
    if (!told) log.push("onWSClose false");
    told = true;
  }
  if (fault.ends === "logout") {
    if (!["idle", "closed"].includes(state)) {
      end("logout", "closed");
      log.push("onWSClose true");
    }
  } else if (fault.ends === "taken-over") {
    // The number of failed attempts starts anew.
    end("taken-over", "closed");
    if (!told) log.push("onWSClose false");
  } else if (fault.ends === "auth") {
    proceed("authenticating");
    end("auth", "closed");
    log.push("onWSLogin false");
  } else if (state !== "ready") {
    proceed("authenticating");
    attempt = 0;
    enter("ready");
    log.push("onWSLogin true", "clientReady");
    log.push(...CHANNELS.map((channel) => `${channel === fault.refused ? "refused" : "ready"} ${channel}`));
  }
  if (pending && !fault.ends) log.push(...OUTCOMES.map((outcome, i) => `call ${i} ${outcome}`));

  const result = { state, log, later: [], problems: [] };
  const answered = state === "ready" && pending;
  // The frozen server works off what was sent before, unless the connection is closed first.
  const outcome = fault.ends && fault.ends !== "logout" ? fault.ends : "closed";
  if (connecting) result.connect = [1, state === "ready" ? "ok" : outcome];
  else result.connect = stage === "idle" ? [0, ""] : [1, "ok"];
  if (state === "ready") {
    result.channels = CHANNELS.filter((channel) => channel !== fault.refused);
    result.otherConnections = 0;
    result.usable = "afterwards";
    result.events = CHANNELS.map((channel) => Number(channel !== fault.refused));
    result.afterLogout = ["closed 0 logout", "onWSClose true"];
  } else {
    result.reopened = opened(fault, stage);
    result.events = [0, 0];
    result.afterLogout = [];
  }
  result.left = { sockets: 0, timers: 0, listeners: 0 };
  result.calls = fate ? OUTCOMES.map(() => [1, 1]) : [];
  result.answered = Boolean(answered);
  return result;
}

/** How many sockets are opened after the fault where it ends for good. */
function opened(fault, stage) {
  return fault.failures(stage).length + (STAGES[stage].state === "reconnecting" && fault.ends === "auth" ? 1 : 0);
}

for (const [name, { stages, failures, ends, needs }] of Object.entries(FAULTS)) {
  test(name, { skip: lacking(needs) }, async () => {
    const results = {};
    for (const stage of stages) {
      const end = !ends ? "ready" : stage === "idle" ? "idle" : "closed";
      results[stage] = await run(({ faults }, ...args) => faults.play(...args), name, stage, end, failures(stage).length).catch((error) => {
        throw new Error(`${stage}: ${error.message}`);
      });
    }
    for (const stage of stages) {
      const { arrived, ...result } = results[stage];
      const { answered, ...wanted } = expected(name, stage);
      if (name === "reorder") for (const one of [result, wanted]) one.log.sort();
      assert.deepEqual(result, wanted, `${stage}`);
      // Nothing is sent twice, and what succeeded was sent.
      for (const times of arrived) assert.ok(answered ? times === 1 : times <= 1, `${stage}: arrived ${arrived}`);
    }
  });
}

test("every fault that the page knows is in the table", async () => {
  assert.deepEqual(await run(({ faults }) => Object.keys(faults.strikes)), Object.keys(FAULTS));
});

// What a call says of itself: when what happened, and how well it is heard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("timings: each moment in its order, the first of each, also over a lost connection", { skip }, async () => {
  const before = Date.now();
  const [out, into] = await run(async () => {
    window.anna = await User.login("1001");
    const bob = await User.login("1002");
    window.call = anna.call("1002");
    const into = await bob.is("ringing");
    into.answer();
    await Promise.all([anna.is("active", call), bob.is("active", into)]);
    await Promise.all([heard(call), heard(into)]);
    const seen = [call, into].map(({ timings }) => ({ ...timings }));
    into.hangup();
    await anna.is("destroy", call);
    seen.forEach((timings, i) => Object.assign(timings, [call, into][i].timings));
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    window.first = { ...call.timings };
    anna.states = new Told();
    return seen;
  });
  const inOrder = (timings, names) => {
    const times = names.map((name) => timings[name]);
    assert.deepEqual(times, [...times].sort((a, b) => a - b), JSON.stringify(timings));
    assert.ok(times[0] >= before && times.at(-1) <= Date.now(), JSON.stringify(timings));
  };
  inOrder(out, ["created", "microphone", "described", "requesting", "trying", "active", "hangup", "destroy"]);
  inOrder(out, ["described", "connected", "heard", "hangup"]);
  inOrder(into, ["created", "ringing", "microphone", "described", "answering", "active", "hangup", "destroy"]);
  inOrder(into, ["ringing", "connected", "heard", "hangup"]);
  assert.equal(Object.keys(out).length, 10);
  assert.equal(Object.keys(into).length, 10);
  await calls.sim.drop({ login: "1001" });
  const [first, now, left] = await run(async () => {
    await anna.is("active", call);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    return [first, { ...call.timings }, window.left()];
  });
  const { recovering, hangup, destroy, ...kept } = now;
  assert.deepEqual(kept, first);
  inOrder(now, ["active", "recovering", "hangup", "destroy"]);
  assert.deepEqual(left, NOTHING);
});

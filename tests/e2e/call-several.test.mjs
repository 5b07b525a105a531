// Several calls at once: each is a call of its own, and with autoHold one is talked in.
//
// Planted, each red: autoHold is ignored where a call is placed, answered, unheld, or answered by the
// other side; it holds without being asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

// Anna, with the options, has a call of her own, one from Bob, and one more of her own.
const three = (options) =>
  run(async (_, options) => {
    window.bob = await User.login("1002");
    window.anna = await User.login("1001", options);
    window.states = () => [first, second, third].map((call) => call.state.name);
    window.first = anna.call("9196");
    await anna.is("active", first);
    await heard(first);
    window.bobs = bob.call("1001");
    window.second = await anna.is("ringing");
  }, options);

const end = () =>
  run(async () => {
    anna.verto.hangup();
    await Promise.all([first, second, third].map((call) => anna.is("destroy", call)));
    await bob.is("destroy", bobs);
    return left();
  });

test("without autoHold a second and a third call change nothing: all are heard", { skip }, async () => {
  await three();
  const seen = await run(async () => {
    second.answer();
    await anna.is("active", second);
    window.third = anna.call("9664");
    await anna.is("active", third);
    await Promise.all([first, second, third].map((call) => heard(call)));
    return states();
  });
  assert.deepEqual(seen, ["active", "active", "active"]);
  assert.deepEqual(await end(), NOTHING);
  assert.deepEqual(await calls.sim.requests("verto.modify"), []);
});

test("with autoHold the call that the page goes on with is talked in; the others are held first", { skip }, async () => {
  await three({ autoHold: true });
  const seen = await run(async () => {
    // Who has not answered yet goes on with the first.
    const seen = { ringing: first.state.name };
    second.answer();
    await anna.is("active", second);
    await heard(second);
    seen.answered = [first.state.name, second.state.name];
    window.third = anna.call("9664");
    await anna.is("active", third);
    await heard(third);
    seen.placed = states();
    await first.unhold();
    await anna.is("held", third);
    await heard(first);
    seen.unheld = states();
    await second.toggleHold();
    seen.toggled = states();
    await heard(second);
    // When the one that is talked in ends, none is unheld by itself.
    bobs.hangup();
    await anna.is("destroy", second);
    await anna.verto.sendMethod("echo", {});
    seen.ended = [first.state.name, third.state.name];
    return seen;
  });
  assert.deepEqual(seen, {
    ringing: "active",
    answered: ["held", "active"],
    placed: ["held", "held", "active"],
    unheld: ["active", "held", "held"],
    toggled: ["held", "active", "held"],
    ended: ["held", "held"],
  });
  assert.deepEqual(await end(), NOTHING);
  const asked = (await calls.sim.requests()).map(({ method, params }) => params?.action ?? method);
  const order = asked.filter((one) => ["hold", "unhold", "toggleHold", "verto.answer", "verto.invite"].includes(one));
  // The first two are Anna's and Bob's first calls.
  assert.deepEqual(order.slice(2), ["hold", "verto.answer", "hold", "verto.invite", "hold", "unhold", "hold", "toggleHold"]);
});

test("with autoHold a call that is answered late holds the one that the page went on with meanwhile", { skip }, async () => {
  const seen = await run(async () => {
    const bob = await User.login("1002");
    const anna = await User.login("1001", { autoHold: true });
    const slow = anna.call("1002");
    const bobs = await bob.is("ringing");
    const other = anna.call("9196");
    await anna.is("active", other);
    await heard(other);
    bobs.answer();
    await Promise.all([anna.is("active", slow), anna.is("held", other)]);
    await heard(slow);
    const seen = [slow.state.name, other.state.name];
    anna.verto.hangup();
    await Promise.all([anna.is("destroy", slow), anna.is("destroy", other), bob.is("destroy", bobs)]);
    return { seen, left: left() };
  });
  assert.deepEqual(seen, { seen: ["active", "held"], left: NOTHING });
  assert.equal((await calls.sim.requests("verto.modify")).length, 1);
});

test("a call that comes in while another is talked in rings as any other, and the other is heard", { skip }, async () => {
  const seen = await run(async () => {
    const bob = await User.login("1002");
    const anna = await User.login("1001", { ringFile: tone(), tag: "audio", ringer_tag: "audio", autoHold: true });
    const talked = anna.call("9196");
    await anna.is("active", talked);
    await heard(talked);
    const out = bob.call("1001");
    const waiting = await anna.is("ringing");
    const ring = await until(() => [...used.played].find(({ src }) => src));
    await sounds(ring);
    await heard(talked);
    const seen = { state: talked.state.name, own: ring !== document.getElementById("audio"), volume: ring.volume };
    waiting.hangup({ cause: "USER_BUSY" });
    await bob.is("destroy", out);
    seen.cause = out.cause;
    await until(() => ring.paused);
    talked.hangup();
    await anna.is("destroy", talked);
    return { ...seen, left: left() };
  });
  assert.deepEqual(seen, { state: "active", own: true, volume: 1, cause: "USER_BUSY", left: NOTHING });
});

// A page that is reloaded, or left, while there is a call.
//
// What was broken on purpose, one at a time, and which test it made red:
//
// | planted | red |
// | --- | --- |
// | no lock is asked for; the lock is not kept | a duplicated tab |
// | the record isn't written when the page is left | the call comes back |
// | what the core is told is always: not held, not silent | the call comes back |
// | the record stays when the call has ended | the call comes back, and those after it |
// | an old record counts | an old record |
// | the login doesn't wait for the lock | the call comes back |
// | no bye at `pagehide` | a page that is left |
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";
import { until } from "./lib/wait.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

/** Anna's page with a call that is heard. */
const talk = (options) =>
  run(async (_, options) => {
    window.anna = await User.login("1001", { tag: "audio", ...options });
    window.call = anna.call("9664", { useSpeak: "any" });
    await anna.is("active", call);
    await heard(call);
    return { sessid: anna.verto.sessid, callID: call.callID, active: call.timings.active };
  }, options);

const reload = () => calls.driver.navigate().refresh();

/** Anna logs in; what comes of the call that there was. */
const again = (options) =>
  run(async (_, options) => {
    window.anna = await User.login("1001", { tag: "audio", ...options });
    const { sessid } = anna.verto;
    await new Promise((resolve) => setTimeout(resolve, 600));
    window.call = Object.values(anna.verto.dialogs)[0];
    return { sessid, callID: call?.callID ?? null };
  }, options);

const record = () => run(() => Object.entries(sessionStorage).filter(([name]) => name.startsWith("verto-wasm")));
const byes = async () => (await calls.sim.requests("verto.bye")).length;

test("the call comes back in the reloaded page as it was, and again", { skip }, async () => {
  const before = await talk();
  await run(() => call.setMute("off"));
  for (const held of [false, true]) {
    if (held) await run(async () => { await call.hold(); await anna.is("held", call); });
    await reload();
    const seen = await run(async (_, held) => {
      window.anna = await User.login("1001", { tag: "audio" });
      window.call = await anna.is(held ? "held" : "active");
      await until(() => call.media === "connected");
      while (held && call.state.name === "held") await call.unhold();
      await heard(call);
      const { params, timings, direction } = call;
      const told = anna.history(call);
      return {
        sessid: anna.verto.sessid,
        callID: call.callID,
        active: timings.active,
        told: held ? told.slice(0, 3) : told,
        same: anna.verto.dialogs[call.callID] === call && anna.verto.hangup === Verto.prototype.hangup,
        number: params.remote_caller_id_number,
        direction: direction.name,
        muted: !call.getMute(),
        live: call.localStream.getTracks()[0].enabled,
        asked: used.asked.length,
      };
    }, held);
    const told = ["recovering", "answering", held ? "held" : "active"];
    const kept = { told, same: true, number: "9664", direction: "outbound", muted: true, live: false, asked: 1 };
    assert.deepEqual(seen, { ...before, ...kept });
  }
  assert.equal((await calls.sim.requests("verto.invite")).length, 1);
  assert.equal(await byes(), 0);
  await run(async () => { call.hangup(); await anna.is("destroy", call); });
  await calls.nothingLeft();
  assert.deepEqual(await record(), []);
  // The next page is another session.
  await reload();
  const next = await again();
  assert.notEqual(next.sessid, before.sessid);
});

test("a duplicated tab doesn't take the call; the tab that had it gets it back", { skip }, async () => {
  const before = await talk();
  assert.equal((await record()).length, 1);
  const other = await run(async () => {
    const tab = open(location.href);
    await new Promise((resolve) => tab.addEventListener("load", resolve));
    const records = () => Object.keys(tab.sessionStorage).filter((name) => name.startsWith("verto-wasm")).length;
    const copied = records();
    const user = await tab.User.login("1001");
    await new Promise((resolve) => setTimeout(resolve, 600));
    const seen = { copied, left: records(), sessid: user.verto.sessid, dialogs: Object.keys(user.verto.dialogs).length };
    user.verto.logout();
    tab.close();
    await heard(call);
    return { ...seen, told: anna.history(call) };
  });
  assert.notEqual(other.sessid, before.sessid);
  assert.equal(other.copied, 1);
  assert.deepEqual([other.left, other.dialogs, other.told], [0, 0, ["requesting", "trying", "active"]]);
  await reload();
  assert.equal((await again()).callID, before.callID);
  await run(async () => { await heard(call); call.hangup(); await anna.is("destroy", call); });
  await calls.nothingLeft();
});

test("an old record, one of another user, and one that is spoilt are not used", { skip }, async () => {
  const before = await talk();
  const [[name, text]] = await record();
  const old = JSON.stringify({ ...JSON.parse(text), left: Date.now() - 121_000 });
  // The page writes its record when it is left.
  const leave = async (value) => {
    await calls.driver.get("about:blank");
    await calls.driver.get(calls.sim.url);
    await run((_, name, value) => sessionStorage.setItem(name, value), name, value);
  };
  for (const value of [old, "{", "5", "null"]) {
    await leave(value);
    const seen = await again();
    assert.notEqual(seen.sessid, before.sessid);
    assert.equal(seen.callID, null, value);
    if (value !== "null") assert.deepEqual(await record(), []);
    await run(() => anna.verto.logout());
  }
  await leave(text);
  const seen = await run(async () => {
    const bob = await User.login("1002");
    await new Promise((resolve) => setTimeout(resolve, 600));
    return Object.keys(bob.verto.dialogs).length;
  });
  assert.equal(seen, 0);
});

test("a page that is left says bye for what doesn't come back", { skip }, async () => {
  // A call that isn't answered.
  await run(async () => {
    window.bob = await User.login("1002");
    window.anna = await User.login("1001");
    window.call = anna.call("1002");
    await bob.is("ringing");
  });
  await calls.driver.get("about:blank");
  await until("no call", async () => (await calls.sim.state()).dialogs.length === 0);
  await calls.sim.reset();
  await calls.driver.get(calls.sim.url);
  // With `resume: false` any.
  await talk({ resume: false });
  assert.deepEqual(await record(), []);
  await reload();
  await until("the bye", async () => (await byes()) === 1);
  const seen = await again({ resume: false });
  assert.equal(seen.callID, null);
  await calls.noCalls();
});

test("where the tab can keep nothing calls work, and a page that is left says bye", { skip }, async () => {
  for (const broken of ["storage", "locks"]) {
    const lines = await run(async (_, broken) => {
      const refuse = () => { throw new DOMException("no", "SecurityError"); };
      if (broken === "storage") Object.defineProperty(window, "sessionStorage", { get: refuse });
      else Object.defineProperty(navigator, "locks", { value: undefined });
      const lines = [];
      const logger = { debug: (line) => lines.push(line) };
      window.anna = await User.login("1001", { logger });
      window.call = anna.call("9196");
      await anna.is("active", call);
      await heard(call);
      await call.hold();
      await call.unhold();
      return lines.filter((line) => line.includes("resumed"));
    }, broken);
    assert.equal(lines.length, 1, lines.join("\n"));
    await reload();
    await until("the bye", async () => (await byes()) === 1);
    await calls.sim.reset();
    await reload();
  }
});

test("a sessid of the page's own brings the call back without a record", { skip }, async () => {
  const sessid = "7a1c1f0e-0000-4000-8000-000000000001";
  const before = await talk({ sessid });
  assert.deepEqual(await record(), []);
  await reload();
  const seen = await again({ sessid });
  assert.equal(seen.callID, before.callID);
  await run(async () => { await heard(call); call.hangup(); await anna.is("destroy", call); });
  await calls.nothingLeft();
});

test("a page with its own sessid that is reloaded again before its call is back", { skip }, async () => {
  const sessid = "7a1c1f0e-0000-4000-8000-000000000002";
  const before = await talk({ sessid });
  // The server has the call, and the page doesn't hear so.
  await calls.sim.request("POST", "sim/fault/unanswered", { login: "1001", method: "verto.attach", missing: "reply", count: 1 });
  await reload();
  await run(async (_, sessid) => {
    window.anna = await User.login("1001", { tag: "audio", sessid });
    await anna.is("answering");
  }, sessid);
  await reload();
  const seen = await again({ sessid });
  assert.equal(seen.callID, before.callID);
  assert.equal(await byes(), 0);
  await run(async () => { await heard(call); call.hangup(); await anna.is("destroy", call); });
  await calls.nothingLeft();
});

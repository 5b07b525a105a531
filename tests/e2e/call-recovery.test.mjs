// A call whose connection to the server is lost, in a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";
import { until } from "./lib/wait.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("a call comes back after a lost connection: the same Dialog, heard before and after", { skip }, async () => {
  await run(async () => {
    window.anna = await User.login("1001", { tag: "audio" });
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    window.before = { peer: call.peer, stream: call.localStream };
    anna.states = new Told();
  });
  for (const held of [false, true]) {
    if (held) await run(async () => { await call.hold(); await anna.is("held", call); anna.states = new Told(); });
    await calls.sim.drop({ login: "1001" });
    const seen = await run(async (_, held) => {
      await anna.is(held ? "held" : "active", call);
      await until(() => call.peer.connectionState === "connected");
      // The server ends no hold of a call whose media are not up.
      while (held && call.state.name === "held") await call.unhold();
      await heard(call);
      const element = document.getElementById("audio");
      await until(() => used.connections.filter(({ connectionState }) => connectionState !== "closed").length === 1);
      const seen = {
        history: anna.history(call),
        same: anna.verto.dialogs[call.callID] === call,
        fresh: call.peer !== before.peer,
        stream: call.localStream === before.stream,
        plays: !element.paused && element.srcObject.getTracks()[0] === call.peer.getReceivers()[0].track,
        asked: used.asked.length,
      };
      anna.states = new Told();
      return seen;
    }, held);
    const history = held ? ["recovering", "held", "active"] : ["recovering", "active"];
    assert.deepEqual(seen, { history, same: true, fresh: true, stream: true, plays: true, asked: 1 });
  }
  await run(async () => {
    call.hangup();
    await anna.is("destroy", call);
  });
  await calls.nothingLeft();
});

test("a call that the server gave up meanwhile ends with its cause", { skip }, async () => {
  await calls.sim.callTimes({ detachMs: 1 });
  const causes = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const active = anna.call("9196");
    await anna.is("active", active);
    const ringing = anna.call("1002");
    const into = await bob.is("ringing");
    await fetch("/sim/drop", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ login: "1001" }) });
    await Promise.all([anna.is("destroy", active), anna.is("destroy", ringing), bob.is("destroy", into)]);
    return [active, ringing, into].map(({ cause, error }) => [cause, error?.kind ?? null]);
  });
  assert.deepEqual(causes, [
    ["RECOVERY_ON_TIMER_EXPIRE", "connection-lost"],
    ["DESTINATION_OUT_OF_ORDER", "connection-lost"],
    ["ORIGINATOR_CANCEL", null],
  ]);
  await calls.nothingLeft();
});

const fault = (name, body) => calls.sim.request("POST", `sim/fault/${name}`, body);
const updates = async () => (await calls.sim.requests("verto.modify")).filter(({ params }) => params.action === "updateMedia");

/** A page with a call that is heard, and nothing told of it yet. */
const talk = () =>
  run(async () => {
    window.anna = await User.login("1001", { tag: "audio" });
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    anna.states = new Told();
  });

test("the media die and the socket lives: heard again, by a fresh connection, without a word", { skip }, async () => {
  await talk();
  for (const held of [false, true]) {
    if (held) await run(async () => { await call.hold(); await anna.is("held", call); anna.states = new Told(); });
    await fault("network", { login: "1001" });
    const seen = await run(async (_, held) => {
      const { peer } = call;
      const media = [call.media];
      while (call.peer === peer || call.media !== "connected") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (media[media.length - 1] !== call.media) media.push(call.media);
      }
      const { name } = call.state;
      if (held) {
        await call.unhold();
        await anna.is("active", call);
      }
      await heard(call);
      const element = document.getElementById("audio");
      await until(() => peer.connectionState === "closed");
      const plays = !element.paused && element.srcObject.getTracks()[0] === call.peer.getReceivers()[0].track;
      return { name, media, plays, told: anna.history(call), asked: used.asked.length };
    }, held);
    assert.deepEqual([...seen.media.slice(0, 2), ...seen.media.slice(-1)], ["connected", "disconnected", "connected"]);
    delete seen.media;
    // The end of the hold was the page's own doing.
    assert.deepEqual(seen, { name: held ? "held" : "active", plays: true, told: held ? ["active"] : [], asked: 1 });
    assert.equal((await updates()).length, held ? 2 : 1);
  }
  assert.equal((await calls.sim.requests("verto.attach")).length, 0);
  await run(() => call.hangup());
  await calls.nothingLeft();
});

test("media that cannot be made anew end the call with MEDIA_TIMEOUT", { skip }, async () => {
  await talk();
  await fault("media", { login: "1001", in: { lossPercent: 100 }, out: { lossPercent: 100 } });
  await until("the first try", async () => (await updates()).length > 0);
  const ended = await run(async () => {
    // Half a minute later. (In Firefox a script of the driver's has a Date of its own.)
    const { Date } = window;
    const { now } = Date;
    Date.now = () => now() + 30_000;
    dispatchEvent(new Event("online"));
    await anna.is("destroy", call);
    const { cause, causeCode, error, media } = call;
    return { cause, causeCode, kind: error.kind, media, told: anna.history(call) };
  });
  assert.deepEqual(ended, { cause: "MEDIA_TIMEOUT", causeCode: 804, kind: "media-failed", media: "closed", told: ["hangup", "destroy"] });
  await until("the bye", async () => (await calls.sim.requests("verto.bye")).length === 1);
  await fault("media", {});
  await calls.nothingLeft();
});

test("an offer that the server does not answer: the call comes back over another socket", { skip }, async () => {
  await talk();
  await fault("unanswered", { login: "1001", method: "verto.modify", missing: "request", count: 1 });
  await fault("network", { login: "1001" });
  await until("the attach", async () => (await calls.sim.requests("verto.attach")).length > 0, 40_000);
  await run(() => heard(call));
  // It was heard again over another socket.
  assert.deepEqual(await run(() => anna.history(call)), ["recovering", "active"]);
  assert.equal((await updates()).length, 1);
  assert.equal((await calls.sim.requests("verto.attach")).length, 1);
  await run(() => call.hangup());
  await calls.nothingLeft();
});

test("an attach whose media don't come is made once more, on another socket", { skip }, async () => {
  await talk();
  await fault("detach-twice", { login: "1001", count: 1 });
  await calls.sim.drop({ login: "1001" });
  await run(async () => {
    await until(() => call.media === "connected" && anna.history(call).length === 4);
    await heard(call);
  });
  assert.deepEqual(await run(() => anna.history(call)), ["recovering", "active", "recovering", "active"]);
  await run(() => call.hangup());
  await calls.nothingLeft();
});

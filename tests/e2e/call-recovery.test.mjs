// A call whose connection to the server is lost, in a page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

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

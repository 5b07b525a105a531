// What goes wrong on purpose with the sound of the simulator's calls, measured in a browser. What
// goes wrong with their frames is tested without one (sim/tests/faults/calls.rs).
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";
import { until } from "./lib/wait.mjs";

const calls = new CallTests("calls", {
  prepare: () =>
    run(async (_, url) => {
      window.line = await Line.login(url, "1001");
      window.call = await Call.to(line, "9196");
      await call.accepted();
      await call.heard();
    }),
});
const { skip } = calls;
const run = (script, ...args) => calls.run(script, calls.sim.socketUrl, ...args);

const media = (fault) => calls.sim.request("POST", "sim/fault/media", fault);

const listen = (packets) => run((_, url, packets) => call.listen(packets), packets);

test("packets are lost in each direction", { skip }, async () => {
  for (const way of ["in", "out"]) {
    await media({ [way]: { lossPercent: 50 } });
    await listen(10);
    const { received, sent } = await listen(100);
    assert.ok(received < 0.8 * sent && received > 0.2 * sent, `${way}: ${received} of ${sent}`);
    // What the browser sends is counted where it arrives.
    const before = (await calls.sim.state()).dialogs[0];
    await listen(50);
    const after = (await calls.sim.state()).dialogs[0];
    const arrived = after.received - before.received;
    if (way === "in") assert.ok(arrived < 45, `${arrived} arrived`);
    else assert.ok(arrived >= 45, `${arrived} arrived`);
  }
});

test("packets are delayed in each direction", { skip }, async () => {
  await media({ in: { delayMs: 200 }, out: { delayMs: 200 } });
  await until("a round trip of 400 ms", () =>
    run(async () => {
      const reports = [...(await call.pc.getStats()).values()];
      return reports.some((report) => report.type === "candidate-pair" && report.currentRoundTripTime >= 0.4);
    }),
  );
  // Nothing is lost by it.
  const { received, sent } = await listen(50);
  assert.ok(received > 0.8 * sent, `${received} of ${sent}`);
});

test("sound stops while the connection lives, and goes on", { skip }, async () => {
  for (const way of ["in", "out"]) {
    await media({ [way]: { stopped: true } });
    await listen(10);
    assert.equal((await listen(50)).received, 0, way);
    assert.equal(await run(() => call.pc.connectionState), "connected");
    await media({});
    await run(() => call.heard());
  }
});

test("an outage is noticed by the browser, and a restart of ICE mends it", { skip }, async () => {
  await media({ login: "1001", in: { lossPercent: 100 }, out: { lossPercent: 100 } });
  await until("disconnected", () => run(() => call.pc.iceConnectionState === "disconnected"));
  await media({ login: "1001" });
  await run(async () => {
    await call.updateMedia(false);
    await call.heard();
  });
});

const silence = async () => {
  await listen(10);
  assert.equal((await listen(25)).received, 0);
};

test("a change of the network: nothing comes until ICE begins anew, or a fresh connection", { skip }, async () => {
  for (const [what, fresh] of [["all", false], ["sound", true]]) {
    await calls.sim.request("POST", "sim/fault/network", { login: "1001", what });
    await silence();
    // Where ICE goes on the browser knows nothing of it.
    if (what === "sound") assert.equal(await run(() => call.pc.connectionState), "connected");
    await run(async (_, url, fresh) => {
      await call.updateMedia(fresh);
      await call.heard();
    }, fresh);
  }
});

/** The line is cut, and the call comes back to another one with the same sessid. */
const comeBack = () =>
  run(async (_, url) => {
    const { sessid } = line;
    line.close();
    window.line = await Line.login(url, "1001", sessid);
    const again = await Call.incoming(line, "verto.attach");
    again.microphone = call.microphone;
    call.pc.close();
    window.call = again;
    await again.pickUp("verto.attach");
  });

test("after an attach new media from the same peer connection are silence, from a fresh one sound", { skip }, async () => {
  await comeBack();
  await run(() => call.heard());
  await run(() => call.updateMedia(false));
  await silence();
  await run(async () => {
    await call.updateMedia(true);
    await call.heard();
  });
});

test("a call that is detached twice gets no sound before the next login", { skip }, async () => {
  await calls.sim.request("POST", "sim/fault/detach-twice", { login: "1001", count: 1 });
  await comeBack();
  // The browser asks again and again whether it may send, and hears nothing.
  await until("five questions", async () => {
    const [sent, answered] = await run(async () => {
      const pairs = [...(await call.pc.getStats()).values()].filter(({ type }) => type === "candidate-pair");
      return ["requestsSent", "responsesReceived"].map((name) => pairs.reduce((sum, pair) => sum + (pair[name] ?? 0), 0));
    });
    assert.equal(answered, 0);
    return sent >= 5;
  });
  await comeBack();
  await run(() => call.heard());
});

test("what is set before a call holds for it", { skip }, async () => {
  await media({ out: { stopped: true } });
  const received = await run(async () => {
    await call.bye();
    const next = (window.call = await Call.to(line, "9664"));
    await next.accepted();
    while (next.pc.connectionState !== "connected") await new Promise((resolve) => setTimeout(resolve, 20));
    return (await next.listen(25)).received;
  });
  assert.equal(received, 0);
});

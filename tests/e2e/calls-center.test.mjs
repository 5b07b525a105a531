// The call centre's calls at browsers: who is given to an agent rings the agent's browser, and is
// heard there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";
import { until } from "./lib/wait.mjs";

const calls = new CallTests("calls", {
  // People answer browsers: the call centre's times are those of a real one.
  speed: 1,
  prepare: async () => {
    await calls.sim.browserPhones(true);
    await run(async (_, url) => {
      const line = (window.line = await Line.login(url, "1001"));
      window.ccc = (func, data) =>
        line.request("jsapi", { command: "lua", data: { method: "ccc", func, data: { agent: "1001", ...data } } });
      await ccc("ccLogin", { queue: "test", extn: "1001" });
      await ccc("ccGoReady", { queue: "test" });
    });
  },
});
const { skip } = calls;
const run = (script, ...args) => calls.run(script, calls.sim.socketUrl, ...args);

const agent = async (probe) => until("the agent's row", async () => (await calls.sim.agent("1001")).find(probe));

test("a caller rings the agent's browser, and is heard when it is answered", { skip }, async () => {
  await calls.sim.caller("test", "13800001111");
  const invite = await run(async () => {
    window.call = await Call.incoming(line);
    return call.invite;
  });
  assert.deepEqual([invite.caller_id_name, invite.caller_id_number], ["13800001111", "13800001111"]);
  await agent(({ callstate }) => callstate === "RINGING");
  await run(async () => {
    await call.pickUp();
    await call.heard();
    await line.next("verto.display", call.id);
  });
  await agent(({ callstate }) => callstate === "TALKING");
  await run(() => call.bye());
  await agent(({ callstate }) => callstate === "WRAPUP");
  assert.deepEqual((await calls.sim.state()).calls, []);
  await calls.noCalls();
});

test("a caller who hangs up takes the call from the browser", { skip }, async () => {
  for (const answered of [false, true]) {
    const { call } = await calls.sim.caller("test", "13800001111");
    await run(async (_, url, answered) => {
      window.call = await Call.incoming(line);
      if (!answered) return;
      await call.pickUp();
      await call.heard();
    }, answered);
    if (answered) await agent(({ callstate }) => callstate === "TALKING");
    await calls.sim.request("POST", "sim/hangup", { call });
    const cause = await run(async () => {
      const { cause } = await line.next("verto.bye", call.id);
      call.end();
      return cause;
    });
    assert.equal(cause, answered ? "NORMAL_CLEARING" : "ORIGINATOR_CANCEL");
  }
});

test("an agent who rejects the caller is unready, and the caller waits again", { skip }, async () => {
  await calls.sim.caller("test", "13800001111");
  await run(async () => {
    const call = await Call.incoming(line);
    await line.ask("verto.bye", call.id, { cause: "CALL_REJECTED" });
  });
  await agent(({ state }) => state === "UNREADY");
  assert.equal((await calls.sim.state()).calls[0].state, "waiting");
});

test("ccDial rings the agent's own browser first, then the other side is heard", { skip }, async () => {
  const seen = await run(async () => {
    const { code } = await ccc("ccDial", {
      extn: "1001",
      cidNumber: "01058000000",
      destNumber: "13900002222",
      earlyMedia: true,
    });
    const call = (window.call = await Call.incoming(line));
    await call.pickUp();
    await call.heard();
    return { code, number: call.invite.caller_id_number };
  });
  assert.deepEqual(seen, { code: 200, number: "13900002222" });
  await agent(({ callstate }) => callstate === "TALKING");
  await run(async () => {
    await call.heard();
    await call.bye();
  });
  await agent(({ callstate }) => callstate === "WRAPUP");
});

test("without it the phones are simulated, as they are for agents who are no browsers", { skip }, async () => {
  await calls.sim.browserPhones(false);
  await calls.sim.caller("test", "13800001111");
  await agent(({ callstate }) => callstate === "TALKING");
  await calls.noCalls();
});

// FreeSWITCH's own client, unmodified from npm, against the simulator: so the simulator is not
// merely what our client expects.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inPage, startBrowser } from "./lib/browser.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const SCRIPTS = [
  "jquery/dist/jquery.js",
  "verto/src/jquery.jsonrpcclient.js",
  "verto/src/jquery.FSRTC.js",
  "verto/src/jquery.verto.js",
];

let sim, driver, www;

before(async () => {
  www = await mkdtemp(join(tmpdir(), "reference-client-"));
  for (const script of SCRIPTS) {
    await cp(fileURLToPath(new URL(`../node_modules/${script}`, import.meta.url)), join(www, script));
  }
  const tags = SCRIPTS.map((script) => `<script src="${script}"></script>`);
  // The client leaves it to the page to bring this method, which jQuery has no longer.
  tags.splice(1, 0, "<script>jQuery.toJSON = JSON.stringify;</script>");
  await writeFile(
    join(www, "index.html"),
    `<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">\n${tags.join("\n")}\n`,
  );
  sim = await startSim({ www });
  driver = await startBrowser();
  await driver.get(sim.url);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
  if (www) await rm(www, { recursive: true });
});

const run = (script, ...args) => inPage(driver, script, ...args);

/** Connects and waits for onWSLogin; later callbacks are kept in the page. */
const connect = (passwd) =>
  run(
    (_, socketUrl, passwd) =>
      new Promise((resolve) => {
        window.seen = { messages: [], events: [], closes: [] };
        window.verto = new jQuery.verto(
          { login: "1001@xswitch.cn", passwd, socketUrl },
          {
            onWSLogin: (v, success) => resolve(success),
            onWSClose: (v, success) => window.seen.closes.push(success),
            onMessage: (v, dialog, msg, data) => window.seen.messages.push([msg.name, data]),
          },
        );
      }),
    sim.socketUrl,
    passwd,
  );

test("the reference client", async (t) => {
  await t.test("is the real one", async () => {
    const versions = await run(() => [jQuery.fn.jquery, typeof jQuery.verto, typeof jQuery.JsonRpcClient]);
    assert.deepEqual(versions, ["3.7.1", "function", "function"]);
  });

  await t.test("is told of a wrong password", async () => {
    assert.equal(await connect("4321"), false);
    await run(() => {
      window.verto.logout();
    });
    await sim.noConnection();
  });

  await t.test("logs in and gets clientReady", async () => {
    assert.equal(await connect("1234"), true);
    const messages = await until("clientReady", () => run(() => window.seen.messages.length && window.seen.messages));
    assert.equal(messages[0][0], "clientReady");
    assert.deepEqual(messages[0][1].reattached_sessions, []);
  });

  await t.test("subscribes and receives events", async () => {
    await run(
      () =>
        new Promise((resolve) =>
          window.verto.subscribe("vcc.default.1007", {
            handler: (v, event) => window.seen.events.push(event),
            readyHandler: resolve,
          }),
        ),
    );
    await sim.event({ eventChannel: "vcc.default.1007", eventType: "agentState", data: { state: "READY" } });
    await sim.event({ eventChannel: "vcc.default.1008", eventType: "agentState", data: { state: "READY" } });
    await sim.event({ eventChannel: "vcc.default.1007", eventType: "agentState", data: { state: "UNREADY" } });
    const events = await until("two events", () => run(() => window.seen.events.length >= 2 && window.seen.events));
    assert.deepEqual(
      events.map(({ eventChannel, eventType, data, eventSerno }) => [eventChannel, eventType, data.state, eventSerno]),
      [
        ["vcc.default.1007", "agentState", "READY", 0],
        ["vcc.default.1007", "agentState", "UNREADY", 1],
      ],
    );
  });

  const jsapi = (params) =>
    run(
      (_, params) =>
        new Promise((resolve) =>
          window.verto.rpcClient.call(
            "jsapi",
            params,
            (result) => resolve({ result }),
            (error) => resolve({ error }),
          ),
        ),
      params,
    );
  const ccc = (func, data) => jsapi({ command: "lua", data: { method: "ccc", func, data } });

  await t.test("calls jsapi", async () => {
    const agent = { queue: "test", agent: "1007" };
    assert.equal((await ccc("ccLogin", { ...agent, extn: "1007" })).result.code, 200);
    assert.equal((await ccc("ccGoReady", agent)).result.code, 200);
    await until("READY", async () => (await sim.agent("1007")).some(({ state }) => state === "READY"));
    assert.equal((await ccc("ccLogin", { queue: "test", agent: "1999", extn: "1999" })).result.code, 404);
    assert.equal((await jsapi({ command: "nosuch", data: {} })).error.code, -32602);
  });

  await t.test("unsubscribes and logs out", async () => {
    await run(() => {
      window.verto.unsubscribe("vcc.default.1007");
    });
    await until("no channel", async () => (await sim.state()).connections.every(({ channels }) => channels.length === 0));
    await run(() => {
      window.verto.logout();
    });
    await sim.noConnection();
  });
});

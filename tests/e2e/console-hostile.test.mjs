// The console in hostile hands: events that are not what they should be, events that another user
// broadcasts, frames of any kind in the drawer, a page that frames it, and what it may connect to.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { WebSocket } from "ws";
import { consoleErrors, lacking, leavePage, startBrowser } from "./lib/browser.mjs";
import { Console } from "./lib/console.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

/** JSON can hold it, and no text can be made of it. */
const NO_TEXT = JSON.parse('{"toString":1}');
const LEFT_OUT = "Some of what the server sent can't be read and is left out";

let sim, driver, page;

before(async () => {
  sim = await startSim();
  driver = await startBrowser();
  page = new Console(driver, sim.url);
});

beforeEach(async () => {
  await sim.reset();
  await page.open("en");
});

afterEach(async () => {
  await page.assertCalm();
  await leavePage(driver, sim);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const row = (agent, more) => ({ agent_id: agent, extn: agent, queue_id: "test", state: "READY", callstate: "IDLE", agent_uuid: "", ...more });

/** An event of the server's on an agent's channel. */
const event = (agent, eventType, data) => sim.event({ eventChannel: `vcc.default.${agent}`, eventType, data });

async function openWallboard() {
  await page.signIn("1001", { supervisor: true });
  await until("the agents", async () => (await page.tile("out")) === 10);
  await until("the queues", () => page.isShown("#queues td"));
  // On a slow machine the lists come so late that filling the page counts as moving it.
  await driver.executeScript("window.shifts.length = 0");
}

async function signIn() {
  await page.signIn("1007");
  await page.shows("#agent-state", { state: "LOGIN" });
}

describe("an event that can't be read is left out and told, and the rest goes on", () => {
  test("on the wallboard: a name that is no text, and a state of calls that is no such state", async () => {
    await openWallboard();
    await event("1003", "agentState", row("1003", { callstate: "constructor", name: NO_TEXT }));
    await event("1004", "agentState", row("1004", { callstate: "constructor" }));
    await page.says("board-message", `${LEFT_OUT} (agentState: name)`);
    await page.shows('#rows [data-agent="1004"]', { status: "ready" });
    await page.shows('#rows [data-agent="1003"]', { status: "out" });
    assert.equal(await page.tile("ready"), 1);
    await event("1003", "agentState", row("1003"));
    await page.shows('#rows [data-agent="1003"]', { status: "ready" });
    await page.screenshot("17-left-out-supervisor");
  });

  test("on the wallboard: a queue, and the other side of a call", async () => {
    await openWallboard();
    await sim.event({ eventChannel: "vcc.default", eventType: "queueState", data: { queue: "test", waiting: "1" } });
    await page.says("board-message", `${LEFT_OUT} (queueState: waiting)`);
    await event("1003", "callOffered", { agent: "1003", call: "c1", caller: NO_TEXT, direction: "inbound" });
    await page.says("board-message", `${LEFT_OUT} (callOffered: caller)`);
    await event("1003", "agentState", row("1003", { callstate: "TALKING", agent_uuid: "c1" }));
    await page.shows('#rows [data-agent="1003"]', { status: "talking" });
    assert.ok((await page.row("1003")).texts.includes("Unknown number"));
  });

  test("on the wallboard: a call of which neither the number nor the other side is told", async () => {
    await openWallboard();
    await event("1003", "agentState", row("1003", { callstate: "TALKING", agent_uuid: undefined }));
    await page.shows('#rows [data-agent="1003"]', { status: "talking" });
  });

  test("on the agent's view: the next events count, and the page can be worked with", async () => {
    await signIn();
    await event("1007", "agentState", row("1007", { state: "constructor", callstate: "constructor" }));
    await event("1007", "agentState", undefined);
    await page.says("agent-message", `${LEFT_OUT} (agentState: agent_id)`);
    await event("1007", "agentState", row("1007", { reason: NO_TEXT }));
    await page.says("agent-message", `${LEFT_OUT} (agentState: reason)`);
    await event("1007", "callEnded", { agent: "1007", call: "c1", direction: "inbound", durationMs: {} });
    await page.says("agent-message", `${LEFT_OUT} (callEnded: durationMs)`);
    await event("1007", "callEnded", { agent: "1007", call: "c1", direction: "inbound" });
    await until("a missed call", async () => (await page.text("today-missed")) === "1");
    assert.equal(await page.text("today-talk"), "00:00");
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY", callstate: "IDLE" });
    assert.equal(await driver.executeScript("return document.getElementById('cc-dial').disabled"), false);
  });

  test("a state whose beginning the server doesn't tell has no time", async () => {
    await signIn();
    // The list that the page reads after its login doesn't know of this event, and may come after it.
    await until("the state without a time", async () => {
      await event("1007", "agentState", row("1007"));
      const [state, time] = await driver.executeScript(
        "return [document.getElementById('agent-state').dataset.state, document.getElementById('agent-timer').textContent]",
      );
      return state === "READY" && time === "";
    });
  });
});

/** Another user of the same server, who broadcasts. */
async function forger(login) {
  const socket = new WebSocket(sim.socketUrl);
  await once(socket, "open");
  let id = 0;
  const request = async (method, params) => {
    id += 1;
    socket.send(JSON.stringify({ jsonrpc: "2.0", method, params, id }));
    for (;;) {
      const [data] = await once(socket, "message");
      const frame = JSON.parse(data);
      if (frame.id === id && !frame.method) return assert.equal(frame.error ?? frame.result.code, undefined, String(data));
    }
  };
  await request("login", { login: `${login}@xswitch.cn`, passwd: "1234", sessid: `forger-${login}` });
  return {
    broadcast: (eventChannel, eventType, data) =>
      request("verto.broadcast", { eventChannel, eventType, data, localBroadcast: true }),
    close: () => socket.close(),
  };
}

test("what another user broadcasts changes nothing, neither for the agent nor for the supervisor", async () => {
  await signIn();
  await page.click("view-supervisor");
  await page.shows('#rows [data-agent="1007"]', { status: "login" });
  const other = await forger("1008");
  const forged = row("1007", { state: "LOGOUT" });
  await other.broadcast("vcc.default.1007", "agentState", forged);
  await other.broadcast("vcc.default", "agentState", forged);
  await other.broadcast("vcc.default", "agentState", row("evil", { name: NO_TEXT }));
  await other.broadcast("vcc.default", "queueState", { queue: "evil", waiting: 99 });
  await other.broadcast("vcc.default.1007", "callOffered", { agent: "1007", call: "c1", caller: "evil", direction: "inbound" });
  other.close();
  // Events come in their order: when these two are shown, the forged ones have been.
  await event("1009", "agentState", row("1009"));
  await page.shows('#rows [data-agent="1009"]', { status: "ready" });
  await page.shows('#rows [data-agent="1007"]', { status: "login" });
  assert.equal(await page.text("board-message"), "");
  assert.ok(!(await page.text("supervisor-view")).includes("evil"));
  await page.click("view-agent");
  await event("1007", "agentState", row("1007", { state: "UNREADY", reason: "lunch" }));
  await page.shows("#agent-state", { state: "UNREADY", reason: "lunch" });
  await page.shows("#call", { step: "none" });
});

describe("the developer's drawer", () => {
  const titles = () => driver.executeScript("return [...document.querySelectorAll('#frames span')].map((each) => each.textContent)");
  const deep = "[".repeat(20_000) + "]".repeat(20_000);

  test("goes on after frames of any kind, and each can be chosen", async () => {
    await signIn();
    await page.click("developer");
    await until("frames", async () => (await titles()).length > 0);
    const odd = [
      '{"jsonrpc":"2.0","id":1,"method":"verto.event"}',
      '{"jsonrpc":"2.0","id":2,"method":"verto.event","params":null}',
      '{"jsonrpc":"2.0","id":3,"method":"verto.event","params":{"eventType":{"toString":1},"eventChannel":{"toString":1}}}',
      '{"jsonrpc":"2.0","id":4,"method":"jsapi"}',
      '{"jsonrpc":"2.0","id":5,"method":"jsapi","params":{"data":{"method":"ccc","func":"constructor"}}}',
      '{"jsonrpc":"2.0","id":6,"method":{"toString":1},"params":[]}',
      '{"jsonrpc":"2.0","id":7777,"result":{"code":{"toString":1}}}',
      '{"jsonrpc":"2.0","id":7778,"error":{"code":{"toString":1}}}',
      '{"jsonrpc":"2.0","id":7779,"result":null}',
      `{"jsonrpc":"2.0","id":8,"method":"login","params":{"loginParams":null,"x":${deep}}}`,
      deep,
      "null",
      "5",
      '"text"',
      "[]",
      "no JSON",
    ];
    for (const text of odd) await sim.request("POST", "sim/send", { login: "1007@xswitch.cn", text });
    await event("1007", "afterwards", {});
    await until("the last frame's title", async () => (await titles()).includes("afterwards vcc.default.1007"));
    const count = await driver.executeScript(() => {
      const buttons = [...document.querySelectorAll("#frames button")];
      for (const button of buttons) button.click();
      return buttons.length;
    });
    assert.ok(count > odd.length, String(count));
    await page.says("frame-text", '"eventType": "afterwards"');
    await page.says("frame-code", '"afterwards"');
    // What has moved, has moved because of these clicks; but they are a script's and not a user's.
    await driver.executeScript("window.shifts.length = 0");
  });
});

test("no other site can frame a page of the simulator", async () => {
  const outer = createServer((_, reply) => {
    reply.setHeader("content-type", "text/html");
    reply.end(`<!DOCTYPE html><title>a trap</title><link rel="icon" href="data:,"><iframe src="${sim.url}"></iframe>`);
  });
  await new Promise((listening) => outer.listen(0, "127.0.0.1", listening));
  try {
    for (const path of ["", "index.html", "faults.html", "es5.html", "examples/cc-login.html"]) {
      const reply = await fetch(new URL(path, sim.url));
      assert.equal(reply.headers.get("content-security-policy"), "frame-ancestors 'self'", path);
    }
    await driver.get(`http://127.0.0.1:${outer.address().port}/`);
    await driver.switchTo().frame(0);
    assert.equal(await driver.executeScript("return document.getElementById('page') === null"), true);
  } finally {
    await driver.switchTo().defaultContent();
    outer.close();
    outer.closeAllConnections();
  }
  // The browser notes it.
  if (!lacking("reports")) assert.match(String(await consoleErrors(driver)), /frame-ancestors/);
  await page.open("en");
});

describe("what the page connects to", () => {
  /** Whether the page's policy lets a socket and a request to this server begin. */
  const refusals = (address) =>
    driver.executeAsyncScript((address, done) => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => refused.push(`${effectiveDirective} ${blockedURI}`));
      const socket = new WebSocket(address);
      const decided = new Promise((decide) => (socket.onerror = socket.onopen = decide));
      Promise.all([decided, fetch(address.replace("ws", "http")).catch(() => {})]).then(() => {
        socket.close();
        // Chromium tells of one request twice.
        setTimeout(() => done([...new Set(refused)].sort()));
      });
    }, address);

  test("once logged in: its own server and the socket's, and no other", async () => {
    const other = await startSim();
    try {
      await signIn();
      const address = other.socketUrl;
      assert.deepEqual(await refusals(address), [`connect-src ${address.replace("ws", "http")}`, `connect-src ${address}`]);
      assert.deepEqual((await other.state()).connections, []);
      assert.deepEqual(await refusals(sim.socketUrl), []);
      if (!lacking("reports")) await assert.rejects(page.assertCalm(), /Content Security Policy/);
      // The page goes on, and so does its next connection.
      await sim.drop();
      await until("another connection", async () => (await sim.state()).connections.some(({ channels }) => channels.length === 1));
      await page.shows("#state", { state: "ready" });
      await page.click("logout");
      await page.shows("#state", { state: "closed" });
      await page.click("more-settings");
      await page.fill({ "socket-url": address });
      await page.click("connect");
      await page.says("sign-in-message", `only to ${sim.socketUrl.replace("/ws", "")}: reload it for another server`);
      assert.deepEqual((await other.state()).connections, []);
      await page.reload();
      await page.click("more-settings");
      await page.fill({ "socket-url": address });
      await page.click("connect");
      await page.shows("#agent-state", { state: "LOGIN" });
      assert.equal((await other.state()).connections.length, 1);
    } finally {
      await driver.get("about:blank");
      await other.stop();
      await page.open("en");
    }
  });
});

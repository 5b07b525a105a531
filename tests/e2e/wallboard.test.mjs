// The wallboard with 500 agents at work: right, and without making its lines anew. What it costs
// is measured by `cargo xtask wallboard`.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { leavePage, startBrowser } from "./lib/browser.mjs";
import { Console } from "./lib/console.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const AGENTS = 500;
const OF_CALLSTATE = { RINGING: "ringing", TALKING: "talking", DIALING: "dialing", WRAPUP: "wrapup" };
const OF_STATE = { LOGOUT: "out", READY: "ready", UNREADY: "break", LOGIN: "login" };

let sim, driver, page;

before(async () => {
  sim = await startSim({ speed: 3 });
  driver = await startBrowser();
  page = new Console(driver, sim.url);
  await page.open("en");
  await page.signIn("1001", { supervisor: true });
  await until("the agents of the configuration", async () => (await page.tile("out")) === 10);
});

after(async () => {
  if (driver) await leavePage(driver, sim);
  await driver?.quit();
  await sim?.stop();
});

const lines = () =>
  driver.executeScript(() =>
    [...document.querySelectorAll("#rows > *")].map((node) => ({
      ...node.dataset,
      hidden: node.hidden,
      texts: [...node.children].map((cell) => cell.textContent),
    })),
  );
const sort = (by) =>
  driver.executeScript("const field = document.getElementById('sort'); field.value = arguments[0]; field.dispatchEvent(new Event('change'))", by);
const shown = async () => (await lines()).filter(({ hidden }) => !hidden);

test("where nobody waits, calls or is ready, the lines' highest is a nought", async () => {
  const tops = () => driver.executeScript("return [...document.querySelectorAll('#chart small')].map((each) => each.textContent).join()");
  await until("three noughts", async () => (await tops()) === "highest 0,highest 0,highest 0");
});

describe("500 agents", () => {
  test("all come, and their lines are made once", async () => {
    await sim.request("POST", "sim/load", { agents: AGENTS, eventsPerSecond: 200 });
    await until("all lines", async () => (await lines()).length === AGENTS + 10);
    await driver.executeScript(() => {
      window.keyOf = ({ dataset }) => `${dataset.agent} ${dataset.queue}`;
      window.made = new Map([...document.querySelectorAll("#rows > *")].map((line) => [window.keyOf(line), line]));
      window.changes = 0;
      new MutationObserver((list) => (window.changes += list.length)).observe(document.getElementById("rows"), {
        subtree: true,
        characterData: true,
        childList: true,
      });
    });
    await until("changes", async () => (await driver.executeScript("return window.changes")) > 500);
    // A line is made when its agent signs in to another queue, and for nothing else.
    const [kept, again] = await driver.executeScript(() => {
      const old = [...document.querySelectorAll("#rows > *")].filter((line) => window.made.has(window.keyOf(line)));
      return [old.length, old.filter((line) => window.made.get(window.keyOf(line)) !== line).length];
    });
    assert.ok(kept > AGENTS / 2, String(kept));
    assert.equal(again, 0);
    await sort("status");
    await page.screenshot("16-wallboard-500");
    await sort("agent");
    await driver.executeScript("window.shifts.length = 0");
  });

  test("the columns' names stay in sight above the hundredth line", async () => {
    const tops = await driver.executeScript(() => {
      document.querySelectorAll("#rows > *")[100].scrollIntoView({ block: "center" });
      const top = (selector) => document.querySelector(selector).getBoundingClientRect();
      const found = [top("#agents .head").top, top(".bar").bottom];
      window.scrollTo(0, 0);
      return found.map(Math.round);
    });
    assert.ok(Math.abs(tops[0] - tops[1]) <= 2, String(tops));
    await driver.executeScript("window.shifts.length = 0");
  });

  test("and when they are gone at once, nobody is left in any other state", async () => {
    await until("work", async () => (await page.tile("talking")) > 20);
    await sim.reset();
    await until("everybody signed out", async () => (await page.tile("out")) === AGENTS + 10);
    await page.assertCalm();
  });
});

describe("few agents", () => {
  before(async () => {
    await sim.request("POST", "sim/load", { agents: 40, eventsPerSecond: 0 });
    await until("forty at work", async () => (await page.tile("ready")) + (await page.tile("break")) > 20);
  });

  test("each line agrees with the server, and so do the tiles", async () => {
    const rows = new Map((await sim.state()).agents.map((row) => [row.agent_id, row]));
    const seen = (await lines()).filter(({ agent }) => rows.has(agent));
    assert.equal(seen.length, rows.size);
    const counts = {};
    for (const { agent, status, texts } of seen) {
      const { state, callstate, reason, name } = rows.get(agent);
      const expected = state === "LOGOUT" ? "out" : (OF_CALLSTATE[callstate] ?? OF_STATE[state]);
      assert.equal(status, expected, agent);
      if (name) assert.equal(texts[0], `${agent} ${name}`);
      if (reason === "DND") assert.equal(texts[4], "Do not disturb (DND)");
      counts[status] = (counts[status] ?? 0) + 1;
    }
    for (const status of ["ready", "break"]) assert.equal(await page.tile(status), counts[status]);
  });

  test("a tile filters by state, the field by number or name, and both together", async () => {
    const press = (status) => driver.executeScript(`document.querySelector('.tile[data-status=${status}]').click()`);
    await press("break");
    const resting = await shown();
    assert.equal(resting.length, await page.tile("break"));
    assert.ok(resting.every(({ status }) => status === "break"));
    await page.fill({ "filter-text": resting[0].agent });
    assert.deepEqual((await shown()).map(({ agent }) => agent), [resting[0].agent]);
    await press("break");
    const [name] = resting[0].texts[0].split(" ").slice(1);
    await page.fill({ "filter-text": name });
    const namesakes = (await lines()).filter(({ texts }) => texts[0].includes(name));
    assert.deepEqual((await shown()).map(({ agent }) => agent), namesakes.map(({ agent }) => agent));
    await page.fill({ "filter-text": "nobody" });
    await page.says("no-agents", "No agent matches");
    await driver.executeScript("const field = document.getElementById('filter-text'); field.value = ''; field.dispatchEvent(new Event('input'))");
    assert.equal((await shown()).length, (await lines()).length);
  });

  test("sorted by state, or by who has been so for longest", async () => {
    await sort("status");
    const order = ["ringing", "talking", "dialing", "wrapup", "ready", "break", "login", "out"];
    const byStatus = (await lines()).map(({ status }) => order.indexOf(status));
    assert.deepEqual(byStatus, byStatus.toSorted((a, b) => a - b));
    await sort("agent");
    const byAgent = (await lines()).map(({ agent }) => agent);
    assert.deepEqual(byAgent, byAgent.toSorted());
  });

  test("an outage is told, and what is seen is called old", async () => {
    // Until here the tests have moved lines themselves.
    await driver.executeScript("window.shifts.length = 0");
    await sim.request("POST", "sim/fault/refuse", { how: "http" });
    await sim.drop();
    await page.says("board-message", "Disconnected: this is how it was before");
    await sim.request("POST", "sim/fault/clear");
    await page.recovers();
    await until("a current board", async () => (await page.text("board-message")) === "");
    await page.assertCalm();
  });

  test("a waiting caller is in the tile, in the queue's line and, without an answer, in its count", async () => {
    await sim.request("POST", "sim/load", { agents: 0 });
    await until("nobody ready", async () => (await page.tile("ready")) === 0);
    const { call } = await sim.caller("q1", "13800000001");
    const cells = () => driver.executeScript("return [...document.querySelectorAll('#queues [data-queue=q1] td')].map((each) => each.textContent)");
    await until("one who waits", async () => (await cells())[1] === "1");
    assert.equal(await driver.executeScript("return document.querySelector('#tile-waiting b').textContent"), "1");
    const before = Number((await cells())[5]);
    await until("a waiting time that runs", async () => (await cells())[2] === "00:01");
    await sim.request("POST", "sim/hangup", { call });
    await until("one who gave up", async () => Number((await cells())[5]) === before + 1);
    assert.equal((await cells())[1], "0");
  });
});

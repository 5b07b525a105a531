// The page with the simulator's faults: a person presses a button and sees the recovery.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { leavePage, startBrowser } from "./lib/browser.mjs";
import { Page } from "./lib/page.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const CHANNELS = ["vcc.default", "vcc.default.1007"];
const RECOVERY_MS = 40_000;

let sim, driver, page;

before(async () => {
  sim = await startSim();
  driver = await startBrowser();
});

beforeEach(async () => {
  await sim.reset();
  page = new Page(driver, `${sim.url}faults.html`);
  await page.open();
  await subscribed();
});

after(async () => {
  if (driver) await leavePage(driver, sim);
  await driver?.quit();
  await sim?.stop();
});

async function subscribed() {
  await page.shows("#state", { state: "ready" });
  for (const channel of CHANNELS) await page.shows(`[data-channel="${channel}"]`, { subscription: "confirmed" });
}

/** The time line from the last press of a button on, oldest first. */
const timeline = () =>
  driver.executeScript(() => {
    const lines = [...document.querySelectorAll("#timeline tbody tr")].map(({ dataset }) => ({ ...dataset }));
    return lines.slice(0, lines.findIndex(({ fault }) => fault)).reverse();
  });

/** Presses a fault's button and waits until the page says that it has recovered from it. */
async function recovery(button) {
  await page.click(button);
  let seen;
  const what = () => `the recovery from ${button}, but ${JSON.stringify(seen)}`;
  await until(what, async () => (seen = await page.data("#outage")).count === "1", RECOVERY_MS);
  await subscribed();
  const lines = await timeline();
  const states = lines.map(({ state }) => state).filter(Boolean);
  assert.equal(states[0], "reconnecting");
  assert.deepEqual(states.slice(-3), ["connecting", "authenticating", "ready"]);
  assert.equal(lines.filter(({ recovered }) => recovered).length, 1);
  return { states, outageMs: Number(seen.ms), silentMs: Number(seen.silentMs) };
}

/** One event reaches each channel's handler once: nothing was subscribed twice. */
async function oneEventCountsOnce() {
  const counts = () =>
    driver.executeScript(() => [...document.querySelectorAll("[data-channel]")].map(({ dataset }) => Number(dataset.events)));
  const before = await counts();
  await page.click("event");
  await until("an event on each channel", async () => (await counts()).every((count, i) => count > before[i]));
  await requestAnswered();
  assert.deepEqual(
    await counts(),
    before.map((count) => count + 1),
  );
}

/** Waits for the outcome of a request that is made from now on. */
async function requestAnswered() {
  const newest = () => driver.executeScript(() => Number(document.querySelector("#requests td")?.textContent ?? 0));
  const last = await newest();
  await until("a later request", async () => (await newest()) > last);
  await page.shows("#requests tbody tr", { outcome: "ok", sent: "true" });
}

test("dropped: back, subscribed, and requests are answered", async () => {
  await requestAnswered();
  const { outageMs } = await recovery("drop");
  assert.ok(outageMs < 10_000, `${outageMs} ms`);
  await oneEventCountsOnce();
});

test("restarted without its state: several attempts, then the agent's channels again", async () => {
  const { states, outageMs } = await recovery("restart-forget");
  assert.ok(states.filter((state) => state === "reconnecting").length > 1, states.join(" "));
  assert.ok(outageMs >= 7_500, `${outageMs} ms`);
  const [connection] = (await sim.state()).connections;
  assert.deepEqual(connection.channels.toSorted(), CHANNELS);
  await oneEventCountsOnce();
});

test("half-open: found by pings with a short keepAlive, and what was in flight is told", async () => {
  await page.fill({ interval: "1000" });
  await page.click("connect");
  await subscribed();
  await requestAnswered();
  const { silentMs } = await recovery("half-open");
  // Three intervals, and those requests in flight that excuse silence; by default it is 30 s.
  assert.ok(silentMs > 2900 && silentMs < 20_000, `${silentMs} ms`);
  assert.match(await page.text("totals"), /(timeout|connection-lost), 已发出 sent: \d/);
  await oneEventCountsOnce();
});

// What connections hold, and what an event leaves for the garbage collector (Chromium).
import { inPage, startBrowser } from "../lib/browser.mjs";

const clients = ["plain", "ours", "ours, legacy", "jquery.verto", "signalwire"];
const cannot = { vertojs: "has no subscriptions", telnyx: "speaks telnyx_rtc.*, another protocol" };

const MANY = 100;
const EVENTS = 2000;
const EVENT = { size: 300, handlers: 1, subscriptions: 1, channels: "exact" };

/** Enough for what a sample makes: V8 collects nothing during it. MiB. */
const NEW_SPACE = ["--min-semi-space-size=64", "--max-semi-space-size=64"];

const CASES = {
  first: { name: "the library and its first connection, idle", unit: "B" },
  idle: { name: "each further connection, idle", unit: "B" },
  busy: { name: "a connection with 100 subscriptions and 1,000 requests in flight", unit: "B" },
  garbage: { name: "garbage per event of 300 B", unit: "B" },
};

/** The bytes of the page's heap, and of the core's memory, which is no part of it. */
async function held(driver, collect = true) {
  if (collect) await driver.sendAndGetDevToolsCommand("HeapProfiler.collectGarbage", {});
  const { usedSize } = await driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {});
  return usedSize + (await driver.executeScript("return coreMemory()"));
}

async function measure(driver, server, client) {
  await driver.get(`${server.url}memory.html`);
  const none = await held(driver);
  await inPage(driver, (client) => memory.load(client), client);
  await inPage(driver, () => memory.connect().then(() => {}));
  const one = await held(driver);
  await inPage(driver, (many) => memory.connectMany(many), MANY);
  const many = await held(driver);
  await inPage(driver, () => memory.busy());
  const busy = await held(driver);

  await inPage(driver, (spec) => memory.warm(spec), EVENT);
  await inPage(driver, (count) => memory.make(count), EVENTS);
  const before = await held(driver);
  await inPage(driver, () => memory.deliver());
  const after = await held(driver, false);
  return { first: one - none, idle: (many - one) / MANY, busy: busy - many, garbage: (after - before) / EVENTS };
}

export async function* run({ server, engine, quick, wants }) {
  const cases = Object.entries(CASES).filter(([, { name }]) => wants(name));
  if (cases.length === 0) return;
  if (engine !== "chromium") {
    console.log("memory: measured in Chromium only, which tells it");
    return;
  }
  const driver = await startBrowser(engine, { v8: NEW_SPACE });
  const rounds = [];
  try {
    for (let round = -1; round < (quick ? 3 : 7); round++) {
      const found = {};
      for (const client of clients) found[client] = await measure(driver, server, client);
      // The browser's own first page is in the first round.
      if (round >= 0) rounds.push(found);
    }
  } finally {
    await driver.quit();
  }
  for (const [key, { name, unit }] of cases) {
    const samples = Object.fromEntries(clients.map((client) => [client, rounds.map((found) => found[client][key])]));
    yield { name, unit, clients, base: "plain", samples, cannot };
  }
}

// Telephone calls with the simulator, which takes both libraries in one run.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { startSim } from "../../e2e/lib/sim.mjs";
import { inPage, startBrowser } from "../lib/browser.mjs";

const clients = ["ours", "jquery.verto"];
const cannot = { telnyx: "speaks telnyx_rtc.*, another protocol", signalwire: "is not what ours stands in for" };
const users = { ours: "1001", "jquery.verto": "1003", caller: "1005" };

const CASES = [
  { name: "newCall() to verto.invite on the wire", size: "invite", rounds: 9 },
  { name: "answer() to verto.answer on the wire", size: "answer", rounds: 9, called: true },
  { name: "newCall() to verto.invite, a STUN server that never answers", size: "invite", rounds: 5, stun: true, atOnce: true },
  { name: "socket cut in a call to sound again", size: "cut", rounds: 9, talks: true, atOnce: true },
];

const MANY = 10;
const MANY_CASES = {
  setUp: { name: "ten calls placed at once, main thread", unit: "ms" },
  talking: { name: "ten calls talked in, main thread, a second of them", unit: "ms" },
  heap: { name: "each of ten calls at once, JavaScript heap and wasm memory", unit: "B" },
};
/** How long ten calls are talked in, in ms. */
const TALKED = 3_000;

export async function* run({ server, engine, quick, wants }) {
  const cases = CASES.filter(({ name }) => wants(name));
  const manyCases = Object.entries(MANY_CASES).filter(([, { name }]) => wants(name));
  if (cases.length + manyCases.length === 0) return;
  if (engine !== "chromium") {
    console.log("calls: measured in Chromium only, since jquery.verto needs adapter.js elsewhere");
    return;
  }
  const sim = await startSim();
  server.commands.cut = async ({ login }) => {
    await sim.drop({ login });
    return "";
  };
  // A socket on which nobody reads.
  const silent = createSocket("udp4").bind(0, "127.0.0.1");
  await once(silent, "listening");
  const stun = [{ urls: `stun:127.0.0.1:${silent.address().port}` }];
  const driver = await startBrowser(engine, { microphone: true });
  try {
    for (const { name, size, rounds, stun: silence, atOnce, ...what } of cases) {
      await driver.get(`${server.url}host.html`);
      const samples = await inPage(driver, (run) => host.run(run), {
        clients,
        scripts: ["caller.js", "calls.js"],
        workload: "calls",
        spec: { socketUrl: sim.socketUrl, users, iceServers: silence ? stun : false, ...what },
        size,
        atOnce,
        warmUp: 1,
        rounds: quick ? 3 : rounds,
      });
      yield { name, unit: "ms", clients, base: "jquery.verto", samples, cannot };
    }
    if (manyCases.length === 0) return;
    const rounds = [];
    for (let round = -1; round < (quick ? 1 : 3); round++) {
      const found = {};
      for (const client of clients) found[client] = await tenCalls(driver, server, sim, client);
      if (round >= 0) rounds.push(found);
    }
    for (const [key, { name, unit }] of manyCases) {
      const samples = Object.fromEntries(clients.map((client) => [client, rounds.map((found) => found[client][key])]));
      yield { name, unit, clients, base: "jquery.verto", samples, cannot };
    }
  } finally {
    await driver.quit();
    silent.close();
    await sim.stop();
  }
}

// In a page of its own, so that nothing else is counted.
async function tenCalls(driver, server, sim, client) {
  await driver.get(`${server.url}host.html`);
  await sim.noConnection();
  await driver.sendAndGetDevToolsCommand("Performance.enable", {});
  const spec = { socketUrl: sim.socketUrl, users };
  await inPage(
    driver,
    async (client, spec) => {
      const frame = await host.open(client, ["core-memory.js", "caller.js", "calls.js"]);
      window.world = frame.contentWindow;
      await world.calls.prepare(client, spec);
    },
    client,
    spec,
  );
  const empty = await held(driver);
  const began = await busy(driver);
  await inPage(driver, (many) => world.calls.many(many), MANY);
  const placed = await busy(driver);
  const full = await held(driver);
  const before = await busy(driver);
  await new Promise((resolve) => setTimeout(resolve, TALKED));
  const after = await busy(driver);
  return {
    setUp: 1000 * (placed.busy - began.busy),
    talking: (1000 * (after.busy - before.busy)) / (after.at - before.at),
    heap: (full - empty) / MANY,
  };
}

/** The bytes of the page's heap, and of the core's memory, which is no part of it. */
async function held(driver) {
  await driver.sendAndGetDevToolsCommand("HeapProfiler.collectGarbage", {});
  const { usedSize } = await driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {});
  return usedSize + (await driver.executeScript("return world.coreMemory()"));
}

/** How long the page's main thread has worked, and the time, in s. */
async function busy(driver) {
  const { metrics } = await driver.sendAndGetDevToolsCommand("Performance.getMetrics", {});
  const of = (name) => metrics.find((one) => one.name === name).value;
  return { busy: of("TaskDuration"), at: of("Timestamp") };
}

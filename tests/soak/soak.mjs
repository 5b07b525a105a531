// Lets the page work, and compares what it holds before and after: for the short form in the
// tests and for the long one of `cargo xtask soak`.
import { setTimeout as pause } from "node:timers/promises";
import { consoleErrors } from "../e2e/lib/browser.mjs";
import { FIXTURES, startSim } from "../e2e/lib/sim.mjs";
import { until } from "../e2e/lib/wait.mjs";
import { startSteadyChromium } from "./chromium.mjs";

const POLL_MS = 100;
const STUCK_MS = 60_000;
/** How many agents of the page stay logged in. */
const AGENTS = 5;

/**
 * Instances that were dropped take wasm memory until the browser collects them, whenever that
 * is. So that its choice isn't taken for a leak, it is told to after so many cycles. A WeakMap's
 * table stays as large as the most that was in it between two collections, and every private
 * field of verto-legacy-min.js is a WeakMap: a warm-up must be several times this many cycles.
 */
const CYCLES_BETWEEN_COLLECTIONS = 25;

/** What must be exactly as it was. */
const EXACT = {
  sockets: "open WebSockets",
  connections: "connections at the server",
  timers: "pending timers",
  listeners: "listeners on window and document",
  eventListeners: "event listeners, as the browser counts them",
  errors: "uncaught errors and rejections",
};
/** The same, once what lasts has been made. The objects find a leak of one a cycle, whatever its size. */
const EXACT_WHEN_WARM = {
  wasmBytes: "wasm memory, bytes",
  wasmTables: "entries of wasm tables",
  jsObjects: "live JS objects",
};
/** What may grow by a tolerance. */
const HEAPS = {
  jsHeap: "JS heap, bytes",
  embedderHeap: "the browser's own objects, bytes",
};
/**
 * In bytes. Without a leak the JS heap came and went by 6 KB in 10,000 cycles, and by 2 KB in an
 * idle page; a leak of 100 bytes a cycle is 25 KB in the short form and 1 MB in the long one.
 * The browser's own heap grows by 100 KB in 1,000,000 events on plain WebSockets too, without the
 * SDK, and moved by up to 200 KB; in the long form a leak of 50 bytes a cycle is still seen.
 */
const TOLERANCE = { jsHeap: 16 * 1024, embedderHeap: 512 * 1024 };
/** All, in the order of the table. */
export const ROWS = { ...EXACT, ...EXACT_WHEN_WARM, ...HEAPS };

class Page {
  constructor(driver, sim, tell) {
    this.driver = driver;
    this.sim = sim;
    this.tell = tell;
  }

  devTools(method, params = {}) {
    return this.driver.sendAndGetDevToolsCommand(method, params);
  }

  /** Not by WebDriver's own scripts, which leave things in the page. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.devTools("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Lets the page do one of its jobs to the end. */
  async job(name, count = 0, before = 0, of = count) {
    await this.evaluate(`soak.start(${JSON.stringify(name)}, ${count})`);
    let done = -1;
    let moved = Date.now();
    for (;;) {
      const status = await this.evaluate("soak.status()");
      const far = `${name}: ${before + status.done} of ${of} done`;
      if (status.error) throw new Error(`${far}: ${status.error}`);
      if (status.over) break;
      if (status.done !== done) moved = Date.now();
      if (Date.now() - moved > STUCK_MS) throw new Error(`${far}, and stuck for ${STUCK_MS} ms`);
      done = status.done;
      this.tell(far);
      await pause(POLL_MS);
    }
  }

  async cycles(count) {
    for (let done = 0; done < count; done += CYCLES_BETWEEN_COLLECTIONS) {
      await this.job("cycles", Math.min(CYCLES_BETWEEN_COLLECTIONS, count - done), done, count);
      await this.collect();
    }
  }

  collect() {
    return this.devTools("HeapProfiler.collectGarbage");
  }

  /** How many objects, functions and arrays can be reached, whatever the engine itself needs for them. */
  async objects() {
    const objectGroup = "objects";
    const { result: prototype } = await this.devTools("Runtime.evaluate", { expression: "Object.prototype", objectGroup });
    const { objects } = await this.devTools("Runtime.queryObjects", {
      prototypeObjectId: prototype.objectId,
      objectGroup,
    });
    const { result } = await this.devTools("Runtime.callFunctionOn", {
      objectId: objects.objectId,
      functionDeclaration: "function () { return this.length; }",
      returnByValue: true,
    });
    await this.devTools("Runtime.releaseObjectGroup", { objectGroup });
    return result.value;
  }

  /** The sizes when nothing more can be collected. */
  async heaps() {
    let least = { usedSize: Infinity };
    // Finalizers run after a collection, and what they let go needs another one.
    for (let same = 0; same < 3; same++) {
      await this.collect();
      const found = await this.devTools("Runtime.getHeapUsage");
      if (found.usedSize < least.usedSize) [least, same] = [found, 0];
    }
    return { jsHeap: least.usedSize, embedderHeap: least.embedderHeapUsedSize };
  }

  /** What the page holds, once its sockets and the server's are this many. */
  async measure(sockets) {
    await until(`${sockets} connections`, async () => {
      const { connections } = await this.sim.state();
      return connections.length === sockets && (await this.evaluate("counts().sockets")) === sockets;
    });
    const heaps = await this.heaps();
    const jsObjects = await this.objects();
    const { connections } = await this.sim.state();
    const { jsEventListeners } = await this.devTools("Memory.getDOMCounters");
    const counts = await this.evaluate("counts()");
    const errors = [...counts.errors, ...(await consoleErrors(this.driver))];
    return { ...counts, ...heaps, jsObjects, errors, connections: connections.length, eventListeners: jsEventListeners };
  }
}

/** Equal texts once, with their number. */
function words(value) {
  if (!Array.isArray(value)) return String(value);
  const kinds = [...new Set(value)].map((kind) => `${kind} × ${value.filter((one) => one === kind).length}`);
  return kinds.join(", ") || "none";
}

/** How a point differs from an earlier one. */
function differences([name, now], [since, before], rows) {
  const differs = (row) =>
    row in TOLERANCE ? now[row] - before[row] > TOLERANCE[row] : words(now[row]) !== words(before[row]);
  return Object.entries(rows)
    .filter(([row]) => differs(row))
    .map(([row, what]) => `${name}: ${what}: ${words(now[row])}; ${since}: ${words(before[row])}`);
}

/**
 * Does `work` ({cycles, events, reconnects}) after a smaller amount of the same, `warmUp`, and
 * returns what was measured and what is wrong with that.
 */
export async function soak({ work, warmUp, pkg, tell = () => {} }) {
  const sim = await startSim({ www: FIXTURES, pkg });
  let driver;
  try {
    driver = await startSteadyChromium();
    await driver.get(`${sim.url}soak/index.html`);
    const page = new Page(driver, sim, tell);
    const points = {};
    const point = async (name, sockets) => [name, (points[name] = await page.measure(sockets))];
    const began = Date.now();

    const loaded = await point("loaded", 0);
    await page.cycles(warmUp.cycles);
    await page.job("login");
    await page.job("events", warmUp.events);
    await page.job("reconnects", warmUp.reconnects);
    await page.job("logout");
    const warm = await point("warm", 0);
    await page.cycles(work.cycles);
    const cycled = await point("cycles", 0);
    await page.job("login");
    const ready = await point("logged in", AGENTS);
    await page.job("events", work.events);
    const told = await point("events", AGENTS);
    await page.job("reconnects", work.reconnects);
    const reconnected = await point("reconnects", AGENTS);
    await page.job("logout");
    const ended = await point("logged out", 0);

    const problems = [warm, cycled, ended].flatMap((now) => differences(now, loaded, EXACT));
    const warmRows = { ...EXACT_WHEN_WARM, ...HEAPS };
    for (const now of [cycled, ended]) problems.push(...differences(now, warm, warmRows));
    for (const now of [told, reconnected]) problems.push(...differences(now, ready, ROWS));
    problems.push(...unseen(points, work));
    return { points, problems, seconds: (Date.now() - began) / 1000 };
  } finally {
    await driver?.quit();
    await sim.stop();
  }
}

/** Where the counts themselves must have failed: what was never seen cannot be seen to go. */
function unseen(points, { cycles, reconnects }) {
  const [ready, { made }] = [points["logged in"], points["logged out"]];
  const expected = [
    ["sockets while logged in", ready.sockets === AGENTS],
    ["timers while logged in", ready.timers >= AGENTS],
    ["listeners while logged in", ready.listeners.length > 0],
    ["all sockets", made.sockets >= cycles + reconnects],
    ["a timer for each socket", made.timers >= made.sockets],
    ["listeners of each session", made.listeners >= cycles],
    ["wasm memory", points.loaded.wasmBytes > 0],
  ];
  return expected.filter(([, seen]) => !seen).map(([what]) => `not counted: ${what}`);
}

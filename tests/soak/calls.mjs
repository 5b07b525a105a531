// One call through many lost connections, and through many reloads of its page: for the short form in the
// tests (e2e/call-soak.test.mjs) and for the long one of `cargo xtask soak`. It is heard after each of them.
import { join } from "node:path";
import { collectGarbage, inPage } from "../e2e/lib/browser.mjs";
import { FIXTURES, startSim } from "../e2e/lib/sim.mjs";
import { startSteadyChromium } from "./chromium.mjs";

/** What must be exactly as it was: one call is there, and nothing of those before it. */
const EXACT = {
  connections: "peer connections that aren't closed",
  tracks: "live tracks",
  elements: "elements that play",
  calls: "Dialogs of the page",
  dialogs: "calls at the server",
  sockets: "connections at the server",
  wasmBytes: "wasm memory, bytes",
  problems: "uncaught errors and rejections",
};
/** How many losses WebDriver's scripts let happen at once: each of them leaves some 100 bytes in the page. */
const AT_ONCE = 5;
/** What may grow by so much, in bytes. The simulator's memory comes in pages, and a debug build needs more of them. */
const TOLERANCE = { jsHeap: 24 * 1024, simulator: 2 * 1024 * 1024 };
const HEAPS = { jsHeap: "JS heap, bytes", simulator: "memory of the simulator, bytes" };
export const ROWS = { ...EXACT, ...HEAPS };

// Runs in the page, once: functions that are made again and again take memory too.
async function prepare() {
  window.call = null;
  window.begin = async () => {
    window.anna = await User.login("1001", { tag: "audio" });
    window.call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
  };
  // After a loss: the call is back when it is connected by another peer connection.
  window.back = async () => {
    const { dialog } = await anna.states.first(({ state }) => state === "recovering");
    await anna.is("active", dialog);
    window.call = dialog;
    await until(() => call.peer.connectionState === "connected");
    const { energy } = await heard(call);
    await until(() => left().connections === 1);
    // What the test itself keeps isn't the SDK's.
    const { connections, tracks } = used;
    connections.splice(0, connections.length, ...connections.filter(({ connectionState }) => connectionState !== "closed"));
    tracks.splice(0, tracks.length, ...tracks.filter(({ readyState }) => readyState === "live"));
    anna.states = new Told();
    anna.messages = new Told();
    anna.loggedIn = new Told();
    return energy;
  };
  window.lose = async (times) => {
    for (let i = 0; i < times; i++) {
      await fetch("/sim/drop", { method: "POST", headers: { "content-type": "application/json" }, body: '{"login":"1001"}' });
      await back();
    }
  };
  window.counts = () => {
    const { tracks, connections, elements, rejections, errors } = left();
    return {
      tracks,
      connections,
      elements,
      calls: Object.keys(anna.verto.dialogs).length,
      wasmBytes: Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength)),
      problems: rejections.length + errors.length,
    };
  };
}

/** Does so many `losses` and `reloads`; gives what was measured at `points`, and what is wrong with that. */
export async function callSoak({ losses, reloads, pkg, tell = () => {} }) {
  const sim = await startSim({ www: join(FIXTURES, "phone"), pkg });
  let driver;
  try {
    driver = await startSteadyChromium({ microphone: true });
    const run = (script, ...args) => inPage(driver, script, ...args);
    const points = {};
    const problems = [];
    const began = Date.now();

    async function measure(name) {
      // The simulator remembers frames, up to 16 MB of them.
      await sim.request("DELETE", "sim/frames");
      let jsHeap = Infinity;
      for (let i = 0; i < 4; i++) {
        await collectGarbage(driver);
        const { usedSize } = await driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {});
        jsHeap = Math.min(jsHeap, usedSize);
      }
      const counts = await run(() => counts());
      const { dialogs, connections } = await sim.state();
      points[name] = { ...counts, dialogs: dialogs.length, sockets: connections.length, jsHeap, simulator: sim.memory() };
    }

    function compare(before, now) {
      for (const [row, what] of Object.entries(ROWS)) {
        const grown = points[now][row] - points[before][row];
        if (row in TOLERANCE ? grown > TOLERANCE[row] : grown !== 0) {
          problems.push(`${now}: ${what}: ${points[now][row]}; ${before}: ${points[before][row]}`);
        }
      }
    }

    await driver.get(sim.url);
    await run(prepare);
    await run(() => begin());
    // What lasts is made in the first tenth.
    const first = Math.ceil(losses / 10);
    for (let i = 0, step; i < losses; i += step) {
      step = Math.min(AT_ONCE, (i < first ? first : losses) - i);
      await run((_, times) => lose(times), step);
      tell(`${i + step} of ${losses} losses`);
      if (i + step === first) await measure("losses, a tenth");
    }
    if (losses) await measure("losses");
    if (losses) compare("losses, a tenth", "losses");
    for (let i = 1; i <= reloads; i++) {
      await driver.navigate().refresh();
      await run(prepare);
      await run(async () => {
        window.anna = await User.login("1001", { tag: "audio" });
        await back();
      });
      tell(`${i} of ${reloads} reloads`);
      if (i === Math.ceil(reloads / 10)) await measure("reloads, a tenth");
    }
    if (reloads) {
      await measure("reloads");
      compare("reloads, a tenth", "reloads");
    }
    const last = Object.values(points).at(-1);
    for (const row of ["tracks", "connections", "elements", "calls", "dialogs", "sockets"]) {
      if (last[row] !== 1) problems.push(`in a call: ${ROWS[row]}: ${last[row]}`);
    }
    const left = await run(async () => {
      call.hangup();
      await anna.is("destroy", call);
      return left();
    });
    for (const [what, count] of Object.entries(left)) if (String(count) > "0") problems.push(`after the call: ${what}: ${count}`);
    if ((await sim.state()).dialogs.length) problems.push("after the call the server has one");
    return { points, problems, seconds: (Date.now() - began) / 1000 };
  } finally {
    await driver?.quit();
    await sim.stop();
  }
}

// What the wallboard costs: 500 agents at 200 events a second in a real browser, for minutes, with a
// telephone call going on in the same page, and how that is heard. A report, not a test.
// `cargo xtask wallboard` runs it.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startBrowser } from "../e2e/lib/browser.mjs";
import { Phone } from "../e2e/lib/phone.mjs";
import { startSim } from "../e2e/lib/sim.mjs";
import { until } from "../e2e/lib/wait.mjs";

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "500" },
    events: { type: "string", default: "200" },
    minutes: { type: "string", default: "10" },
  },
});
const [agents, eventsPerSecond, minutes] = ["agents", "events", "minutes"].map((name) => {
  const number = Number(values[name]);
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0`);
  return number;
});
/** Until the code is compiled and all agents are drawn. */
const WARM_UP_MS = 20_000;
/** A steady tone, which nobody ends. */
const TONE = "9664";

const sim = await startSim({ speed: 2 });
const driver = await startBrowser({ microphone: true });
const devTools = (command, parameters = {}) => driver.sendAndGetDevToolsCommand(command, parameters);

async function metrics() {
  await devTools("HeapProfiler.collectGarbage");
  const { metrics } = await devTools("Performance.getMetrics");
  const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  const { longest, tasks } = await driver.executeScript("return window.seen");
  return { ...of, at: performance.now() / 1000, longest, tasks, ...(await page.sound()) };
}

const percent = (seconds, of) => `${((100 * seconds) / of).toFixed(1)} %`;
const line = (...cells) => console.log(cells.map((cell, i) => String(cell).padStart(i ? 10 : 7)).join(""));

const page = new Phone(driver, sim.url);
try {
  await page.open("en");
  await driver.executeScript(() => {
    window.seen = { longest: 0, tasks: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.seen.tasks += 1;
        window.seen.longest = Math.max(window.seen.longest, duration);
      }
    }).observe({ type: "longtask" });
  });
  await page.signIn("1001");
  await page.shows("#agent-state", { state: "LOGIN" });
  await page.click("new-call");
  await page.fill({ to: TONE });
  await page.click("to-call");
  await page.talks();
  await page.click("view-supervisor");
  await until("the wallboard", async () => (await page.tile("out")) === 9);
  await sim.request("POST", "sim/load", { agents, eventsPerSecond });
  await until("all agents", async () => (await page.text("shown")).includes(String(agents + 10)));
  // Thread time: what others do on this machine meanwhile is not the page's.
  await devTools("Performance.enable", { timeDomain: "threadTicks" });
  await pause(WARM_UP_MS);

  const first = await metrics();
  let last = first;
  console.log(`${agents} agents, ${eventsPerSecond} events a second, ${minutes} minutes`);
  line("minute", "thread", "script", "style", "layout", "heap KB", "nodes", "listeners", "concealed");
  for (let minute = 1; minute <= minutes; minute++) {
    await pause(60_000);
    const now = await metrics();
    const took = now.at - last.at;
    const share = (name) => percent(now[name] - last[name], took);
    line(
      minute,
      share("TaskDuration"),
      share("ScriptDuration"),
      share("RecalcStyleDuration"),
      share("LayoutDuration"),
      Math.round(now.JSHeapUsedSize / 1024),
      now.Nodes,
      now.JSEventListeners,
      percent(now.concealed - last.concealed, now.samples - last.samples),
    );
    last = now;
  }
  const took = last.at - first.at;
  console.log(`main thread: ${percent(last.TaskDuration - first.TaskDuration, took)} busy over ${(took / 60).toFixed(1)} minutes`);
  console.log(`the call: ${percent(last.concealed - first.concealed, last.samples - first.samples)} of the samples were concealed`);
  console.log(`heap after garbage collection: ${Math.round((last.JSHeapUsedSize - first.JSHeapUsedSize) / 1024)} KB more than at the beginning`);
  console.log(`tasks of more than 50 ms: ${last.tasks - first.tasks}, the longest since loading ${Math.round(last.longest)} ms`);
} finally {
  await driver.quit();
  await sim.stop();
}

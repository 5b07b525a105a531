// The simulator's calls, as a browser without a client library hears them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inPage, startBrowser } from "./lib/browser.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";

let sim, driver;

before(async () => {
  sim = await startSim({ www: join(FIXTURES, "calls") });
  driver = await startBrowser({ microphone: true });
  await driver.get(sim.url);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const run = (script, ...args) => inPage(driver, script, sim.socketUrl, ...args);

test("9196 sends back what is said", async () => {
  const heard = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9196");
    await call.accepted();
    const heard = await call.heard();
    await call.bye();
    return heard;
  });
  assert.ok(heard.received > 10);
});

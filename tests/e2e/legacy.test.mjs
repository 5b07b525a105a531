// verto-legacy-min.js, on a page whose policy allows no WebAssembly.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { consoleErrors, inPage, leavePage, startBrowser } from "./lib/browser.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";

let sim, driver;
before(async () => {
  sim = await startSim({ www: FIXTURES });
  driver = await startBrowser();
});
after(async () => {
  await driver?.quit();
  await sim?.stop();
});

test("it works without WebAssembly, and its memory may grow", async () => {
  await driver.get(`${sim.url}field/legacy.html`);
  const seen = await inPage(driver, () => window.legacy.play());
  assert.equal(seen.wasm, "undefined");
  assert.deepEqual(seen.states, ["connecting", "authenticating", "ready", "closed"]);
  assert.equal(seen.code, 200);
  assert.deepEqual(seen.error, { is: true, kind: "rejected" });
  assert.deepEqual(seen.events, ["vcc.default.客服一组"]);
  // A request of 900 KB lets the memory grow under the views of it.
  assert.deepEqual(seen.echoes, [900_000, 5, 900_000, 5]);
  await leavePage(driver, sim);
  assert.deepEqual(await consoleErrors(driver), []);
});

test("where no memory is left a request is refused, and the next may succeed", async () => {
  await driver.get(`${sim.url}field/legacy.html`);
  const outcomes = await inPage(driver, async () => {
    const { ArrayBuffer } = window;
    const verto = new Verto();
    await verto.connect({
      login: "1001@xswitch.cn",
      passwd: "1234",
      socketUrl: `${location.origin.replace(/^http/, "ws")}/ws`,
    });
    const echo = (size) =>
      verto.sendMethod("echo", { text: "x".repeat(size) }).then(
        ({ text }) => text.length,
        ({ name, kind }) => `${name} ${kind}`,
      );
    const outcomes = [await echo(5)];
    window.ArrayBuffer = function () {
      throw new RangeError("Array buffer allocation failed");
    };
    for (const size of [900_000, 5]) outcomes.push(await echo(size));
    window.ArrayBuffer = ArrayBuffer;
    for (const size of [900_000, 5]) outcomes.push(await echo(size));
    return outcomes;
  });
  assert.deepEqual(outcomes, [5, "VertoError invalid-argument", 5, 900_000, 5]);
  await leavePage(driver, sim);
  assert.deepEqual(await consoleErrors(driver), []);
});

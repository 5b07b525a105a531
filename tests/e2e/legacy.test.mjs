// verto-legacy-min.js, on a page whose policy allows no WebAssembly and that has been rid of what
// Chromium 73 lacks. `cargo xtask test --legacy` runs the other files with it.
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
  assert.deepEqual(seen.newer, ["undefined", "undefined", "undefined", "undefined"]);
  assert.deepEqual(seen.states, ["connecting", "authenticating", "ready", "closed"]);
  assert.equal(seen.code, 200);
  assert.deepEqual(seen.error, { is: true, kind: "rejected" });
  assert.deepEqual(seen.events, ["vcc.default.客服一组"]);
  // A request of 900 KB lets the memory grow under the views of it.
  assert.deepEqual(seen.echoes, [900_000, 5, 900_000, 5]);
  await leavePage(driver, sim);
  assert.deepEqual(await consoleErrors(driver), []);
});

test("where no memory is left a request is refused, once, and the next may succeed", async () => {
  for (const growths of [0, 1, 2]) {
    await driver.get(`${sim.url}field/legacy.html`);
    const { outcomes, refused } = await inPage(driver, async (_, growths) => {
      const { ArrayBuffer } = window;
      const verto = new Verto();
      await verto.connect({
        login: "1001@xswitch.cn",
        passwd: "1234",
        socketUrl: `${location.origin.replace(/^http/, "ws")}/ws`,
      });
      let refused = 0;
      const echo = (size) =>
        verto.sendMethod("echo", { text: "x".repeat(size) }, null, () => refused++).then(
          ({ text }) => text.length,
          ({ name, kind }) => `${name} ${kind}`,
        );
      const outcomes = [await echo(5)];
      window.ArrayBuffer = function (bytes) {
        if (growths-- <= 0) throw new RangeError("Array buffer allocation failed");
        return new ArrayBuffer(bytes);
      };
      for (const size of [900_000, 5]) outcomes.push(await echo(size));
      window.ArrayBuffer = ArrayBuffer;
      for (const size of [900_000, 5]) outcomes.push(await echo(size));
      return { outcomes, refused };
    }, growths);
    // The request's arguments are one growth, its frame is another.
    const large = growths < 2 ? "VertoError overflow" : 900_000;
    assert.deepEqual(outcomes, [5, large, 5, 900_000, 5]);
    assert.equal(refused, growths < 2 ? 1 : 0);
    await leavePage(driver, sim);
    assert.deepEqual(await consoleErrors(driver), []);
  }
});

test("in a browser of 2019 it does what is newer too: loops, signals, listeners; and it reconnects", async () => {
  await driver.get(`${sim.url}field/legacy.html`);
  const seen = await inPage(driver, async () => {
    const post = (path, body) =>
      fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const eventChannel = "vcc.default.1007";
    const seen = { states: [], events: [] };
    const verto = new Verto();
    verto.addEventListener("statechange", ({ detail: [state] }) => seen.states.push(state));
    await verto.connect({
      login: "1007@xswitch.cn",
      passwd: "1234",
      socketUrl: `${location.origin.replace(/^http/, "ws")}/ws`,
    });

    const aborted = new AbortController();
    aborted.abort();
    seen.aborted = await verto.sendMethod("echo", {}, null, null, { signal: aborted.signal }).catch(({ kind }) => kind);

    const granted = () => new Promise((readyHandler) => verto.subscribe(eventChannel, { readyHandler }));
    const loop = (async () => {
      for await (const { data } of verto.events(eventChannel)) if (seen.events.push(data.n) === 2) return;
    })();
    await granted();
    await post("/sim/event", { eventChannel, eventType: "test", data: { n: 1 } });
    const again = new Promise((resolve) => verto.addEventListener("wslogin", resolve, { once: true }));
    await post("/sim/drop", {});
    await again;
    await granted();
    await post("/sim/event", { eventChannel, eventType: "test", data: { n: 2 } });
    await loop;
    verto.logout();
    await new Promise((resolve) => setTimeout(resolve));
    return seen;
  });
  assert.deepEqual(seen, {
    states: [
      "connecting", "authenticating", "ready",
      "reconnecting", "connecting", "authenticating", "ready",
      "closed",
    ],
    events: [1, 2],
    aborted: "aborted",
  });
  await leavePage(driver, sim);
  assert.deepEqual(await consoleErrors(driver), []);
});

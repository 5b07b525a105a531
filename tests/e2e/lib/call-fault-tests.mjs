// The suite of faults as tests: one browser for the faults of a file, and a test for each cell.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { lacking, startBrowser } from "./browser.mjs";
import { CELLS, FAULTS, problems } from "./call-faults.mjs";
import { startSim } from "./sim.mjs";
import { until } from "./wait.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** How long all cells of a file may take, in ms. */
const PATIENCE = 600_000;

/**
 * To be called at the top of a test file, once; the cells run in so many lanes. Those whose media are
 * dead only wait, and cost no time of the processor.
 */
export function faultTests(lanes, ...faults) {
  const skip = lacking("webrtc");
  const only = process.env.VERTO_CELLS;
  const cells = CELLS.filter(({ fault }) => faults.includes(fault)).map((cell, i) => ({
    ...cell,
    seed: i + 1,
    name: `${FAULTS[cell.fault].what}: ${cell.stage}, ${cell.direction} (${cell.fault})`,
  })).filter(({ name }) => !only || new RegExp(only).test(name));
  const wanted = cells.filter(({ fault }) => !lacking(FAULTS[fault].needs));
  const seen = new Map();
  let sim;
  let driver;
  before(async () => {
    if (skip) return;
    sim = await startSim({ www: path(".."), config: path("faults.toml") });
    driver = await startBrowser({ microphone: true });
    await driver.get(`${sim.url}fixtures/phone/cells.html`);
    await driver.executeScript(`
      window.seen = [];
      window.over = null;
      import("/lib/call-cells.mjs")
        .then(({ runCells }) => runCells(arguments[0], arguments[1], ({ name }, seen) => window.seen.push([name, seen])))
        .then(() => (window.over = "done"), (error) => (window.over = String(error)));
    `, wanted, lanes);
    const over = await until("all cells", () => driver.executeScript("return window.over"), PATIENCE);
    assert.equal(over, "done");
    for (const [name, what] of await driver.executeScript("return window.seen")) seen.set(name, what);
  });
  after(async () => {
    await driver?.quit();
    await sim?.stop();
  });
  for (const cell of cells) {
    test(cell.name, { skip: skip || lacking(FAULTS[cell.fault].needs) }, () => assert.deepEqual(problems(cell, seen.get(cell.name)), []));
  }
}

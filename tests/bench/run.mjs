// What `cargo xtask bench` runs. Alone it measures any package:
// node run.mjs --pkg DIR --only events --only "requests/1 in flight" --quick
import { parseArgs } from "node:util";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { engines, startBrowser } from "./lib/browser.mjs";
import { budgets } from "./lib/budgets.mjs";
import { describe, describeBudget } from "./lib/describe.mjs";
import { modules, scripts, slim } from "./lib/libraries.mjs";
import { browser, machine } from "./lib/machine.mjs";
import { startServer } from "./lib/server.mjs";
import { ratio, summary } from "./lib/stats.mjs";

const ROWS = ["sizes", "load", "events", "requests", "socket", "memory", "reconnect", "calls"];

const { values: options } = parseArgs({
  options: {
    /** The package that is ours. */
    pkg: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    /** A row, or those of its cases whose names contain a text: `events`, `events/4 KB`. */
    only: { type: "string", multiple: true, default: ROWS },
    engine: { type: "string", default: process.env.VERTO_BROWSER ?? "chromium" },
    /** Where to write the figures. */
    json: { type: "string" },
    /** Fewer rounds. */
    quick: { type: "boolean", default: false },
  },
});
const { engine, quick } = options;
if (!engines.includes(engine)) throw new Error(`--engine must be one of ${engines.join(", ")}`);
const wanted = options.only.map((text) => {
  const [row, ...words] = text.split("/");
  if (!ROWS.includes(row)) throw new Error(`--only must begin with one of ${ROWS.join(", ")}`);
  return { row, wants: (name) => name.includes(words.join("/")) };
});

/** One case as figures: each client's, and how many times the base they are. */
function figures(row, { name, unit, clients, base, samples, cannot = {} }) {
  return {
    row,
    name,
    unit,
    base,
    clients: clients.map((client) => ({
      client,
      ...summary(samples[client]),
      ratio: client === base ? 1 : ratio(samples[client], samples[base]),
    })),
    cannot: Object.entries(cannot).map(([client, why]) => ({ client, why })),
  };
}

const pkg = pathToFileURL(`${path.resolve(options.pkg)}/`);
const sources = { scripts: await scripts(pkg), modules: await modules(pkg), slim: await slim(pkg) };
const files = {};
for (const [name, text] of Object.entries(sources.scripts)) files[`library/${name}.js`] = text;
for (const [name, text] of Object.entries(sources.modules)) files[`module/${name}.js`] = text;

for (const [name, bytes] of Object.entries(sources.slim)) files[`slim/${name}`] = bytes;
files["caller.js"] = await readFile(new URL("../e2e/fixtures/calls/caller.js", import.meta.url));
files["core-memory.js"] = await readFile(new URL("../e2e/fixtures/sdk/core-memory.js", import.meta.url));

const began = Date.now();
const where = machine();
const results = [];
const server = await startServer(files);
const driver = await startBrowser(engine);
try {
  for (const { row, wants } of wanted) {
    const { run } = await import(`./rows/${row}.mjs`);
    for await (const one of run({ driver, server, sources, engine, quick, wants })) {
      results.push(figures(row, one));
      console.log(describe(results.at(-1)));
    }
  }
  where.browser = await browser(driver);
} finally {
  await driver.quit();
  await server.stop();
}
const report = {
  date: new Date(began).toISOString().slice(0, 10),
  seconds: Math.round((Date.now() - began) / 1000),
  machine: where,
  results,
  budgets: budgets(results),
};
for (const budget of report.budgets) console.log(describeBudget(budget));
if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`);

// `cargo xtask bench` calls this; alone it measures any package: node run.mjs --pkg DIR --only events
import { parseArgs } from "node:util";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ENGINES, startBrowser } from "./lib/browser.mjs";
import { modules, scripts } from "./lib/libraries.mjs";
import { startServer } from "./lib/server.mjs";
import { describe } from "./lib/table.mjs";
import { ratio, summary } from "./lib/stats.mjs";

const ROWS = ["sizes", "load", "events", "requests", "socket", "memory", "reconnect"];

const { values: options } = parseArgs({
  options: {
    pkg: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    /** A row, or cases of it: `events`, `events/4 KB`. */
    only: { type: "string", multiple: true },
    engine: { type: "string", default: "chromium" },
    json: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
if (!ENGINES.includes(options.engine)) throw new Error(`--engine must be one of ${ENGINES.join(", ")}`);
const wanted = (options.only ?? ROWS).map((text) => {
  const [row, ...words] = text.split("/");
  if (!ROWS.includes(row)) throw new Error(`--only must begin with one of ${ROWS.join(", ")}`);
  return { row, wants: (name) => name.includes(words.join("/")) };
});

const pkg = pathToFileURL(`${path.resolve(options.pkg)}/`);
const sources = { scripts: await scripts(pkg), modules: await modules(pkg) };
const files = {};
for (const [name, text] of Object.entries(sources.scripts)) files[`library/${name}.js`] = text;
for (const [name, text] of Object.entries(sources.modules)) files[`module/${name}.js`] = text;
const server = await startServer(files);

/** One case as numbers: each client's figures, and how many times the base they are. */
function figures(row, { name, unit, clients: order, base, samples, cannot = {}, budget }) {
  const clients = order.map((client) => {
    const values = samples[client];
    const against = base && client !== base ? { ratio: ratio(values, samples[base]) } : {};
    return [client, { ...summary(values), ...against }];
  });
  return { row, name, unit, base, clients: Object.fromEntries(clients), cannot, budget };
}

const results = [];
const driver = await startBrowser(options.engine);
try {
  for (const { row, wants } of wanted) {
    const { run } = await import(`./rows/${row}.mjs`);
    for await (const one of run({ driver, server, sources, wants, ...options })) {
      results.push(figures(row, one));
      console.log(describe(results.at(-1)));
    }
  }
} finally {
  await driver.quit();
  await server.stop();
}
if (options.json) await writeFile(options.json, `${JSON.stringify(results, null, 1)}\n`);

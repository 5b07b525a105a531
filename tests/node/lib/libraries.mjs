// Libraries that replace what the browser has built in, from npm, as scripts for a page.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const MODULES = {
  prototype: "prototype",
  "MooTools 1.5": "mootools",
  "core-js 2": "core-js/client/shim.js",
  datejs: "datejs/lib/date.js",
  "sugar 1": "sugar/sugar-full.js",
};

const { resolve } = createRequire(import.meta.url);
const script = (module) =>
  buildSync({
    entryPoints: [resolve(module)],
    bundle: true,
    write: false,
    define: { global: "globalThis" },
    logLevel: "error",
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
  }).outputFiles[0].text;

/** Each library's name with its source. */
export const LIBRARIES = Object.entries(MODULES).map(([name, module]) => [name, script(module)]);

// Libraries that replace what the browser has built in, from npm, as scripts for a page.
import { existsSync, readFileSync } from "node:fs";
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

// What pages of those years loaded by a script tag is not on npm, but in Debian's packages
// libjs-prototype and libjs-mootools, which `cargo xtask test` installs where it can.
const DEBIAN = {
  "Prototype 1.7 as pages load it": "/usr/share/javascript/prototype/prototype.js",
  "MooTools 1.4 as pages load it": "/usr/share/javascript/mootools/mootools.js",
};

/** Each library that needs a browser, with its source; `null` where it isn't installed. */
export const PAGE_LIBRARIES = Object.entries(DEBIAN).map(([name, file]) => [name, existsSync(file) ? readFileSync(file, "utf8") : null]);

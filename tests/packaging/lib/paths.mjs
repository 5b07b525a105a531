import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

export const PKG = path("pkg");
/** Where the consumer projects are made. */
export const WORK = path("target/packaging");
export const CONSUMERS = path("tests/packaging/consumers");
export const TYPES = path("tests/packaging/types");
/** The tools that consumers build with. */
export const TOOLS = path("tests/packaging/node_modules");
export const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

/** A tool's command, for Node.js to run. */
export const bin = (tool) => join(TOOLS, tool);

// Pages for the engines whose browser doesn't tell WebDriver of errors: they tell themselves.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engine } from "./engines.mjs";

const COLLECTOR = fileURLToPath(new URL("page-errors.js", import.meta.url));
const NAME = "page-errors.js";

/** The directory, or a copy of it whose pages begin with `page-errors.js`. */
export function withPageErrors(www) {
  if (engine === "chromium") return www;
  const copy = mkdtempSync(join(tmpdir(), "verto-www-"));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(www, copy, { recursive: true });
  cpSync(COLLECTOR, join(copy, NAME));
  for (const name of readdirSync(copy, { recursive: true })) {
    if (!name.endsWith(".html")) continue;
    const file = join(copy, name);
    // Byte by byte: a page may be in any encoding. Before its Content-Security-Policy.
    const html = readFileSync(file, "latin1");
    writeFileSync(file, html.replace(/<head>/i, `$&<script src="/${NAME}"></script>`), "latin1");
  }
  return copy;
}

// Serves the pages and the libraries on the loopback interface, and what stands for a switch.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { Switch } from "./switch.mjs";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", wasm: "application/wasm" };
TYPES.mjs = TYPES.js;
const PAGE = new URL("../page/", import.meta.url);

const HEADERS = {
  // No cache of bytes, and so none of compiled code.
  "cache-control": "no-store",
  // Isolated pages have a clock of 5 µs instead of 100.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

/** Starts it; `files`, by path, come before those of page/, and `commands`, to which a row may add, before these. */
export async function startServer(files) {
  const commands = {
    flood: ({ group, count, size }) => vertoSwitch.flood(group, Number(count), Number(size)),
    drop: ({ group, method }) => vertoSwitch.drop(group, method),
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const path = decodeURIComponent(pathname.slice(1));
    const type = TYPES[path.split(".").at(-1)] ?? "text/plain";
    try {
      const body = commands[path]
        ? String(await commands[path](Object.fromEntries(searchParams)))
        : (files[path] ?? (await readFile(new URL(path, PAGE))));
      response.writeHead(200, { ...HEADERS, "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  const vertoSwitch = new Switch(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    port,
    files,
    commands,
    url: `http://127.0.0.1:${port}/`,
    socketUrl: `ws://127.0.0.1:${port}/ws`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

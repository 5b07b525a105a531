// Serves the pages and the libraries on the loopback interface, from memory.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";

const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8" };
const PAGE = new URL("../page/", import.meta.url);

const HEADERS = {
  // No cache of bytes, and so none of compiled code.
  "cache-control": "no-store",
  // Isolated pages have a clock of 5 µs instead of 100.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "cross-origin",
};

/** Starts it; `files`, by path, come before those of page/. */
export async function startServer(files) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = decodeURIComponent(pathname.slice(1));
    const type = TYPES[path.split(".").at(-1)] ?? "text/plain";
    try {
      const body = files[path] ?? (await readFile(new URL(path, PAGE)));
      response.writeHead(200, { ...HEADERS, "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    port,
    files,
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

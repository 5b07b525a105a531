// From the script tag, or the import, to the first instance, on a page where nothing is warm.

import { readFileSync } from "node:fs";

// No file of its own, during whose download the browser would already fetch the library.
const INLINE = readFileSync(new URL("../page/load.js", import.meta.url), "utf8");

const CASES = [
  {
    name: "script tag to first instance",
    clients: ["nothing", "ours", "ours, legacy", "jquery.verto", "signalwire", "telnyx", "vertojs"],
    page: (client) => `
      <script>const began = performance.now();</script>
      <script src="/library/${client}.js"></script>
      <script>usable("${client}", globalThis, began);</script>`,
  },
  {
    name: "import to first instance",
    clients: ["nothing", "ours", "ours, slim", "signalwire", "telnyx", "vertojs"],
    cannot: { "jquery.verto": "is no module" },
    page: (client) => `
      <script type="module">
        const began = performance.now();
        const module = await import("${client === "ours, slim" ? "/slim/slim.mjs" : `/module/${client}.js`}");
        ${client === "ours, slim" ? "await module.default();" : ""}
        usable("${client}", module, began);
      </script>`,
  },
];

const page = (body) => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><script>
${INLINE}</script>${body}</head><body></body></html>`;

let visits = 0;

/** Goes to a site where the browser has never been, for which it starts a new process. */
async function visit(driver, server, path) {
  await driver.get(`http://site-${++visits}.localhost:${server.port}/${path}`);
  return driver.executeAsyncScript(
    `const done = arguments[0];
     const look = () => ("took" in globalThis ? done(globalThis.took) : setTimeout(look, 1));
     look();`,
  );
}

export async function* run({ driver, server, quick, wants }) {
  for (const [number, { name, clients, cannot, page: body }] of CASES.entries()) {
    if (!wants(name)) continue;
    const samples = Object.fromEntries(clients.map((client) => [client, []]));
    for (const client of clients) server.files[`load/${number}/${client}.html`] = page(body(client));
    for (let round = 0; round < (quick ? 5 : 21); round++) {
      const first = round % clients.length;
      for (const client of [...clients.slice(first), ...clients.slice(0, first)]) {
        samples[client].push(await visit(driver, server, `load/${number}/${client}.html`));
      }
    }
    yield { name, unit: "ms", clients, base: cannot ? "signalwire" : "jquery.verto", samples, cannot };
  }
}

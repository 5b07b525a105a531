// Gives each library a frame, that is a world, of its own, and lets them take turns.
(function () {
  "use strict";

  /** The library that a client is of: "ours, promise" is ours; "ours, legacy" is a file of its own. */
  const library = (client) => client.replace(/, (again|levels|promise)$/, "");

  async function open(client, scripts) {
    const frame = document.createElement("iframe");
    const tags = [...scripts, `library/${library(client)}.js`, "clients.js"];
    frame.srcdoc = `<!DOCTYPE html><meta charset="utf-8"><script>console.log = console.debug = () => {};</script>
      ${tags.map((src) => `<script src="${src}"></script>`).join("\n")}`;
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    await loaded;
    return frame;
  }

  /**
   * Runs one case of a workload, which is a script's `prepare(client, spec)` and `sample(size)`.
   * Gives each client's samples, in rounds that belong together.
   */
  async function run({ clients, scripts, workload, spec, size, warmUp, rounds, atOnce = false }) {
    const worlds = {};
    for (const client of clients) {
      worlds[client] = await open(client, scripts);
      await worlds[client].contentWindow[workload].prepare(client, spec);
    }
    const samples = Object.fromEntries(clients.map((client) => [client, []]));
    for (let round = -warmUp; round < rounds; round++) {
      const take = async (client) => {
        const sample = await worlds[client].contentWindow[workload].sample(size);
        if (round >= 0) samples[client].push(sample);
      };
      // Each round begins with another client: none is always after the same.
      const first = Math.abs(round) % clients.length;
      const order = [...clients.slice(first), ...clients.slice(0, first)];
      if (atOnce) await Promise.all(order.map(take));
      else for (const client of order) await take(client);
    }
    for (const frame of Object.values(worlds)) frame.remove();
    return samples;
  }

  globalThis.host = { run, open };
})();

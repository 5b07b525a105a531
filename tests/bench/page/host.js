// Gives each library a frame, that is a world, of its own, and lets them take turns.
(function () {
  "use strict";

  /** The library that a client is of: "ours, promise" is ours. */
  const library = (client) => client.split(",")[0];

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
   * Runs one case: `setup` and `sample` are names of functions of the workload, `spec` the former's
   * argument, `size` the latter's. Gives each client's samples, in rounds that belong together.
   */
  async function run({ clients, scripts, workload, spec, size, warmUp, rounds }) {
    const frames = {};
    for (const client of clients) {
      frames[client] = await open(client, scripts);
      await frames[client].contentWindow[workload].prepare(client, spec);
    }
    const samples = Object.fromEntries(clients.map((client) => [client, []]));
    for (let round = -warmUp; round < rounds; round++) {
      // Each round begins with another client: none is always after the same.
      const first = Math.abs(round) % clients.length;
      for (const client of [...clients.slice(first), ...clients.slice(0, first)]) {
        const sample = await frames[client].contentWindow[workload].sample(size);
        if (round >= 0) samples[client].push(sample);
      }
    }
    for (const frame of Object.values(frames)) frame.remove();
    return samples;
  }

  globalThis.host = { run };
})();

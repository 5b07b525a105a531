// Events that come through a real socket.
(function () {
  "use strict";

  const SIZE = 300;

  let name, spec, group;
  let samples = 0;
  const seen = {};
  let arrived;

  async function prepare(client, wanted) {
    name = client;
    spec = wanted;
  }

  /** Connects one after another: instances of jquery.verto disturb each other's logins. */
  async function connect() {
    group = `${name.replace(/\W/g, "")}-${spec.connections}-${++samples}`;
    const connections = [];
    for (let n = 0; n < spec.connections; n++) {
      const connection = await clients[name].connect(`${spec.socketUrl}/${group}`);
      const count = connection.handler(seen);
      const handler = (...args) => {
        count(...args);
        arrived();
      };
      // @signalwire/js still calls the handlers of earlier connections to the same channel.
      await connection.subscribe([`vcc.s${samples}.${n}`], [handler]);
      connections.push(connection);
    }
    return connections;
  }

  /** How long one of `count` events took from the first to the last, in ns. */
  async function sample(count) {
    // Not kept: a page can't have as many as all libraries together would need.
    const connections = await connect();
    Object.assign(seen, { count: 0, sum: 0 });
    let began, ended;
    const all = new Promise((resolve) => {
      arrived = () => {
        if (seen.count === 1) began = performance.now();
        if (seen.count === count) resolve((ended = performance.now()));
      };
    });
    const reply = await fetch(`/flood?group=${group}&count=${count}&size=${SIZE}`);
    const sum = Number(await reply.text());
    await all;
    for (const connection of connections) connection.close();
    if (seen.count !== count || seen.sum !== sum) throw new Error(`${seen.count} events with ${seen.sum}, not ${sum}`);
    return ((ended - began) * 1e6) / (count - 1);
  }

  globalThis.socket = { prepare, sample };
})();

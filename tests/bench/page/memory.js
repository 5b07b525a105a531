// What a library's connections hold, step by step; the browser is asked between the steps.
(function () {
  "use strict";

  console.log = console.debug = () => {};

  const SUBSCRIPTIONS = 100;
  const REQUESTS = 1000;

  const kept = [];
  let name;

  async function connect() {
    const connection = await clients[name].connect("ws://stub/");
    kept.push(connection);
    return connection;
  }

  const script = (src) =>
    new Promise((resolve, reject) => {
      const tag = Object.assign(document.createElement("script"), { src, onload: resolve, onerror: reject });
      document.head.append(tag);
    });

  globalThis.memory = {
    async load(client) {
      name = client;
      await script(`library/${client}.js`);
      await script("clients.js");
      await script("events.js");
    },

    connect,

    async connectMany(count) {
      for (let n = 0; n < count; n++) await connect();
    },

    /** One connection with many subscriptions, and requests that are never answered. */
    async busy() {
      const connection = await connect();
      const channels = Array.from({ length: SUBSCRIPTIONS }, (_, n) => `vcc.default.${1000 + n}`);
      await connection.subscribe(channels, [connection.handler({})]);
      for (let n = 0; n < REQUESTS; n++) connection.request({ command: "lua", data: { n } }, () => {});
    },

    /** Gets the connection for events, and the code for them, ready. */
    async warm(spec) {
      await events.prepare(name, spec);
      for (let n = 0; n < 20; n++) events.sample(500);
    },

    /** Makes the frames; `deliver` gives them to the library. */
    make: (count) => events.make(count),
    deliver: () => events.deliver(),
  };
})();

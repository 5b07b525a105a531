// Each library as a page keeps it subscribed through lost connections.
(function () {
  "use strict";

  const CHANNEL = "vcc.default.1007";
  const handler = () => {};

  const start = {
    async ours(socketUrl) {
      const { verto } = await clients.ours.connect(socketUrl);
      verto.subscribe(CHANNEL, { handler });
    },
    // Its subscriptions are gone after a drop: the page makes them again at each login.
    "jquery.verto": (socketUrl) =>
      clients["jquery.verto"].connect(socketUrl, {
        onWSLogin: (verto) => verto.subscribe(CHANNEL, { handler }),
      }),
    // And so are its.
    async signalwire(socketUrl) {
      const { verto } = await clients.signalwire.connect(socketUrl);
      verto.on("signalwire.ready", () => verto.subscribe({ channels: [CHANNEL], handler }));
      verto.subscribe({ channels: [CHANNEL], handler });
    },
    vertojs: (socketUrl) => clients.vertojs.connect(socketUrl),
  };

  let query;

  async function prepare(name, { socketUrl }) {
    const group = `${name.replace(/\W/g, "")}-drop`;
    // vertojs has nothing but a login to get back.
    query = `group=${group}&method=${name === "vertojs" ? "login" : "verto.subscribe"}`;
    await start[name](`${socketUrl}/${group}`);
  }

  /** Loses the connection, and says in how many ms it was back. */
  async function sample() {
    // So that the drop isn't in the middle of what the last reconnect still does.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const reply = await fetch(`/drop?${query}`);
    return Number(await reply.text());
  }

  globalThis.reconnect = { prepare, sample };
})();

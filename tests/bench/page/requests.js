// Requests and their results, one after another or many at once.
(function () {
  "use strict";

  let connection, inFlight;

  async function prepare(name, spec) {
    ({ inFlight } = spec);
    connection = await clients[name].connect("ws://stub/");
  }

  // Some libraries write into what they are given, so that each request has its own.
  const params = () => ({
    command: "lua",
    data: { method: "ccc", func: "ccGoBreak", data: { queue: "100000", agent: "1001", reason: "lunch" } },
  });

  function reply(text) {
    const [, id] = /"id":("[^"]*"|\d+)/.exec(text);
    const data = `{"jsonrpc":"2.0","id":${id},"result":{"code":200,"message":"OK","data":{"state":"UNREADY"}}}`;
    return new MessageEvent("message", { data });
  }

  /** The stub's own work is in the time, and the same for all. */
  function oneByOne(count) {
    StubSocket.sent = (text, socket) => queueMicrotask(() => socket.listener.call(socket, reply(text)));
    return new Promise((resolve) => {
      let left = count;
      const began = performance.now();
      const next = () => {
        if (left-- > 0) connection.request(params(), next);
        else resolve(performance.now() - began);
      };
      next();
    });
  }

  async function allAtOnce(count) {
    const texts = [];
    let socket;
    StubSocket.sent = (text, on) => {
      socket = on;
      texts.push(text);
    };
    let left = count;
    let done;
    const settled = new Promise((resolve) => (done = () => --left || resolve()));
    const began = performance.now();
    for (let i = 0; i < count; i++) connection.request(params(), done);
    const sent = performance.now();
    if (texts.length !== count) throw new Error(`${texts.length} of ${count} requests were sent`);
    const replies = texts.map(reply);
    settle();
    const answering = performance.now();
    for (const event of replies) socket.listener.call(socket, event);
    await settled;
    return sent - began + performance.now() - answering;
  }

  /** How long one request took, in ns. */
  async function sample(count) {
    settle();
    const took = inFlight === 1 ? await oneByOne(count) : await allAtOnce(inFlight);
    return (took * 1e6) / (inFlight === 1 ? count : inFlight);
  }

  globalThis.requests = { prepare, sample };
})();

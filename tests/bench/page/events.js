// Events given to a library's listener, one after another, as fast as it takes them.
(function () {
  "use strict";

  /** The channel that is subscribed to, and that on which the event comes, by number. */
  const CHANNELS = {
    exact: (n) => [`vcc.default.${1000 + n}`, `vcc.default.${1000 + n}`],
    unnamed: (n) => [`vcc.default.${1000 + n}`, `vcc.default.${1000 + n}`],
    first: (n) => [`vcc${n}`, `vcc${n}.default.1007`],
    parent: (n) => [`vcc.g${n}`, `vcc.g${n}.1007`],
  };

  let connection, socket, spec, seen, places;

  /** Connects and subscribes; `spec` is {size, handlers, subscriptions, channels}. */
  async function prepare(name, wanted) {
    spec = wanted;
    seen = { count: 0, sum: 0 };
    places = Array.from({ length: spec.subscriptions }, (_, n) => place(...CHANNELS[spec.channels](n)));
    connection = await clients[name].connect("ws://stub/");
    socket = StubSocket.all.at(-1);
    const handlers = Array.from({ length: spec.handlers }, () => connection.handler(seen));
    await connection.subscribe(places.map(({ subscribed }) => subscribed), handlers);
  }

  const call = (n) => ({ uuid: `5f0c-${1000 + n}`, caller: "13800000000", callee: "1007", state: "ringing" });
  const CALL_BYTES = JSON.stringify(call(0)).length + 1;
  const ENVELOPE_BYTES = 260;

  /** A subscription with what its events have in common: a server's frame up to the filling, and after it. */
  function place(subscribed, channel) {
    const calls = Array.from({ length: Math.max(0, (spec.size - ENVELOPE_BYTES) / CALL_BYTES) }, (_, n) => call(n));
    const params = {
      eventChannel: channel,
      eventType: "AGENT_STATE",
      // Without this name the client must find the subscriptions itself.
      subscribedChannel: spec.channels === "exact" ? channel : undefined,
      data: { queue: "100000", agent: "1007", state: "READY", calls, note: "|" },
      eventSerno: 0,
    };
    const text = JSON.stringify({ jsonrpc: "2.0", id: 24, method: "verto.event", params });
    const [head, tail] = text.split("|");
    return { subscribed, head, tail: tail.replace(/0\}\}$/, ""), serno: 0 };
  }

  let turn = 0;

  /** The next frame, of exactly so many bytes, and its number. */
  function frame() {
    // A prime step, so that neighbours in time aren't neighbours in memory.
    turn = (turn + 7919) % places.length;
    const place = places[turn];
    const end = `${place.tail}${place.serno}}}`;
    const filling = "x".repeat(spec.size - place.head.length - end.length);
    return [place.head + filling + end, place.serno++];
  }

  /** As it comes from a socket: no rope of pieces. */
  const flat = (text) => new TextDecoder().decode(new TextEncoder().encode(text));

  let made;
  let sum;

  /** Makes the next `count` events. */
  function make(count) {
    sum = 0;
    made = Array.from({ length: count }, () => {
      const [text, serno] = frame();
      sum += serno;
      return new MessageEvent("message", { data: flat(text) });
    });
    Object.assign(seen, { count: 0, sum: 0 });
  }

  /** Gives them to the library; returns the ms that it took. */
  function deliver() {
    const { listener } = socket;
    const began = performance.now();
    for (const event of made) listener.call(socket, event);
    const took = performance.now() - began;
    const expected = [made.length * spec.handlers, sum * spec.handlers];
    if (seen.count !== expected[0] || seen.sum !== expected[1]) {
      throw new Error(`${seen.count} calls with ${seen.sum} instead of ${expected.join(" with ")}`);
    }
    return took;
  }

  /** How long one of `count` events took, in ns. */
  function sample(count) {
    make(count);
    settle();
    return (deliver() * 1e6) / count;
  }

  globalThis.events = { prepare, make, deliver, sample };
})();

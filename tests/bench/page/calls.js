// Each library in telephone calls with the simulator.
(function () {
  "use strict";

  const ECHO = "9196";
  const TONE = "9664";

  // Who waits for what happens in this world: a request that is written to a socket, a state of the
  // library's call, the first sound of a connection.
  const waiting = new Map();
  const until = (what) => new Promise((resolve) => waiting.set(what, resolve));

  function happened(what) {
    const resolve = waiting.get(what);
    waiting.delete(what);
    resolve?.(performance.now());
  }

  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (text) {
    happened(/"method":"([\w.]+)"/.exec(text)?.[1]);
    send.call(this, text);
  };

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      // A track is muted until the first packet comes.
      this.addEventListener("track", ({ track }) => track.addEventListener("unmute", () => happened("sound"), { once: true }));
    }
  };

  const make = {
    ours: (options, callbacks) => new Verto(options, callbacks),
    "jquery.verto": (options, callbacks) => new jQuery.verto({ ...options, tag: "sound", sessid: jQuery.verto.genUUID() }, callbacks),
  };

  let verto, user, dialog, line;

  async function prepare(client, { socketUrl, users, iceServers, talks, called }) {
    document.body.append(Object.assign(document.createElement("audio"), { id: "sound", autoplay: true }));
    user = users[client];
    const options = { socketUrl, login: `${user}@xswitch.cn`, passwd: "1234", iceServers };
    const loggedIn = until("logged in");
    verto = make[client](options, {
      onWSLogin: () => happened("logged in"),
      onMessage() {},
      onDialogState(one) {
        dialog = one;
        happened(one.state.name);
      },
    });
    await loggedIn;
    if (called) line = await Line.login(socketUrl, users.caller);
    if (talks) {
      const heard = until("sound");
      call(ECHO);
      await heard;
    }
  }

  // A call of its own would have no callbacks in jquery.verto.
  const call = (number) => verto.newCall({ destination_number: number, caller_id_name: "Anna", caller_id_number: user }, verto.callbacks);

  async function hangup() {
    const over = until("destroy");
    dialog.hangup();
    await over;
  }

  const samples = {
    /** From newCall() to the invite on the wire. */
    async invite() {
      const [sent, active] = [until("verto.invite"), until("active")];
      const began = performance.now();
      call(ECHO);
      const ms = (await sent) - began;
      await active;
      await hangup();
      return ms;
    },

    /** From answer() to the answer on the wire. */
    async answer() {
      const [ringing, active] = [until("ringing"), until("active")];
      const caller = await Call.to(line, user);
      await ringing;
      const sent = until("verto.answer");
      const began = performance.now();
      dialog.answer({});
      const ms = (await sent) - began;
      await active;
      caller.end();
      await hangup();
      return ms;
    },

    /** From a socket that is cut in a call to the first packet of sound. */
    async cut() {
      const [heard, active] = [until("sound"), until("active")];
      const began = performance.now();
      await fetch(`/cut?login=${user}`);
      const ms = (await heard) - began;
      await active;
      // So that the next cut isn't in the middle of what this one still does.
      await new Promise((resolve) => setTimeout(resolve, 200));
      return ms;
    },
  };

  /** Places so many calls at once; done when each is heard. */
  async function many(count) {
    let missing = count;
    const all = until("all");
    const told = verto.callbacks.onDialogState;
    verto.callbacks.onDialogState = (one) => {
      told(one);
      if (one.state.name === "active" && --missing === 0) happened("all");
    };
    for (let i = 0; i < count; i++) call(TONE);
    await all;
  }

  globalThis.calls = { prepare, sample: (what) => samples[what](), many };
})();

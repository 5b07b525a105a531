// A page's shift, for a page whose built-ins are replaced: a stand-in for the browser with a server
// behind it, and the program of the page. It runs in a realm of its own (see realm.mjs), before
// anything is replaced, and uses only what it has taken here. Nothing waits: what a browser would do
// later is in `tasks`, and `turn()` does the next.
(function (host) {
  const global = globalThis;
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { then } = Promise.prototype;
  const { defineProperty } = Object;
  const MyError = Error;
  const settled = Promise.resolve();

  // Filled and read by index: nothing here uses a method of arrays.
  const tasks = { first: 0, last: 0 };
  const later = (task) => (tasks[tasks.last++] = task);

  const seen = { done: "", errors: "" };
  const fault = (thrown) => {
    const cause = (thrown.cause && thrown.cause.message) || "";
    seen.errors += `${thrown.name}: ${thrown.kind || ""} ${thrown.message} ${cause}\n`;
  };
  const step = (name, run = () => {}) => {
    try {
      run();
      seen.done += seen.done && ", ";
      seen.done += name;
    } catch (thrown) {
      fault(thrown);
    }
  };

  // What a browser has and a new realm of Node.js has not. Replacing one of their methods replaces
  // none of Node's own.
  const wrap = (name, methods) => {
    const Theirs = host[name];
    global[name] = function (first, second) {
      this.theirs = new Theirs(first, second);
    };
    for (const method of methods) {
      global[name].prototype[method] = function (first, second) {
        return this.theirs[method](first, second);
      };
    }
  };
  wrap("TextDecoder", ["decode"]);
  wrap("TextEncoder", ["encode", "encodeInto"]);
  wrap("EventTarget", ["addEventListener", "removeEventListener", "dispatchEvent"]);
  wrap("URL", []);
  for (const part of ["protocol", "hash"]) {
    const get = function () {
      return this.theirs[part];
    };
    defineProperty(URL.prototype, part, { get, configurable: true });
  }
  global.CustomEvent = host.CustomEvent;
  global.queueMicrotask = (task) => {
    const run = () => {
      try {
        task();
      } catch (thrown) {
        fault(thrown);
      }
    };
    apply(then, settled, [run]);
  };
  let last = 1;
  global.crypto = {
    getRandomValues(numbers) {
      for (let at = 0; at < numbers.length; at++) numbers[at] = last = (last * 16807) % 2147483647;
      return numbers;
    },
  };
  global.reportError = fault;
  const write = (line) => void (seen.errors += `${line}\n`);
  global.console = { error: write, warn: write, debug: write, log: write };
  global.addEventListener = global.removeEventListener = () => {};
  // Time stands still, and with it whatever waits for a timer.
  global.setTimeout = () => 1;
  global.clearTimeout = () => {};

  const results = {
    login: ({ sessid }) => ({ message: "logged in", sessid }),
    "verto.subscribe": ({ eventChannel }) => ({ subscribedChannels: [eventChannel] }),
    jsapi: () => ({ code: 200, message: "OK" }),
  };
  global.WebSocket = class WebSocket {
    constructor() {
      later(() => this.onopen({}));
    }

    send(text) {
      const { id, method, params } = parse(text);
      const write = (frame) => later(() => this.onmessage && this.onmessage({ data: stringify(frame) }));
      write({ jsonrpc: "2.0", id, result: results[method](params) });
      if (method !== "verto.subscribe") return;
      // The second takes the short way of an event.
      for (let n = 1; n <= 2; n++) {
        const event = { eventChannel: params.eventChannel, eventType: "test", data: { n } };
        write({ jsonrpc: "2.0", method: "verto.event", params: event });
      }
    }

    close() {}
  };

  return {
    seen,
    fault,
    step,
    /** The global object of the script. */
    global: Object.create(global),

    begin() {
      const { Verto, VertoCallcenter } = this.global;
      let verto;
      step("made", () => (verto = new Verto()));
      if (!verto) return;
      const answered = ({ code }) => {
        step(`answer ${code}`);
        step("logout", () => verto.logout());
      };
      const handler = (_, { data }) => {
        step(`event ${data.n}`);
        if (data.n < 2) return;
        step("command", () => new VertoCallcenter(verto).ccLogin("support", "1001", 1001, answered, fault));
      };
      const callbacks = {
        onWSLogin(_, success) {
          // Otherwise connect()'s promise has the error.
          if (!success) return;
          step("login");
          step("subscribed", () => verto.subscribe("vcc.default.1001", { handler }));
          step("uuid", () => {
            const id = Verto.genUUID();
            if (id.length !== 36 || id[8] !== "-" || id[14] !== "4") throw new MyError(`no UUID: ${id}`);
          });
        },
        onWSClose: (_, asked) => step(asked ? "closed" : "lost"),
        onSubscribeError: (_, channel, error) => fault(error),
      };
      const options = {
        socketUrl: "wss://pbx.example/ws",
        login: "1001@xswitch.cn",
        passwd: "1234",
        keepAlive: false,
      };
      step("connect", () => verto.connect(options, callbacks).then(undefined, fault));
    },

    /** Does what a browser would do next; whether there was anything to do. */
    turn() {
      if (tasks.first === tasks.last) return false;
      try {
        tasks[tasks.first++]();
      } catch (thrown) {
        fault(thrown);
      }
      return true;
    },
  };
});

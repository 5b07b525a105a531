// Each library behind one face, as its own documentation would have a page use it:
//
//   connect(socketUrl)         a connection that is logged in
//   .subscribe(channels, each) one handler for each channel, for each of `each`
//   .handler(seen)             a handler in its own form, which counts in `seen`
//   .request(params, done)     a `jsapi` request; `done()` when its result is there
//   .close()
(function () {
  "use strict";

  const LOGIN = "1001@xswitch.cn";
  const PASSWORD = "1234";

  /** The least that any library must do: parse, look up, call. */
  class Plain {
    #lastId = 0;
    #calls = new Map();
    #channels = new Map();

    static async connect(socketUrl) {
      const plain = new this();
      plain.socket = new WebSocket(socketUrl);
      await new Promise((resolve) => (plain.socket.onopen = resolve));
      plain.socket.onmessage = (event) => plain.#message(JSON.parse(event.data));
      await plain.call("login", { login: LOGIN, passwd: PASSWORD });
      return plain;
    }

    #message(frame) {
      if (frame.method === "verto.event") {
        this.event(frame.params);
      } else if (!frame.method) {
        const settle = this.#calls.get(frame.id);
        this.#calls.delete(frame.id);
        settle(frame);
      }
    }

    event(params) {
      this.deliver(params.eventChannel, params);
    }

    deliver(channel, params) {
      const handlers = this.#channels.get(channel);
      if (handlers) for (const handler of handlers) handler(this, params);
    }

    call(method, params) {
      return new Promise((resolve, reject) => {
        const id = ++this.#lastId;
        this.#calls.set(id, ({ result, error }) => (error ? reject(error) : resolve(result)));
        this.socket.send(JSON.stringify({ jsonrpc: "2.0", method, params, id }));
      });
    }

    async subscribe(channels, handlers) {
      for (const channel of channels) this.#channels.set(channel, handlers);
      await this.call("verto.subscribe", { eventChannel: channels });
    }

    handler(seen) {
      return (verto, event) => {
        seen.count++;
        seen.sum += event.eventSerno;
      };
    }

    request(params, done) {
      this.call("jsapi", params).then(done);
    }

    close() {
      this.socket.onmessage = null;
      this.socket.close();
    }
  }

  /** The same with a look at every level of the channel. */
  class PlainLevels extends Plain {
    event(params) {
      const { eventChannel } = params;
      for (let end = eventChannel.length; end > 0; end = eventChannel.lastIndexOf(".", end - 1)) {
        this.deliver(eventChannel.slice(0, end), params);
      }
    }
  }

  class Ours {
    static async connect(socketUrl, callbacks = {}) {
      const ours = new this();
      ours.verto = new Verto();
      await ours.verto.connect({ login: LOGIN, passwd: PASSWORD, socketUrl }, callbacks);
      return ours;
    }

    subscribe(channels, handlers) {
      return new Promise((resolve) => {
        let missing = channels.length;
        const readyHandler = () => --missing || resolve();
        for (const [index, handler] of handlers.entries()) {
          this.verto.subscribe(channels, index === 0 ? { handler, readyHandler } : { handler });
        }
      });
    }

    handler(seen) {
      return (verto, event) => {
        seen.count++;
        seen.sum += event.eventSerno;
      };
    }

    request(params, done) {
      this.verto.sendMethod("jsapi", params, done);
    }

    close() {
      this.verto.logout();
    }
  }

  /** Ours by its promises instead of its callbacks. */
  class OursByPromise extends Ours {
    request(params, done) {
      this.verto.sendMethod("jsapi", params).then(done);
    }
  }

  class JqueryVerto {
    static connect(socketUrl, callbacks = {}) {
      return new Promise((resolve, reject) => {
        const client = new this();
        client.verto = new jQuery.verto(
          { login: LOGIN, passwd: PASSWORD, socketUrl, sessid: jQuery.verto.genUUID() },
          {
            onMessage() {},
            ...callbacks,
            onWSLogin(verto, success) {
              callbacks.onWSLogin?.(verto, success);
              if (success) resolve(client);
              else reject(new Error("jquery.verto was refused"));
            },
          },
        );
      });
    }

    /** One channel at a time: of an array it makes a single name. */
    subscribe(channels, handlers) {
      return new Promise((resolve) => {
        let missing = channels.length * handlers.length;
        const readyHandler = () => --missing || resolve();
        for (const channel of channels) {
          for (const handler of handlers) this.verto.subscribe(channel, { handler, readyHandler });
        }
      });
    }

    handler(seen) {
      return (verto, event) => {
        seen.count++;
        seen.sum += event.eventSerno;
      };
    }

    request(params, done) {
      this.verto.rpcClient.call("jsapi", params, done, () => {});
    }

    close() {
      this.verto.logout();
    }
  }

  class SignalWireVerto {
    static connect(socketUrl) {
      return new Promise((resolve, reject) => {
        const client = new this();
        client.verto = new Verto({ host: socketUrl, login: LOGIN, passwd: PASSWORD });
        client.verto.on("signalwire.ready", () => resolve(client));
        client.verto.on("signalwire.error", reject);
        client.verto.connect();
      });
    }

    /** It drops a channel's second handler, so that there is one only. */
    async subscribe(channels, [handler]) {
      await this.verto.subscribe({ channels, handler });
    }

    handler(seen) {
      return (event) => {
        seen.count++;
        seen.sum += event.eventSerno;
      };
    }

    /** It has no public method for any request; this is what its own go through. */
    request(params, done) {
      this.verto.execute({ request: { jsonrpc: "2.0", id: Verto.uuid(), method: "jsapi", params } }).then(done);
    }

    close() {
      this.verto.disconnect();
    }
  }

  class Vertojs {
    static async connect(socketUrl) {
      const client = new this();
      client.verto = new Verto.Verto({ transportConfig: { login: LOGIN, passwd: PASSWORD, socketUrl } });
      await client.verto.login();
      return client;
    }

    /** Its `rpc` is all that it has for a request that is no call. */
    request(params, done) {
      this.verto.rpc.call("jsapi", params, done, () => {});
    }

    close() {
      this.verto.logout();
    }
  }

  globalThis.clients = {
    plain: Plain,
    "plain, levels": PlainLevels,
    "plain, again": class extends Plain {},
    ours: Ours,
    "ours, promise": OursByPromise,
    "ours, legacy": class extends Ours {},
    "jquery.verto": JqueryVerto,
    signalwire: SignalWireVerto,
    vertojs: Vertojs,
  };
})();

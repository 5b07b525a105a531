// What the agents of the page do: `soak.start(job, count)` begins, `soak.status()` tells how far
// it is. Everything that must happen is checked; the first thing that is wrong ends the work.
(function () {
  "use strict";

  const AGENTS = ["1001", "1002", "1003", "1004", "1005"];
  /** Fewer than the simulator's queue holds, so that it drops none. */
  const BURST = 5000;
  /** The ways in which connections are dropped: cut, or closed by the server. */
  const DROPS = [{}, { code: 1001 }, { code: 1012 }];

  const socketUrl = `${location.origin.replace(/^http/, "ws")}/ws`;
  const progress = { job: "", done: 0, of: 0, error: "" };

  function check(holds, what) {
    if (!holds) throw new Error(what);
  }

  function wrong(error) {
    progress.error ||= String(error?.stack ?? error);
  }

  function same(found, expected, what) {
    const [is, should] = [found, expected].map((one) => JSON.stringify(one));
    check(is === should, `${what}: ${is}, not ${should}`);
  }

  /** How a promise ended, without what may differ. */
  const outcome = (promise) =>
    promise.then(
      () => "ok",
      ({ kind, sent }) => `${kind}${sent ? ", sent" : ""}`,
    );

  /** An agent with the instance that it keeps all the time. */
  class Agent {
    verto = new Verto();
    vcc = new VertoCallcenter(this.verto);
    #waiting = [];

    constructor(number) {
      this.number = number;
      this.channel = `vcc.default.${number}`;
      this.own = `vcc.soak.${number}`;
      this.forget();
    }

    /** Begins to count anew. */
    forget() {
      this.seen = { logins: 0, lost: 0, ended: 0, ready: 0, events: 0 };
      this.serno = 0;
    }

    options(more) {
      return { login: `${this.number}@xswitch.cn`, passwd: () => "1234", socketUrl, ...more };
    }

    /** Waits until a callback has made `probe` true. */
    until(probe) {
      if (probe()) return undefined;
      return new Promise((resolve) => this.#waiting.push({ probe, resolve }));
    }

    #changed() {
      if (!this.#waiting.some(({ probe }) => probe())) return;
      const [ready, waiting] = [[], []];
      for (const one of this.#waiting) (one.probe() ? ready : waiting).push(one);
      this.#waiting = waiting;
      for (const { resolve } of ready) resolve();
    }

    /** A page's callbacks; like many pages this one subscribes whenever it is logged in. */
    callbacks() {
      return {
        onWSLogin: (verto, success, error) => {
          if (!success) return wrong(`login refused: ${error}`);
          this.seen.logins++;
          // The server counts the events of a subscription from 0.
          this.serno = 0;
          verto.subscribe(this.channel, { handler: this.handler(), readyHandler: this.ready(), userData: { verto } });
          this.#changed();
        },
        onWSClose: (verto, asked) => {
          this.seen[asked ? "ended" : "lost"]++;
          this.#changed();
        },
        onGap: (verto, gap) => wrong(`a gap: ${JSON.stringify(gap)}`),
        onSubscribeError: (verto, channel, error) => wrong(`${channel}: ${error}`),
      };
    }

    ready() {
      return () => {
        this.seen.ready++;
        this.#changed();
      };
    }

    handler() {
      return (verto, { eventSerno }) => {
        if (eventSerno !== this.serno) wrong(`${this.number}: event ${eventSerno} instead of ${this.serno}`);
        this.serno = eventSerno + 1;
        this.seen.events++;
        this.#changed();
      };
    }

    /** Connects with two subscriptions: one made before, one at each login. */
    async connect(verto) {
      this.forget();
      verto.subscribe(this.own, { handler: this.handler(), readyHandler: this.ready() });
      await verto.connect(this.options(), this.callbacks());
      await this.until(() => this.seen.ready === 2);
    }

    /** Lets the back end send events, and waits for exactly these. */
    async events(vcc, count) {
      const { events } = this.seen;
      await vcc.ccCall("ccBurst", { agent: this.number, n: count });
      await this.until(() => this.seen.events >= events + count);
      same(this.seen.events, events + count, "events");
    }

    async logout(verto) {
      // Written, but not answered.
      const pending = outcome(verto.sendMethod("echo", {}, () => wrong("answered after logout()"), () => this));
      verto.logout();
      await this.until(() => this.seen.ended);
      same(await pending, "closed, sent", "a request at logout");
      check(verto.state === "closed", `${verto.state} after logout()`);
    }

    /** A login with what a page does then, and a logout. */
    async cycle(number) {
      const fresh = number % 2 === 1;
      const verto = fresh ? new Verto() : this.verto;
      const vcc = fresh ? new VertoCallcenter(verto) : this.vcc;
      await this.connect(verto);
      await this.events(vcc, 1);
      same(await outcome(vcc.ccCall("ccFail", {}, () => this, () => this)), "rejected", "ccFail");
      await this.logout(verto);
      same([this.seen.logins, this.seen.lost, this.seen.ended], [1, 0, 1], "logins, losses, ends");
      if (number % 4 === 3) await this.abandon(verto);
    }

    /** A logout before the server has answered the login. */
    async abandon(verto) {
      this.forget();
      const connecting = verto.connect(this.options(), {
        ...this.callbacks(),
        onStateChange: (v, state) => state === "authenticating" && v.logout(),
      });
      same(await outcome(connecting), "closed", "connect()");
      await this.until(() => this.seen.ended);
      same([this.seen.logins, this.seen.lost, this.seen.ended], [0, 0, 1], "logins, losses, ends");
    }

    /** Loses the connection and gets it back. */
    async reconnect(number) {
      const before = { ...this.seen };
      const lost = outcome(this.vcc.ccCall("ccSleep", { ms: 600_000 }));
      const drop = { login: `${this.number}@xswitch.cn`, ...DROPS[number % DROPS.length] };
      const reply = await fetch("/sim/drop", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(drop),
      });
      same((await reply.json()).dropped, 1, "connections dropped");
      await this.until(() => this.seen.lost > before.lost);
      same(await lost, "connection-lost, sent", "a request in flight");
      const waiting = outcome(this.verto.sendMethod("echo", { number }));
      await this.until(() => this.seen.ready === before.ready + 2);
      same(await waiting, "ok", "a request that waited");
      same([this.seen.logins, this.seen.lost], [before.logins + 1, before.lost + 1], "logins, losses");
      await this.events(this.vcc, 1);
    }
  }

  const agents = AGENTS.map((number) => new Agent(number));

  /** Divides the work among the agents, who do it at the same time. */
  async function share(count, most, work) {
    let taken = 0;
    progress.of = count;
    const labour = async (agent) => {
      while (taken < count && !progress.error) {
        const size = Math.min(most, count - taken);
        const number = taken;
        taken += size;
        await work(agent, number, size);
        progress.done += size;
      }
    };
    await Promise.all(agents.map(labour));
  }

  const jobs = {
    cycles: (count) => share(count, 1, (agent, number) => agent.cycle(number)),
    login: () => Promise.all(agents.map((agent) => agent.connect(agent.verto))),
    events: (count) => share(count, BURST, (agent, number, size) => agent.events(agent.vcc, size)),
    reconnects: (count) => share(count, 1, (agent, number) => agent.reconnect(number)),
    logout: () => Promise.all(agents.map((agent) => agent.logout(agent.verto))),
  };

  window.soak = {
    start(job, count) {
      Object.assign(progress, { job, done: 0, of: 0, error: "", over: false });
      jobs[job](count)
        .catch(wrong)
        .finally(() => (progress.over = true));
    },
    status: () => ({ ...progress }),
  };
})();

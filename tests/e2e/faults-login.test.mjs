// Logins that fail: credential functions, expired tokens, refusals, addresses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const page = new FaultScenarios();
const { run } = page;

const READY = ["ready 0", "onWSLogin true", "clientReady", "ready vcc.default.a", "ready vcc.default.b"];
const LOST = ["reconnecting 1 connection-lost", "onWSClose false"];
const attempt = (number) => [`connecting ${number}`, `authenticating ${number}`];

/** What a credential function does once, and the reason for which that attempt then fails. */
const CREDENTIALS = {
  sync: {},
  async: {},
  thenable: {},
  throwing: { reason: "auth", reported: /no token: secret/ },
  rejecting: { reason: "auth", reported: /no token: secret/ },
  wrong: { reason: "invalid-argument", options: ["passwd"] },
  "wrong later": { reason: "invalid-argument", options: ["passwd"] },
  "never answering": { reason: "timeout" },
};

/** Connects with a credential function that is `odd` at the first login, or at a later one. */
async function withCredentials({ Subject, post, world, until, online }, option, name, failures, later) {
  const good = { passwd: "1234", loginParams: {} }[option];
  const odd = {
    sync: () => good,
    async: async () => good,
    thenable: () => ({ then: (done) => done(good) }),
    throwing() {
      throw new Error("no token: secret");
    },
    rejecting: () => Promise.reject(new Error("no token: secret")),
    wrong: () => () => {},
    "wrong later": async () => () => {},
    "never answering": () => new Promise(() => {}),
  }[name];
  let asked = 0;
  let isOdd = !later;
  const credentials = () => {
    asked++;
    if (!isOdd) return good;
    isOdd = false;
    return odd();
  };
  const subject = new Subject();
  subject.subscribe();
  subject.connect({ passwd: "1234", credentialsTimeout: 10_000, [option]: credentials });
  if (later) {
    await subject.settle();
    subject.log.length = 0;
    isOdd = true;
    await post("drop");
    await subject.until("reconnecting 1 connection-lost");
    online();
  }
  if (name === "never answering") {
    await until("the question", () => !isOdd);
    await world.pass(9_999);
    if (subject.verto.state !== "authenticating") throw new Error(`too early: ${subject.log}`);
    await world.pass(1);
  }
  await subject.recover("ready", failures + Number(later));
  await subject.settle();
  const { verto, problems, connected } = subject;
  const log = subject.log.slice();
  verto.logout();
  return { log, asked, problems, connected, secret: log.some((line) => line.includes("secret")) };
}

for (const [name, { reason, reported, options = ["passwd", "loginParams"] }] of Object.entries(CREDENTIALS)) {
  test(`a credential function, ${name}`, async () => {
    const failures = reason ? 1 : 0;
    const logs = reason
      ? {
          false: [...attempt(0), `reconnecting 1 ${reason}`, "onWSClose false", ...attempt(1), ...READY],
          true: [...LOST, ...attempt(1), `reconnecting 2 ${reason}`, ...attempt(2), ...READY],
        }
      : { false: [...attempt(0), ...READY], true: [...LOST, ...attempt(1), ...READY] };
    for (const option of options) {
      for (const later of [false, true]) {
        const result = await run(withCredentials, option, name, failures, later);
        const wanted = {
          log: logs[later],
          asked: 1 + Number(later) + failures,
          problems: [],
          connected: { settled: 1, end: "ok" },
          secret: false,
        };
        assert.deepEqual(result, wanted, `${option}, later: ${later}`);
        const errors = await page.errors();
        assert.equal(errors.length, reported ? 1 : 0, `${errors}`);
        for (const error of errors) assert.match(error, reported);
      }
    }
  });
}

/** Logs in with a token, lets it expire by `expire`, and drops the connection. */
const expired = (fresh, expire) =>
  run(
    async ({ Subject, fault, post, until, online }, fresh, expire) => {
      const token = async () => {
        const body = JSON.stringify({ login: "1001", password: "1234" });
        const reply = await fetch("/api/sessions", { method: "POST", headers: { "content-type": "application/json" }, body });
        return (await reply.json()).token;
      };
      const subject = new Subject();
      subject.subscribe();
      let known = await token();
      let asked = 0;
      const params = () => ({ xui_sessid: known });
      // What it knows first, and another where that was refused.
      const function_ = async () => {
        asked++;
        if (fresh === "second" ? asked === 3 : asked > 1) known = await token();
        return params();
      };
      subject.connect({ passwd: undefined, loginParams: fresh ? function_ : params() });
      await subject.settle();
      subject.log.length = 0;
      if (expire === "restart") {
        await fault("restart", { downMs: 1, forget: true });
      } else {
        await fault("expire-tokens");
        await post("drop");
      }
      await subject.until("reconnecting 1 connection-lost");
      await until("the server", async () => (await (await fetch("/sim/state")).json()).faults.length === 0);
      online();
      await subject.recover(fresh ? "ready" : "closed", 1);
      if (fresh) await subject.settle();
      else await subject.until("onWSLogin false");
      const frames = await (await fetch("/sim/frames")).json();
      const { connected, verto } = subject;
      const log = subject.log.slice();
      const logins = frames.filter(({ dir, text }) => dir === "in" && text.includes('"method":"login"')).length;
      verto.logout();
      return { log, asked, logins, connected };
    },
    fresh,
    expire,
  );

for (const expire of ["expiry", "restart"]) {
  test(`a token lost by ${expire}: its function gives a new one`, async () => {
    const connected = { settled: 1, end: "ok" };
    const result = await expired("first", expire);
    assert.deepEqual(result, { log: [...LOST, ...attempt(1), ...READY], asked: 2, logins: 2, connected });
  });

  test(`a token lost by ${expire}: a function that gives the old one is asked once more`, async () => {
    const { log, asked, logins } = await expired("second", expire);
    assert.deepEqual(log.slice(-6), ["authenticating 1", ...READY]);
    assert.deepEqual([asked, logins], [3, 3]);
  });

  test(`a token lost by ${expire}: without a function that is the end`, async () => {
    const { log, logins } = await expired("", expire);
    assert.deepEqual(log, [...LOST, ...attempt(1), "closed 0 auth", "onWSLogin false"]);
    assert.equal(logins, 2);
  });
}

test("a wrong password: one login, one word of it, and with a function one more login", async () => {
  const results = await run(async ({ Subject }) => {
    const results = [];
    for (const passwd of ["wrong", () => "wrong"]) {
      const subject = new Subject();
      const before = world.sockets.length;
      subject.connect({ passwd });
      await subject.until("onWSLogin false");
      const sent = world.sockets.slice(before).map((socket) => socket.sent.length);
      const { log, connected } = subject;
      results.push({ log, connected, sent, state: subject.verto.state, left: world.left() });
    }
    return results;
  });
  for (const [i, result] of results.entries()) {
    assert.deepEqual(result, {
      log: [...attempt(0), "closed 0 auth", "onWSLogin false"],
      connected: { settled: 1, end: "auth" },
      sent: [i + 1],
      state: "closed",
      left: { sockets: 0, timers: 0, listeners: 0 },
    });
  }
});

test("a session id that another user holds: a new one, unless the page chose it", async () => {
  const [made, chosen] = await run(async ({ Subject, connected }) => {
    const results = [];
    for (const own of [false, true]) {
      const holder = await connected({ login: "1002@xswitch.cn" });
      const subject = new Subject();
      const getRandomValues = crypto.getRandomValues;
      if (own) {
        subject.connect({ passwd: "1234", sessid: holder.sessid });
      } else {
        const { verto } = subject;
        // It can't be guessed, so the holder takes it before the login leaves.
        subject.connect({
          async passwd() {
            if (verto.sessid !== subject.first) subject.first ??= verto.sessid;
            if (verto.sessid === subject.first) await holder.connect({ ...holder.options, sessid: subject.first });
            return "1234";
          },
        });
      }
      await subject.recover(own ? "closed" : "ready", 0);
      await subject.until(own ? "onWSLogin false" : "clientReady");
      results.push({ log: subject.log.slice(), other: subject.verto.sessid !== (subject.first ?? holder.sessid), holder: holder.state });
      crypto.getRandomValues = getRandomValues;
      subject.verto.logout();
      holder.logout();
    }
    return results;
  });
  assert.deepEqual(made, {
    log: [...attempt(0), ...attempt(0), ...READY.slice(0, 3)],
    other: true,
    holder: "ready",
  });
  assert.deepEqual(chosen, { log: [...attempt(0), "closed 0 auth", "onWSLogin false"], other: false, holder: "ready" });
});

test("wsFallbackURL takes turns with socketUrl, two attempts each, and a login resets that", async () => {
  const { paths, log } = await run(async ({ Subject, socketUrl, post }) => {
    const subject = new Subject();
    const wrong = socketUrl.replace(/ws$/, "api/nothing");
    subject.connect({ socketUrl: wrong, wsFallbackURL: socketUrl });
    await subject.recover("ready", 2);
    await subject.until("clientReady");
    await post("drop");
    await subject.recover("ready", 4);
    subject.verto.logout();
    return { paths: world.sockets.map(({ url }) => new URL(url).pathname), log: subject.log };
  });
  const wrong = "/api/nothing";
  // The loss counts as a failure, so one attempt at the first address is left.
  assert.deepEqual(paths, [wrong, wrong, "/ws", wrong, "/ws"]);
  assert.deepEqual(
    log.filter((line) => line.startsWith("onWS")),
    ["onWSClose false", "onWSLogin true", "onWSClose false", "onWSLogin true", "onWSClose true"],
  );
});

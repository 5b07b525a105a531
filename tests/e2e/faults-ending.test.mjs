// What ends a session, and that nothing of it is left: takeovers, a newer connect(), logout() inside
// callbacks. logout() and destroy() at each stage are in faults.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage } from "./lib/browser.mjs";
import { until } from "./lib/wait.mjs";
import { FaultScenarios } from "./fixtures/faults/scenarios.mjs";

const page = new FaultScenarios();
const { run } = page;

const LEFT = { sockets: 0, timers: 0, listeners: 0 };
const HOUR_MS = 3_600_000;
const SESSID = "33333333-3333-4333-8333-333333333333";

const logins = async () => (await page.sim.requests("login")).length;

/** Opens the page in another tab as well; `inFirst` and `inSecond` run functions there. */
async function twoTabs(play) {
  const { driver } = page;
  const first = await driver.getWindowHandle();
  const { url } = page.sim;
  await driver.switchTo().newWindow("tab");
  const second = await driver.getWindowHandle();
  await driver.get(`${url}faults/index.html`);
  const inTab = (tab) => async (script, ...args) => {
    await driver.switchTo().window(tab);
    return inPage(driver, script, ...args);
  };
  try {
    await play(inTab(first), inTab(second));
  } finally {
    await driver.switchTo().window(second);
    await driver.close();
    await driver.switchTo().window(first);
  }
}

async function openSession({ Subject }, sessid) {
  const subject = new Subject();
  window.subject = subject;
  subject.subscribe();
  subject.connect({ sessid: sessid ?? undefined });
  await subject.settle();
  return subject.log.splice(0);
}

const READY = [
  "connecting 0",
  "authenticating 0",
  "ready 0",
  "onWSLogin true",
  "clientReady",
  "ready vcc.default.a",
  "ready vcc.default.b",
];

/** What the tab tells after it was tempted to come back, and so much time. */
async function tempt({ world, online }, ms) {
  online();
  window.dispatchEvent(new Event("pageshow"));
  document.dispatchEvent(new Event("visibilitychange"));
  await world.pass(ms);
  const { log, verto } = window.subject;
  return { log: log.slice(), state: verto.state, left: world.left() };
}

test("two tabs with one session id: the second takes over, the first stays out", async () => {
  await twoTabs(async (inFirst, inSecond) => {
    assert.deepEqual(await inFirst(openSession, SESSID), READY);
    assert.deepEqual(await inSecond(openSession, SESSID), READY);
    const lastLine = () => inFirst(() => window.subject.log.at(-1));
    await until("the takeover", async () => (await lastLine()) === "onWSClose false");
    const ended = { log: ["closed 0 taken-over", "onWSClose false"], state: "closed", left: LEFT };
    assert.deepEqual(await inFirst(tempt, HOUR_MS), ended);
    assert.equal(await logins(), 2);
    const { log, state } = await inSecond(tempt, 0);
    assert.deepEqual([log, state], [[], "ready"]);
    const [row, ...others] = (await page.sim.state()).connections;
    assert.deepEqual([row.channels, others], [["vcc.default.a", "vcc.default.b"], []]);

    // Only who asks for it gets it back, and then the other tab is out.
    await inFirst(async () => {
      window.subject.verto.connect();
      await window.subject.until("clientReady");
    });
    await until("the takeover back", async () => (await inSecond(() => window.subject.verto.state)) === "closed");
    assert.deepEqual((await inSecond(tempt, HOUR_MS)).log, ended.log);
    assert.equal(await logins(), 3);
  });
});

test("two tabs with ids of their own don't disturb each other, also after drops", async () => {
  await twoTabs(async (inFirst, inSecond) => {
    await inFirst(openSession, null);
    await inSecond(openSession, null);
    for (let n = 0; n < 3; n++) {
      await page.sim.drop();
      for (const inTab of [inFirst, inSecond]) {
        await inTab(async () => {
          const { subject } = window;
          await subject.recover("ready", 1);
          await subject.settle();
          subject.log.length = 0;
        });
      }
    }
    const { connections } = await page.sim.state();
    assert.deepEqual(
      connections.map(({ login, channels }) => [login, channels.length]),
      [["1001@xswitch.cn", 2], ["1001@xswitch.cn", 2]],
    );
    assert.equal(new Set(connections.map(({ sessid }) => sessid)).size, 2);
  });
});

test("a login that the server reads late, after its successor's, is no takeover by another", async () => {
  const { log, state, channels } = await run(async ({ Subject, fault, sim, until, world, simState }) => {
    const subject = new Subject();
    subject.subscribe();
    subject.connect();
    await subject.asking();
    await subject.loggingIn();
    await world.pass(10_000);
    await subject.recover("ready", 1);
    await subject.settle();
    const { verto } = subject;
    // The server stood still, or the network did: now it goes on.
    const old = subject.lastConn;
    await fault("thaw");
    await until("the old connection's end", async () => !(await simState()).connections.some(({ id }) => id === old));
    await verto.sendMethod("echo").catch(() => {});
    if (verto.state === "closed") return { log: subject.log };
    await subject.recover("ready", 1);
    await verto.sendMethod("echo");
    const { channels } = await sim.connection(verto);
    const log = subject.log.slice();
    verto.logout();
    return { log, state: verto.state, channels };
  });
  assert.ok(!log.some((line) => line.includes("taken-over")), `${log}`);
  assert.deepEqual([state, channels], ["closed", ["vcc.default.a", "vcc.default.b"]]);
});

test("connect() after a takeover works, with the subscriptions that were made since", async () => {
  const { log, channels } = await run(async ({ Subject, fault, sim }) => {
    const subject = new Subject();
    subject.subscribe();
    subject.connect();
    await subject.settle();
    await fault("punt");
    await subject.until("onWSClose false");
    subject.verto.subscribe("vcc.later", { readyHandler: () => subject.log.push("ready vcc.later") });
    subject.log.length = 0;
    subject.verto.connect();
    await subject.until("ready vcc.later");
    const { channels } = await sim.connection(subject.verto);
    const log = subject.log.slice();
    subject.verto.logout();
    return { log, channels };
  });
  assert.deepEqual(log.slice(0, 5), READY.slice(0, 5));
  // They end with unsubscribe, logout(), purge() or connect() on an open connection; a takeover is none of these.
  assert.deepEqual(channels, ["vcc.default.a", "vcc.default.b", "vcc.later"]);
});

/** Each stage: what is told of its calls. */
const STAGES = {
  idle: { connect: [0, ""] },
  connecting: { connect: [1, "closed"] },
  asking: { connect: [1, "closed"] },
  "logging in": { connect: [1, "closed"] },
  ready: { connect: [1, "ok"] },
  "in flight": { connect: [1, "ok"], calls: "closed sent" },
  reconnecting: { connect: [1, "ok"] },
  waiting: { connect: [1, "ok"], calls: "closed unsent" },
  closed: { connect: [1, "ok"] },
};

async function connectAgain({ Subject, faults, fault, options, sim, until, world, simState }, stage) {
  const subject = new Subject();
  const { verto, connected, log } = subject;
  subject.subscribe();
  await faults.stages[stage](subject);
  log.length = 0;
  const before = verto.sessid;
  const connecting = verto.connect(options({ login: "1002@xswitch.cn" }), subject.callbacks());
  await fault("clear");
  await connecting;
  await subject.until("clientReady");
  subject.held = false;
  // Late credentials of the old connection.
  subject.answer();
  await verto.sendMethod("echo");
  await until("one connection", async () => (await simState()).connections.length === 1);
  const { login, channels } = await sim.connection(verto);
  const result = { log: log.slice(), connect: [connected.settled, connected.end], login, channels };
  result.newSessid = verto.sessid !== before;
  result.calls = subject.calls.map(({ callbacks, promises }) => [callbacks, promises]);
  const { sockets, timers } = world.left();
  result.used = { sockets, timers };
  verto.logout();
  result.left = world.left();
  await until("no connection", async () => (await simState()).connections.length === 0);
  return result;
}

test("connect() again at each stage: the old connection ends silently, nothing of it is left", async () => {
  for (const [stage, { connect, calls }] of Object.entries(STAGES)) {
    const result = await run(connectAgain, stage);
    const failures = calls ? [0, 1, 2].map((i) => `call ${i} ${calls}`) : [];
    // The new connection is another user's, who inherits no subscription. Where nobody had connected
    // the subscriptions are the new user's own.
    const keeps = stage === "idle";
    const wanted = {
      log: [...failures, ...READY.slice(0, keeps ? 7 : 5)],
      connect,
      login: "1002@xswitch.cn",
      channels: keeps ? ["vcc.default.a", "vcc.default.b"] : [],
      newSessid: true,
      calls: failures.map(() => [1, 1]),
      used: { sockets: 1, timers: 1 },
      left: LEFT,
    };
    assert.deepEqual(result, wanted, stage);
  }
});

test("logout() inside each callback of a recovery leaves nothing", async () => {
  const results = await run(async ({ Subject, fault, post, world, online, until, CHANNELS }) => {
    const lines = [
      "reconnecting 1 connection-lost",
      "onWSClose false",
      "connecting 1",
      "authenticating 1",
      "ready 0",
      "onWSLogin true",
      "clientReady",
      `ready ${CHANNELS[0]}`,
      `ready ${CHANNELS[1]}`,
    ];
    const results = [];
    for (const line of lines) {
      await fault("clear");
      const subject = new Subject();
      subject.subscribe();
      subject.connect();
      await subject.settle();
      subject.log.length = 0;
      const { tell } = subject;
      subject.tell = (told) => {
        tell.call(subject, told);
        if (told === line) subject.verto.logout();
      };
      await post("drop");
      await until("the end", () => {
        if (subject.verto.state === "reconnecting") online();
        return subject.log.includes("onWSClose true");
      });
      online();
      await world.pass(3_600_000);
      const after = subject.log.slice(subject.log.indexOf(line) + 1);
      results.push([line, after, subject.verto.state, world.left()]);
    }
    return results;
  });
  for (const [line, after, ...rest] of results) {
    // The outage is told even so: its onWSClose belongs to the same loss.
    const lost = line.startsWith("reconnecting") ? ["onWSClose false"] : [];
    assert.deepEqual([after, ...rest], [[...lost, "closed 0 logout", "onWSClose true"], "closed", LEFT], line);
  }
});

test("onWSClose tells once per outage, and once per logout", async () => {
  const closes = await run(async ({ Subject, fault, post }) => {
    const subject = new Subject();
    const { verto, log } = subject;
    await fault("refuse", { count: 3 });
    subject.connect();
    await subject.recover("ready", 3);
    for (const failures of [5, 8]) {
      await fault("refuse", { count: failures === 5 ? 1 : 2 });
      await post("drop");
      await subject.recover("ready", failures);
    }
    verto.logout();
    verto.logout();
    await subject.until("onWSClose true");
    verto.destroy();
    return log.filter((line) => line.startsWith("onWS"));
  });
  const outage = ["onWSClose false", "onWSLogin true"];
  assert.deepEqual(closes, [...outage, ...outage, ...outage, "onWSClose true"]);
});

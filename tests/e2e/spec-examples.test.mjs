// Each example of the specification, run as it is written there, on an ES5 and on an ES6 page.
// The functions given to `inPage` run in the page; their first argument is what the page made.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { consoleErrors, inPage, leavePage, startBrowser } from "./lib/browser.mjs";
import { ccc, login, withoutIds } from "./lib/frames.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

let sim, driver;

before(async () => {
  sim = await startSim({ www: FIXTURES });
  driver = await startBrowser();
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const run = (script, ...args) => inPage(driver, script, ...args);
const connections = async () => (await sim.state()).connections;

/** Connects as the specification's example does, and waits for onWSLogin. */
const connect = (passwd = "1234", loginParams = undefined) =>
  run(
    ({ verto }, socketUrl, passwd, loginParams) =>
      new Promise((resolve) => {
        const params = {
          login: "1001@xswitch.cn",
          passwd: passwd,
          socketUrl: socketUrl,
          loginParams: loginParams ?? undefined,
        };
        window.closes = [];
        const callbacks = {
          onWSLogin: function (v, success) {
            resolve({ isVerto: v === verto, success });
          },
          onWSClose: function (v, success) {
            window.closes.push({ isVerto: v === verto, success });
          },
        };
        verto.connect(params, callbacks);
      }),
    sim.socketUrl,
    passwd,
    loginParams ?? null,
  );

for (const name of ["es5.html", "es6.html"]) {
  describe(name, () => {
    beforeEach(async () => {
      await sim.reset();
      await driver.get(sim.url + name);
    });

    afterEach(async () => {
      assert.deepEqual(await consoleErrors(driver), []);
      await leavePage(driver, sim);
    });

    test("the classes and the instance are there", async () => {
      const made = await run(({ singleton, verto, vcc, Verto, VertoCallcenter }) => ({
        verto: verto instanceof Verto,
        vcc: vcc instanceof VertoCallcenter,
        singleton: singleton instanceof Verto,
        same: singleton === verto,
      }));
      // On the ES5 page `var verto = new Verto()` replaces the global.
      assert.deepEqual(made, { verto: true, vcc: true, singleton: true, same: name === "es6.html" });
    });

    test("login with a password", async () => {
      assert.deepEqual(await connect(), { isVerto: true, success: true });
      const frames = await sim.requests();
      assert.deepEqual(withoutIds(frames), [login(frames[0].params.sessid, "1001@xswitch.cn")]);
    });

    test("login with a wrong password", async () => {
      assert.deepEqual(await connect("4321"), { isVerto: true, success: false });
      await sim.noConnection();
      assert.deepEqual(await run(() => window.closes), []);
    });

    test("login with a token of the user or of the extension", async () => {
      const userToken = await sim.userToken("1001@xswitch.cn", "1234");
      for (const xui_sessid of [userToken, await sim.extensionToken("1001", userToken)]) {
        assert.deepEqual(await connect("password", { xui_sessid }), { isVerto: true, success: true });
        const frame = (await sim.requests()).at(-1);
        const { sessid } = frame.params;
        assert.deepEqual(withoutIds([frame]), [login(sessid, "1001@xswitch.cn", { xui_sessid: "***" })]);
      }
    });

    test("a wrong token is refused", async () => {
      assert.deepEqual(await connect("password", { xui_sessid: "no-such-token" }), { isVerto: true, success: false });
    });

    test("three levels of subscriptions", async () => {
      await connect();
      await run(
        ({ verto }) =>
          new Promise((resolve) => {
            window.seen = { vcc: [], "vcc.default": [], "vcc.default.1007": [] };
            let waiting = 3;
            for (const eventChannel of Object.keys(window.seen)) {
              function onAgentEvent(vt, event) {
                window.seen[eventChannel].push([vt === verto, event.eventChannel, event.eventType, event.data.n]);
              }
              verto.subscribe(eventChannel, { handler: onAgentEvent, readyHandler: () => --waiting || resolve() });
            }
          }),
      );
      const channels = ["vcc.default.1007", "vcc.default.1008", "vcc.sales.1001", "other.1007", "vcc.default"];
      for (const [n, eventChannel] of channels.entries()) {
        await sim.event({ eventChannel, eventType: "test", data: { n } });
      }
      const event = (n) => [true, channels[n], "test", n];
      const seen = await until("the last event", () =>
        // It comes once for each channel, in frames of their own.
        run(() => window.seen.vcc.length >= 4 && window.seen["vcc.default"].length >= 3 && window.seen),
      );
      assert.deepEqual(seen, {
        vcc: [event(0), event(1), event(2), event(4)],
        "vcc.default": [event(0), event(1), event(4)],
        "vcc.default.1007": [event(0)],
      });
    });

    test("events without a handler go to onEvent, private ones to onMessage", async () => {
      await run(
        ({ verto }, socketUrl) =>
          new Promise((resolve) => {
            window.seen = [];
            verto.connect(
              { login: "1001@xswitch.cn", passwd: "1234", socketUrl: socketUrl },
              {
                onWSLogin: function () {
                  verto.subscribe("vcc.default", { readyHandler: resolve });
                },
                onMessage: function (v, dialog, msg, data) {
                  window.seen.push(["onMessage", v === verto, dialog, msg.name, data]);
                },
                onEvent: function (v, e) {
                  window.seen.push(["onEvent", v === verto, e.eventChannel, e.data]);
                },
              },
            );
          }),
        sim.socketUrl,
      );
      const sessid = await run(({ verto }) => verto.sessid);
      await sim.event({ eventChannel: "vcc.default", eventType: "test", data: { n: 1 } });
      await sim.event({ eventChannel: sessid, eventType: "test", data: { n: 2 } });
      const seen = await until("the private event", () => run(() => window.seen.length >= 3 && window.seen));
      const [ready, event, secret] = seen;
      assert.deepEqual(ready.slice(0, 4), ["onMessage", true, null, "clientReady"]);
      assert.deepEqual(event, ["onEvent", true, "vcc.default", { n: 1 }]);
      assert.deepEqual(secret.slice(0, 4), ["onMessage", true, null, "pvtEvent"]);
      assert.deepEqual(secret[4].data, { n: 2 });
    });

    describe("the call-centre functions", () => {
      /** Calls a function of vcc with both callbacks, and gives back which one was called, with what. */
      const call = (func, ...args) =>
        run(
          ({ vcc, VertoError }, func, args) =>
            new Promise((resolve) => {
              function success_cb(result) {
                resolve({ called: "success_cb", result });
              }
              function failed_cb(error) {
                const { kind, code, message } = error;
                resolve({ called: "failed_cb", isVertoError: error instanceof VertoError, kind, code, message });
              }
              vcc[func](...args, success_cb, failed_cb);
            }),
          func,
          args,
        );
      const shift = [
        ["ccLogin", ["test", "1001", "1001"], { queue: "test", agent: "1001", extn: "1001" }],
        ["ccGoReady", ["test", "1001"], { queue: "test", agent: "1001" }],
        ["ccGoBreak", ["test", "1001", "DND"], { queue: "test", agent: "1001", reason: "DND" }],
        ["ccGoBreak", ["test", "1001"], { queue: "test", agent: "1001" }],
        [
          "ccDial",
          ["1001", "1001", "4001001", "13800000001", true],
          { agent: "1001", extn: "1001", cidNumber: "4001001", destNumber: "13800000001", earlyMedia: true },
        ],
        ["ccLogout", ["test", "1001"], { queue: "test", agent: "1001" }],
      ];
      const states = ["LOGIN", "READY", "UNREADY", "UNREADY", "UNREADY", "LOGOUT"];

      test("success_cb", async () => {
        await connect();
        for (const [i, [func, args]] of shift.entries()) {
          const { called, result, message } = await call(func, ...args);
          assert.equal(called, "success_cb", `${func}: ${message}`);
          assert.equal(result.code, 200);
          await until(`${states[i]} after ${func}`, async () =>
            (await sim.agent("1001")).some((row) => row.state === states[i]),
          );
          // A second command during the call would be another matter.
          if (func === "ccDial") {
            await until("the call's end", async () =>
              (await sim.agent("1001")).every((row) => row.callstate === "IDLE"),
            );
          }
        }
        const frames = await sim.requests("jsapi");
        const { sessid } = frames[0].params;
        assert.deepEqual(withoutIds(frames), shift.map(([func, , data]) => ccc(sessid, func, data)));
      });

      test("failed_cb", async () => {
        await connect();
        for (const [func, args] of shift) {
          const outcome = await call(func, ...args.map((each) => (each === "1001" ? "1999" : each)));
          const request = (await sim.requests("jsapi")).at(-1);
          const { result } = await sim.reply(request.id);
          assert.notEqual(result.code, 200);
          assert.deepEqual(
            { ...outcome, message: undefined },
            { called: "failed_cb", isVertoError: true, kind: "rejected", code: result.code, message: undefined },
          );
          assert.ok(outcome.message.includes(result.message), outcome.message);
        }
      });

      test("earlyMedia is false by default", async () => {
        await connect();
        await call("ccLogin", "test", "1001", "1001");
        const { called, message } = await call("ccDial", "1001", "1001", "4001001", "13800000001");
        assert.equal(called, "success_cb", message);
        const frame = (await sim.requests("jsapi")).at(-1);
        assert.equal(frame.params.data.data.earlyMedia, false);
      });

      test("before connect, failed_cb says so", async () => {
        const { called, kind } = await call("ccGoReady", "test", "1001");
        assert.deepEqual({ called, kind }, { called: "failed_cb", kind: "closed" });
      });

      test("setGroup", async () => {
        await connect();
        await run(({ vcc }) => vcc.setGroup("default"));
        const { called, message } = await call("ccLogin", "test", "1001", "1001");
        assert.equal(called, "success_cb", message);
        await run(({ vcc }) => vcc.setGroup("sales"));
        await call("ccGoReady", "test", "1001");
        const frames = await sim.requests("jsapi");
        assert.deepEqual(
          frames.map((each) => each.params.data.data.agent),
          ["1001", "sales.1001"],
        );
      });
    });

    test("logout closes the connection", async () => {
      await connect();
      await run(({ verto }) => {
        verto.logout();
      });
      await sim.noConnection();
      assert.deepEqual(await run(() => window.closes), [{ isVerto: true, success: true }]);
    });

    test("two connections at once", async () => {
      await run(
        ({ Verto }, socketUrl) => {
          var verto1 = new Verto();
          var verto2 = new Verto();

          window.pair = [verto1, verto2];
          window.seen = [];
          return Promise.all(
            window.pair.map(
              (verto, i) =>
                new Promise((resolve) => {
                  const eventChannel = `vcc.default.100${i + 1}`;
                  verto.connect(
                    // The same user in both: neither connection may take the other's place.
                    { login: "1001@xswitch.cn", passwd: "1234", socketUrl: socketUrl },
                    {
                      onWSLogin: function (v) {
                        verto.subscribe(eventChannel, {
                          handler: (vt, event) => window.seen.push([i, vt === verto && v === verto, event.eventChannel]),
                          readyHandler: resolve,
                        });
                      },
                      onWSClose: (v, success) => window.seen.push([i, "onWSClose", success]),
                    },
                  );
                }),
            ),
          );
        },
        sim.socketUrl,
      );
      assert.equal((await connections()).length, 2);
      const seen = (count) => until(`${count} events`, () => run((_, n) => window.seen.length >= n && window.seen, count));
      await sim.event({ eventChannel: "vcc.default.1001", eventType: "test", data: {} });
      assert.deepEqual(await seen(1), [[0, true, "vcc.default.1001"]]);
      await sim.event({ eventChannel: "vcc.default.1002", eventType: "test", data: {} });
      assert.deepEqual((await seen(2))[1], [1, true, "vcc.default.1002"]);

      await run(() => {
        window.pair[0].logout();
      });
      await until("one connection", async () => (await connections()).length === 1);
      await sim.event({ eventChannel: "vcc.default.1002", eventType: "test", data: {} });
      assert.deepEqual((await seen(4)).slice(2), [
        [0, "onWSClose", true],
        [1, true, "vcc.default.1002"],
      ]);
    });
  });
}

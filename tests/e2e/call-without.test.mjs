// The call centre's own build, which makes no telephone calls: as a script and as a module.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";

const calls = new CallTests("phone", { everywhere: true });

for (const [name, script] of [
  ["verto-cc-min.js", { src: "/pkg/verto-cc-min.js" }],
  ["cc.mjs", { type: "module", text: `import * as cc from "/pkg/cc.mjs"; Object.assign(window, cc);` }],
]) {
  test(`${name}: agents work, newCall says where calls are, and a call that comes in is left to others`, async () => {
    const seen = await calls.run(async (_, script) => {
      delete window.Verto;
      document.head.append(Object.assign(document.createElement("script"), script));
      await until(() => window.Verto);
      const heard = [];
      const verto = new Verto();
      const callbacks = { onDialogState: () => heard.push("state"), onMessage: (v, dialog, { name }) => heard.push(name) };
      const login = { socketUrl: `${location.origin.replace(/^http/, "ws")}/ws`, login: "1007@xswitch.cn", passwd: "1234" };
      await verto.connect(login, callbacks);
      const vcc = new VertoCallcenter(verto);
      const { code } = await vcc.ccLogin("test", "1007", "1007");
      let error;
      try {
        verto.newCall({ destination_number: "9196" });
      } catch (thrown) {
        error = thrown;
      }
      await send({ verto }, "verto.invite", { callID: "one", sdp: "v=0" });
      await vcc.ccGoReady("test", "1007");
      verto.hangup();
      const devices = [await Verto.init({}), await Verto.refreshDevices(), Verto.audioInDevices];
      verto.logout();
      return { code, error: [error instanceof VertoError, error.kind, error.message], heard, devices, dialog: typeof Verto.Dialog };
    }, script);
    assert.equal(seen.code, 200);
    const words = "this build makes no WebRTC calls: use ccDial, or verto-min.js";
    assert.deepEqual(seen.error, [true, "unsupported", words]);
    assert.deepEqual(seen.heard.filter((name) => name !== "clientReady"), []);
    assert.deepEqual(seen.devices, [false, false, []]);
    assert.equal(seen.dialog, "undefined");
  });
}

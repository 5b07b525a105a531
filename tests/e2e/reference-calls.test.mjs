// FreeSWITCH's own client, unmodified from npm, calls and is called over the simulator, with sound:
// so its calls are not merely what our client expects. The other party is fixtures/calls/caller.js.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inPage, startBrowser } from "./lib/browser.mjs";
import { engine } from "./lib/engines.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const SCRIPTS = [
  "jquery/dist/jquery.js",
  "verto/src/jquery.jsonrpcclient.js",
  "verto/src/jquery.FSRTC.js",
  "verto/src/jquery.verto.js",
];

// It calls navigator.getUserMedia, which Firefox and WebKit lack.
const skip = engine !== "chromium" && "the client needs adapter.js in other browsers than Chromium";

let sim, driver, www;

before(async () => {
  if (skip) return;
  www = await mkdtemp(join(tmpdir(), "reference-calls-"));
  const tags = [`<script src="caller.js"></script>`, `<script>jQuery.toJSON = JSON.stringify;</script>`];
  await cp(join(FIXTURES, "calls", "caller.js"), join(www, "caller.js"));
  for (const script of SCRIPTS) {
    await cp(fileURLToPath(new URL(`../node_modules/${script}`, import.meta.url)), join(www, script));
    tags.push(`<script src="${script}"></script>`);
  }
  // The client leaves it to the page to bring jQuery.toJSON, which jQuery has no longer.
  const [caller, toJson, jquery, ...client] = tags;
  // Keeps the client's peer connections, to measure what it hears.
  const keep = `<script>
    window.peers = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...args) {
        super(...args);
        peers.push(this);
      }
    };
  </script>`;
  const page = ["<!DOCTYPE html>", '<meta charset="utf-8">', '<link rel="icon" href="data:,">', caller, keep, jquery, toJson];
  page.push(...client, '<audio id="sound" autoplay></audio>');
  await writeFile(join(www, "index.html"), page.join("\n"));
  sim = await startSim({ www });
  driver = await startBrowser({ microphone: true });
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
  if (www) await rm(www, { recursive: true });
});

beforeEach(async () => {
  if (skip) return;
  await sim.reset();
  await driver.get(sim.url);
  await sim.noConnection();
  await run(
    (_, socketUrl) =>
      new Promise((resolve) => {
        window.states = [];
        window.ready = 0;
        const options = { login: "1001@xswitch.cn", passwd: "1234", socketUrl, tag: "sound", sessid: crypto.randomUUID() };
        window.verto = new jQuery.verto(options, {
          onWSLogin: () => resolve(),
          onMessage: (v, dialog, { name }) => {
            if (name === "clientReady") window.ready++;
          },
          onDialogState: (dialog) => {
            window.dialog = dialog;
            window.states.push(dialog.state.name);
          },
        });
        // What a page of its own measures its sound with.
        window.sound = async () => {
          const peer = peers.findLast((each) => each.signalingState !== "closed" && !each.ofCaller);
          const call = new Call(null, "reference");
          call.pc = peer;
          return call;
        };
      }),
    sim.socketUrl,
  );
  await until("clientReady", () => run(() => window.ready > 0));
});

const run = (script, ...args) => inPage(driver, script, ...args);

const state = (name) => until(() => `the state ${name}`, () => run((_, name) => window.dialog?.state.name === name, name));

const newCall = (number) =>
  run((_, number) => {
    window.dialog = verto.newCall({ destination_number: number, caller_id_name: "Anna", caller_id_number: "1001" });
    // A call of its own has no other callbacks than those that it is given.
    window.dialog.callbacks = verto.callbacks;
  }, number);

const heard = () => run(async () => (await sound()).heard());

test("calls the echo, and hangs up", { skip }, async () => {
  await newCall("9196");
  await state("active");
  await heard();
  await run(() => window.dialog.hangup());
  await state("destroy");
  assert.deepEqual(await run(() => window.states), ["requesting", "trying", "active", "hangup", "destroy"]);
  await until("no call", async () => (await sim.state()).dialogs.length === 0);
});

test("hears early media, then the answer, then the end", { skip }, async () => {
  await newCall("9180");
  await state("early");
  await heard();
  await state("destroy");
  assert.deepEqual(await run(() => window.states), ["requesting", "trying", "early", "active", "hangup", "destroy"]);
  assert.equal(await run(() => window.dialog.cause), "NORMAL_CLEARING");
});

test("is called, answers, holds and transfers", { skip }, async () => {
  await run(async (_, url) => {
    const own = peers.length;
    window.line = await Line.login(url, "1002");
    window.call = await Call.to(line, "1001", { dialogParams: { caller_id_name: "Bob", caller_id_number: "1002" } });
    peers.slice(own).forEach((peer) => (peer.ofCaller = true));
  }, sim.socketUrl);
  await state("ringing");
  assert.equal(await run(() => window.dialog.cidString()), "Bob <1002>");
  await run(() => window.dialog.answer({}));
  await run(() => call.accepted());
  await state("active");
  await Promise.all([heard(), run(() => call.heard())]);
  await run(() => window.dialog.hold());
  await state("held");
  const silence = await run(async () => (await sound()).listen(25));
  assert.ok(silence.received <= 2, `${silence.received} packets while held`);
  await run(() => window.dialog.unhold());
  await state("active");
  await heard();
  await run(() => window.dialog.transfer("9664"));
  await state("destroy");
  await run(() => call.heard());
  await run(() => call.bye());
});

test("is re-attached after its socket was lost", { skip }, async () => {
  await newCall("9196");
  await state("active");
  await heard();
  await sim.drop({ login: "1001" });
  await until("recovering", () => run(() => window.states.includes("recovering")));
  await state("active");
  await heard();
  assert.equal(await run(() => window.dialog.direction.name), "inbound");
  await run(() => window.dialog.hangup());
  await until("no call", async () => (await sim.state()).dialogs.length === 0);
});

// The buttons of a headset, which the browser passes on to the console by Media Session.
//
// Planted, and each was red: the handlers stay after the call, a call that rings is not answered by the
// button, the browser is told the opposite of what is muted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lacking, leavePage, startBrowser } from "./lib/browser.mjs";
import { Phone } from "./lib/phone.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const skip = lacking("webrtc") || lacking("levels");

let sim, agent;

before(async () => {
  if (skip) return;
  // Slow enough that no customer hangs up by himself.
  sim = await startSim({ speed: 0.1 });
  await sim.browserPhones(true);
  agent = new Phone(await startBrowser({ microphone: true }), sim.url);
  await agent.open("en");
});

after(async () => {
  if (agent) await leavePage(agent.driver, sim).finally(() => agent.driver.quit());
  await sim?.stop();
});

test("the buttons of a headset: they answer, silence and hang up, and are the user's music's without a call", { skip }, async () => {
  await agent.driver.executeScript(() => {
    window.handlers = {};
    navigator.mediaSession.setActionHandler = (action, run) => (run ? (handlers[action] = run) : delete handlers[action]);
    navigator.mediaSession.setMicrophoneActive = (active) => (window.microphoneActive = active);
  });
  const pressed = (action) => agent.driver.executeScript("handlers[arguments[0]]({ action: arguments[0] })", action);
  const taken = () => agent.driver.executeScript("return Object.keys(handlers).sort()");
  const isMuted = async (muted) => {
    await until(`muted ${muted}`, async () => ((await agent.lines())[0].about.includes("microphone off")) === muted);
    assert.equal(await agent.driver.executeScript("return microphoneActive"), !muted);
  };
  await agent.startShift("1007");
  assert.deepEqual(await taken(), []);
  await sim.caller("test", "13800001111");
  await agent.states("ringing");
  await until("the buttons", async () => (await taken()).join() === "hangup,pause,play,togglemicrophone");
  // A button for the microphone is not one that answers.
  await pressed("togglemicrophone");
  await agent.states("ringing");
  await pressed("play");
  await agent.states("active");
  await agent.talks();
  for (const [action, muted] of [["play", true], ["pause", false], ["togglemicrophone", true], ["togglemicrophone", false]]) {
    await pressed(action);
    await isMuted(muted);
  }
  await agent.talks();
  await pressed("hangup");
  await agent.states();
  await until("no buttons", async () => (await taken()).length === 0);
});

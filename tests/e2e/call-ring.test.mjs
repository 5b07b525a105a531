// How a call that comes in is heard, and what a page can do where the browser plays no sound.
import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("a ring is heard until the call is answered or over, and cuts off no other call", { skip }, async () => {
  const seen = await run(async () => {
    const ringFile = tone();
    const [anna, bob] = [await User.login("1001"), await User.login("1002", { ringFile, tag: "audio" })];
    const talk = bob.call("9664");
    await bob.is("active", talk);
    await heard(talk);
    const rings = () => [...used.played].filter(({ src, paused }) => src === ringFile && !paused);
    const seen = [];
    for (const answers of [true, false]) {
      const out = anna.call("1002");
      const into = await bob.is("ringing");
      bob.states = new Told();
      const [ring] = rings();
      seen.push(rings().length, ring.loop, await sounds(ring));
      if (answers) {
        into.answer();
        await bob.is("active", into);
        seen.push(ring.paused);
      }
      out.hangup();
      await bob.is("destroy", into);
      await until(() => ring.paused);
    }
    await heard(talk);
    talk.hangup();
    await bob.is("destroy", talk);
    return { seen, rings: rings().length, left: left() };
  });
  assert.deepEqual(seen.seen, [1, true, true, true, 1, true, true]);
  assert.deepEqual([seen.rings, seen.left], [0, NOTHING]);
});

test("ringer_tag: the page's element rings, for as long as one of its calls does", { skip }, async () => {
  const seen = await run(async () => {
    const element = document.getElementById("audio");
    element.src = tone();
    // The microphone of a call lets the page play.
    const [anna, carl] = [await User.login("1001"), await User.login("1003")];
    const bob = await User.login("1002", { ringer_tag: "audio", tag: "audio" });
    const talk = anna.call("9664");
    await anna.is("active", talk);
    const [first, second] = [anna.call("1002"), carl.call("1002")];
    await until(() => bob.states.all.length === 2);
    const seen = [await sounds(element)];
    first.hangup();
    await bob.is("destroy");
    seen.push(element.paused);
    second.hangup();
    await until(() => bob.states.all.filter(({ state }) => state === "destroy").length === 2);
    seen.push(element.paused);
    // One element for the ring and the call.
    bob.states = new Told();
    const third = anna.call("1002");
    const into = await bob.is("ringing");
    await sounds(element);
    into.answer();
    await bob.is("active", into);
    await heard(into);
    seen.push(!!element.srcObject, element.paused);
    third.hangup();
    await bob.is("destroy", into);
    talk.hangup();
    await anna.is("destroy", talk);
    return { seen, played: used.played.size, left: left() };
  });
  assert.deepEqual(seen.seen, [true, false, true, true, false]);
  assert.deepEqual(seen.left, NOTHING);
});

test("what the browser won't play is told, and played after a click", { skip: skip || (engine !== "chromium" && "only Chromium refuses it without a gesture here") }, async () => {
  await run(async () => {
    window.blocked = new Told();
    const button = document.body.appendChild(document.createElement("button"));
    button.textContent = button.id = "resume";
    button.onclick = () => (window.resumed = Verto.resumeAudio());
    window.bob = await User.login("1002", { ringFile: tone() });
    bob.verto.callbacks.onPlaybackBlocked = (dialog, element) => blocked.push({ dialog, element });
    await send(bob, "verto.invite", { callID: "one", sdp: "v=0", display_direction: "outbound", caller_id_name: "Anna", caller_id_number: "1001" });
    const into = await bob.is("ringing");
    const { dialog, element } = await blocked.first(() => true);
    if (dialog !== into || !element.paused) throw new Error("it is told of another call, or it plays");
  });
  await calls.driver.findElement(By.id("resume")).click();
  const seen = await run(async () => {
    await resumed;
    const { dialog, element } = await blocked.first(() => true);
    const plays = await sounds(element);
    dialog.hangup({ cause: "USER_BUSY" });
    await bob.is("destroy", dialog);
    // Nothing of it is left to be resumed.
    return { plays, paused: element.paused, none: (await Verto.resumeAudio()).length, left: left() };
  });
  assert.deepEqual(seen, { plays: true, paused: true, none: 0, left: NOTHING });
});

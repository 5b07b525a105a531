// How a call that comes in is heard, and what a page can do where the browser plays no sound.
//
// Planted in media/ring.js and media/media.js, one at a time, each red: ringDevice is ignored; each ring
// has an element of its own, or two rings have one; the ring doesn't loop, isn't paused, or ends with the
// first of two calls; it takes the element in which a call plays, or pauses that call at its end; a device
// that is gone isn't told, or stays; "none" rings; our element stays on another call's device; what was
// blocked isn't told, or rings after its end; the priming is heard, comes with each gesture, without a
// file, without something to ring, in an element that rings, or leaves it muted; the ring-back tone is
// heard on ringDevice. Green stayed, and so isn't tested: a primed ring that isn't paused, and a
// connection that ends without ending the wait for a gesture.
import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;
const hasOutputs = skip || (engine !== "chromium" && "only Chromium's fake devices have an output");

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

test("rings of two users are heard beside each other", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const files = [tone(), tone()];
    const users = [await User.login("1002", { ringFile: files[0] }), await User.login("1003", { ringFile: files[1] })];
    const talk = anna.call("9664");
    await anna.is("active", talk);
    const out = ["1002", "1003"].map((number) => anna.call(number));
    const into = await Promise.all(users.map((user) => user.is("ringing")));
    const rings = await Promise.all(files.map((file) => until(() => [...used.played].find(({ src }) => src === file))));
    await Promise.all(rings.map(sounds));
    const paused = [];
    for (const one of [0, 1]) {
      out[one].hangup();
      await users[one].is("destroy", into[one]);
      paused.push(rings.map(({ paused }) => paused));
    }
    talk.hangup();
    await anna.is("destroy", talk);
    return { paused, left: left() };
  });
  assert.deepEqual(seen, { paused: [[true, false], [true, true]], left: NOTHING });
});

test("ringer_tag and tag are one element: a ring neither cuts off the call that plays there, nor its end that call", { skip }, async () => {
  const seen = await run(async () => {
    const element = document.getElementById("audio");
    const ringFile = tone();
    const [anna, carl] = [await User.login("1001"), await User.login("1003")];
    const bob = await User.login("1002", { ringer_tag: "audio", ringFile, tag: "audio" });
    const talk = anna.call("9664");
    await anna.is("active", talk);
    const [first, second] = [anna.call("1002"), carl.call("1002")];
    await until(() => bob.states.all.length === 2);
    await sounds(element);
    const [one, two] = bob.states.all.map(({ dialog }) => dialog);
    one.answer();
    await bob.is("active", one);
    await heard(one);
    two.hangup();
    await bob.is("destroy", two);
    const seen = [element.srcObject !== null && (await sounds(element))];
    // Now it is the call's.
    const third = carl.call("1002");
    const three = (await bob.states.first(({ dialog, state }) => state === "ringing" && dialog !== one && dialog !== two)).dialog;
    const ring = await until(() => [...used.played].find((other) => other !== element && other.src === ringFile));
    seen.push(await sounds(ring), await sounds(element), element.srcObject !== null);
    third.hangup();
    await bob.is("destroy", three);
    seen.push(ring.paused, await sounds(element));
    await heard(one);
    bob.verto.hangup();
    talk.hangup();
    await Promise.all([bob.is("destroy", one), anna.is("destroy", talk), anna.is("destroy", first), carl.is("destroy", second)]);
    return { seen, left: left() };
  });
  assert.deepEqual(seen, { seen: [true, true, true, true, true, true], left: NOTHING });
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
    for (const callID of ["one", "two"]) {
      bob.states = new Told();
      window.blocked = new Told();
      await send(bob, "verto.invite", { callID, sdp: "v=0", display_direction: "outbound", caller_id_name: "Anna", caller_id_number: "1001" });
      const into = await bob.is("ringing");
      const { dialog, element } = await blocked.first(() => true);
      if (dialog !== into || !element.paused) throw new Error("it is told of another call, or it plays");
      if (callID === "two") return;
      into.hangup();
      await bob.is("destroy", into);
      // Nothing of a call that is over is left to be resumed.
      if ((await Verto.resumeAudio()).length) throw new Error("it would ring after its end");
    }
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

test("ringDevice: it rings on the speaker while the call is on the headset; one that is gone is told", { skip: hasOutputs }, async () => {
  const seen = await run(async () => {
    await Verto.init({});
    const [headset, speaker] = (await idsOf("audiooutput")).filter((id) => id !== "default");
    const said = [];
    const ringFile = tone();
    const anna = await User.login("1001");
    const bob = await User.login("1002", { ringFile, ringDevice: speaker, useSpeak: headset, tag: "audio", logger: { warn: (text) => said.push(text) } });
    const seen = [];
    for (const device of [speaker, null, speaker, "any", speaker, "gone", "none"]) {
      bob.verto.options.ringDevice = device;
      bob.states = new Told();
      const out = anna.call("1002");
      const into = await bob.is("ringing");
      const ring = await until(() => [...used.played].find(({ src }) => src === ringFile));
      if (device !== "none") await sounds(ring);
      seen.push([ring.paused, ring.sinkId]);
      into.answer();
      await bob.is("active", into);
      await heard(into);
      seen.push(document.getElementById("audio").sinkId === headset && ring.paused);
      out.hangup();
      await bob.is("destroy", into);
    }
    return { seen, speaker, said, left: left() };
  });
  const { speaker } = seen;
  const rings = seen.seen.filter(Array.isArray);
  assert.deepEqual(rings, [[false, speaker], [false, ""], [false, speaker], [false, ""], [false, speaker], [false, ""], [true, ""]]);
  assert.ok(seen.seen.filter((one) => !Array.isArray(one)).every(Boolean));
  assert.equal(seen.said.length, 1);
  assert.match(seen.said[0], /output device cannot be used .*: the usual one rings/);
  assert.deepEqual(seen.left, NOTHING);
});

test("ringbackFile: a caller hears it until the other side is heard, or the call is over", { skip }, async () => {
  const seen = await run(async () => {
    const ringbackFile = tone();
    const [anna, bob] = [await User.login("1001", { ringbackFile }), await User.login("1002")];
    const ring = () => [...used.played].find(({ src }) => src === ringbackFile);
    const rings = () => until(ring).then(sounds);
    const seen = [];
    for (const answers of [true, false]) {
      const out = anna.call("1002");
      await anna.is("trying", out);
      seen.push(await rings(), ring().loop);
      const into = (await bob.states.first(({ dialog, state }) => state === "ringing" && dialog.state.name === "ringing")).dialog;
      if (answers) {
        into.answer();
        await anna.is("active", out);
        seen.push(ring().paused);
        await heard(out);
      }
      out.hangup();
      await anna.is("destroy", out);
      await until(() => ring().paused);
      await bob.is("destroy", into);
      bob.states = new Told();
    }
    // Whoever hears nothing hears no tone.
    used.played.clear();
    const dumb = anna.call("1002", { useSpeak: "none" });
    await anna.is("trying", dumb);
    await bob.is("ringing");
    dumb.hangup();
    await anna.is("destroy", dumb);
    return { seen, dumb: !!ring(), left: left() };
  });
  assert.deepEqual(seen, { seen: [true, true, true, true, true], dumb: false, left: NOTHING });
});

test("a ring-back tone that the browser won't play is told, and played after a click", { skip: skip || (engine !== "chromium" && "only Chromium refuses it without a gesture here") }, async () => {
  await run(async () => {
    window.blocked = new Told();
    const button = document.body.appendChild(document.createElement("button"));
    button.textContent = button.id = "resume";
    button.onclick = () => (window.resumed = Verto.resumeAudio());
    window.anna = await User.login("1001", { ringbackFile: tone() });
    anna.verto.callbacks.onPlaybackBlocked = (dialog, element) => blocked.push({ dialog, element });
    window.bob = await User.login("1002");
    // Without a microphone, by which the page might play.
    window.out = anna.call("1002", { useMic: "none" });
    const { dialog, element } = await blocked.first(() => true);
    if (dialog !== out || !element.paused) throw new Error("it is told of another call, or it plays");
  });
  await calls.driver.findElement(By.id("resume")).click();
  const seen = await run(async () => {
    await resumed;
    const { element } = await blocked.first(() => true);
    const plays = await sounds(element);
    out.hangup();
    await anna.is("destroy", out);
    return { plays, paused: element.paused, left: left() };
  });
  assert.deepEqual(seen, { plays: true, paused: true, left: NOTHING });
});

test("the page's first gesture primes the ring, unheard, while a connection has one", { skip }, async () => {
  const click = () => calls.driver.findElement(By.css("body")).click();
  const noted = (script) => run(script);
  await noted(async () => {
    document.body.style.height = "500px";
    window.plays = [];
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      plays.push({ element: this, src: this.src, muted: this.muted });
      return play.call(this);
    };
    // Nothing to ring with, and nobody who is connected.
    window.anna = await User.login("1001");
    new Verto({ ringFile: tone() });
  });
  await click();
  const none = await run(async () => {
    const none = plays.length;
    anna.verto.logout();
    window.ringFile = tone();
    window.bob = await User.login("1002", { ringFile });
    return none;
  });
  await click();
  const primed = await run(async () => {
    await until(() => plays.length);
    const [{ element, muted, src }] = plays;
    await until(() => element.paused && !element.muted);
    return { muted, file: src === ringFile };
  });
  await click();
  const seen = await run(async () => {
    const again = plays.length;
    const anna = await User.login("1001");
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    const same = plays[plays.length - 1].element === plays[0].element;
    const rings = await sounds(plays[0].element);
    const { muted } = plays[0].element;
    out.hangup();
    await bob.is("destroy", into);
    // Nothing is listened to after the logout.
    bob.verto.logout();
    plays.length = 0;
    return { again, same, rings, muted, left: left() };
  });
  await click();
  assert.equal(none, 0);
  assert.deepEqual(primed, { muted: true, file: true });
  assert.deepEqual(seen, { again: 1, same: true, rings: true, muted: false, left: NOTHING });
  assert.equal(await run(() => plays.length), 0);
});

test("a browser that sets no output device at all rings all the same, and no promise is left", { skip }, async () => {
  const seen = await run(async () => {
    HTMLMediaElement.prototype.setSinkId = () => Promise.reject(new DOMException("no", "AbortError"));
    const said = [];
    const [anna, bob] = [await User.login("1001"), await User.login("1002", { ringFile: tone(), ringDevice: "gone", logger: { warn: (text) => said.push(text) } })];
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    const rings = await until(() => [...used.played].find(({ src }) => src === bob.verto.options.ringFile)).then(sounds);
    out.hangup();
    await bob.is("destroy", into);
    return { rings, said: said.length, left: left() };
  });
  assert.deepEqual(seen, { rings: true, said: 1, left: NOTHING });
});

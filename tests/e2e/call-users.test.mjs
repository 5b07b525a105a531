// Calls of the SDK against the simulator: two and more users, and the ways in which a call ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("user to user: both hear each other, mute and hold are silence, and the other side hangs up", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob] = [await User.login("1001", { tag: "audio" }), await User.login("1002", { ringFile: "data:audio/wav;base64," })];
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    const cid = [into.cidString(), into.direction.name];
    const twice = [into.answer({ callee_id_name: "Bob", callee_id_number: "1002" }), into.answer()];
    await Promise.all([anna.is("active", out), bob.is("active", into)]);
    await Promise.all([heard(out), heard(into)]);
    const { dialog } = await anna.messages.first(({ name }) => name === "display");
    const shown = [dialog === out, out.cidString()];

    const muted = [out.getMute(), out.setMute("off"), out.getMute()];
    await silent(into);
    muted.push(out.setMute("on"), out.setMute("toggle"), out.setMute(false), out.setMute(), out.setMute(true), out.setMute("toggle"));
    await heard(into);

    const held = await out.hold();
    await anna.is("held", out);
    const { received } = await listen(out, 25);
    await out.unhold();
    await heard(out);

    const refused = await into.replace("nobody").catch(({ kind, reason }) => [kind, reason]);
    into.hangup();
    await anna.is("destroy", out);
    return { cid, twice, shown, muted, held: held.holdState, received, refused, cause: [out.cause, out.causeCode],
      histories: [anna.history(out), bob.history(into)], left: left(), ended: await out.dtmf("1").catch(({ kind }) => kind) };
  });
  assert.deepEqual(seen.cid, ["Anna <1001>", "inbound"]);
  assert.deepEqual(seen.twice, [true, false]);
  assert.deepEqual(seen.shown, [true, "Bob <1002>"]);
  assert.deepEqual(seen.muted, [true, true, false, false, true, false, false, true, false]);
  assert.equal(seen.held, "held");
  assert.ok(seen.received <= 2, `${seen.received} packets while held`);
  assert.equal(seen.refused[0], "rejected");
  assert.deepEqual(seen.cause, ["NORMAL_CLEARING", 16]);
  assert.deepEqual(seen.histories, [
    ["requesting", "trying", "active", "held", "active", "hangup", "destroy"],
    ["ringing", "answering", "active", "hangup", "destroy"],
  ]);
  assert.equal(seen.ended, "closed");
  assert.deepEqual(seen.left, NOTHING);
});

test("early media are heard before the answer, and digits arrive", { skip }, async () => {
  const early = await run(async () => {
    const anna = await User.login("1001");
    const call = (window.call = anna.call("9180"));
    await anna.is("early", call);
    const early = await heard(call);
    await anna.is("active", call);
    await heard(call);
    await anna.is("destroy", call);
    const digits = (window.digits = anna.call("9199"));
    await anna.is("active", digits);
    await digits.dtmf("1");
    await digits.dtmf(23);
    return { energy: early.energy, history: anna.history(call), left: left().tracks };
  });
  assert.ok(early.energy > 0);
  assert.deepEqual(early.history, ["requesting", "trying", "early", "active", "hangup", "destroy"]);
  assert.equal(early.left, 1, "the second call's own microphone");
  assert.equal((await calls.sim.state()).dialogs[0].digits, "123");
});

test("a transfer: the other party talks to a third", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob, carl] = [await User.login("1001"), await User.login("1002"), await User.login("1003")];
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    into.answer();
    await anna.is("active", out);
    await anna.messages.first(({ name }) => name === "display");
    const done = await out.transfer("1003");
    await anna.is("destroy", out);
    const third = await carl.is("ringing");
    third.answer();
    await carl.is("active", third);
    await Promise.all([heard(into), heard(third)]);
    anna.verto.logout();
    // Logout in a call says bye to the other side.
    carl.verto.logout();
    await bob.is("destroy", into);
    return { done: done.message, left: left(), cause: into.cause };
  });
  assert.equal(seen.done, "CALL TRANSFERRED");
  assert.deepEqual(seen.left, NOTHING);
});

test("an attended transfer: two who were called talk to each other", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob, carl] = [await User.login("1001"), await User.login("1002"), await User.login("1003")];
    const connect = async (user, number) => {
      const out = anna.call(number);
      const into = await user.is("ringing");
      into.answer();
      await anna.is("active", out);
      await anna.messages.first((told) => told.name === "display" && told.dialog === out);
      return [out, into];
    };
    const [first, atBob] = await connect(bob, "1002");
    await first.hold();
    const [second, atCarl] = await connect(carl, "1003");
    await first.unhold();
    await first.replace(second.callID);
    await Promise.all([anna.is("destroy", first), anna.is("destroy", second)]);
    await Promise.all([heard(atBob), heard(atCarl)]);
    atBob.hangup();
    await carl.is("destroy", atCarl);
    return { causes: [first.cause, second.cause], left: left() };
  });
  assert.deepEqual(seen.causes, ["NORMAL_CLEARING", "NORMAL_CLEARING"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("what is said in a call besides sound: chat, text as it is typed, a click", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const out = anna.call("1002");
    const into = await bob.is("ringing");
    into.answer();
    await anna.is("active", out);
    const sent = await out.message({ to: "1002@xswitch.cn", body: "hello" });
    await out.rtt({ chars: "h" });
    const typed = await bob.messages.first(({ data }) => data?.txt);
    await out.click({ w: 640, h: 480, x: 1, y: 2 });
    out.hangup();
    await bob.is("destroy", into);
    return { sent: sent.message, typed: [typed.name, typed.dialog === into, typed.data.txt], left: left() };
  });
  assert.equal(seen.sent, "SENT");
  assert.deepEqual(seen.typed, ["info", true, { chars: "h" }]);
  assert.deepEqual(seen.left, NOTHING);
  const infos = (await calls.sim.requests("verto.info")).map(({ params: { dialogParams, sessid, ...params } }) => params);
  assert.deepEqual(infos, [
    { msg: { from: "1001@xswitch.cn", to: "1002@xswitch.cn", body: "hello" } },
    { txt: { chars: "h" } },
    { click: { w: 640, h: 480, x: 1, y: 2 } },
  ]);
});

test("two calls with one tag are both heard, and the one that is left is heard", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001", { tag: "audio" });
    const [first, second] = [anna.call("9664"), anna.call("9196")];
    await Promise.all([anna.is("active", first), anna.is("active", second)]);
    await Promise.all([heard(first), heard(second)]);
    const element = document.getElementById("audio");
    second.hangup();
    await anna.is("destroy", second);
    await heard(first);
    const shown = [!!element.srcObject, element.paused];
    first.hangup();
    await anna.is("destroy", first);
    await new Promise((resolve) => setTimeout(resolve));
    return { shown, left: left() };
  });
  assert.deepEqual(seen.shown, [true, false]);
  assert.deepEqual(seen.left, NOTHING);
});

test("calls that come to nothing: busy, no route, nobody, rejected, nobody answers, answered elsewhere", { skip }, async () => {
  await calls.sim.callTimes({ ringMs: 1500 });
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const causes = {};
    for (const number of ["9486", "7777", "1009"]) {
      const call = anna.call(number);
      await anna.is("destroy", call);
      causes[number] = [call.cause, call.causeCode];
    }
    const [desk, sofa] = [await User.login("1002"), await User.login("1002")];
    const out = anna.call("1002");
    const [first, second] = [await desk.is("ringing"), await sofa.is("ringing")];
    first.answer();
    await sofa.is("destroy", second);
    causes.elsewhere = [second.cause, second.causeCode];
    await anna.is("active", out);
    out.hangup();
    await desk.is("destroy", first);
    sofa.verto.logout();
    const rings = new Told();
    const rung = new Set([first]);
    desk.verto.callbacks.onDialogState = (dialog) => {
      desk.states.push({ dialog, state: dialog.state.name });
      if (dialog.state.name === "ringing" && !rung.has(dialog)) rings.push(dialog);
    };
    const rejected = anna.call("1002");
    (await rings.first(() => true)).hangup({ cause: "CALL_REJECTED" });
    await anna.is("destroy", rejected);
    causes.rejected = [rejected.cause, rejected.causeCode];
    const unanswered = anna.call("1002");
    const late = await rings.first((dialog) => dialog.state.name === "ringing");
    await desk.is("destroy", late);
    causes.late = [late.cause, late.causeCode];
    await anna.is("destroy", unanswered);
    return { causes, left: left() };
  });
  assert.deepEqual(seen.causes, {
    9486: ["USER_BUSY", 17],
    7777: ["NO_ROUTE_DESTINATION", 3],
    1009: ["USER_NOT_REGISTERED", 806],
    elsewhere: ["LOSE_RACE", 702],
    rejected: ["CALL_REJECTED", 21],
    late: ["NO_ANSWER", 19],
  });
  assert.deepEqual(seen.left, NOTHING);
});

test("a call that is cancelled at any moment leaves nothing, here or at the server", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const histories = [];
    const cancel = async (when) => {
      const call = anna.call("9196");
      await when(call);
      call.hangup();
      await anna.is("destroy", call);
      histories.push(anna.history(call).join(" "));
    };
    await cancel(() => {});
    for (let turns = 1; turns <= 256; turns *= 4) {
      await cancel(async () => {
        for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve));
      });
    }
    for (const state of ["requesting", "trying", "active"]) await cancel((call) => anna.is(state, call));
    const again = anna.call("9196");
    await anna.is("active", again);
    again.hangup();
    await anna.is("destroy", again);
    // A microphone that is granted late is closed when it comes.
    await (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0].stop();
    return { histories, left: left() };
  });
  assert.equal(seen.histories[0], "hangup destroy");
  for (const history of seen.histories) assert.match(history, /hangup destroy$/);
  assert.deepEqual(seen.left, NOTHING);
  await calls.noCalls();
});

test("a call that comes in ends at any moment, by either side", { skip }, async () => {
  const seen = await run(async () => {
    const [anna, bob] = [await User.login("1001"), await User.login("1002")];
    const causes = [];
    const turns = async (count) => {
      for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve));
    };
    for (const ends of ["out", "into"]) {
      for (const count of [0, 1, 4, 16, 64]) {
        const rings = new Promise((resolve) => {
          bob.verto.callbacks = { onDialogState: (dialog) => dialog.state.name === "ringing" && resolve(dialog) };
        });
        const out = anna.call("1002");
        const into = await rings;
        into.answer();
        await turns(count);
        const over = until(() => into.state.name === "destroy");
        ({ out, into })[ends].hangup();
        await Promise.all([over, anna.is("destroy", out)]);
        causes.push(into.cause);
      }
    }
    // A microphone that is granted late is closed when it comes.
    (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0].stop();
    return { causes: [...new Set(causes)].sort(), left: left() };
  });
  for (const cause of seen.causes) assert.match(cause, /^(NORMAL_CLEARING|ORIGINATOR_CANCEL)$/);
  assert.deepEqual(seen.left, NOTHING);
  await calls.noCalls();
});

// What a server may say about calls, in whichever order, and what it may not: nothing of it opens a
// device, ends another call or throws in the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("verto.trying: its node_uuid is in every later message of the call", { skip }, async () => {
  await calls.sim.request("POST", "sim/fault/unanswered", { method: "verto.invite", missing: "request" });
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const call = anna.call("9196");
    await anna.is("requesting", call);
    await send(anna, "verto.trying", { callID: call.callID, node_uuid: "node-7" });
    await anna.is("trying", call);
    await call.dtmf("1");
    call.hangup();
    await anna.is("destroy", call);
    return left();
  });
  assert.deepEqual(seen, NOTHING);
  const [invite] = await calls.sim.requests("verto.invite");
  assert.equal(invite.params.dialogParams.node_uuid, undefined);
  for (const method of ["verto.info", "verto.bye"]) {
    const [{ params }] = await calls.sim.requests(method);
    assert.equal(params.dialogParams.node_uuid, "node-7", method);
  }
});

for (const [fault, number, states] of [
  [{ lateReply: true }, "9180", ["requesting", "trying", "early", "active"]],
  [{ lateReply: true }, "9196", ["requesting", "trying", "active"]],
  [{ mediaTwice: true }, "9180", ["requesting", "trying", "early", "active"]],
]) {
  test(`frames in another order: ${JSON.stringify(fault)}, ${number}`, { skip }, async () => {
    await calls.sim.request("POST", "sim/fault/call-frames", fault);
    const seen = await run(async (_, number) => {
      const anna = await User.login("1001");
      const call = anna.call(number);
      await anna.is("active", call);
      await heard(call);
      call.hangup();
      await anna.is("destroy", call);
      return { history: anna.history(call), left: left() };
    }, number);
    assert.deepEqual(seen, { history: [...states, "hangup", "destroy"], left: NOTHING });
  });
}

test("a call that comes in has no say in devices, elements and addresses", { skip }, async () => {
  const seen = await run(async () => {
    const bob = await User.login("1002");
    await send(bob, "verto.invite", {
      callID: "__proto__", sdp: "v=0\r\nm=video", caller_id_name: "<b>", caller_id_number: 5, display_direction: "outbound",
      tag: "audio", localTag: "local", ringFile: "/hostile.wav", ringer_tag: "audio", useVideo: true, screenShare: true,
      useStream: {}, useMic: "x", audioParams: { a: 1 }, iceServers: [{ urls: "stun:127.0.0.1:9" }], deviceParams: { useSpeak: "x" },
    });
    const into = await bob.is("ringing");
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia;
    let asked;
    mediaDevices.getUserMedia = (constraints) => ((asked = constraints), real.call(mediaDevices, constraints));
    into.answer();
    await bob.is("destroy", into);
    const loaded = performance.getEntriesByType("resource").filter(({ name }) => name.includes("hostile")).length;
    return {
      loaded, asked, played: used.played.size, screens: used.asked.filter(([name]) => name === "getDisplayMedia").length,
      cid: into.cidString(true), wants: into.params.wantVideo, error: into.error.kind, cause: [into.cause, into.causeCode],
      left: left(), dialogs: Object.keys(bob.verto.dialogs),
    };
  });
  assert.deepEqual([seen.asked.audio, !!seen.asked.video], [{}, false]);
  assert.deepEqual([seen.loaded, seen.played, seen.screens, seen.wants], [0, 0, 0, true]);
  assert.equal(seen.cid, "&lt;b&gt; &lt;UNKNOWN&gt;");
  // Its description is none.
  assert.deepEqual([seen.error, seen.cause], ["media-failed", ["Media Error", 88]]);
  assert.deepEqual([seen.left, seen.dialogs], [NOTHING, []]);
});

test("wrong types in every field, and words about unknown calls: the call goes on", { skip }, async () => {
  const seen = await run(async () => {
    const lines = [];
    const anna = await User.login("1001", { debug: true, logger: { debug: (line) => lines.push(line) } });
    const call = anna.call("9196", { tag: "audio" });
    await anna.is("active", call);
    const fields = ["sdp", "cause", "causeCode", "display_name", "display_number", "caller_id_name", "caller_id_number", "callee_id_name", "display_direction", "node_uuid", "msg", "txt", "variables"];
    const wrong = [null, 42, true, [], {}, "", "\u0000", "x".repeat(10_000)];
    const methods = ["invite", "attach", "trying", "media", "answer", "display", "info"];
    for (const method of methods) {
      for (const value of wrong) {
        const params = Object.fromEntries(fields.map((name) => [name, value]));
        // An attach with a text is an offer, which ends a call that it cannot go on with.
        if (method === "attach" && typeof value === "string") delete params.sdp;
        await send(anna, `verto.${method}`, { ...params, callID: call.callID });
        await send(anna, `verto.${method}`, { ...params, sdp: null, callID: value });
      }
    }
    for (const method of [...methods, "bye"]) {
      await send(anna, `verto.${method}`, { callID: "unknown", sdp: 5 });
      for (const params of [undefined, null, 42, "x", []]) await send(anna, `verto.${method}`, params);
    }
    await heard(call);
    // The last words, with nothing of use in them.
    await send(anna, "verto.bye", { callID: call.callID, cause: { a: 1 }, causeCode: "x" });
    await anna.is("destroy", call);
    return { cause: [call.cause, call.causeCode ?? null], debug: lines.some((line) => line.includes("for a call")), left: left(), dialogs: Object.keys(anna.verto.dialogs) };
  });
  assert.deepEqual(seen, { cause: ["NORMAL_CLEARING", null], debug: true, left: NOTHING, dialogs: [] });
});

test("descriptions that are none end their own call, with the cause", { skip }, async () => {
  await calls.sim.request("POST", "sim/fault/unanswered", { method: "verto.invite", missing: "request", count: 3 });
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const errors = [];
    for (const sdp of ["no SDP", "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n", ""]) {
      const call = anna.call("9196");
      await anna.is("requesting", call);
      await send(anna, "verto.trying", { callID: call.callID });
      await send(anna, "verto.answer", { callID: call.callID, sdp });
      if (sdp) await anna.is("destroy", call);
      else call.hangup();
      errors.push([call.cause, call.error?.kind ?? null]);
    }
    await anna.is("destroy");
    const call = anna.call("9196");
    await anna.is("active", call);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    return { errors, left: left() };
  });
  assert.deepEqual(seen.errors, [["Media Error", "media-failed"], ["Media Error", "media-failed"], [null, null]]);
  assert.deepEqual(seen.left, NOTHING);
});

// The simulator's calls, as a browser without a client library hears them: fixtures/calls/caller.js
// is all that stands between these tests and the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests } from "./lib/calls.mjs";
import { until } from "./lib/wait.mjs";

const calls = new CallTests("calls");
const { skip } = calls;
const run = (script, ...args) => calls.run(script, calls.sim.socketUrl, ...args);

const ufrag = ({ sdp }) => /a=ice-ufrag:(\S+)/.exec(sdp)[1];

const dialogs = async () => (await calls.sim.state()).dialogs;

test("9196 sends back what is said", { skip }, async () => {
  const heard = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9196");
    await call.accepted();
    const heard = await call.heard();
    heard.created = call.created.message;
    heard.bye = await call.bye({ cause: "USER_BUSY" });
    heard.again = await line.ask("verto.bye", call.id).catch(({ error }) => error.message);
    return heard;
  });
  assert.equal(heard.created, "CALL CREATED");
  assert.deepEqual([heard.bye.cause, heard.bye.causeCode], ["USER_BUSY", 17]);
  assert.equal(heard.again, "CALL DOES NOT EXIST");
  assert.deepEqual(await dialogs(), []);
});

test("9664 is a tone, in Opus and in G.711", { skip }, async () => {
  for (const codec of ["opus", "PCMU", "PCMA"]) {
    const heard = await run(
      async (_, url, codec) => {
        const line = await Line.login(url, "1001");
        const call = new Call(line, crypto.randomUUID());
        await call.connection();
        const { codecs } = RTCRtpReceiver.getCapabilities("audio");
        const only = codecs.filter(({ mimeType }) => mimeType === `audio/${codec}`);
        call.pc.getTransceivers()[0].setCodecPreferences(only);
        const sdp = await call.offer();
        await line.ask("verto.invite", call.id, { sdp, dialogParams: { destination_number: "9664" } });
        await call.accepted();
        const heard = await call.heard();
        for (const report of (await call.pc.getStats()).values()) {
          if (report.type === "inbound-rtp") heard.lost = report.packetsLost;
          if (report.type === "codec") heard.codec = report.mimeType;
        }
        await call.bye();
        line.close();
        return heard;
      },
      codec,
    );
    assert.equal(heard.codec, `audio/${codec}`);
    assert.equal(heard.lost, 0, codec);
  }
});

test("9180 rings, is heard early, answers and hangs up", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9180");
    await call.accepted("verto.media");
    const early = await call.heard();
    const answer = await line.next("verto.answer", call.id);
    const answered = await call.heard();
    const { cause, causeCode } = await line.next("verto.bye", call.id);
    call.end();
    return { early, answer, answered, cause, causeCode };
  });
  assert.equal(seen.answer.sdp, undefined);
  assert.equal(seen.answer.variables["Event-Name"], "CHANNEL_DATA");
  assert.deepEqual([seen.cause, seen.causeCode], ["NORMAL_CLEARING", 16]);
});

test("9199 reads four digits", { skip }, async () => {
  const silence = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = (window.call = await Call.to(line, "9199"));
    await call.accepted();
    await until(() => call.pc.connectionState === "connected");
    const silence = await call.listen(25);
    await line.ask("verto.info", call.id, { dtmf: "1" });
    await line.ask("verto.info", call.id, { dtmf: "2#" });
    return silence;

    async function until(probe) {
      while (!probe()) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  assert.equal(silence.received, 0);
  assert.equal((await dialogs())[0].digits, "12#");
  await run(async () => {
    const { line, id } = window.call;
    await line.ask("verto.info", id, { dtmf: "4" });
    await window.call.heard();
    await window.call.bye();
  });
});

test("digits within the sound are read as well", { skip }, async () => {
  await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = (window.call = await Call.to(line, "9196"));
    await call.accepted();
    await call.heard();
    const [sender] = call.pc.getSenders();
    sender.dtmf.insertDTMF("59#");
  });
  await until("the digits", async () => (await dialogs())[0]?.digits === "59#");
  await run(() => window.call.bye());
});

test("calls that cannot be", { skip }, async () => {
  const causes = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const causes = {};
    for (const number of ["9486", "7777", "1009", "alice@example"]) {
      const call = await Call.to(line, number);
      const { cause, causeCode } = await line.next("verto.bye", call.id);
      causes[number] = [cause, causeCode];
      call.end();
    }
    const refuse = (callID, params) => line.ask("verto.invite", callID, params).catch(({ error }) => error);
    // Before a candidate was gathered.
    const call = new Call(line, crypto.randomUUID());
    await call.connection();
    const { sdp } = await call.pc.createOffer();
    await line.ask("verto.invite", call.id, { sdp, dialogParams: { destination_number: "9196" } });
    causes.early = (await line.next("verto.bye", call.id)).causeCode;
    call.end();
    const first = await Call.to(line, "9196");
    causes.inUse = await refuse(first.id, { sdp, dialogParams: { destination_number: "9664" } });
    await first.bye();
    causes.noSdp = await refuse("x", {});
    return causes;
  });
  assert.deepEqual(causes["9486"], ["USER_BUSY", 17]);
  assert.deepEqual(causes["7777"], ["NO_ROUTE_DESTINATION", 3]);
  assert.deepEqual(causes["alice@example"], ["NO_ROUTE_DESTINATION", 3]);
  assert.deepEqual(causes["1009"], ["USER_NOT_REGISTERED", 806]);
  assert.equal(causes.early, 88);
  assert.deepEqual(causes.inUse, { message: "CALL ERROR", causeCode: 27, cause: "DESTINATION_OUT_OF_ORDER", code: -32002 });
  assert.deepEqual(causes.noSdp, { message: "CALL ERROR", causeCode: 95, cause: "INVALID_MSG_UNSPECIFIED", code: -32002 });
});

test("two users hear each other, and hold stops it", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const [anna, bob] = [await Line.login(url, "1001"), await Line.login(url, "1002")];
    const out = await Call.to(anna, "1002", { dialogParams: { caller_id_name: "Anna", caller_id_number: "1001" } });
    const into = await Call.incoming(bob);
    await into.pickUp("verto.answer", { callee_id_name: "Bob", callee_id_number: "1002" });
    await out.accepted();
    const displays = [await anna.next("verto.display", out.id), await bob.next("verto.display", into.id)];
    await Promise.all([out.heard(), into.heard()]);
    const held = await out.modify("hold");
    const silence = [await out.listen(25), await into.listen(25)];
    const still = await out.modify("hold");
    await out.modify("unhold");
    const again = await Promise.all([out.heard(), into.heard()]);
    const toggled = [await into.modify("toggleHold"), await into.modify("toggleHold")];
    const ended = await into.bye();
    const { cause } = await anna.next("verto.bye", out.id);
    out.end();
    return { invite: into.invite, displays, held, still, silence, again, toggled, ended, cause };
  });
  const { invite, displays } = seen;
  assert.deepEqual([invite.caller_id_name, invite.caller_id_number], ["Anna", "1001"]);
  assert.equal(invite.callee_id_name, "Outbound Call");
  assert.equal(invite.display_direction, "outbound");
  assert.deepEqual(
    displays.map((d) => [d.display_name, d.display_number, d.display_direction, d.caller_id_name, d.callee_id_name]),
    [
      ["Bob", "1002", "inbound", "Anna", "Bob"],
      ["Anna", "1001", "outbound", "Anna", "Bob"],
    ],
  );
  assert.deepEqual([seen.held.holdState, seen.still.holdState], ["held", "held"]);
  for (const { received } of seen.silence) assert.ok(received <= 2, `${received} packets while held`);
  assert.deepEqual(seen.toggled.map((each) => each.holdState), ["held", "active"]);
  assert.equal(seen.cause, "NORMAL_CLEARING");
  assert.deepEqual(await dialogs(), []);
});

test("all browsers of a user ring; who is late, is told LOSE_RACE", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const anna = await Line.login(url, "1001");
    const [desk, sofa] = [await Line.login(url, "1002"), await Line.login(url, "1002")];
    const out = await Call.to(anna, "1002");
    const [first, second] = [await Call.incoming(desk), await Call.incoming(sofa)];
    await first.pickUp();
    await out.accepted();
    const lost = await sofa.next("verto.bye", second.id);
    await out.heard();
    await out.bye();
    await desk.next("verto.bye", first.id);
    first.end();
    // Both reject: the last one's cause is told.
    const refused = await Call.to(anna, "1002");
    const [third, fourth] = [await Call.incoming(desk), await Call.incoming(sofa)];
    await third.bye({ cause: "USER_BUSY" });
    await fourth.bye({ causeCode: "21" });
    const rejected = await anna.next("verto.bye", refused.id);
    refused.end();
    // The caller gives up.
    const cancelled = await Call.to(anna, "1002");
    const fifth = await Call.incoming(desk);
    await cancelled.bye();
    const cancel = await desk.next("verto.bye", fifth.id);
    return { lost, rejected, cancel };
  });
  assert.deepEqual([seen.lost.cause, seen.lost.causeCode], ["LOSE_RACE", 702]);
  assert.deepEqual([seen.rejected.cause, seen.rejected.causeCode], ["CALL_REJECTED", 21]);
  assert.deepEqual([seen.cancel.cause, seen.cancel.causeCode], ["ORIGINATOR_CANCEL", 487]);
});

test("nobody answers", { skip }, async () => {
  await calls.sim.callTimes({ ringMs: 300 });
  const seen = await run(async (_, url) => {
    const [anna, bob] = [await Line.login(url, "1001"), await Line.login(url, "1002")];
    const out = await Call.to(anna, "1002");
    const into = await Call.incoming(bob);
    const byes = [await anna.next("verto.bye", out.id), await bob.next("verto.bye", into.id)];
    out.end();
    return byes.map(({ cause, causeCode }) => [cause, causeCode]);
  });
  // The recorded dialplan goes on after a bridge without answer, and ends normally.
  assert.deepEqual(seen, [
    ["NORMAL_CLEARING", 16],
    ["NO_ANSWER", 19],
  ]);
});

test("22 1002 is heard ringing before the answer", { skip }, async () => {
  const answer = await run(async (_, url) => {
    const [anna, bob] = [await Line.login(url, "1001"), await Line.login(url, "1002")];
    const out = await Call.to(anna, "221002");
    await out.accepted("verto.media");
    await out.heard();
    const into = await Call.incoming(bob);
    await into.pickUp();
    const answer = await anna.next("verto.answer", out.id);
    await Promise.all([out.heard(), into.heard()]);
    await out.bye();
    into.end();
    return answer;
  });
  assert.equal(answer.sdp, undefined);
});

test("a transfer sends the other party elsewhere", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const [anna, bob, carl] = [await Line.login(url, "1001"), await Line.login(url, "1002"), await Line.login(url, "1003")];
    const alone = await Call.to(anna, "9196");
    await alone.accepted();
    const refused = await alone.modify("transfer", { destination: "9664" }).catch(({ error }) => error);
    await alone.bye();
    const out = await Call.to(anna, "1002");
    const into = await Call.incoming(bob);
    await into.pickUp();
    await out.accepted();
    await bob.next("verto.display", into.id);
    const done = await out.modify("transfer", { destination: "1003" });
    const bye = await anna.next("verto.bye", out.id);
    out.end();
    const third = await Call.incoming(carl);
    await third.pickUp();
    const displays = [await bob.next("verto.display", into.id), await carl.next("verto.display", third.id)];
    await Promise.all([into.heard(), third.heard()]);
    await third.modify("transfer", { destination: "9664" });
    await into.heard();
    await into.modify("transfer", {}).catch(() => {});
    await into.bye();
    third.end();
    return { refused, done, bye, displays, sessids: [bob.sessid, carl.sessid], invite: third.invite };
  });
  assert.equal(seen.refused.message, "call is not bridged");
  assert.equal(seen.done.message, "CALL TRANSFERRED");
  assert.equal(seen.bye.cause, "NORMAL_CLEARING");
  const [bob, carl] = seen.sessids;
  assert.deepEqual([seen.invite.caller_id_number, seen.invite.callee_id_number], [bob, carl]);
  assert.deepEqual(
    seen.displays.map((d) => [d.display_number, d.caller_id_number, d.callee_id_number, d.display_direction]),
    [
      [carl, bob, carl, "outbound"],
      [bob, bob, carl, "outbound"],
    ],
  );
});

test("replace lets the others of two calls talk to each other", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const [anna, bob, carl] = [await Line.login(url, "1001"), await Line.login(url, "1002"), await Line.login(url, "1003")];
    const toBob = await Call.to(anna, "1002");
    const atBob = await Call.incoming(bob);
    await atBob.pickUp();
    await toBob.accepted();
    await anna.next("verto.display", toBob.id);
    await toBob.modify("hold");
    // Carl calls Anna.
    const fromCarl = await Call.to(carl, "1001");
    const atAnna = await Call.incoming(anna);
    await atAnna.pickUp();
    await fromCarl.accepted();
    await anna.next("verto.display", atAnna.id);
    const unknown = await toBob.modify("replace", { replaceCallID: "nope" }).catch(({ error }) => error.message);
    const done = await toBob.modify("replace", { replaceCallID: atAnna.id });
    const byes = [await anna.next("verto.bye", toBob.id), await anna.next("verto.bye", atAnna.id)];
    toBob.end();
    atAnna.end();
    await Promise.all([atBob.heard(), fromCarl.heard()]);
    await atBob.bye();
    fromCarl.end();
    return { unknown, done, byes: byes.map(({ cause }) => cause) };
  });
  assert.equal(seen.unknown, "invalid transfer leg");
  assert.equal(seen.done.holdState, "held");
  assert.deepEqual(seen.byes, ["NORMAL_CLEARING", "ATTENDED_TRANSFER"]);
});

test("new media in mid-call: ICE begins anew, and a fresh peer connection", { skip }, async () => {
  const results = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9196");
    await call.accepted();
    await call.heard();
    const missing = await call.modify("updateMedia").catch(({ error }) => error.message);
    const restarted = await call.updateMedia(false);
    await call.heard();
    const fresh = await call.updateMedia(true);
    await call.heard();
    await call.bye();
    return { missing, restarted, fresh };
  });
  assert.equal(results.missing, "SDP missing");
  // FreeSWITCH keeps its own credentials.
  assert.equal(ufrag(results.restarted), ufrag(results.fresh));
});

test("a call outlives its socket, and is held still", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9196");
    const answer = await call.accepted();
    await call.heard();
    await call.modify("hold");
    line.close();
    const back = await Line.login(url, "1001", line.sessid);
    const again = await Call.incoming(back, "verto.attach");
    const ready = await back.next("verto.clientReady");
    again.microphone = call.microphone;
    call.pc.close();
    await again.pickUp("verto.attach");
    await new Promise((resolve) => {
      again.pc.onconnectionstatechange = () => again.pc.connectionState === "connected" && resolve();
    });
    const held = await again.listen(25);
    await again.modify("unhold");
    await again.heard();
    await again.bye();
    return { same: again.id === call.id, ready, held, answer, sdp: again.invite.sdp, order: back.seen.map(({ method }) => method) };
  });
  assert.ok(seen.same);
  assert.equal(seen.ready.reattached_sessions.length, 1);
  assert.deepEqual(seen.order.slice(0, 2), ["verto.attach", "verto.clientReady"]);
  assert.equal(seen.held.received, 0);
  assert.match(seen.sdp, /a=setup:actpass/);
  assert.notEqual(ufrag(seen), ufrag({ sdp: seen.answer }));
});

test("a call that isn't fetched ends after the detach time, an unanswered one at once", { skip }, async () => {
  await calls.sim.callTimes({ detachMs: 300 });
  const seen = await run(async (_, url) => {
    const [anna, bob] = [await Line.login(url, "1001"), await Line.login(url, "1002")];
    const out = await Call.to(anna, "1002");
    const into = await Call.incoming(bob);
    await into.pickUp();
    await out.accepted();
    await bob.next("verto.display", into.id);
    anna.close();
    const late = await bob.next("verto.bye", into.id);
    into.end();
    const back = await Line.login(url, "1001", anna.sessid);
    const { reattached_sessions } = await back.next("verto.clientReady");
    const unanswered = await Call.to(back, "1002");
    const ringing = await Call.incoming(bob);
    back.close();
    const atOnce = await bob.next("verto.bye", ringing.id);
    out.end();
    unanswered.end();
    return { late: late.causeCode, reattached_sessions, atOnce: atOnce.cause };
  });
  assert.deepEqual(seen, { late: 102, reattached_sessions: [], atOnce: "ORIGINATOR_CANCEL" });
  assert.deepEqual(await dialogs(), []);
});

test("another page takes the session over with its calls", { skip }, async () => {
  const seen = await run(async (_, url) => {
    const line = await Line.login(url, "1001");
    const call = await Call.to(line, "9196");
    await call.accepted();
    const other = await Line.login(url, "1001", line.sessid);
    const again = await Call.incoming(other, "verto.attach");
    await line.next("verto.punt");
    await again.pickUp("verto.attach");
    await again.heard();
    await again.bye();
    call.end();
    return again.id === call.id;
  });
  assert.ok(seen);
});

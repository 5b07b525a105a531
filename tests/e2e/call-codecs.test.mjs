// Which codecs a call uses, and what else of its media goes to the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

const audio = (sdp) => /m=audio[^]*?(?=m=|$)/.exec(sdp)[0];
/** The codecs of a description's sound, in their order. */
const codecs = (sdp) => {
  const part = audio(sdp);
  const [, payloads] = /^m=audio \d+ \S+ ([\d ]+)/.exec(part);
  return payloads.trim().split(" ").map((one) => new RegExp(`a=rtpmap:${one} ([^/\\s]+)`).exec(part)?.[1].toLowerCase());
};
const unique = (list) => [...new Set(list)];

test("codecs: the named ones alone are offered, in their order, with what carries keys; unknown ones are warned of", { skip }, async () => {
  const seen = await run(async () => {
    const said = [];
    const anna = await User.login("1001", { logger: { warn: (text) => said.push(text), debug: (text) => said.push(text) } });
    const used = [];
    for (const codecs of [["pcmu", "OPUS"], "PCMA", ["G729"], ["G729", "Opus", "H264"]]) {
      const call = anna.call("9196", { codecs });
      await anna.is("active", call);
      await heard(call);
      const stats = [...(await call.peer.getStats()).values()];
      const { codecId } = stats.find(({ type }) => type === "outbound-rtp");
      used.push([call.peer.localDescription.sdp, stats.find(({ id }) => id === codecId).mimeType]);
      call.hangup();
      await anna.is("destroy", call);
    }
    return { used, said, left: left() };
  });
  const helpers = (list) => list.filter((name) => ["telephone-event", "cn", "red"].includes(name));
  const offered = seen.used.map(([sdp]) => unique(codecs(sdp)));
  const own = offered.map((list) => list.filter((name) => !helpers(list).includes(name)));
  assert.deepEqual([own[0], own[1], own[3]], [["pcmu", "opus"], ["pcma"], ["opus"]]);
  // Without a name that is known for sound, the browser's own.
  assert.ok(own[2].length > 2, own[2].join());
  for (const list of offered) assert.ok(list.includes("telephone-event"), list.join());
  assert.deepEqual(seen.used.map(([, type]) => type.toLowerCase()).filter((_, i) => i === 1), ["audio/pcma"]);
  assert.deepEqual(seen.said.map((text) => /codecs: (none|this browser has no g729)/.exec(text)?.[1]).filter(Boolean), ["none", "this browser has no g729", "this browser has no g729"]);
  assert.deepEqual(seen.left, NOTHING);
});

test("codecs: an answer has them too; where the offer has none of them the call goes on, and it is said", { skip }, async () => {
  const seen = await run(async () => {
    const said = [];
    const [anna, bob] = [await User.login("1001"), await User.login("1002", { logger: { warn: (text) => said.push(text) } })];
    const seen = [];
    for (const codecs of [["PCMA", "opus"], ["G722"]]) {
      bob.states = new Told();
      const out = anna.call("1002");
      const into = await bob.is("ringing");
      into.answer({ codecs });
      await bob.is("active", into);
      // The simulator changes no codec between two calls, and Anna's is Opus.
      if (codecs[0] === "G722") await Promise.all([heard(into), heard(out)]);
      seen.push(into.peer.localDescription.sdp, said.length);
      out.hangup();
      await bob.is("destroy", into);
    }
    return { seen, said, left: left() };
  });
  assert.equal(codecs(seen.seen[0])[0], "pcma");
  assert.ok(codecs(seen.seen[2]).includes("opus"));
  assert.deepEqual([seen.seen[1], seen.seen[3]], [0, 1]);
  assert.match(seen.said[0], /codecs: none of them can be used/);
  assert.deepEqual(seen.left, NOTHING);
});

test("a browser that lets no page choose codecs says so to whoever debugs; stereo and bandwidths go to the server", { skip }, async () => {
  const seen = await run(async () => {
    RTCRtpTransceiver.prototype.setCodecPreferences = undefined;
    const said = [];
    const anna = await User.login("1001", { logger: { debug: (text) => said.push(text) } });
    const call = anna.call("9196", { codecs: ["PCMU"], useStereo: true, outgoingBandwidth: "default", incomingBandwidth: 512 });
    await anna.is("active", call);
    await heard(call);
    call.hangup();
    await anna.is("destroy", call);
    return { said: said.filter((text) => text.includes("codecs")), left: left() };
  });
  assert.equal(seen.said.length, 1);
  assert.match(seen.said[0], /lets no page choose codecs/);
  assert.deepEqual(seen.left, NOTHING);
  const [invite] = await calls.sim.requests("verto.invite");
  const { useStereo, outgoingBandwidth, incomingBandwidth, codecs: kept } = invite.params.dialogParams;
  assert.deepEqual([useStereo, outgoingBandwidth, incomingBandwidth, kept ?? null], [true, "default", 512, null]);
  assert.match(audio(invite.params.sdp), /[ ;]stereo=1/);
});

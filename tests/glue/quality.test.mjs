// What is made of the browser's counters, and when a page is warned.
//
// These bugs were planted, one at a time. Each made a test red:
// - samples: another connection, or a stream that begins anew, isn't noticed; what isn't known is 0; a
//   stream of which nothing came isn't 0 packets, or one that isn't wanted is; a total goes back; what was
//   received is taken for the whole; silence counts as made up; the round trip is in s; the pair is the
//   first one; video counts; a refused getStats() is an exception; each term of the estimate is left out;
// - warnings: they come at the first sample, or one early; they come again; they go at the first good
//   sample; what isn't known counts; a call that rests is judged, or keeps its warnings; silence is told
//   where no packet comes; the page's limits aren't heeded; good or bad samples are saved up.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Judge } from "../../pkg-template/media/quality.js";
import { Sampler } from "../../pkg-template/media/stats.js";

const never = () => false;
const GOOD = { loss: 0, jitter: 5, roundTrip: 50, levelIn: 0.1, levelOut: 0.1, received: 100 };

/** What is told over these samples, as `place kind over`. */
function told(samples, limits, rests = never) {
  const judge = new Judge();
  return samples.flatMap((sample, place) => {
    const changes = judge.judge({ ...GOOD, ...sample }, limits, (kind) => rests(kind, place));
    return changes.map(({ kind, over }) => `${place} ${kind} ${over}`);
  });
}

const times = (count, sample) => Array.from({ length: count }, () => sample);

test("a warning comes once after some bad samples, and goes once after as many good ones", () => {
  assert.deepEqual(told(times(20, {})), []);
  const cases = [
    ["loss", { loss: 0.1 }, 3],
    ["jitter", { jitter: 40 }, 3],
    ["round-trip", { roundTrip: 500 }, 3],
    ["silence-in", { levelIn: 0 }, 5],
    ["silence-out", { levelOut: 0 }, 5],
    ["no-packets", { received: 0 }, 2],
  ];
  for (const [kind, bad, count] of cases) {
    const samples = [...times(9, {}), ...times(count + 9, bad), ...times(count + 9, {})];
    assert.deepEqual(told(samples), [`${count + 8} ${kind} true`, `${2 * count + 17} ${kind} false`]);
    assert.deepEqual(told([...times(count - 1, bad), ...times(9, {})]), []);
  }
});

test("what goes up and down about the limit warns once", () => {
  const around = Array.from({ length: 40 }, (_, i) => ({ jitter: i % 2 ? 20 : 40 }));
  assert.deepEqual(told([...around, ...times(3, { jitter: 40 }), ...around]), ["42 jitter true"]);
});

test("what isn't known says nothing, and silence says nothing where no packet comes", () => {
  const bad = times(2, { loss: 0.5 });
  assert.deepEqual(told([...bad, ...times(9, { loss: undefined }), ...bad]), ["11 loss true"]);
  assert.deepEqual(told(times(9, { received: 0, levelIn: 0 })), ["1 no-packets true"]);
  assert.deepEqual(told(times(9, { received: undefined, levelIn: undefined, levelOut: undefined })), []);
});

test("a call that rests is not judged, and its warnings go", () => {
  const lost = times(12, { loss: 0.5, levelOut: 0 });
  assert.deepEqual(told(lost, null, () => true), []);
  assert.deepEqual(told(lost, null, (kind) => kind === "silence-out"), ["2 loss true"]);
  // It rests from the sixth sample to the eighth.
  const seen = told(times(12, { loss: 0.5 }), null, (_, place) => place > 5 && place < 9);
  assert.deepEqual(seen, ["2 loss true", "6 loss false", "11 loss true"]);
});

test("the page's limits, and those that turn a warning off", () => {
  assert.deepEqual(told(times(9, { loss: 0.1 }), { loss: 0.2 }), []);
  assert.deepEqual(told(times(3, { loss: 0.1 }), { loss: 0.05, jitter: 1 }), ["2 loss true", "2 jitter true"]);
  const worst = { loss: 1, levelIn: 0, levelOut: 0, received: 0 };
  assert.deepEqual(told(times(9, worst), { loss: 1, "silence-in": 0, "silence-out": 0, "no-packets": 0 }), []);
});

test("over random samples each kind's warnings come and go in turn, and none is on at rest", () => {
  const value = (...of) => fc.constantFrom(undefined, ...of);
  const sample = fc.record({
    loss: value(0, 0.1),
    jitter: value(5, 50),
    roundTrip: value(50, 500),
    levelIn: value(0, 0.1),
    levelOut: value(0, 0.1),
    received: value(0, 100),
    rests: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 60 }), (samples) => {
      const judge = new Judge();
      const on = new Set();
      for (const one of samples) {
        for (const { kind, over } of judge.judge(one, null, () => one.rests)) {
          assert.notEqual(on.has(kind), over, kind);
          if (over) on.add(kind);
          else on.delete(kind);
        }
        if (one.rests) assert.equal(on.size, 0);
      }
    }),
  );
});

/** A connection with these reports; `listens` is whether it receives audio. */
function connection(reports, listens = true) {
  const audio = { receiver: { track: { kind: "audio" } }, currentDirection: listens ? "sendrecv" : "sendonly" };
  const peer = { reports, getTransceivers: () => [audio] };
  peer.getStats = async () => new Map(peer.reports.map((report, id) => [report.id ?? id, report]));
  return peer;
}

const inbound = (more) => ({ type: "inbound-rtp", kind: "audio", packetsLost: 0, ...more });

test("an interval is what lies between two samples of the same connection", async () => {
  const sampler = new Sampler();
  const one = connection([inbound({ packetsReceived: 100, packetsLost: 100 })]);
  assert.equal((await sampler.sample(one)).loss, 0.5);
  one.reports = [inbound({ packetsReceived: 190, packetsLost: 110 })];
  let stats = await sampler.sample(one);
  assert.deepEqual([stats.loss, stats.received, stats.lossTotal], [0.1, 90, 110 / 300]);
  // The browser took two packets for lost that came late.
  one.reports = [inbound({ packetsReceived: 290, packetsLost: 108 })];
  stats = await sampler.sample(one);
  assert.deepEqual([stats.loss, stats.received], [0, 100]);
  // Another stream in the connection, and another connection, count from 0.
  for (const peer of [one, connection([])]) {
    peer.reports = [inbound({ packetsReceived: 40, packetsLost: 10 })];
    stats = await sampler.sample(peer);
    assert.deepEqual([stats.loss, stats.received, stats.packetsReceived], [0.2, 40, 40]);
  }
});

test("what the browser doesn't tell is undefined; of what nothing came yet, 0 packets came", async () => {
  const of = async (peer) => {
    const { at, interval, pair, ...rest } = await new Sampler().sample(peer);
    assert.ok(at > 0);
    return Object.entries(rest).filter(([, value]) => value !== undefined);
  };
  assert.deepEqual(await of(null), []);
  assert.deepEqual(await of(connection([], false)), []);
  assert.deepEqual(await of(connection([])), [["packetsReceived", 0], ["received", 0]]);
  const broken = connection([], false);
  broken.getStats = () => Promise.reject(new Error("closed"));
  assert.deepEqual(await of(broken), []);
});

test("the figures of a sample, each from its report", async () => {
  const id = (name, more) => ({ id: name, ...more });
  const peer = connection([
    inbound({ packetsReceived: 99, packetsLost: 1, bytesReceived: 999, jitter: 0.012, transportId: "T", codecId: "C",
      totalSamplesReceived: 1000, concealedSamples: 300, silentConcealedSamples: 100, totalAudioEnergy: 0.5,
      totalSamplesDuration: 2, jitterBufferDelay: 50, jitterBufferEmittedCount: 1000 }),
    { type: "inbound-rtp", kind: "video", packetsReceived: 5000 },
    { type: "outbound-rtp", kind: "audio", packetsSent: 101, bytesSent: 1001 },
    { type: "media-source", kind: "audio", totalAudioEnergy: 0.08, totalSamplesDuration: 2 },
    id("P0", { type: "candidate-pair", currentRoundTripTime: 9 }),
    id("T", { type: "transport", selectedCandidatePairId: "P" }),
    id("P", { type: "candidate-pair", currentRoundTripTime: 0.1, localCandidateId: "L", remoteCandidateId: "R" }),
    id("L", { candidateType: "srflx", protocol: "udp", address: "192.0.2.1" }),
    id("R", { candidateType: "host", protocol: "udp", ip: "192.0.2.9" }),
    id("C", { type: "codec", mimeType: "audio/opus" }),
  ]);
  const { at, mos, ...stats } = await new Sampler().sample(peer);
  assert.deepEqual(stats, {
    interval: undefined,
    loss: 0.01,
    lossTotal: 0.01,
    jitter: 12,
    roundTrip: 100,
    received: 99,
    packetsReceived: 99,
    packetsSent: 101,
    bytesReceived: 999,
    bytesSent: 1001,
    concealment: 0.2,
    levelIn: 0.5,
    levelOut: 0.2,
    codec: "opus",
    pair: {
      local: { type: "srflx", protocol: "udp", address: "192.0.2.1" },
      remote: { type: "host", protocol: "udp", address: "192.0.2.9" },
    },
  });
  // d = 50 + 50 ms, p = 20: R = 93.2 - 2.4 - 42.129.
  assert.equal(mos.toFixed(2), "2.51");
});

test("the estimated MOS at its ends", async () => {
  const mosOf = async (loss, roundTrip) => {
    const reports = [
      inbound({ packetsReceived: 1000 - loss, packetsLost: loss, jitterBufferDelay: 0, jitterBufferEmittedCount: 1 }),
      { type: "remote-inbound-rtp", kind: "audio", roundTripTime: roundTrip },
    ];
    return (await new Sampler().sample(connection(reports))).mos;
  };
  assert.equal((await mosOf(0, 0)).toFixed(2), "4.41");
  assert.equal((await mosOf(251, 0)).toFixed(2), "2.35");
  assert.equal((await mosOf(0, 0.8)).toFixed(2), (1 + 0.035 * 59.103 + 7e-6 * 59.103 * -0.897 * 40.897).toFixed(2));
  assert.equal(await mosOf(990, 3), 1);
  assert.equal(await mosOf(1000, 0), undefined);
});

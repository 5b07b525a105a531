// How well a call is heard: from what the browser counts, by getStats().
import { report } from "../host/page-code.js";
import { Judge } from "./quality.js";

// How often a call is sampled, in ms: unless the page says otherwise, and within which bounds.
const INTERVAL = 2_000;
const SHORTEST = 500;
const LONGEST = 60_000;

// A number that isn't known is NaN until the page gets it.
const known = (value) => (Number.isFinite(value) ? value : undefined);
const share = (part, whole) => (whole > 0 ? part / whole : NaN);

/** Measures one consumer's intervals. */
export class Sampler {
  #peer = null;
  #before = {};

  /** What `dialog.stats()` gives (types/index.d.ts), of this connection. */
  async sample(peer) {
    const reports = [];
    // A connection that is closed meanwhile has nothing more to say.
    await peer?.getStats().then((all) => all.forEach((one) => reports.push(one)), () => {});
    const now = counters(peer, reports);
    // Another connection, or another stream in it, counts from 0.
    if (peer !== this.#peer || now.packetsReceived < this.#before.packetsReceived) this.#before = {};
    const before = this.#before;
    this.#peer = peer;
    this.#before = now;
    return stats(now, now.at - before.at, (name) => Math.max(0, now[name] - (before[name] ?? 0)));
  }
}

// Firefox has no levels of what is sent. A server that reports nothing of what it hears has no
// remote-inbound-rtp.
function counters(peer, reports) {
  const audio = (type) => reports.filter((one) => one.type === type && (one.kind ?? one.mediaType) === "audio");
  const sum = (list, name) => (list.length ? list.reduce((all, one) => all + (one[name] ?? NaN), 0) : NaN);
  const named = (id) => reports.find((one) => one.id === id);
  const [inbound, outbound, sources, remote] = ["inbound-rtp", "outbound-rtp", "media-source", "remote-inbound-rtp"].map(audio);
  const newest = inbound[inbound.length - 1];
  const transport = named((newest ?? outbound[0])?.transportId);
  const pair = named(transport?.selectedCandidatePairId);
  // Chromium reports no stream of which nothing has come yet.
  const listens = peer?.getTransceivers().some(({ receiver, currentDirection }) => {
    return receiver.track.kind === "audio" && /recv/.test(currentDirection);
  });
  return {
    at: Date.now(),
    packetsReceived: inbound.length || !listens ? sum(inbound, "packetsReceived") : 0,
    packetsLost: sum(inbound, "packetsLost"),
    bytesReceived: sum(inbound, "bytesReceived"),
    samples: sum(inbound, "totalSamplesReceived"),
    concealed: sum(inbound, "concealedSamples"),
    silent: sum(inbound, "silentConcealedSamples"),
    buffered: sum(inbound, "jitterBufferDelay"),
    emitted: sum(inbound, "jitterBufferEmittedCount"),
    energyIn: sum(inbound, "totalAudioEnergy"),
    durationIn: sum(inbound, "totalSamplesDuration"),
    energyOut: sum(sources, "totalAudioEnergy"),
    durationOut: sum(sources, "totalSamplesDuration"),
    packetsSent: sum(outbound, "packetsSent"),
    bytesSent: sum(outbound, "bytesSent"),
    jitter: newest?.jitter * 1000,
    roundTrip: (remote[0]?.roundTripTime ?? pair?.currentRoundTripTime) * 1000,
    codec: named(newest?.codecId ?? outbound[0]?.codecId)?.mimeType?.split("/")[1],
    pair: pair && { local: candidate(named(pair.localCandidateId)), remote: candidate(named(pair.remoteCandidateId)) },
  };
}

function candidate(report) {
  const { candidateType: type, protocol, address, ip } = report ?? {};
  return { type, protocol, address: address ?? ip };
}

// `grown` gives how much a counter has grown in the interval.
function stats(now, interval, grown) {
  const { at, jitter, roundTrip, codec, pair } = now;
  const received = grown("packetsReceived");
  const loss = share(grown("packetsLost"), grown("packetsLost") + received);
  const concealment = share(grown("concealed") - grown("silent"), grown("samples"));
  const level = (way) => known(Math.sqrt(share(grown(`energy${way}`), grown(`duration${way}`))));
  return {
    at,
    interval: known(interval),
    loss: known(loss),
    lossTotal: known(share(Math.max(0, now.packetsLost), Math.max(0, now.packetsLost) + now.packetsReceived)),
    jitter: known(jitter),
    roundTrip: known(roundTrip),
    packetsReceived: known(now.packetsReceived),
    packetsSent: known(now.packetsSent),
    bytesReceived: known(now.bytesReceived),
    bytesSent: known(now.bytesSent),
    received: known(received),
    concealment: known(concealment),
    levelIn: level("In"),
    levelOut: level("Out"),
    codec,
    pair,
    mos: received > 0 ? known(mos(loss, concealment, roundTrip, 1000 * share(grown("buffered"), grown("emitted")))) : undefined,
  };
}

// The E-model (ITU-T G.107) in the simplified form for packet networks, R = 93.2 - Id - Ie,eff, with
// Ie and Bpl of G.711 with concealment (G.113, appendix I), since Opus has none there: the types'
// comment says so to the page.
function mos(loss, concealment, roundTrip, buffer) {
  const delay = roundTrip / 2 + buffer;
  const percent = 100 * Math.max(loss || 0, concealment || 0);
  const r = 93.2 - 0.024 * delay - 0.11 * Math.max(0, delay - 177.3) - (95 * percent) / (percent + 25.1);
  return r > 0 ? 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r) : 1;
}

/** Samples a call that is played, as long as somebody listens. */
export class Watch {
  #timer = null;
  #over = false;
  #media;
  #page;
  #sampler = new Sampler();
  #judge = new Judge();

  /** `page` is that of `media`. */
  constructor(media, page) {
    this.#media = media;
    this.#page = page;
  }

  start() {
    if (!this.#timer) this.#next();
  }

  stop() {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #next() {
    const wanted = Number(this.#page.get("statsInterval")) || INTERVAL;
    const ms = Math.min(LONGEST, Math.max(SHORTEST, wanted));
    this.#timer = setTimeout(() => this.#tick().catch(report), ms);
  }

  async #tick() {
    const page = this.#page;
    if (page.isWatched() && (!document.hidden || page.get("statsWhenHidden"))) {
      const sample = await this.#sampler.sample(this.#media.peer);
      // The call may end while this is told.
      const tell = (name, what) => this.#over || page.tell(name, what);
      tell("onStats", sample);
      const rests = (kind) => page.isQuiet() || (kind === "silence-out" && this.#media.isMuted);
      const changes = this.#judge.judge(sample, page.get("qualityLimits"), rests);
      changes.forEach((change) => tell("onQuality", change));
    }
    if (!this.#over) this.#next();
  }
}

// The media of one call: does what the core says (src/core/dialog/effect.rs), and reports what
// became of it (src/core/dialog/report.rs). It decides nothing.
import { valuesOf, words } from "../sdk/check.js";
import { CODES, failure } from "../sdk/error.js";
import { gathered, isReachable } from "./candidates.js";
import { preferCodecs } from "./codecs.js";
import { Local } from "./local.js";
import { Player, elementOf } from "./player.js";
import { Ring } from "./ring.js";
import { Sampler, Watch } from "./stats.js";
import { trouble } from "./stream.js";

// What a report says, by its number; src/browser/calls.rs has the same table.
const GRANTED = 0;
const FAILED = 1;
const LOCAL = 2;
const APPLIED = 3;
const CONNECTION = 4;

const CONNECTIONS = { connected: 0, disconnected: 1, failed: 2 };

/** How long gathering may take after the first usable candidate, in ms. */
const ICE_TIMEOUT = 1_000;

const UNREACHABLE =
  "no address of this side can be used by the server, which may end the call with INCOMPATIBLE_DESTINATION: " +
  "without a microphone a browser hides them, so ask for it once, by Verto.init(), or give iceServers";

/** The STUN servers for `iceServers: true`. */
export const usual = { iceServers: [{ urls: "stun:stun.l.google.com:19302" }] };

/** How long the page's function may take to give the servers, in ms: with the gathering that follows less than the core waits. */
const SERVERS_TIMEOUT = 5_000;

// They are asked for while the microphone is, so that a call seldom waits for them.
async function iceServers(page) {
  const given = page.get("iceServers");
  const servers = typeof given === "function" ? await freshServers(given, page) : given;
  const all = [servers === true ? usual.iceServers : servers, page.get("turnServer")];
  return all.filter(Boolean).flat().map((one) => (typeof one === "string" ? { urls: one } : one));
}

async function freshServers(give, page) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came within ${SERVERS_TIMEOUT} ms`)), SERVERS_TIMEOUT);
  });
  try {
    return await Promise.race([give(), late]);
  } catch (error) {
    page.warn(`iceServers() failed (${words(error)}): the call goes on without STUN and TURN servers`);
  } finally {
    clearTimeout(timer);
  }
}

// `stereo=1` tells the other side's encoder what we like to hear. It is put into what is sent only;
// Firefox has it always.
function withStereo(sdp) {
  const opus = /a=rtpmap:(\d+) opus\//i.exec(sdp)?.[1];
  return sdp.replace(new RegExp(`(a=fmtp:${opus} (?!.*stereo=)[^\\r\\n]*)`), "$1; stereo=1; sprop-stereo=1");
}

export class Media {
  #links = new Map();
  #local;
  #player = null;
  #ring = new Ring();
  #places = [];
  #over = false;
  #page;
  #watch;
  #sampler = new Sampler();

  /**
   * `page` has `get`, a setting of the call by its name, and `choose`, which sets some; `report`, which
   * tells the core; `happened`, which notes the time; `isWatched` and `isQuiet`, which say whether
   * somebody listens to samples, and whether no sound is to be expected; and what the page is told of:
   * `warn`, `tell`, `remoteStream`, `playbackBlocked`, `deviceChange`, `mediaError`.
   */
  constructor(page) {
    this.#page = page;
    this.#local = new Local(page, () => this.#senders());
    this.#watch = new Watch(this, page);
  }

  /** Whether the page has silenced the microphone. */
  get isMuted() {
    return !this.#local.enabled.audio;
  }

  stats() {
    return this.#sampler.sample(this.peer);
  }

  /** The stream that is sent; `null` before it is granted. */
  get localStream() {
    return this.#local.stream;
  }

  /** The peer connection that is used now; `null` without one. */
  get peer() {
    return valuesOf(this.#links).filter(({ peer }) => peer).pop()?.peer ?? null;
  }

  async connect(epoch, offer, enabled) {
    const link = { peer: null, remote: null, sound: null };
    this.#links.set(epoch, link);
    this.#local.enabled = enabled;
    const report = (what, code = 0, text = "") => this.#page.report(epoch, what, code, text);
    const isOver = () => this.#links.get(epoch) !== link;
    try {
      if (!globalThis.RTCPeerConnection) throw failure("unsupported", "this browser has no WebRTC");
      const servers = iceServers(this.#page);
      if (!this.localStream) await this.#local.open(isOver, () => this.#place("localTag"));
      if (isOver()) return;
      const video = this.localStream.getVideoTracks().length > 0;
      this.#page.happened("microphone");
      report(GRANTED, Number(this.#local.speaks) + 2 * Number(video));
      const configuration = { iceServers: await servers, bundlePolicy: "balanced" };
      if (isOver()) return;
      const sdp = await this.#describe(link, configuration, offer, report);
      if (isOver()) return;
      this.#page.happened("described");
      report(LOCAL, 0, this.#page.get("useStereo") ? withStereo(sdp) : sdp);
    } catch (error) {
      const { code, message } = trouble(error);
      if (!isOver()) report(FAILED, code, message);
    }
  }

  // The page's element of this setting.
  #place(name) {
    const tag = this.#page.get(name);
    const place = elementOf(tag);
    this.#places.push(place);
    if (tag && !place.element) this.#page.warn(`${name} is no audio or video element of the page`);
    return place.element;
  }

  async #describe(link, configuration, offer, report) {
    const peer = (link.peer = new RTCPeerConnection(configuration));
    link.remote = new MediaStream();
    peer.ontrack = ({ track }) => {
      link.remote.addTrack(track);
      // A track is muted until the first packet comes.
      if (track.kind === "audio") track.addEventListener("unmute", () => this.#page.happened("heard"), { once: true });
    };
    peer.onconnectionstatechange = () => {
      const code = CONNECTIONS[peer.connectionState];
      if (code === 0) this.#page.happened("connected");
      if (code !== undefined) report(CONNECTION, code);
    };
    if (offer !== undefined) await peer.setRemoteDescription({ type: "offer", sdp: offer });
    this.#addTracks(peer, offer !== undefined);
    const isSound = ({ receiver }) => receiver.track.kind === "audio";
    const codecs = this.#page.get("codecs");
    if (codecs) preferCodecs(peer, codecs, this.#page);
    link.sound = peer.getTransceivers().find(isSound) ?? { direction: "inactive" };
    await peer.setLocalDescription(await (offer === undefined ? peer.createOffer() : peer.createAnswer()));
    await gathered(peer, this.#page.get("iceTimeout") ?? ICE_TIMEOUT);
    const { sdp } = peer.localDescription;
    if (!isReachable(sdp)) this.#page.warn(UNREACHABLE);
    return sdp;
  }

  // The server wants audio to come first.
  #addTracks(peer, answers) {
    const stream = this.localStream;
    const wanted = {
      audio: this.#page.get("useSpeak") !== "none",
      video: !!this.#page.get("useVideo"),
    };
    for (const kind of ["audio", "video"]) {
      const track = stream.getTracks().find((one) => one.kind === kind);
      // A microphone that is gone, or was chosen away, may come back without a new description.
      const sends = track || (kind === "audio" && this.#local.speaks);
      const direction = !sends ? "recvonly" : wanted[kind] ? "sendrecv" : "sendonly";
      if (answers) {
        if (track) peer.addTrack(track, stream);
        for (const one of peer.getTransceivers()) {
          if (one.receiver.track.kind === kind) one.direction = sends || wanted[kind] ? direction : "inactive";
        }
      } else if (sends || wanted[kind]) {
        peer.addTransceiver(track ?? kind, { direction, streams: [stream] });
      }
    }
  }

  // By which the connections send sound.
  #senders() {
    const described = valuesOf(this.#links).map(({ sound }) => sound).filter(Boolean);
    if (described.every(({ direction }) => direction.startsWith("send"))) return described.map(({ sender }) => sender);
    throw failure("unsupported", "a call that was made without a microphone gets none later: make another");
  }

  /** Sends from this microphone from now on. */
  setMicrophone(id) {
    return this.#local.setMicrophone(id);
  }

  async remote(epoch, sdp) {
    const link = this.#links.get(epoch);
    try {
      await link.peer.setRemoteDescription({ type: "answer", sdp });
      this.#page.report(epoch, APPLIED, 0, "");
    } catch (error) {
      this.#page.report(epoch, FAILED, CODES["media-failed"], String(error?.message));
    }
  }

  enable(kind, on) {
    this.#local.enable(kind, on);
  }

  ring(on) {
    const page = this.#page;
    if (!on) this.#ring.stop();
    else if (!page.isOutbound) this.#ring.start(this.#place("ringer_tag"), page.get("ringFile"), page.get("ringDevice"), page);
    // It is heard where the other side will be.
    else this.#ring.start(null, page.get("ringbackFile"), page.get("useSpeak"), page);
  }

  play(epoch) {
    const stream = this.#links.get(epoch)?.remote;
    if (!stream) return;
    this.#watch.start();
    this.#hearing().play(stream);
    this.#page.remoteStream(stream);
  }

  // Made when it is first needed.
  #hearing() {
    if (!this.#player) {
      const speaker = this.#page.get("useSpeak");
      const chosen = speaker && speaker !== "any" && speaker !== "none";
      this.#player = new Player(this.#place("tag"), chosen ? speaker : undefined, this.#page);
    }
    return this.#player;
  }

  /** Plays on this output device, also where nothing is to be heard yet. */
  async setSpeaker(id) {
    if (this.#over) throw failure("closed", "this call has ended");
    await this.#hearing().sink(id === "any" ? "" : id);
  }

  close(epoch) {
    const peer = this.#links.get(epoch)?.peer;
    this.#links.delete(epoch);
    if (!peer) return;
    peer.ontrack = peer.onconnectionstatechange = null;
    peer.close();
  }

  release() {
    this.#over = true;
    this.#watch.stop();
    this.#links.forEach((_, epoch) => this.close(epoch));
    this.#ring.stop();
    this.#player?.end();
    this.#local.release();
    // An element that a function of the page's made for this call is removed from the page.
    for (const { element, made } of this.#places) if (made) element?.remove();
    this.#places = [];
    this.#player = null;
  }
}

// What one call sends: its local stream, what the page wants of it, and what becomes of its devices.
import { safely } from "../host/page-code.js";
import { failure } from "../sdk/error.js";
import { refreshDevices, watchers } from "./devices.js";
import { clear, resumeAudio } from "./player.js";
import { forget, localStream, microphone, stop, trouble } from "./stream.js";

/** How long somebody may take to answer the browser's question for a microphone, in ms. */
const PATIENCE = 60_000;

const nothing = () => {};

export class Local {
  /** The stream that is sent; `null` before it is granted. */
  stream = null;
  /** Whether the call has, or had, a microphone: then its descriptions say that it sends sound. */
  speaks = false;
  /** Whether the local tracks of a kind are heard or seen. */
  enabled = { audio: true, video: true };
  #page;
  #senders;
  #own = [];
  #preview = null;
  // The stream that is asked for first; `null` before.
  #opening = null;
  // The promise of the newest wish for a microphone, and what ends the wait for it.
  #wish = null;
  #giveUp = null;
  // The track whose device is gone.
  #lost = null;
  // Why there is no microphone any more, as the page was told.
  #missing = null;
  #over = false;

  /**
   * `page` is that of media.js; `senders` gives the RTCRtpSenders of sound, and throws where they may
   * not send.
   */
  constructor(page, senders) {
    this.#page = page;
    this.#senders = senders;
  }

  /** Gets the stream; a stream that comes after `isOver()` is stopped. */
  open(isOver, preview) {
    return (this.#opening = this.#open(isOver, preview));
  }

  async #open(isOver, preview) {
    const { stream, own } = await localStream(this.#page);
    if (isOver()) return stop(own);
    this.stream = stream;
    this.#own = own;
    this.speaks = stream.getAudioTracks().length > 0;
    for (const kind of ["audio", "video"]) this.enable(kind, this.enabled[kind]);
    this.#preview = preview();
    this.#show();
    this.#preview?.play?.().catch(nothing);
    for (const track of stream.getTracks()) this.#follow(track);
    // Browsers let a page play that has a microphone.
    resumeAudio();
    watchers.add(this.#devicesChanged);
    // The devices have names now.
    refreshDevices().catch(nothing);
  }

  // Whoever speaks doesn't want to hear it.
  #show() {
    if (this.#preview) safely(() => Object.assign(this.#preview, { muted: true, srcObject: this.stream }));
  }

  enable(kind, on) {
    this.enabled[kind] = on;
    // One of our own may be about to take its place in the stream.
    for (const track of [...this.#own, ...(this.stream?.getTracks() ?? [])]) if (track.kind === kind) track.enabled = on;
  }

  get #microphone() {
    return this.stream?.getAudioTracks()[0];
  }

  /**
   * Sends from this microphone from now on; it rejects, and the one before goes on, where that cannot
   * be: of two wishes the newer counts.
   */
  setMicrophone(id) {
    if (this.#over) return Promise.reject(failure("closed", "this call has ended"));
    this.#giveUp?.(failure("aborted", "another microphone was chosen since"));
    return (this.#wish = new Promise((resolve, reject) => {
      // What is granted later is wanted no more.
      const timer = setTimeout(() => giveUp(failure("timeout", "the microphone was not granted in time")), PATIENCE);
      const giveUp = (this.#giveUp = (error) => {
        clearTimeout(timer);
        if (this.#giveUp === giveUp) this.#giveUp = null;
        reject(error);
      });
      const isWanted = () => this.#giveUp === giveUp;
      this.#change(id, isWanted).then(resolve).catch((error) => reject(trouble(error))).then(() => giveUp());
    }));
  }

  async #change(id, isWanted) {
    // Before the call asks for its stream nothing is opened.
    if (!this.#opening) return this.#page.choose({ useMic: id });
    await this.#opening;
    if (!isWanted() || (id === "none" && !this.#microphone)) return;
    this.#senders();
    const stream = id === "none" ? new MediaStream() : await microphone(id, this.#page);
    if (!isWanted()) return stop(stream.getTracks());
    await this.#replace(stream.getAudioTracks()[0] ?? null, isWanted);
  }

  async #replace(track, isWanted) {
    const older = this.#own.filter(({ kind }) => kind === "audio");
    if (track) {
      track.enabled = this.enabled.audio;
      this.#own.push(track);
    }
    try {
      // A connection that was made meanwhile has the track of before.
      for (let others; isWanted() && (others = this.#senders().filter((sender) => sender.track !== track)).length; ) {
        await Promise.all(others.map((sender) => sender.replaceTrack(track)));
      }
    } catch (error) {
      this.#drop(track ? [track] : []);
      throw error;
    }
    if (this.#over) return;
    this.#missing = null;
    this.#drop(older);
    const { stream } = this;
    // The page's own stays as it is.
    if (stream === this.#page.get("useStream")) {
      this.stream = new MediaStream(stream.getVideoTracks());
      if (this.#preview?.srcObject === stream) this.#show();
    }
    for (const one of stream.getAudioTracks()) {
      this.#follow(one, "removeEventListener");
      this.stream.removeTrack(one);
    }
    if (!track) return;
    this.stream.addTrack(track);
    this.speaks = true;
    this.#follow(track);
    resumeAudio();
  }

  #drop(tracks) {
    this.#own = this.#own.filter((one) => !tracks.includes(one));
    stop(tracks);
  }

  // Listens to a track of the stream, or does so no more.
  #follow(track, method = "addEventListener") {
    for (const type of ["ended", "mute", "unmute"]) track[method](type, this.#signs);
  }

  // A device that is gone, or whose permission is withdrawn, ends its track; something else that uses
  // it for a while, such as a call of the telephone that the browser runs on, mutes it.
  #signs = ({ type, target }) => {
    if (type === "ended") this.#gone(target);
    else this.#page.deviceChange({ kind: type === "mute" ? "interrupted" : "resumed" });
  };

  #devicesChanged = ({ removed }, { audioinput }) => {
    if (this.#missing && audioinput.length && !this.#giveUp) return this.#substitute(null);
    // Not every browser ends the track of a device that is gone.
    const track = this.#microphone;
    const id = track?.getSettings().deviceId;
    if (removed.some((one) => one.kind === "audio_in" && one.id === id)) this.#gone(track);
  };

  async #gone(track) {
    if (track === this.#lost) return;
    this.#lost = track;
    const { kind, label } = track;
    const id = track.getSettings().deviceId;
    if (kind !== "audio" || !this.#own.includes(track)) {
      // What the page gave, or its user chose to show, they alone can give anew.
      return this.#page.mediaError(failure("media-missing", `what the call sends has ended: ${label}`));
    }
    forget(id);
    // The page may be choosing another already.
    for (let wish; wish !== this.#wish; ) await (wish = this.#wish)?.catch(nothing);
    if (this.#microphone === track) this.#substitute({ id, kind: "audio_in", label });
  }

  // The usual microphone takes the place of one that is gone.
  async #substitute(from) {
    try {
      await this.setMicrophone("any");
      const { label } = this.#microphone;
      const to = { id: this.#microphone.getSettings().deviceId, kind: "audio_in", label };
      this.#page.deviceChange({ kind: "microphone", from, to });
    } catch ({ kind, message }) {
      if (this.#over || kind === "aborted" || kind === this.#missing) return;
      this.#missing = kind;
      this.#page.mediaError(failure(kind, `the microphone is gone, and no other takes its place: ${message}`));
    }
  }

  release() {
    this.#over = true;
    this.#giveUp?.(failure("closed", "this call has ended"));
    watchers.delete(this.#devicesChanged);
    for (const track of this.stream?.getTracks() ?? []) this.#follow(track, "removeEventListener");
    stop(this.#own);
    clear(this.#preview, this.stream);
    this.stream = this.#preview = null;
  }
}

// Which codecs a call is to use, where the page has wishes.

// They are no choice of their own: they carry keys, silence or repairs beside the codec that is chosen.
const HELPERS = ["telephone-event", "cn", "red", "rtx", "ulpfec", "flexfec-03"];

const nameOf = ({ mimeType }) => mimeType.split("/")[1].toLowerCase();

/**
 * Lets the next description of a connection have the codecs of these names alone, the dearest first.
 * Where the browser, or the server's offer, has none of them for sound or for the picture, the wish ends
 * no call: all that the browser has are described.
 */
export function preferCodecs(peer, names, page) {
  const wishes = [names].flat().map((name) => String(name).toLowerCase());
  const unknown = new Set(wishes);
  const offer = peer.remoteDescription?.sdp;
  const isOffered = (one) => !offer || new RegExp(`a=rtpmap:\\d+ ${nameOf(one)}/`, "i").test(offer);
  for (const transceiver of peer.getTransceivers()) {
    if (!transceiver.setCodecPreferences) return page.warn("this browser lets no page choose codecs", "debug");
    const all = ["audio", "video"].flatMap((kind) => globalThis.RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []);
    for (const one of all) unknown.delete(nameOf(one));
    const { kind } = transceiver.receiver.track;
    const mine = all.filter(({ mimeType }) => mimeType.startsWith(kind));
    const wanted = wishes.flatMap((name) => mine.filter((one) => nameOf(one) === name && isOffered(one)));
    const rest = mine.filter((one) => HELPERS.includes(nameOf(one)) && !wanted.includes(one));
    if (wanted.length) transceiver.setCodecPreferences([...wanted, ...rest]);
    else if (kind === "audio") page.warn("codecs: none of them can be used: those of the browser are");
  }
  unknown.forEach((name) => page.warn(`codecs: this browser has no ${name}`));
}

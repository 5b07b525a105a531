// The local stream of a call: microphone, camera, screen.
import { VertoError, failure } from "../sdk/error.js";

// What browsers call a refusal, and which kind of failure it is.
const KINDS = {
  NotAllowedError: "media-denied",
  SecurityError: "media-denied",
  NotFoundError: "media-missing",
  OverconstrainedError: "media-missing",
  NotReadableError: "media-busy",
  AbortError: "media-busy",
};

// Says whether the browser's policy forbids the page its microphone; `undefined` where it doesn't tell.
function forbidden() {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  return policy?.allowsFeature && !policy.allowsFeature("microphone");
}

/** The VertoError for what a browser has thrown. */
export function trouble(thrown) {
  if (thrown instanceof VertoError) return thrown;
  const kind = KINDS[thrown?.name] ?? "media-failed";
  let message = String(thrown?.message ?? thrown);
  // In a frame a browser that doesn't tell may mean its policy or its user.
  if (kind === "media-denied" && (forbidden() ?? globalThis.top !== globalThis.self)) {
    message += ' (in an iframe a page needs allow="microphone", and no Permissions-Policy may forbid it)';
  }
  return failure(kind, message, { cause: thrown });
}

/** `navigator.mediaDevices`; it throws where a page has none. */
export function mediaDevices() {
  const devices = globalThis.navigator?.mediaDevices;
  if (devices?.getUserMedia) return devices;
  if (globalThis.isSecureContext === false) {
    throw failure("media-insecure", "a page gets the microphone only over https (or on localhost)");
  }
  throw failure("unsupported", "this browser gives pages no microphone");
}

/** The constraint for a device that was chosen, if one was. */
export function chosen(id) {
  return id && id !== "any" ? { deviceId: { exact: id } } : {};
}

// Of a screen browsers take no least size.
function videoConstraints(params, screen) {
  const { minWidth, maxWidth, minHeight, maxHeight, minFrameRate, maxFrameRate, vertoBestFrameRate, ...rest } = params ?? {};
  const range = (min, max, ideal) => ({ min: screen ? undefined : min, max, ideal });
  return {
    width: range(minWidth, maxWidth),
    height: range(minHeight, maxHeight),
    frameRate: range(minFrameRate, maxFrameRate, vertoBestFrameRate),
    ...rest,
  };
}

/**
 * Gets the local stream that the call's settings ask for, and says which of its tracks are ours to
 * stop: those of `useStream` are the page's.
 */
export async function localStream(page) {
  const get = (name) => page.get(name);
  const given = get("useStream");
  if (given) {
    if (!given.getTracks) throw failure("invalid-argument", "useStream must be a MediaStream");
    return { stream: given, own: [] };
  }
  const screen = get("screenShare");
  const audio = get("useMic") !== "none" && microphoneConstraints(get("useMic"), page);
  const camera = !screen && get("useVideo") && get("useCamera") !== "none";
  const video = camera && { ...videoConstraints(get("videoParams")), ...chosen(get("useCamera")) };
  const stream = new MediaStream();
  const add = (more) => more.getTracks().forEach((track) => stream.addTrack(track));
  try {
    // First, since a browser shows its screens only in a click.
    if (screen) add(await mediaDevices().getDisplayMedia({ video: videoConstraints(get("videoParams"), true) }));
    if (audio || video) add(await shared({ audio, video }, (constraints) => capture(constraints, page)));
  } catch (error) {
    stop(stream.getTracks());
    throw error;
  }
  return { stream, own: stream.getTracks() };
}

function microphoneConstraints(id, page) {
  return { ...page.get("audioParams"), ...chosen(id) };
}

/** The stream of this microphone, and of no other. */
export function microphone(id, page) {
  const constraints = { audio: microphoneConstraints(id, page), video: false };
  return shared(constraints, (constraints) => mediaDevices().getUserMedia(constraints));
}

// What calls have captured, and by which constraints.
let captured = [];

// Another call's devices are not opened once more, which some browsers answer by silencing the
// other call: it gets a clone, which is muted and ends by itself.
async function shared(constraints, capture) {
  const key = JSON.stringify(constraints);
  captured = captured.filter(({ stream }) => stream.getTracks().every(({ readyState }) => readyState === "live"));
  const other = captured.find((one) => one.key === key);
  const stream = other ? other.stream.clone() : await capture(constraints);
  captured.push({ key, stream });
  return stream;
}

/** No call gets a clone of what comes from this device, which is gone: not every browser ends its tracks. */
export function forget(id) {
  captured = captured.filter(({ stream }) => stream.getTracks().every((track) => track.getSettings().deviceId !== id));
}

// A device's id that a page has kept may be of a device that is gone, or one that the browser has
// replaced by a new id: then the usual device is asked for.
async function capture(constraints, page) {
  try {
    return await mediaDevices().getUserMedia(constraints);
  } catch (error) {
    const kept = [constraints.audio, constraints.video].some((kind) => kind?.deviceId?.exact);
    if (!kept || KINDS[error.name] !== "media-missing") throw error;
    page.warn(`a chosen device isn't there (${error.message}): the usual one is taken`);
    const usual = (kind) => kind && { ...kind, deviceId: undefined };
    return mediaDevices().getUserMedia({ audio: usual(constraints.audio), video: usual(constraints.video) });
  }
}

export function stop(tracks) {
  tracks.forEach((track) => track.stop());
}

// Says what keeps the agent from being heard or from hearing, and what to do about it.
import { Verto } from "@xswitch/rtc";
import { onConnected, onConnection } from "./connection.mjs";
import { element, onClick, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { isPhone } from "./phone.mjs";

/** What there is to be told: what is wrong, the text of the button if there is one, and what it does. */
const TROUBLES = {
  blocked: { button: "turnSoundOn", run: () => Verto.resumeAudio() },
  "media-denied": { button: "allowMicrophone", run: askForMicrophone },
  "media-missing": { button: "tryAgain", run: askForMicrophone },
  "media-busy": { button: "tryAgain", run: askForMicrophone },
  "media-insecure": {},
  unsupported: {},
};
const KINDS = { NotAllowedError: "media-denied", NotFoundError: "media-missing", NotReadableError: "media-busy" };

/** What is wrong with the microphone and with the sound. Neither hides the other for good. */
const troubles = { microphone: "", sound: "" };
const worst = () => troubles.microphone || troubles.sound;

function show() {
  const trouble = worst();
  const { button } = TROUBLES[trouble] ?? {};
  element("banner").dataset.trouble = trouble;
  setText(element("banner-text"), trouble && t(`trouble:${trouble}`));
  element("banner-button").hidden = !button;
  setText(element("banner-button"), button ? t(button) : "");
}

function tell(part, what) {
  troubles[part] = what;
  show();
}

/** Tells of a call's failure, if the agent can do something about it. */
export function openBanner({ kind }) {
  if (kind in TROUBLES) tell("microphone", kind);
}

/** Asks for the microphone before the first call comes, so that no caller has to wait for the answer. */
async function askForMicrophone() {
  if (!navigator.mediaDevices) return tell("microphone", globalThis.isSecureContext ? "unsupported" : "media-insecure");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    tell("microphone", "");
  } catch (error) {
    tell("microphone", KINDS[error.name] ?? "media-denied");
  }
}

let permission;

// The user may change it in the address bar at any time. Whether the microphone works then, only the
// microphone says: one that is allowed may be missing, or in use.
async function watchPermission() {
  try {
    permission ??= await navigator.permissions.query({ name: "microphone" });
  } catch {
    // This browser doesn't tell.
    return;
  }
  permission.onchange = () => permission.state !== "prompt" && askForMicrophone();
}

onClick("banner-button", async () => {
  const { run } = TROUBLES[worst()];
  // What plays then is not blocked any more; what doesn't is told again.
  if (!troubles.microphone) tell("sound", "");
  await run();
});
onConnected({
  onLogin() {
    if (!isPhone()) return;
    watchPermission();
    askForMicrophone();
  },
  onPlaybackBlocked: () => tell("sound", "blocked"),
  onMediaError: (_, error) => openBanner(error),
  // The headset that was missing may be there now.
  onDeviceChange: () => troubles.microphone === "media-missing" && askForMicrophone(),
});
onConnection(() => {
  if (isPhone()) return;
  tell("microphone", "");
  tell("sound", "");
});
onLanguage(show);

// Which microphone and which loudspeaker the phone uses, and whether they work.
import { Verto } from "@xswitch/rtc";
import { onConnected, verto } from "./connection.mjs";
import { element, make, onClick } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { closePanel, isOpen, openPanel } from "./panels.mjs";
import { call, lines } from "./phone.mjs";
import { recall, remember } from "./storage.mjs";
import { RINGING, TEST_TONE } from "./tones.mjs";

const ECHO = "9196";
const LISTS = { microphone: "audioInDevices", speaker: "audioOutDevices", ringer: "audioOutDevices" };
// What rings already rings on where it is.
const CHANGES = { microphone: "setMicrophone", speaker: "setSpeaker" };
const USUAL = "any";

const chosen = () => ({ microphone: USUAL, speaker: USUAL, ringer: USUAL, ...recall("devices") });

/** The calls that come use what is chosen. */
function apply() {
  const { microphone, speaker, ringer } = chosen();
  verto.deviceParams({ useMic: microphone, useSpeak: speaker, ringDevice: ringer });
}

function show() {
  const options = chosen();
  for (const [id, list] of Object.entries(LISTS)) {
    const devices = Verto[list].filter((device) => device.id && device.id !== "default");
    const items = [{ id: USUAL, label: t("usualDevice") }, ...devices];
    element(id).replaceChildren(...items.map((device) => make("option", { value: device.id, textContent: device.label })));
    // A device that is gone is not in the list, and calls take the usual one.
    element(id).value = items.some((device) => device.id === options[id]) ? options[id] : USUAL;
  }
}

async function list() {
  await Verto.refreshDevices();
  show();
}

function choose(id) {
  remember("devices", { ...chosen(), [id]: element(id).value });
  apply();
  if (!(id in CHANGES)) return;
  const device = element(id).value;
  const told = { button: element(id), place: "phone-message", failure: "failedDevice" };
  return attempt(told, () => Promise.all([...lines.values()].map(({ dialog }) => dialog[CHANGES[id]](device))));
}

async function playTone(file, device) {
  const audio = new Audio(file);
  if (device !== USUAL) await audio.setSinkId(device);
  await audio.play();
}

for (const id of Object.keys(LISTS)) element(id).addEventListener("change", () => choose(id));
onClick("open-devices", async () => {
  if (isOpen("devices")) return closePanel();
  show();
  openPanel("devices", element("open-devices"), element("microphone"));
  await list();
});
for (const [id, file, part] of [["test-tone", TEST_TONE, "speaker"], ["test-ring", RINGING, "ringer"]]) {
  const told = { button: element(id), place: "phone-message", failure: "failedTone" };
  onClick(id, () => attempt(told, () => playTone(file, chosen()[part])));
}
onClick("echo-test", async () => {
  await attempt({ button: element("echo-test"), place: "phone-message", failure: "failedCall" }, async () => call(ECHO));
});
/** The SDK has done what there was to do; the agent is told. */
function onDeviceChange({ kind, from, to }) {
  if (kind === "list" && isOpen("devices")) show();
  // Of the usual loudspeaker browsers don't tell the name.
  if (from) say("phone-message", () => t("deviceGone", { from: from.label, to: to?.label ?? t("usualDevice") }), "note");
}

onConnected({ onLogin: apply, onDeviceChange });
onLanguage(() => isOpen("devices") && show());

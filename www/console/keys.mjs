// The phone by keys, and by the buttons of a headset where the browser passes them on.
import { ACTIONS, lineFor } from "./actions.mjs";
import { element } from "./dom.mjs";
import { answer, currentLine, hangUp, isPhone, isUp, onPhone, ringingLine, toggleMute } from "./phone.mjs";
import { perform } from "./phone-view.mjs";

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat || !isPhone()) return;
  // By the place of the key: with Alt some keyboards write other letters.
  const pressed = event.code.replace("Key", "");
  if (pressed === "N") {
    event.preventDefault();
    return element("new-call").click();
  }
  const action = ACTIONS.find(({ key }) => key === pressed);
  const line = action && lineFor(action);
  if (!line) return;
  event.preventDefault();
  perform(action, line);
});

/** The one button of a simple headset answers, and while one talks it silences the microphone. */
function headsetButton() {
  const line = ringingLine() ?? currentLine();
  if (line === ringingLine()) return line && answer(line);
  if (isUp(line)) toggleMute(line);
}

const HANDLERS = {
  play: headsetButton,
  pause: headsetButton,
  togglemicrophone: () => isUp(currentLine()) && toggleMute(currentLine()),
  hangup: () => currentLine() && hangUp(currentLine()),
};

let handles = false;

// Only while there is a call: otherwise the keys are those of the user's music.
function handle() {
  const wanted = isPhone() && Boolean(currentLine());
  if (!navigator.mediaSession) return;
  if (wanted) navigator.mediaSession.setMicrophoneActive?.(!currentLine().muted);
  if (wanted === handles) return;
  handles = wanted;
  for (const [action, run] of Object.entries(HANDLERS)) {
    try {
      navigator.mediaSession.setActionHandler(action, wanted ? run : null);
    } catch {
      // This browser doesn't know this button.
    }
  }
}

onPhone(handle);

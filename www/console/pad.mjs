// The keypad: digits for the machine at the other end.
import { element, make, setText } from "./dom.mjs";
import { attempt } from "./failures.mjs";
import { closePanel, isOpen, openPanel } from "./panels.mjs";
import { dtmf, isUp, lines, onPhone } from "./phone.mjs";

const KEYS = "123456789*0#";
let line;
let sent = "";

function press(button) {
  const { digit } = button.dataset;
  sent += digit;
  setText(element("pad-digits"), sent);
  attempt({ button, place: "phone-message", failure: "failedDigits" }, () => dtmf(line, digit));
}

const buttons = [...KEYS].map((digit) => make("button", { type: "button", textContent: digit, data: { digit } }));
for (const button of buttons) button.addEventListener("click", () => press(button));
element("pad-keys").append(...buttons);

// While the panel has the focus, digits can be typed.
element("pad").addEventListener("keydown", ({ key, altKey, ctrlKey, metaKey }) => {
  const button = !altKey && !ctrlKey && !metaKey && buttons.find(({ dataset }) => dataset.digit === key);
  if (button) press(button);
});

export function openPad(about, button) {
  if (isOpen("pad") && line === about) return closePanel();
  line = about;
  sent = "";
  setText(element("pad-digits"), sent);
  openPanel("pad", button, buttons[0]);
}

onPhone(() => {
  if (isOpen("pad") && (!lines.has(line.id) || !isUp(line))) closePanel();
});

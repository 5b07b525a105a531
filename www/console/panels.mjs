// The panels beneath the lines, of which one is open at a time.
import { element } from "./dom.mjs";

const PANELS = ["pad", "colleagues", "devices", "quality-panel"];
let open = "";
let opener;

/** Whether this panel is open. */
export const isOpen = (id) => open === id;

function show() {
  for (const id of PANELS) element(id).hidden = id !== open;
  for (const button of document.querySelectorAll("#phone [aria-controls]")) {
    button.setAttribute("aria-expanded", String(button === opener && button.getAttribute("aria-controls") === open));
  }
}

/** Opens a panel, and moves the focus to `first`; `button` gets it back afterwards. */
export function openPanel(id, button, first) {
  closePanel();
  open = id;
  opener = button;
  show();
  first?.focus();
}

export function closePanel() {
  if (!open) return;
  const closed = open;
  const focused = element(closed).contains(document.activeElement);
  open = "";
  if (focused && opener?.checkVisibility()) opener.focus();
  opener = undefined;
  show();
}

for (const id of PANELS) {
  element(id).addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    // The drawer is not meant.
    event.stopPropagation();
    closePanel();
  });
}

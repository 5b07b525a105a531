/** One is heard only while `button` is held down, by pointer or space bar. Gives the function that ends it. */
export function pushToTalk(dialog, button) {
  const controller = new AbortController();
  const { signal } = controller;
  const talk = (on) => {
    dialog.setMute(on ? "on" : "off");
    button.setAttribute("aria-pressed", on);
  };
  const off = () => talk(false);
  button.addEventListener("pointerdown", () => talk(true), { signal });
  button.addEventListener("keydown", ({ key }) => key === " " && talk(true), { signal });
  for (const type of ["keyup", "blur"]) button.addEventListener(type, off, { signal });
  // The finger may be elsewhere by then, and the page may be left while the button is held.
  for (const type of ["pointerup", "pointercancel", "blur"]) window.addEventListener(type, off, { signal });
  off();
  return () => {
    controller.abort();
    button.removeAttribute("aria-pressed");
    dialog.setMute("on");
  };
}

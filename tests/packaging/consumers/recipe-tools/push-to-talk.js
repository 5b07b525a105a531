/** One is heard only while `button` is held down, by pointer or space bar. Gives the function that ends it. */
export function pushToTalk(dialog, button) {
  const controller = new AbortController();
  const { signal } = controller;
  const talk = (on) => {
    dialog.setMute(on ? "on" : "off");
    button.setAttribute("aria-pressed", on);
  };
  const on = (type, run) => button.addEventListener(type, run, { signal });
  on("pointerdown", ({ pointerId }) => {
    // The button hears of the end wherever the finger is by then.
    button.setPointerCapture(pointerId);
    talk(true);
  });
  on("keydown", ({ key }) => key === " " && talk(true));
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "keyup", "blur"]) on(type, () => talk(false));
  talk(false);
  return () => {
    controller.abort();
    button.removeAttribute("aria-pressed");
    dialog.setMute("on");
  };
}

// Keeps what the browser reports as errors of the page, for the engines whose browser doesn't
// tell WebDriver. `startSim` puts this into each page, before the page's own scripts.
(function () {
  "use strict";

  const KEY = "errors that the page reported";
  let events = [];
  let ended = false;

  function note(event) {
    if (!ended) events.push(event);
  }

  const text = (value) => (value instanceof Error ? `${value.name}: ${value.message}` : String(value));

  // As Chromium's log has them. An event that the page has prevented isn't reported.
  function words(event) {
    if (typeof event === "string") return event;
    if (event.defaultPrevented) return null;
    if (event.type === "unhandledrejection") return `Uncaught ${text(event.reason)}`;
    if (!(event instanceof ErrorEvent)) return `Failed to load resource: ${event.target.src ?? event.target.href}`;
    return event.message.replace(/^(Uncaught )?/, "Uncaught ");
  }

  const stored = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  const now = () => events.map(words).filter((line) => line !== null);

  // Also those of elements, which don't bubble.
  window.addEventListener("error", note, true);
  window.addEventListener("unhandledrejection", note);
  // The page may be left before it is asked.
  window.addEventListener("pagehide", () => {
    sessionStorage.setItem(KEY, JSON.stringify([...stored(), ...now()]));
    events = [];
  });

  const { error } = console;
  console.error = function (...args) {
    note(args.map(text).join(" "));
    return error.apply(this, args);
  };

  /** From here on nothing counts. */
  window.endPageErrors = function () {
    ended = true;
  };

  window.takePageErrors = function () {
    const lines = [...stored(), ...now()];
    sessionStorage.removeItem(KEY);
    events = [];
    return lines;
  };
})();

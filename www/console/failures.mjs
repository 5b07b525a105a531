// Tells failures in the user's own language, beside the button that caused them.
import { element, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";

// The text in each place, as a function that gives it in the language of the moment.
const said = new Map();

/** A `VertoError`, or any other error, as a sentence. */
export function describe(error) {
  const why = error.reason ?? error.message;
  switch (error.kind) {
    case "auth":
      return t("errorAuth", { why });
    case "rejected":
      return t("errorRejected", { why, code: error.code });
    case "timeout":
      return t(error.sent ? "errorTimeoutSent" : "errorTimeout");
    case "connection-lost":
      return t(error.sent ? "errorLostSent" : "errorLost");
    case "closed":
      return t("errorClosed");
    case "taken-over":
      return t("errorTakenOver");
    case "invalid-argument":
      return t("errorArgument", { why });
    default:
      return t("errorOther", { why });
  }
}

/** What failed, and why; `what` is the key of a text. */
export const failed = (what, error) => t("failure", { what: t(what), why: describe(error) });

/** Shows `text()` in a place, or empties the place if there is no `text`. */
export function say(place, text, kind = "error") {
  if (text) said.set(place, text);
  else said.delete(place);
  element(place).dataset.kind = kind;
  setText(element(place), text ? text() : "");
}

onLanguage(() => {
  for (const [place, text] of said) setText(element(place), text());
});

/**
 * Runs what a button does, with the button marked as busy until that has ended. A failure is
 * shown at `place`. The promise has the result, or undefined after a failure.
 */
export async function attempt({ button, place, failure, wait }, start) {
  say(place, wait, "note");
  button.setAttribute("aria-busy", "true");
  try {
    const result = await start();
    say(place);
    return result;
  } catch (error) {
    say(place, () => failed(failure, error));
    return undefined;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

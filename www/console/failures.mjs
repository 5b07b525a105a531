// Failures in the user's words, beside the button that caused them.
import { element, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";

// What stands in each place: a function, so that it follows the language.
const said = new Map();

/** A `VertoError`, or any other, as a sentence. */
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

/** Shows `text()` in a place; without it the place is empty again. */
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
 * Runs what a button does and shows at `place` when it failed. The button is busy until then.
 * Gives the result, or undefined.
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

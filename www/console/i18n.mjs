// The two languages. The first choice is the browser's; the user's own is remembered.
import { MESSAGES } from "./messages.mjs";
import { recall, remember } from "./storage.mjs";

const LANGUAGES = ["zh-CN", "en"];
const listeners = new Set();
let index = LANGUAGES.indexOf(recall("language"));
if (index < 0) index = navigator.language.startsWith("zh") ? 0 : 1;

/** The text of a key in the current language, with `values` in it. */
export function t(key, values = {}) {
  const text = MESSAGES[key]?.[index] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const known = (key) => Object.hasOwn(MESSAGES, key);

/** The text for a word of the server's, a reason or a cause; the word itself if it has none. */
export const word = (kind, name) => (known(`${kind}:${name}`) ? t(`${kind}:${name}`) : name);

/** Runs now, and again after each switch of the language. */
export function onLanguage(run) {
  listeners.add(run);
  run();
}

export function switchLanguage() {
  index = 1 - index;
  remember("language", LANGUAGES[index]);
  for (const run of listeners) run();
}

/** The other language's own name for itself. */
export const otherLanguage = () => ["English", "中文"][index];
export const otherLanguageTag = () => LANGUAGES[1 - index];

onLanguage(() => {
  document.documentElement.lang = LANGUAGES[index];
  for (const each of document.querySelectorAll("[data-t]")) each.textContent = t(each.dataset.t);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", t(each.dataset.label));
});

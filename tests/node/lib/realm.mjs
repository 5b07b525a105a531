// Runs a page's shift (shift.js) in a realm of its own, in which the page replaces what it likes.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const shift = new vm.Script(readFileSync(new URL("shift.js", import.meta.url), "utf8"), { filename: "shift.js" });
const host = { TextDecoder, TextEncoder, EventTarget, CustomEvent, URL };

/** How long any step may take, in ms. A healthy one takes a few: this is what tells a loop without end. */
const LONGEST = 5_000;

function open() {
  const realm = vm.createContext({}, { microtaskMode: "afterEvaluate" });
  const page = (realm.page = shift.runInContext(realm)(host));
  return { page, run: (source) => vm.runInContext(source, realm, { timeout: LONGEST }) };
}

/** What a source gives in a new realm. */
export const inRealm = (source) => open().run(source);

/**
 * Loads a script of the package in a new realm and plays a shift with it. `before` and `after` are
 * sources that run before and after it is loaded. Returns what was done, and the errors in words.
 */
export function play(source, { before = "", after = "" } = {}) {
  const { page, run } = open();
  try {
    run(before);
    // Node.js cannot assign to a realm's global object once Object.prototype has a member `get`.
    run(`(function (globalThis) {\n${source}\n})(page.global)`);
    run(after);
    run("page.begin()");
    while (run("page.turn()"));
  } catch (thrown) {
    page.fault(thrown);
  }
  return page.seen;
}

/** What is done in a shift that nothing hinders. */
export const WHOLE =
  "made, connect, login, subscribed, uuid, event 1, event 2, command, answer 200, logout, closed";

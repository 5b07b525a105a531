// A button for each of the simulator's faults, and for the work that it can play. A real server
// has neither.
import { CALL_FAULTS, FAULTS, requestsFor } from "../faults-list.mjs";
import { hasApi, simulator, simulatorState } from "./api.mjs";
import { session, vcc } from "./connection.mjs";
import { element, make } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { t } from "./i18n.mjs";
import { me } from "./me.mjs";

const WORK = [
  ["caller", "caller", () => ["caller", { queue: me.queue || "test", caller: `1390000${String(Date.now()).slice(-4)}` }]],
  ["hangup", "hangup", () => ["hangup", { call: me.call?.id ?? "" }]],
  ["browsersRing", "browsersRing", () => ["browser-phones", { on: true }]],
  ["phonesRing", "phonesRing", () => ["browser-phones", { on: false }]],
  ["load12", "load12", () => ["load", { agents: 12, eventsPerSecond: 2 }]],
  ["load500", "load500", () => ["load", { agents: 500, eventsPerSecond: 200 }]],
  ["loadOff", "loadOff", () => ["load", { agents: 0 }]],
];

function button(id, name, requests, effect) {
  const made = make("button", { type: "button", textContent: name, data: { fault: id } });
  made.addEventListener("click", async () => {
    const told = { button: made, place: "faults-message", failure: name };
    const done = await attempt(told, async () => {
      for (const [path, body] of requests()) await simulator(path, body);
      return true;
    });
    if (done) say("faults-message", () => t("faultDone", { name }), "note");
  });
  return make("div", { className: "fault" }, made, make("p", { textContent: effect }));
}

const group = (title, ...buttons) => make("section", {}, make("h3", { textContent: title }), ...buttons);

function show() {
  const language = document.documentElement.lang.startsWith("zh") ? 0 : 1;
  const own = () => ({ login: session.login, channel: vcc.channel(session.agent) });
  const work = WORK.map(([id, key, request]) => button(id, t(key), () => [request()], ""));
  const clear = button("clear", t("faultClear"), () => [["fault/clear", {}]], "");
  const faults = [CALL_FAULTS, ...FAULTS].map(({ title, rows }) => {
    const buttons = rows.map(([id, names, effects, requests]) =>
      button(id, names[language], () => requestsFor(requests, own()), effects[language]),
    );
    return group(title[language], ...buttons);
  });
  element("faults").replaceChildren(group(t("work"), ...work), clear, ...faults);
}

/** Shows the buttons if the page's server is the simulator, which is found out by asking it. */
export async function showSimulator() {
  if (element("faults").childElementCount > 0 || !hasApi()) {
    if (hasApi()) show();
    else say("faults-message", () => t("noSimulator"), "note");
    return;
  }
  try {
    await simulatorState();
    show();
  } catch {
    say("faults-message", () => t("noSimulator"), "note");
  }
}

// Signing in, with which a shift begins, and disconnecting, with which it ends.
import { connect, connection, onConnection, session, vcc, verto } from "./connection.mjs";
import { hasApi, userToken } from "./api.mjs";
import { element, keepFocus, onClick, onSubmit, value } from "./dom.mjs";
import { attempt, describe, say } from "./failures.mjs";
import { t } from "./i18n.mjs";
import { forget, me, setReply } from "./me.mjs";
import { otherLimit } from "../policy.mjs";
import { recall, remember } from "./storage.mjs";
import { showView } from "./views.mjs";

// The password is never remembered.
const REMEMBERED = ["login", "queue", "extn", "agent", "group"];
const withToken = () => element("auth-token").checked;
const isHere = () => element("phone-here").checked;
/** The number before the `@`, which is what a browser is called by. */
const loginNumber = () => value("login").split("@")[0];

/** Signs the agent in to a queue; `place` is where a failure is told. */
export function signInTo(queue, extn, button, place) {
  me.queue = queue;
  const told = { button, place, failure: "failedSignIn" };
  return attempt(told, () => vcc.ccLogin(queue, session.agent, extn)).then((result) => {
    if (result) session.extn = extn;
    setReply(result);
    return result;
  });
}

function fields(asAgent) {
  return {
    login: value("login"),
    passwd: element("passwd").value,
    token: withToken() ? value("token") : "",
    socketUrl: value("socket-url"),
    group: value("group"),
    agent: value("agent"),
    extn: isHere() ? loginNumber() : value("extn"),
    here: asAgent && isHere(),
  };
}

/** Connects, as `connection.mjs` takes the parameters; the promise has `undefined` after a failure. */
export async function enter(params, { button, asAgent }) {
  forget();
  say("why-closed");
  const other = otherLimit(params.socketUrl);
  if (other) return say("sign-in-message", () => t("otherServer", { other }));
  me.queue = value("queue");
  showView(asAgent ? "agent" : "supervisor");
  const failure = "failedConnect";
  return attempt({ button, place: "sign-in-message", failure }, async () => {
    try {
      return await connect(params);
    } catch (error) {
      // The user has cancelled the attempt and needs no message.
      if (error.kind === "closed") return undefined;
      throw error;
    }
  });
}

async function start(button, asAgent) {
  const kept = Object.fromEntries(REMEMBERED.map((id) => [id, value(id)]));
  remember("sign-in", { ...kept, phoneHere: isHere() });
  const params = fields(asAgent);
  const connected = await enter(params, { button, asAgent });
  if (!connected) return;
  if (!asAgent) return keepFocus("filter-text");
  keepFocus("cc-login");
  await signInTo(value("queue"), params.extn, element("cc-login"), "agent-message");
  keepFocus("cc-ready", "cc-login");
}

function showAuth() {
  element("token-field").hidden = !withToken();
  // Where the page's own server issues tokens, the password is needed to get one.
  element("passwd-field").hidden = withToken() && !hasApi();
}

async function getToken() {
  if (!hasApi()) return say("sign-in-message", () => t("noTokenHere"), "note");
  const told = { button: element("get-token"), place: "sign-in-message", failure: "failedToken" };
  const token = await attempt(told, () => userToken(value("login"), element("passwd").value));
  if (token) element("token").value = token;
}

function showPhoneChoice() {
  element("extn-field").hidden = isHere();
}

/** The login's number is the agent's and usually the extension's too. */
function followLogin() {
  element("agent").value = loginNumber();
  element("extn").value = loginNumber();
}

function whyClosed() {
  const { reason, error } = connection;
  if (reason === "taken-over") return t("closedTakenOver");
  if (reason === "auth") return t("closedAuth");
  return t("closedOther", { why: describe(error) });
}

// Whether a login has succeeded. From then on the page shows the agent's or the supervisor's
// view, also during an outage, until the connection ends for good.
let entered = false;

onConnection(() => {
  const { state, reason } = connection;
  const ended = state === "idle" || state === "closed";
  if (ended) {
    if (entered && reason !== "logout") say("why-closed", whyClosed);
    entered = false;
  } else if (state === "ready") {
    entered = true;
  }
  document.body.classList.toggle("entered", entered);
  element("sign-in").hidden = entered;
  element("views").classList.toggle("absent", !entered);
  for (const id of ["connect", "connect-supervisor"]) element(id).hidden = !ended;
  element("cancel").hidden = ended;
  // Only when the views have been hidden too is it known who has lost the focus.
  if (ended) queueMicrotask(() => keepFocus("connect"));
});

onSubmit("sign-in-form", () => start(element("connect"), true));
onClick("connect-supervisor", () => {
  if (element("sign-in-form").reportValidity()) start(element("connect-supervisor"), false);
});
onClick("cancel", () => verto.logout());
onClick("logout", () => verto.logout());
onClick("get-token", getToken);
element("login").addEventListener("input", followLogin);
for (const id of ["auth-password", "auth-token"]) element(id).addEventListener("change", showAuth);
for (const id of ["phone-here", "phone-other"]) element(id).addEventListener("change", showPhoneChoice);
element("socket-url").addEventListener("input", showAuth);

element("socket-url").value = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
for (const [id, kept] of Object.entries(recall("sign-in") ?? {})) {
  if (REMEMBERED.includes(id)) element(id).value = kept;
  if (id === "phoneHere") element(kept ? "phone-here" : "phone-other").checked = true;
}
showPhoneChoice();
showAuth();

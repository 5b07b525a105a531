// After a reload in the middle of a call the page connects again by itself: then the call is there
// again. What it needs for that is kept only while there is a call, and only in this tab. The
// password is never kept: a token stands for it, which the server gives for it and lets expire.
import { hasApi, userToken } from "./api.mjs";
import { session, verto } from "./connection.mjs";
import { element, value } from "./dom.mjs";
import { enter } from "./signin.mjs";
import { lines, onPhone } from "./phone.mjs";
import { recallInTab, rememberInTab } from "./storage.mjs";

let kept = false;

async function token() {
  if (element("auth-token").checked) return value("token");
  return hasApi() ? userToken(session.login, element("passwd").value).catch(() => undefined) : undefined;
}

async function keep() {
  kept = true;
  const params = { ...session, group: value("group"), socketUrl: verto.options.socketUrl, token: await token() };
  // It may have ended meanwhile. Without a token the user signs in as ever.
  if (kept && params.token) rememberInTab("resume", params);
}

/** Connects again if the page was reloaded during a call. */
export function resume() {
  const params = recallInTab("resume");
  rememberInTab("resume");
  if (params) enter(params, { button: element("connect"), asAgent: true });
}

onPhone(() => {
  const talks = [...lines.values()].some(({ answeredAt }) => answeredAt);
  if (talks && !kept) keep();
  else if (kept && lines.size === 0) {
    kept = false;
    rememberInTab("resume");
  }
});

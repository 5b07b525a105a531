// Shows what the connection is doing: with one word while all is well, and else in plain words.
import { connection, onConnection } from "./connection.mjs";
import { onTick } from "./clock.mjs";
import { announce, element, setText } from "./dom.mjs";
import { onLanguage, t } from "./i18n.mjs";

function text() {
  const { state, attempt, retryAt } = connection;
  switch (state) {
    case "ready":
      return t("connected");
    case "connecting":
    case "authenticating":
      return attempt > 0 ? t("connectingAgain", { attempt }) : t(state);
    case "reconnecting": {
      const seconds = Math.ceil((retryAt - Date.now()) / 1000);
      return seconds > 0 ? t("reconnectingIn", { seconds, attempt }) : t("reconnectingNow", { attempt });
    }
    default:
      return t(state);
  }
}

function show() {
  element("state").dataset.state = connection.state;
  setText(element("state-text"), text());
}

let announced = "idle";

/** A screen reader is told of an outage once, and not of each attempt. */
function speak() {
  const { state, attempt } = connection;
  if (!["ready", "reconnecting", "closed"].includes(state) || state === announced) return;
  if (state === "reconnecting" && attempt > 1) return;
  announced = state;
  announce(text());
}

onConnection(() => {
  show();
  speak();
});
onTick(show);
onLanguage(show);

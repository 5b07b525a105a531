// The supervisor's wallboard. It has one subscription to the group, and is drawn at most ten
// times a second.
import { connection, isReady, onConnected, onConnection, subscribe, vcc } from "./connection.mjs";
import { agentRows, hasApi, queueRows } from "./api.mjs";
import { AgentList } from "./agent-list.mjs";
import { Center } from "./center.mjs";
import { showHistory } from "./history.mjs";
import { onTick, serverNow } from "./clock.mjs";
import { element, setText } from "./dom.mjs";
import { describe, failed, say } from "./failures.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { onLeftOut } from "./incoming.mjs";
import { QueueTable } from "./queue-table.mjs";
import { onView } from "./views.mjs";

/** The call centre, once `watchCenter` has run. */
export const center = new Center();
const list = new AgentList(center);
const queues = new QueueTable(center);
const tiles = [...document.querySelectorAll("#supervisor-view [data-status]")];

/** Drawing 500 lines takes the browser some milliseconds, and nobody reads faster than this. */
const DRAW_EVERY_MS = 100;
let drawnAt = -DRAW_EVERY_MS;
let scheduled = false;
let visible = false;

/** Draws when it is time again. All events that come until then are drawn together. */
function schedule() {
  if (!visible || scheduled) return;
  scheduled = true;
  const wait = drawnAt + DRAW_EVERY_MS - performance.now();
  setTimeout(() => requestAnimationFrame(draw), Math.max(0, wait));
}

function draw(at) {
  scheduled = false;
  drawnAt = at;
  const counts = center.counts();
  list.draw();
  queues.draw(counts);
  for (const tile of tiles) {
    const { status } = tile.dataset;
    // To a supervisor an agent who is dialling is on a call.
    const count = counts[status] + (status === "talking" ? counts.dialing : 0);
    setText(tile.querySelector("b"), String(count));
  }
}

function onEvent(event) {
  center.apply(event, serverNow());
  schedule();
}

// What was left out last since the lists were asked for, or "".
let leftOut = "";

function showLeftOut() {
  say("board-message", leftOut && (() => t("leftOut", { what: leftOut })), "note");
}

onLeftOut((what) => {
  leftOut = what;
  if (subscribed) showLeftOut();
});

// Called when the subscription is confirmed, so that no change falls between the lists and the
// first event.
async function load() {
  if (!hasApi()) return say("board-message", () => t("boardFromEvents"), "note");
  leftOut = "";
  try {
    const [waiting] = await Promise.all([queueRows(), center.refresh(agentRows)]);
    for (const row of waiting) center.setQueue(row, serverNow());
    showLeftOut();
  } catch (error) {
    say("board-message", () => failed("listFailed", error));
  }
  schedule();
}

let subscribed = false;

/**
 * Subscribes at the first look at the wallboard, or at one's colleagues, so that an agent who looks
 * at neither gets no events of others.
 */
export function watchCenter() {
  if (subscribed || !isReady()) return;
  subscribed = true;
  subscribe(vcc.channel(), onEvent, load);
}

onView((view) => {
  visible = view === "supervisor";
  if (!visible) return;
  watchCenter();
  schedule();
});
onConnection(() => {
  const { state } = connection;
  if (subscribed && state === "reconnecting") say("board-message", () => t("boardStale"));
  if (state !== "idle" && state !== "closed") return;
  say("board-message");
  subscribed = false;
  center.clear();
  schedule();
});
onConnected({
  onSubscribeError(channel, error) {
    say("board-message", () => t("channelRefused", { channel, why: describe(error) }));
  },
  onGap({ expected, received }) {
    if (subscribed) load().then(() => say("board-message", () => t("lostEvents", { count: received - expected }), "note"));
  },
});
onTick(() => {
  if (subscribed && isReady()) showHistory(center, visible);
  if (!visible) return;
  list.tick();
  queues.tick();
});
onLanguage(() => {
  list.translate();
  schedule();
});
element("filters").addEventListener("submit", (event) => event.preventDefault());
list.onChange(schedule);

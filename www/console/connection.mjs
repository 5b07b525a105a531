// The one connection of this page, and who is on it.
import verto, { VertoCallcenter } from "@xswitch/rtc";
import { connectOnlyTo } from "../policy.mjs";
import { readEvent } from "./incoming.mjs";
import { RINGING } from "./tones.mjs";

export { verto };
export const vcc = new VertoCallcenter(verto);

/** What `onStateChange` said last; `retryAt` is when the next attempt comes, in Unix ms. */
export const connection = { state: "idle", attempt: 0, retryAt: 0, reason: undefined, error: undefined };

/**
 * Who is connected: `{login, agent, extn}`, as the user entered them, and `here`: whether this
 * browser was chosen as the agent's phone. Set when the page connects.
 */
export const session = { login: "", agent: "", extn: "", here: false };

const listeners = new Set();

/** Runs after each change of the connection's state. */
export function onConnection(run) {
  listeners.add(run);
}

export const isReady = () => connection.state === "ready";

// Parts of the page that want to hear of more: {onLogin, onSubscribeError, onGap, onDialogState,
// onMessage, onPlaybackBlocked, onDeviceChange, onMediaError, onStats, onQuality}, each optional.
const parts = [];
export const onConnected = (part) => parts.push(part);
const tell = (name, ...args) => parts.forEach((part) => part[name]?.(...args));

const callbacks = {
  onStateChange(_, state, { attempt, delayMs, reason, error }) {
    Object.assign(connection, { state, attempt, retryAt: Date.now() + delayMs, reason, error });
    for (const run of listeners) run();
  },
  // This also runs after each reconnect. What is subscribed here replaces what was subscribed
  // here before.
  onWSLogin(_, success) {
    if (!success) return;
    connectOnlyTo(verto.options.socketUrl);
    tell("onLogin");
  },
  onSubscribeError(_, channel, error) {
    tell("onSubscribeError", channel, error);
  },
  onGap(_, gap) {
    tell("onGap", gap);
  },
  onDialogState(dialog) {
    tell("onDialogState", dialog);
  },
  onMessage(_, dialog, message, data) {
    tell("onMessage", dialog, message, data);
  },
  onPlaybackBlocked(dialog) {
    tell("onPlaybackBlocked", dialog);
  },
  onDeviceChange(change) {
    tell("onDeviceChange", change);
  },
  onMediaError(dialog, error) {
    tell("onMediaError", dialog, error);
  },
  onStats(dialog, stats) {
    tell("onStats", dialog, stats);
  },
  onQuality(dialog, change) {
    tell("onQuality", dialog, change);
  },
};

/** Subscribes to a channel. `onEvent` gets what `readEvent` makes of the server's events. */
export function subscribe(channel, onEvent, onSubscribed) {
  verto.subscribe(channel, {
    handler(_, params) {
      const event = readEvent(params);
      if (event) onEvent(event);
    },
    readyHandler: onSubscribed,
  });
}

/** Connects. The promise settles as that of `verto.connect` does. */
export function connect({ login, passwd, token, socketUrl, group, agent, extn, here }) {
  vcc.setGroup(group);
  Object.assign(session, { login, agent, extn, here });
  const credentials = token ? { passwd: "password", loginParams: { xui_sessid: token } } : { passwd, loginParams: {} };
  const ringFile = here ? RINGING : null;
  // An agent talks to one caller at a time.
  return verto.connect({ login, socketUrl, ringFile, autoHold: true, ...credentials }, callbacks);
}

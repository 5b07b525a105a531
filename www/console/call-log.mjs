// What has happened to each call, for the developer's drawer.
import { onConnected } from "./connection.mjs";

/** How many calls and how many samples of each are kept. */
const KEPT_CALLS = 5;
const KEPT_SAMPLES = 150;

/**
 * The newest first: `{dialog, states, samples, warnings}`. `states` are `{name, at}`, `samples` what
 * `onStats` gave, and `warnings` those of `onQuality` that have come and not gone, by their kind.
 */
export const log = [];

/** The record of a call; undefined if it is no longer kept. */
export const recordOf = (id) => log.find(({ dialog }) => dialog.callID === id);

function record(dialog) {
  let found = recordOf(dialog.callID);
  if (!found) {
    found = { dialog, states: [], samples: [], warnings: new Map() };
    log.unshift(found);
    log.length = Math.min(log.length, KEPT_CALLS);
  }
  found.dialog = dialog;
  return found;
}

onConnected({
  onDialogState(dialog) {
    record(dialog).states.push({ name: dialog.state.name, at: Date.now() });
  },
  onStats(dialog, stats) {
    const { samples } = record(dialog);
    samples.push(stats);
    if (samples.length > KEPT_SAMPLES) samples.shift();
  },
  onQuality(dialog, { kind, value, over }) {
    const { warnings } = record(dialog);
    if (over) warnings.set(kind, value);
    else warnings.delete(kind);
  },
});

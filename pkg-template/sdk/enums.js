// `Verto.enum`. Pages compare its values by identity, by `name` and by `val`.

function numbered(names) {
  const list = names.map((name, val) => [name, Object.freeze({ name, val })]);
  return Object.freeze(Object.fromEntries(list));
}

// Which states of a call may follow each.
const next = {
  new: ["requesting", "recovering", "ringing", "destroy", "answering", "hangup"],
  requesting: ["trying", "hangup", "active"],
  recovering: ["answering", "hangup"],
  trying: ["active", "early", "hangup"],
  ringing: ["answering", "hangup"],
  answering: ["active", "hangup"],
  active: ["answering", "requesting", "hangup", "held"],
  held: ["hangup", "active"],
  early: ["hangup", "active"],
  hangup: ["destroy"],
  destroy: [],
  purge: ["destroy"],
};

// The same as pages read it: `states.new.ringing === 1`.
const states = {};
for (const [state, names] of Object.entries(next)) {
  states[state] = Object.freeze(Object.fromEntries(names.map((name) => [name, 1])));
}

export const enums = Object.freeze({
  state: numbered([
    "new",
    "requesting",
    "trying",
    "recovering",
    "ringing",
    "answering",
    "early",
    "active",
    "held",
    "hangup",
    "destroy",
    "purge",
  ]),
  states: Object.freeze(states),
  direction: numbered(["inbound", "outbound"]),
  message: numbered(["display", "info", "pvtEvent", "clientReady"]),
});

// `Verto.enum`, as pages compare with it: by identity, by `name` and by `val`.

function numbered(names) {
  const list = names.split(" ").map((name, val) => [name, Object.freeze({ name, val })]);
  return Object.freeze(Object.fromEntries(list));
}

const next = {
  new: "requesting recovering ringing destroy answering hangup",
  requesting: "trying hangup active",
  recovering: "answering hangup",
  trying: "active early hangup",
  ringing: "answering hangup",
  answering: "active hangup",
  active: "answering requesting hangup held",
  held: "hangup active",
  early: "hangup active",
  hangup: "destroy",
  destroy: "",
  purge: "destroy",
};

// From which state of a call which other may follow.
const states = {};
for (const state of Object.keys(next)) {
  states[state] = {};
  for (const name of next[state].split(" ")) if (name) states[state][name] = 1;
  Object.freeze(states[state]);
}

export const enums = Object.freeze({
  state: numbered(
    "new requesting trying recovering ringing answering early active held hangup destroy purge",
  ),
  states: Object.freeze(states),
  direction: numbered("inbound outbound"),
  message: numbered("display info pvtEvent clientReady"),
});

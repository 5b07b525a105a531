// The budgets of the design, each a ratio of one run (but for the size), and what they came to.

/** Of verto-min.js, gzip -9, in bytes. `cargo xtask test` fails above it. */
export const SIZE_BUDGET = 48_000;

/** The figures of one case, by client, or nothing where it wasn't measured. */
function found(results, row, name) {
  const one = results.find((each) => each.row === row && each.name === name);
  return one && Object.fromEntries(one.clients.map((figures) => [figures.client, figures]));
}

/** How many times jquery.verto's ours is in this case of calls. */
const times = (name) => (case_) => case_("calls", name)?.ours.ratio;

const BUDGETS = [
  {
    what: "verto-min.js, gzip -9, bytes",
    most: SIZE_BUDGET,
    value: (case_) => case_("sizes", "gzip -9, for a script tag")?.ours.median,
  },
  {
    what: "verto-cc-min.js, without calls, gzip -9, bytes",
    most: 35_000,
    value: (case_) => case_("sizes", "gzip -9, for a script tag")?.["ours, cc"].median,
  },
  {
    what: "script tag to first instance, times the fastest peer with the features",
    most: 0.6,
    value: (case_) => {
      const load = case_("load", "script tag to first instance");
      return load && load.ours.median / Math.min(...["jquery.verto", "signalwire", "telnyx"].map((one) => load[one].median));
    },
  },
  {
    what: "one event of 300 B to one handler, times plain",
    most: 2,
    value: (case_) => case_("events", "300 B, 1 handler")?.ours.ratio,
  },
  {
    what: "one event of 4 KB to one handler, times plain",
    most: 1.05,
    value: (case_) => case_("events", "4 KB, 1 handler")?.ours.ratio,
  },
  {
    what: "an event of 300 B through a real local socket, times plain",
    most: 1.05,
    value: (case_) => case_("socket", "300 B, 1 connection")?.ours.ratio,
  },
  {
    // Plain, too, is slower where its handlers don't fit into the processor's cache.
    what: "one event with 10,000 subscriptions, times plain, against the same with one",
    most: 1.05,
    value: (case_) => {
      const [many, one] = ["300 B, 10,000 subscriptions", "300 B, 1 handler"].map((name) => case_("events", name));
      return many && one && many.ours.ratio / one.ours.ratio;
    },
  },
  {
    what: "newCall() to verto.invite on the wire, times jquery.verto",
    most: 0.25,
    value: times("newCall() to verto.invite on the wire"),
  },
  {
    what: "answer() to verto.answer on the wire, times jquery.verto",
    most: 0.25,
    value: times("answer() to verto.answer on the wire"),
  },
  {
    // Both wait for a time, which no machine makes longer: so this is no ratio.
    what: "newCall() to verto.invite with a STUN server that never answers, ms",
    most: 1_200,
    value: (case_) => case_("calls", "newCall() to verto.invite, a STUN server that never answers")?.ours.median,
  },
  {
    what: "socket cut in a call to sound again, times jquery.verto",
    most: 0.5,
    value: times("socket cut in a call to sound again"),
  },
];

/** Each budget whose cases were measured. */
export function budgets(results) {
  return BUDGETS.flatMap(({ what, most, value }) => {
    const is = value((row, name) => found(results, row, name));
    return is === undefined ? [] : [{ what, most, is, met: is <= most }];
  });
}

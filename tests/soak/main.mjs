// The long form: `cargo xtask soak`.
import { parseArgs } from "node:util";
import { ROWS as CALL_ROWS, callSoak } from "./calls.mjs";
import { ROWS, soak } from "./soak.mjs";

const { values } = parseArgs({
  options: {
    cycles: { type: "string", default: "10000" },
    events: { type: "string", default: "1000000" },
    reconnects: { type: "string", default: "500" },
    /** Of one call: lost connections, reloads of its page. */
    losses: { type: "string", default: "200" },
    reloads: { type: "string", default: "100" },
    /** Another package than the repository's. */
    pkg: { type: "string" },
  },
});
const [cycles, events, reconnects, losses, reloads] = ["cycles", "events", "reconnects", "losses", "reloads"].map((name) => {
  const count = Number(values[name]);
  if (!Number.isInteger(count) || count < 0) throw new Error(`--${name} must be a number`);
  return count;
});

const TELL_MS = 5000;
const began = Date.now();
let told = 0;
function tell(text) {
  if (Date.now() - told < TELL_MS) return;
  told = Date.now();
  console.log(`${((told - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

/** Left-aligned names, right-aligned figures. */
function table(points, rows) {
  const names = Object.keys(points);
  const cell = (value) => (Array.isArray(value) ? value.length : value).toLocaleString("en");
  const lines = [["", ...names]];
  for (const [row, what] of Object.entries(rows)) lines.push([what, ...names.map((name) => cell(points[name][row]))]);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map(([what, ...cells]) =>
    [what.padEnd(widths[0]), ...cells.map((one, column) => one.padStart(widths[column + 1]))].join("  "),
  );
}

const { points, problems, seconds } = await soak({
  work: { cycles, events, reconnects },
  warmUp: { cycles: 200, events: 20_000, reconnects: 20 },
  pkg: values.pkg,
  tell,
});
console.log(["", ...table(points, ROWS), ""].join("\n"));
const { made } = points["logged out"];
console.log(`${cycles} cycles, ${events} events and ${reconnects} reconnects in ${seconds.toFixed(0)} s;`);
console.log(`made: ${made.sockets} sockets, ${made.timers} timers, ${made.listeners} listeners.`);
if (losses + reloads) {
  const calls = await callSoak({ losses, reloads, pkg: values.pkg, tell });
  console.log(["", ...table(calls.points, CALL_ROWS), ""].join("\n"));
  console.log(`one call through ${losses} lost connections and ${reloads} reloads in ${calls.seconds.toFixed(0)} s.`);
  problems.push(...calls.problems);
}
for (const problem of problems) console.error(problem);
console.log(problems.length ? "NOT as it began." : "Everything is as it began.");
process.exitCode = problems.length ? 1 : 0;

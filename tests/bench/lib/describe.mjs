// The figures in lines, as they come.

/** Three significant digits, with thousands apart. */
function number(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

function line(unit, base, { client, median, q1, q3, n, ratio }) {
  const spread = n > 1 ? `(${number(q1)} to ${number(q3)})` : "";
  const times = base && client !== base ? `${ratio.toFixed(2)} x` : "";
  return `    ${client.padEnd(15)} ${number(median).padStart(10)} ${unit.padEnd(2)} ${spread.padEnd(26)} ${times}`.trimEnd();
}

/** One case. */
export function describe({ row, name, unit, base, clients, cannot }) {
  const without = cannot.map(({ client, why }) => `    ${client.padEnd(15)} - ${why}`);
  return [`${row}/${name}`, ...clients.map((one) => line(unit, base, one)), ...without].join("\n");
}

export function describeBudget({ what, most, is, met }) {
  return `${met ? "    met" : "NOT met"}  ${number(is)} of at most ${number(most)}: ${what}`;
}

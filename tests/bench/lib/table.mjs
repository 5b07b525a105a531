// The figures as a reader wants them.

/** Three significant digits, with thousands apart. */
export function number(value) {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

function cell(client, { median, q1, q3, ratio }, unit) {
  const spread = `${number(q1)} to ${number(q3)}`;
  const times = ratio === undefined ? "" : `  ${ratio.toFixed(2)} x`;
  return `    ${client.padEnd(14)} ${number(median).padStart(9)} ${unit} (${spread})${times}`;
}

/** One case in lines. */
export function describe({ row, name, unit, clients, cannot }) {
  return [
    `${row}: ${name}`,
    ...Object.entries(clients).map(([client, figures]) => cell(client, figures, unit)),
    `    (${Object.entries(cannot).map(([client, why]) => `${client}: ${why}`).join("; ")})`,
  ].join("\n");
}

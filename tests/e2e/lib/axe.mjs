// What axe-core says of the page that a browser shows.
import { readFile } from "node:fs/promises";

const axe = await readFile(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What it finds, as far as it is serious: a line for each rule. */
export async function violations(driver) {
  await driver.executeScript(axe);
  const found = await driver.executeAsyncScript((done) =>
    axe.run().then(
      ({ violations }) => done(violations),
      (error) => done([{ id: String(error), impact: "critical", nodes: [] }]),
    ),
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

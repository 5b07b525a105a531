// Writes into www/verto-phone.js what it has in common with www/softphone.html, which is the source:
// `node tests/docs/verto-phone.mjs`. tests/e2e/softphone.test.mjs finds a file that wasn't written anew.
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const WWW = new URL("../../www/", import.meta.url);
const ELEMENT = new URL("verto-phone.js", WWW);

/** What stands between two lines, of which the first begins and the second is as given. */
function between(text, begin, end) {
  const from = text.indexOf("\n", text.indexOf(begin)) + 1;
  return text.slice(from, text.indexOf(end, from));
}

/** verto-phone.js as it is, and as it is to be. */
export async function elementFile() {
  const page = await readFile(new URL("softphone.html", WWW), "utf8");
  const before = await readFile(ELEMENT, "utf8");
  const made = [
    `const STYLE = String.raw\`\n${between(page, "/* Up to", "/* end */")}\`;`,
    `const PARTS = String.raw\`<div part="phone">\n${between(page, "<main", "</main>")}</div>\`;`,
    between(page, "// Up to", "// end"),
  ].join("\n");
  const old = between(before, "// Up to", "// end");
  return { before, after: before.split(old).join(made) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeFile(ELEMENT, (await elementFile()).after);

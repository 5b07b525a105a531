// The documents: docs/api.md is that of the declarations, and links lead somewhere.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FILE, makeApi } from "./api.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("docs/api.md is up to date", async () => {
  assert.equal(await readFile(FILE, "utf8"), await makeApi(), "run `node tests/docs/api.mjs`");
});

test("the links between the documents lead to files and headings that exist", async () => {
  const inDocs = (await readdir(path.join(root, "docs"))).map((name) => `docs/${name}`);
  const pages = [...(await readdir(root)), ...inDocs].filter((name) => name.endsWith(".md"));
  assert.ok(pages.length > 5, pages.join());
  const anchors = async (file) => {
    const text = await readFile(file, "utf8");
    const count = {};
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
      const name = slug(heading);
      count[name] = (count[name] ?? -1) + 1;
      return count[name] ? `${name}-${count[name]}` : name;
    });
    const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
    return [...headings, ...ids];
  };
  const broken = [];
  for (const page of pages) {
    const text = await readFile(path.join(root, page), "utf8");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [name, anchor] = target.split("#");
      const file = name ? path.join(root, path.dirname(page), name) : path.join(root, page);
      const leads = existsSync(file) && (!anchor || (await anchors(file)).includes(anchor));
      if (!leads) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

// As GitHub makes the anchor of a heading.
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

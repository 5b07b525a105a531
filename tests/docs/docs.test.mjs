// The documents: docs/api.md is that of the declarations, links lead somewhere, and the two
// languages say the same.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { FILE, makeApi } from "./api.mjs";
import { anchors, byHand, codeDiffers, fileOf, links, pagePaths, readPage, shape, slips } from "./pages.mjs";

// Made from one source, which the test of it compares.
const MADE = ["docs/api.md", "docs/api.zh.md"];

const pages = await pagePaths();
const chinese = pages.filter((page) => page.endsWith(".zh.md"));
const pairs = chinese
  .filter((page) => !MADE.includes(page))
  .map((page) => [page.replace(".zh.md", ".md"), page]);

test("docs/api.md is up to date", async () => {
  assert.equal(await readFile(FILE, "utf8"), await makeApi(), "run `node tests/docs/api.mjs`");
});

test("the links between the documents lead to files and headings that exist", async () => {
  assert.ok(pages.length > 10, pages.join());
  const broken = [];
  for (const page of pages) {
    for (const target of links(await readPage(page))) {
      if (/^[a-z]+:/.test(target)) continue;
      const [name, anchor] = target.split("#");
      const to = name ? path.join(path.dirname(page), name) : page;
      const leads = existsSync(fileOf(to)) && (!anchor || anchors(await readPage(to)).includes(anchor));
      if (!leads) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("every document is there in both languages, and each leads to the other first", async () => {
  const english = pages.filter((page) => !chinese.includes(page) && !MADE.includes(page));
  assert.deepEqual(english, pairs.map(([page]) => page));
  for (const [one, other] of pairs) {
    assert.equal(links(await readPage(one))[0], path.basename(other), one);
    assert.equal(links(await readPage(other))[0], path.basename(one), other);
  }
});

test("a link of a Chinese page leads to a Chinese page where there is one", async () => {
  const elsewhere = [];
  for (const page of chinese) {
    for (const target of links(byHand(await readPage(page))).slice(1)) {
      const other = target.replace(/#.*/, "").replace(/(?<!\.zh)\.md$/, ".zh.md");
      if (target.startsWith(other) || /^[a-z]+:/.test(target)) continue;
      if (existsSync(fileOf(path.join(path.dirname(page), other)))) elsewhere.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(elsewhere, []);
});

for (const [one, other] of pairs) {
  test(`${one} and ${other} have the same shape, names, numbers and code`, async () => {
    const [{ code, ...english }, { code: translated, ...rest }] = await Promise.all(
      [one, other].map(async (page) => shape(byHand(await readPage(page)))),
    );
    assert.deepEqual(rest, english);
    assert.equal(translated.length, code.length, "blocks of code");
    assert.deepEqual(translated.filter((block, i) => codeDiffers(code[i], block)), []);
    assert.deepEqual(slips(await readPage(other)), []);
  });
}

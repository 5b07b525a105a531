// The reference in two languages: docs/api.zh.md says what docs/api.md says.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { FILE, FILE_ZH, makeApiZh, textsZh } from "./api.mjs";
import { translate } from "./translation.mjs";

test("docs/api.zh.md is up to date, and every text has its translation", async () => {
  const made = await makeApiZh(await textsZh());
  assert.equal(await readFile(FILE_ZH, "utf8"), made, "run `node tests/docs/api.mjs`");
});

test("a text without a translation and a translation without a text are named", () => {
  const summary = [
    { kind: "text", text: "Signs the\nagent in; see " },
    { kind: "inline-tag", tag: "@link", text: "Verto" },
    { kind: "text", text: ".\n\nSecond." },
  ];
  const content = [{ kind: "code", text: "```ts\n// Like this:\nf();\n```" }];
  const project = () => ({ reflections: [{ comment: { summary, blockTags: [{ content }] } }, {}] });
  const texts = {
    "Signs the agent in; see {@link Verto}.": "签入；见 {@link Verto}。",
    "Second.": "第二段。",
    "Like this:": "例如：",
  };
  const done = project();
  translate(done, texts);
  const [{ comment }] = done.reflections;
  assert.deepEqual(comment.summary, [
    { kind: "text", text: "签入；见 " },
    summary[1],
    { kind: "text", text: "。\n\n第二段。" },
  ]);
  assert.equal(comment.blockTags[0].content[0].text, "```ts\n// 例如：\nf();\n```");

  const { "Second.": _, ...fewer } = texts;
  assert.throws(() => translate(project(), fewer), /^Error: not translated: "Second\."\n$/);
  const more = { ...texts, "Third.": "第三段。" };
  assert.throws(() => translate(project(), more), /^Error: a translation of nothing: "Third\."\n$/);
});

test("translations keep code, links and numbers as they are", async () => {
  for (const [english, chinese] of Object.entries(await textsZh())) {
    const kept = (text) => [...new Set(text.match(/\{@link [^}]+\}|`[^`]+`|-?\d[\d,]*\b/g))].sort();
    assert.deepEqual(kept(chinese), kept(english), `${english}\n${chinese}`);
  }
});

test("typedoc's own words are Chinese too, and no English sentence is left", async () => {
  const page = await readFile(FILE_ZH, "utf8");
  const prose = page
    .replace(/```[^]*?```/g, "")
    .replace(/`[^`\n]*`/g, "`")
    .replace(/\]\([^)\s]*\)|<a id="[^"]*">/g, "");
  // Names have the levels between.
  const headings = prose.match(/^(##|####|######) .+$/gm);
  const tables = prose.match(/^.+(?=\n\| -)/gm);
  assert.ok(headings.length > 100 && tables.length > 50);
  assert.deepEqual([...headings, ...tables].filter((line) => /[A-Za-z]/.test(line)), []);
  assert.deepEqual(prose.match(/[a-z']+ [a-z']+ [a-z']+/gi) ?? [], []);
});

test("every method and function has an example, or says why not", async () => {
  const page = await readFile(FILE, "utf8");
  const [, classes] = page.match(/^## Classes\n([^]*?)^## Interfaces$/m);
  const [, functions] = page.match(/^## Functions\n([^]*)/m);
  const sections = [...classes.split(/^##### /m).slice(1), ...functions.split(/^### /m).slice(1)];
  assert.ok(sections.length > 40, `${sections.length}`);
  for (const section of sections) {
    const [name] = section.split("\n");
    const excuse = /^(The same as|This version)/m;
    assert.match(section, new RegExp(`^#+ Examples?$|${excuse.source}`, "m"), name);
  }
});

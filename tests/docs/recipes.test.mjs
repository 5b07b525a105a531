// The code of docs/recipes.md is that of the projects that tests/packaging/recipes.test.mjs works with.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const CONSUMERS = new URL("tests/packaging/consumers/", ROOT);
const text = (path, base = ROOT) => readFile(new URL(path, base), "utf8");
// How each project begins is shown once; how it is built, not at all.
const UNSHOWN = ["index.html", "vite.config.mjs", "tsconfig.json", "recipe-vue/main.js", "recipe-svelte/main.js", "recipe-angular/main.ts"];

for (const page of ["docs/recipes.md", "docs/recipes.zh.md"]) {
  test(`${page} has the projects' code`, async () => {
    const blocks = [...(await text(page)).matchAll(/\(\.\.\/tests\/packaging\/consumers\/(recipe-\S+)\)\n\n```\w+\n([^]*?)```/g)];
    for (const [, path, code] of blocks) assert.equal(code, await text(path, CONSUMERS), path);
    const folders = (await readdir(CONSUMERS)).filter((name) => name.startsWith("recipe-"));
    const files = (await Promise.all(folders.map(async (folder) => (await readdir(new URL(`${folder}/`, CONSUMERS))).map((name) => `${folder}/${name}`)))).flat();
    const shown = files.filter((file) => !UNSHOWN.some((name) => file.endsWith(name)));
    assert.deepEqual(blocks.map(([, path]) => path).toSorted(), shown.toSorted());
  });
}

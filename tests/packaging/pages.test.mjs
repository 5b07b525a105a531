// The packed package in pages, as web developers make them: each installs it from a registry,
// builds with its tool, without plugin or configuration for us, and works a small shift.
import assert from "node:assert/strict";
import { readFile, rename, writeFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { consoleErrors, startBrowser } from "../e2e/lib/browser.mjs";
import { startSim } from "../e2e/lib/sim.mjs";
import { until } from "../e2e/lib/wait.mjs";
import { SHIFT, Tasks, assertShift } from "./lib/shift.mjs";
import { Project } from "./lib/project.mjs";
import { startRegistry } from "./lib/registry.mjs";

let registry, driver, plain;
const tasks = new Tasks();

before(async () => {
  registry = await startRegistry();
  driver = await startBrowser();
  plain = await Project.make("plain", registry);
});

afterEach(() => tasks.end());

after(async () => {
  await driver?.quit();
  await registry?.close();
});

const simulator = async (www) => tasks.add(await startSim({ www }), (sim) => sim.stop());

/** Opens a page with the simulator's address, and gives what its shift came to. */
async function play(sim, url) {
  const page = new URL(url);
  page.searchParams.set("socket", sim.socketUrl);
  await driver.get(page.href);
  const read = "return document.documentElement.dataset.seen";
  let errors = [];
  const seen = await until(() => `the end of the shift; errors: ${errors.join("\n")}`, async () => {
    errors = [...errors, ...(await consoleErrors(driver))];
    return driver.executeScript(read);
  });
  assert.deepEqual([...errors, ...(await consoleErrors(driver))], []);
  return JSON.parse(seen);
}

/** The shift of a page that the simulator serves from a directory. */
async function playFrom(www, page = "index.html") {
  const sim = await simulator(www);
  assert.deepEqual(await play(sim, sim.url + page), SHIFT);
  await assertShift(sim);
}

for (const [name, page] of [
  ["a script tag", "script.html"],
  ["a script tag on a page in GBK", "gbk.html"],
  ["a script tag on a page with <base>", "base.html"],
  ["a native module with an import map, allowed by its hash", "importmap.html"],
  ["slim.mjs, whose WebAssembly is a file of its own", "slim.html"],
  ["a classic Web Worker", "workers.html#classic"],
  ["a module Web Worker", "workers.html#module"],
]) {
  test(name, () => playFrom(plain.dir, page));
}

test("a script tag with its hash, under another's hash no more", async () => {
  const file = registry.manifest.unpkg.replace("./", "");
  const hashes = JSON.parse(await readFile(plain.path("node_modules/verto-wasm/integrity.json"), "utf8"));
  const page = await readFile(plain.path("script.html"), "utf8");
  const withHash = (hash) => page.replace(`${file}"`, `$& integrity="${hash}"`);
  await writeFile(plain.path("hashed.html"), withHash(hashes[file]));
  await playFrom(plain.dir, "hashed.html");
  await writeFile(plain.path("refused.html"), withHash(hashes["index.mjs"]));
  const sim = await simulator(plain.dir);
  await driver.get(`${sim.url}refused.html`);
  assert.equal(await driver.executeScript("return typeof Verto"), "undefined");
  await consoleErrors(driver);
});

test("Vite's dev server", async () => {
  const vite = await Project.make("vite", registry);
  const server = await tasks.serve(vite, "vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0");
  for (const page of ["index.html", "slim.html", "slim-url.html"]) {
    const sim = await simulator();
    assert.deepEqual(await play(sim, server.url + page), SHIFT);
    await assertShift(sim);
  }
});

/** Builds one page of a project, and works the shift on it. */
async function buildWithVite(project, page = "index.html") {
  if (page !== "index.html") await rename(project.path(page), project.path("index.html"));
  await project.tool("vite/bin/vite.js", "build");
  await playFrom(project.path("dist"));
}

test("Vite's build", async () => {
  const vite = await Project.make("vite", registry);
  await buildWithVite(vite);
  await buildWithVite(vite, "slim.html");
  await buildWithVite(vite, "slim-url.html");
});

function buildWithWebpack(project, entry, made) {
  const options = ["--mode", "production", "--output-path", ".", "--entry", entry, "--output-filename", made];
  return project.tool("webpack-cli/bin/cli.js", "build", ...options);
}

test("webpack", async () => {
  const webpack = await Project.make("webpack", registry);
  await buildWithWebpack(webpack, "./main.js", "bundle.js");
  await playFrom(webpack.dir);
  await buildWithWebpack(webpack, "./slim.js", "slim-bundle.js");
  await playFrom(webpack.dir, "slim.html");
});

test("webpack 4, which cannot parse the modules, beside a script tag", async () => {
  const webpack = await Project.make("webpack4", registry);
  await assert.rejects(webpack.run(process.execPath, "build.cjs"), /Module parse failed/);
  await webpack.run(process.execPath, "build.cjs", "external");
  await playFrom(webpack.dir);
});

test("what has an effect stays in a bundle, and what is imported for nothing doesn't", async () => {
  const webpack = await Project.make("webpack", registry);
  await buildWithWebpack(webpack, "./script.js", "script-bundle.js");
  await playFrom(webpack.dir, "script.html");
  await buildWithWebpack(webpack, "./unused.js", "unused-bundle.js");
  const bundle = await readFile(webpack.path("unused-bundle.js"), "utf8");
  assert.ok(bundle.length < 1000, `${bundle.length} bytes`);
});

test("Rollup", async () => {
  const rollup = await Project.make("rollup", registry);
  // Rollup itself knows no packages; this is how everybody tells it.
  const options = ["--plugin", "node-resolve", "--format", "es", "--file", "bundle.js"];
  await rollup.tool("rollup/dist/bin/rollup", "main.js", ...options);
  await playFrom(rollup.dir);
});

const buildWithEsbuild = (project, entry, made, ...options) =>
  project.tool("esbuild/bin/esbuild", entry, "--bundle", "--minify", `--outfile=${made}`, ...options);

test("esbuild", async () => {
  const esbuild = await Project.make("esbuild", registry);
  await buildWithEsbuild(esbuild, "main.js", "bundle.js");
  await playFrom(esbuild.dir);
});

test("esbuild: slim.mjs, whose WebAssembly its file loader copies", async () => {
  const esbuild = await Project.make("esbuild", registry);
  await buildWithEsbuild(esbuild, "slim.js", "slim-bundle.js", "--loader:.wasm=file");
  await playFrom(esbuild.dir, "slim.html");
});

test("under the name @xswitch/rtc, by npm's alias", async () => {
  const alias = await Project.make("alias", registry, { "@xswitch/rtc": `npm:${registry.name}@${registry.version}` });
  await buildWithEsbuild(alias, "main.js", "bundle.js");
  await playFrom(alias.dir);
});

for (const [bundler, build] of [
  ["Vite", (project) => buildWithVite(project, "vite.html")],
  ["webpack", (project) => buildWithWebpack(project, "./main.js", "bundle.js")],
  ["esbuild", (project) => buildWithEsbuild(project, "main.js", "bundle.js", "--alias:@xswitch/rtc=verto-wasm")],
]) {
  test(`under the name @xswitch/rtc, by an alias of ${bundler}`, async () => {
    const alias = await Project.make("alias", registry);
    await build(alias);
    if (bundler !== "Vite") await playFrom(alias.dir);
  });
}

test("Next.js, rendered on the server", async () => {
  const next = await Project.make("next", registry);
  await next.tool("next/dist/bin/next", "build");
  const server = await tasks.serve(next, "next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", "0");
  const html = await (await fetch(server.url)).text();
  assert.match(html, /On the server Verto is a (<!-- -->)?function/);
  assert.match(html, /<p id="client">idle<\/p>/);
  const sim = await simulator();
  assert.deepEqual(await play(sim, server.url), SHIFT);
  await assertShift(sim);
});

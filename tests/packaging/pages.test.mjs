// The packed package in pages, as web developers make them: each installs it from a registry,
// builds with its tool, without plugin or configuration for us, and works a small shift.
import assert from "node:assert/strict";
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
  // A bundler's page that cannot load is seen at once.
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
  ["a classic Web Worker", "workers.html#classic"],
  ["a module Web Worker", "workers.html#module"],
]) {
  test(name, () => playFrom(plain.dir, page));
}

test("Vite's dev server", async () => {
  const vite = await Project.make("vite", registry);
  const server = await tasks.serve(vite, "vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0");
  const sim = await simulator(vite.dir);
  assert.deepEqual(await play(sim, server.url), SHIFT);
  await assertShift(sim);
});

test("Vite's build", async () => {
  const vite = await Project.make("vite", registry);
  await vite.tool("vite/bin/vite.js", "build");
  await playFrom(vite.path("dist"));
});

test("webpack", async () => {
  const webpack = await Project.make("webpack", registry);
  const options = ["--mode", "production", "--entry", "./main.js", "--output-path", "."];
  await webpack.tool("webpack-cli/bin/cli.js", "build", ...options, "--output-filename", "bundle.js");
  await playFrom(webpack.dir);
});

test("Rollup", async () => {
  const rollup = await Project.make("rollup", registry);
  // Rollup itself knows no packages; this is how everybody tells it.
  const options = ["--plugin", "node-resolve", "--format", "es", "--file", "bundle.js"];
  await rollup.tool("rollup/dist/bin/rollup", "main.js", ...options);
  await playFrom(rollup.dir);
});

test("esbuild", async () => {
  const esbuild = await Project.make("esbuild", registry);
  await esbuild.tool("esbuild/bin/esbuild", "main.js", "--bundle", "--minify", "--outfile=bundle.js");
  await playFrom(esbuild.dir);
});

test("under the name @xswitch/rtc, by npm's alias", async () => {
  const alias = await Project.make("alias", registry, { "@xswitch/rtc": `npm:${registry.name}@${registry.version}` });
  await alias.tool("esbuild/bin/esbuild", "main.js", "--bundle", "--outfile=bundle.js");
  await playFrom(alias.dir);
});

test("Next.js, rendered on the server", async () => {
  const next = await Project.make("next", registry);
  await next.tool("next/dist/bin/next", "build");
  const server = await tasks.serve(next, "next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", "0");
  const html = await (await fetch(server.url)).text();
  assert.match(html, /On the server Verto is a (<!-- -->)?function/);
  assert.match(html, /<p id="client">idle<\/p>/);
  const sim = await simulator(next.dir);
  assert.deepEqual(await play(sim, server.url), SHIFT);
  await assertShift(sim);
});

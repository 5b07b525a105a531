// The projects of docs/recipes.md: each is built, gets an event, calls, and leaves nothing behind when
// its components are taken away. What was broken on purpose, and the tests that saw it:
// | the end of the last listener doesn't log out | each |
// | it logs out at once, without the timer | React's dev server |
// | the store isn't kept by hot reload | React's dev server |
// | Angular's service connects inside the zone | Angular |
// | push-to-talk hears of the pointer's end at the button alone | push-to-talk |
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Key } from "selenium-webdriver";
import { consoleErrors, inPage, lacking, startBrowser } from "../e2e/lib/browser.mjs";
import { NOTHING } from "../e2e/lib/calls.mjs";
import { FIXTURES, startSim } from "../e2e/lib/sim.mjs";
import { until } from "../e2e/lib/wait.mjs";
import { CONSUMERS, TOOLS } from "./lib/paths.mjs";
import { Project } from "./lib/project.mjs";
import { startRegistry } from "./lib/registry.mjs";
import { Tasks } from "./lib/shift.mjs";

const skip = lacking("webrtc");
const EVENT = { eventChannel: "vcc.default.1001", eventType: "agentState", data: {} };
/**
 * Counts the sockets to the simulator; a dev server has one of its own. zone.js changes the class that it
 * finds, so that this has to be the browser's own class still: with a subclass, zone.js hears of no frame.
 */
const SOCKETS = `window.sockets = 0;
window.WebSocket = new Proxy(WebSocket, {
  construct(WebSocket, args, target) {
    if (args[0].endsWith("/ws")) window.sockets++;
    return Reflect.construct(WebSocket, args, target);
  },
});
`;
let registry, driver, sim;
const tasks = new Tasks();

before(async () => {
  if (skip) return;
  registry = await startRegistry();
  driver = await startBrowser({ microphone: true });
});

afterEach(() => tasks.end());

after(async () => {
  await driver?.quit();
  await registry?.close();
});

/** A recipe's project, with the store that the recipes share and what counts what a call leaves. */
async function recipe(name, { store = true } = {}) {
  const project = await Project.make(`recipe-${name}`, registry);
  if (store) await copyFile(join(CONSUMERS, "recipe-store/phone.js"), project.path("phone.js"));
  await mkdir(project.path("public"));
  const counts = SOCKETS + (await readFile(join(FIXTURES, "phone/phone.js"), "utf8"));
  const caller = '<!DOCTYPE html><link rel="icon" href="data:,"><script src="left.js"></script><script src="pkg/verto-min.js"></script>';
  for (const place of [".", "public"]) {
    await writeFile(project.path(place, "left.js"), counts);
    await writeFile(project.path(place, "caller.html"), caller);
  }
  return project;
}

const run = (script, ...args) => inPage(driver, script, ...args);
const click = (selector) => driver.findElement({ css: selector }).click();

async function shows(selector, expected) {
  let seen;
  const errors = [];
  await until(
    () => `${selector} with "${expected}", but "${seen}" ${errors.join("\n")}`,
    async () => {
      errors.push(...(await consoleErrors(driver)));
      seen = await driver.executeScript("return document.querySelector(arguments[0])?.textContent", selector);
      return seen?.includes(expected);
    },
  );
}

/** Opens a page with the simulator's address; it connects and shows an event. */
async function open(url) {
  const page = new URL(url);
  page.searchParams.set("socket", sim.socketUrl);
  await driver.get(page.href);
  await driver.executeScript("window.start?.()");
  await shows("#connection", "ready");
  await until("the subscription", async () => (await sim.state()).connections[0].channels.length === 1);
  await sim.event(EVENT);
  await shows("#event", EVENT.eventType);
}

const serve = async (www) => {
  sim = await tasks.add(await startSim({ www }), (sim) => sim.stop());
  return `${sim.url}index.html`;
};

const hears = () =>
  run(async () => heard({ peer: await until(() => used.connections.findLast(({ connectionState }) => connectionState === "connected")) }));

async function call() {
  await click("#call");
  await shows(".call", "active");
  await hears();
}

/** Another user calls, from a window of its own: it rings, is answered by the recipe's button, and hung up by the other. */
async function isCalled(during = hears) {
  const own = await driver.getWindowHandle();
  const other = async (script) => {
    await driver.switchTo().window(caller);
    await run(script);
    await driver.switchTo().window(own);
  };
  await driver.switchTo().newWindow("tab");
  const caller = await driver.getWindowHandle();
  await driver.get(`${sim.url}caller.html`);
  await other(async () => {
    window.bob = await User.login("1002");
    window.called = bob.call("1001", { caller_id_name: "Bob", caller_id_number: "1002" });
  });
  await shows(".call", "ringing");
  await shows(".call", "Bob <1002>");
  await click(".answer");
  await shows(".call", "active");
  await during();
  await other(() => called.hangup());
  await until("the end of the call", () => driver.executeScript("return !document.querySelector('.call')?.textContent.includes('Bob')"));
  await until("no dialog", async () => (await sim.state()).dialogs.length === 0);
  assert.deepEqual(await run(() => left()), NOTHING);
  await driver.switchTo().window(caller);
  await driver.close();
  await driver.switchTo().window(own);
}

/** There was one connection for all of it, and now there is none. */
async function unmounts() {
  await run(() => void unmount());
  await sim.noConnection();
  assert.deepEqual((await sim.state()).dialogs, []);
  assert.deepEqual(await run(() => left()), NOTHING);
  const logins = (await sim.requests("login")).filter(({ params }) => params.login === "1001@xswitch.cn");
  assert.equal(logins.length, 1);
  assert.equal(await driver.executeScript("return window.sockets"), 1);
  assert.deepEqual(await consoleErrors(driver), []);
}

/** Calls, is called, and calls; the components are taken away in the midst of the last call. */
async function works() {
  await call();
  await click(".hangup");
  await until("the end of the call", () => driver.executeScript("return !document.querySelector('.call')?.textContent.includes('active')"));
  await isCalled();
  await call();
  await unmounts();
}

for (const name of ["react", "vue", "svelte"]) {
  test(`${name}, built by Vite`, { skip }, async () => {
    const project = await recipe(name);
    await project.tool("vite/bin/vite.js", "build", "--base", "./");
    await open(await serve(project.path("dist")));
    await works();
  });
}

test("React's dev server: StrictMode and hot reload keep the connection and the call", { skip }, async () => {
  const project = await recipe("react");
  const server = await tasks.serve(project, "vite/bin/vite.js", "--host", "127.0.0.1", "--port", "0");
  await serve(project.path("public"));
  await open(server.url);
  await call();
  await driver.executeScript("window.edits = []");
  for (const [i, file] of ["Phone.jsx", "usePhone.js", "phone.js", "Phone.jsx", "usePhone.js"].entries()) {
    const text = await readFile(project.path(file), "utf8");
    await writeFile(project.path(file), text.replace("Hang up", "End it") + `\nwindow.edits.push(${i});\n`);
    await until(`the edit of ${file}`, () => driver.executeScript("return window.edits?.includes(arguments[0])", i));
    await shows(".call", "End it");
    await shows(".call", "active");
    await hears();
  }
  await unmounts();
});

test("Angular: a service outside the zone; the application is stable while it is connected, in calls too", { skip }, async () => {
  const project = await recipe("angular");
  // As Angular's CLI compiles for zone.js, which doesn't hear of the language's own await.
  const options = ["--bundle", "--format=esm", "--supported:async-await=false", "--outfile=bundle.js"];
  await project.tool("esbuild/bin/esbuild", "main.ts", ...options);
  await open(await serve(project.dir));
  const stable = () => until("a stable application", () => driver.executeScript("return isStable"));
  await stable();
  await call();
  await stable();
  await click(".hangup");
  await until("the end of the call", async () => (await sim.state()).dialogs.length === 0);
  await isCalled();
  await unmounts();
});

test("jQuery, in ES5", { skip }, async () => {
  const project = await recipe("jquery", { store: false });
  await copyFile(join(TOOLS, "jquery/dist/jquery.min.js"), project.path("jquery.min.js"));
  await open(await serve(project.dir));
  // Another part of the page hears of the telephone's state.
  await driver.executeScript("window.told = []; $(document).on('phone', (event, { verto }) => told.push(verto.state))");
  await shows("#connection", "ready");
  // A second view makes no second connection (`works` counts them), and nothing ends with it.
  await driver.executeScript("mountPhone($('<div>'), phone)()");
  await works();
  assert.equal(await driver.executeScript("return told.at(-1)"), "closed");
  assert.equal(await driver.executeScript("return $._data(document, 'events').phone.length"), 1);
});

test("click-to-dial and push-to-talk", { skip }, async () => {
  const project = await recipe("tools");
  await project.tool("esbuild/bin/esbuild", "main.js", "--bundle", "--format=esm", "--outfile=bundle.js");
  await open(await serve(project.dir));
  const silent = () => run(() => window.silent(dialog));
  await click("#call");
  await shows(".call", "Outbound Call <9196> active");
  await silent();
  const talk = await driver.findElement({ css: "#talk" });
  await driver.actions().move({ origin: talk }).press().perform();
  await hears();
  // Let go beside the button.
  await driver.actions().move({ x: 0, y: 0 }).release().perform();
  await silent();
  await driver.executeScript("arguments[0].focus()", talk);
  await driver.actions().keyDown("x").keyUp("x").perform();
  assert.equal(await talk.getAttribute("aria-pressed"), "false");
  await driver.actions().keyDown(Key.SPACE).perform();
  await hears();
  await driver.actions().keyUp(Key.SPACE).perform();
  await silent();
  await click("#hangup");
  await until("the end of the call", async () => (await sim.state()).dialogs.length === 0);
  await isCalled(async () => {
    assert.equal(await driver.executeScript("return dialog.getMute()"), false);
    await driver.executeScript("arguments[0].focus()", talk);
    await driver.actions().keyDown(Key.SPACE).perform();
    assert.equal(await driver.executeScript("return dialog.getMute()"), true);
    await hears();
    await driver.actions().keyUp(Key.SPACE).perform();
    assert.equal(await driver.executeScript("return dialog.getMute()"), false);
  });
  await click("#call");
  await shows(".call", "active");
  await unmounts();
});

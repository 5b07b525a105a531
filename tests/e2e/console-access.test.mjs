// Who can work with the console: axe-core on each view in both languages, light and dark; by
// keyboard alone; at 200 % zoom (640 px); under the page's own Content-Security-Policy; from any server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Key } from "selenium-webdriver";
import { violations } from "./lib/axe.mjs";
import { lacking, leavePage, startBrowser } from "./lib/browser.mjs";
import { Console } from "./lib/console.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const ROOT = new URL("../../", import.meta.url);
/** 1280 CSS px at 200 %. */
const ZOOMED = { width: 640, height: 900 };

let sim, driver, page;

before(async () => {
  sim = await startSim();
  driver = await startBrowser();
  page = new Console(driver, sim.url);
});

beforeEach(() => sim.reset());

afterEach(async () => {
  await page.assertCalm();
  await leavePage(driver, sim);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

async function colours(scheme) {
  // Light is what they have anyway.
  if (lacking("schemes")) return;
  await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", {
    features: [{ name: "prefers-color-scheme", value: scheme }],
  });
}

/** The states in which a user meets the page, each brought about and then looked at. */
async function eachState(look) {
  await look("signed out");
  await sim.request("POST", "sim/fault/refuse", { how: "http" });
  await page.click("connect");
  await page.shows("#state", { state: "reconnecting" });
  await look("signing in");
  await page.click("cancel");
  await page.shows("#state", { state: "closed" });
  await sim.request("POST", "sim/fault/clear");
  await page.signIn("1007", { extn: "1008" });
  await page.says("agent-message", "1008");
  await look("refused");
  await page.fill({ "post-extn": "1007" });
  await page.click("cc-login");
  await page.shows("#agent-state", { state: "LOGIN" });
  await page.click("cc-ready");
  await page.shows("#agent-state", { state: "READY" });
  const { call } = await sim.caller("test", "13800000001");
  await page.shows("#call", { step: "talking", call });
  await look("talking");
  await sim.request("POST", "sim/hangup", { call });
  await page.shows("#call", { step: "ended", wrapup: "false" });
  await page.fill({ dest: "13900000000" });
  await page.click("cc-dial");
  await page.shows("#call", { step: "ended" });
  await look("after a call");
  await driver.executeScript("document.querySelector('[data-reason=DND]').click()");
  await page.shows("#agent-state", { state: "UNREADY" });
  await look("on a break");
  await sim.request("POST", "sim/load", { agents: 30, eventsPerSecond: 0 });
  await page.click("view-supervisor");
  await until("forty agents", async () => /40/.test(await page.text("shown")));
  await look("wallboard");
  await driver.executeScript("window.scrollTo(0, 0)");
  await sim.request("POST", "sim/fault/refuse", { how: "http" });
  await sim.drop();
  await page.shows("#state", { state: "reconnecting" });
  await until("the board to say so", async () => (await page.text("board-message")) !== "");
  await look("reconnecting");
  await sim.request("POST", "sim/fault/clear");
  await page.recovers();
  await until("the board to be current", async () => (await page.text("board-message")) === "");
  await page.click("developer");
  await driver.executeScript("document.querySelector('#frames button').click()");
  await look("frames");
  await page.click("tab-faults");
  await until("the faults", () => page.isShown("[data-fault=drop]"));
  await look("faults");
  await page.click("tab-pages");
  await look("pages");
  await page.click("developer");
  await sim.request("POST", "sim/fault/punt", { login: "1007" });
  await page.shows("#state", { state: "closed" });
  await look("taken over");
}

describe("axe-core finds nothing serious, and nothing is cut off sideways", () => {
  for (const [language, scheme, size] of [
    ["zh-CN", "light", undefined],
    ["en", "dark", ZOOMED],
  ]) {
    const skip = scheme === "dark" && lacking("schemes");
    test(`${language}, ${scheme}${size ? ", at 200 %" : ""}`, { skip }, async () => {
      const before = await driver.manage().window().getRect();
      if (size) await driver.manage().window().setRect(size);
      await colours(scheme);
      try {
        await page.open(language);
        const found = {};
        await eachState(async (state) => {
          await page.screenshot(`14-${scheme}-${state.replaceAll(" ", "-")}`);
          const problems = await violations(driver);
          const [content, window] = await driver.executeScript(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
          );
          if (content > window) problems.push(`${content} px wide in ${window}`);
          if (problems.length > 0) found[state] = problems;
        });
        assert.deepEqual(found, {});
        await page.assertCalm();
      } finally {
        await colours("light");
        await driver.manage().window().setRect(before);
        // What moves now moves with the window.
        await page.open(language);
      }
    });
  }
});

/**
 * Presses Tab, or Shift and Tab, until the element of this id has the focus. Not beyond the page's
 * end: Firefox goes on in its own bars, and driven by WebDriver doesn't come back.
 */
async function tabTo(id, { back = false } = {}) {
  for (let presses = 0; presses < 40; presses++) {
    const focused = await driver.executeScript("return document.activeElement?.id");
    if (focused === id) return;
    const tab = driver.actions();
    await (back ? tab.keyDown(Key.SHIFT).sendKeys(Key.TAB).keyUp(Key.SHIFT) : tab.sendKeys(Key.TAB)).perform();
  }
  throw new Error(`#${id} is not reached by Tab`);
}

/** Waits until this element has the focus. */
async function focusOn(id) {
  let focused;
  await until(
    () => `the focus on #${id}, but it is on ${focused}`,
    async () => (focused = await driver.executeScript("return document.activeElement.id || document.activeElement.nodeName")) === id,
  );
}

async function keys(...pressed) {
  await driver.actions().sendKeys(...pressed).perform();
}

/** Waits until the developer's drawer is open, or shut. */
const drawer = (open) => until(`the drawer ${open ? "open" : "shut"}`, async () => (await page.isShown("#drawer")) === open);

test("a shift by keyboard alone, with a visible focus, and told to a screen reader", async () => {
  await page.open("en");
  const said = [];
  const hear = async (text) => {
    await until(`"${text}" to be said`, async () => (await driver.executeScript("return document.getElementById('live').textContent")) === text);
    said.push(text);
  };
  await tabTo("login");
  await keys(Key.ENTER);
  await page.shows("#agent-state", { state: "LOGIN" });
  await hear("State: Signed in, not ready");
  await focusOn("cc-ready");
  const outline = await driver.executeScript("const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement); return [outlineStyle, outlineWidth]");
  assert.deepEqual(outline, ["solid", "3px"]);
  await keys(Key.ENTER);
  await page.shows("#agent-state", { state: "READY" });
  await hear("State: Ready");
  await tabTo("reason");
  await keys("training", Key.ENTER);
  await page.shows("#agent-state", { state: "UNREADY", reason: "training" });
  await hear("State: On break: training");
  await tabTo("dest");
  await keys("13900000000", Key.ENTER);
  await page.shows("#call", { step: "ended" });
  await hear("Ended: busy");
  await tabTo("developer", { back: true });
  await keys(Key.ENTER);
  await drawer(true);
  await focusOn("tab-frames");
  await tabTo("tab-faults");
  await keys(Key.ESCAPE);
  await drawer(false);
  await focusOn("developer");
  await keys(Key.ENTER);
  await drawer(true);
  await focusOn("tab-frames");
  await driver.executeScript("document.getElementById('dest').focus()");
  await keys(Key.ESCAPE);
  await drawer(false);
  await focusOn("dest");
  await tabTo("cc-logout", { back: true });
  await keys(" ");
  await page.shows("#agent-state", { state: "LOGOUT" });
  await hear("State: Signed out");
  await focusOn("cc-login");
});

test("the focus never falls to nobody when what had it goes", async () => {
  await page.open("en");
  await tabTo("connect-supervisor");
  await keys(Key.ENTER);
  await focusOn("filter-text");
  await page.click("view-agent");
  await tabTo("cc-login");
  await keys(Key.ENTER);
  await page.shows("#agent-state", { state: "LOGIN" });
  await focusOn("cc-ready");
  await keys(Key.ENTER);
  await page.shows("#agent-state", { state: "READY" });
  const { call } = await sim.caller("test", "13800000001");
  await page.shows("#call", { step: "talking", call });
  await sim.request("POST", "sim/hangup", { call });
  await page.shows("#call", { wrapup: "true" });
  // At this speed the wrap-up may end before the key is pressed, and takes the button along.
  await driver.executeScript("document.getElementById('wrap-up-done').focus()");
  await page.shows("#call", { wrapup: "false" });
  await focusOn("cc-ready");
  await tabTo("dest");
  await keys("13900000001");
  await tabTo("cc-dial");
  await keys(Key.ENTER);
  await page.shows("#call", { step: "agentRinging" });
  await focusOn("dest");
  await sim.request("POST", "sim/fault/punt", { login: "1007" });
  await page.says("why-closed", "taken over");
  await focusOn("connect");
});

test("the policy is in force: an inline script of somebody else's does not run", async () => {
  await page.open("en");
  const ran = await driver.executeScript(() => {
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    return window.injected === true;
  });
  assert.equal(ran, false);
  // The browser notes it, and nothing else.
  if (!lacking("reports")) await assert.rejects(page.assertCalm(), /Content Security Policy/);
});

test("from a plain file server of another origin: signing in, and the wallboard from events", async () => {
  const types = { html: "text/html", css: "text/css", mjs: "text/javascript", js: "text/javascript", svg: "image/svg+xml" };
  const server = createServer(async ({ url }, reply) => {
    const path = url === "/" ? "/index.html" : url;
    const file = path.startsWith("/pkg/") ? `.${path}` : `./www${path}`;
    try {
      const body = await readFile(fileURLToPath(new URL(file, ROOT)));
      reply.setHeader("content-type", types[path.split(".").at(-1)] ?? "application/octet-stream");
      reply.end(body);
    } catch {
      reply.statusCode = 404;
      reply.end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const own = page;
  page = new Console(driver, `http://127.0.0.1:${server.address().port}/`);
  try {
    await page.open("en");
    await page.click("more-settings");
    await page.fill({ "socket-url": sim.socketUrl });
    await page.signIn("1007");
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.click("view-supervisor");
    await page.says("board-message", "the board fills as events arrive");
    await page.click("view-agent");
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    await page.click("view-supervisor");
    await page.shows('#rows [data-agent="1007"]', { status: "ready" });
    await page.assertCalm();
    await leavePage(driver, sim);
  } finally {
    server.close();
    server.closeAllConnections();
    page = own;
    await page.open("en");
  }
});

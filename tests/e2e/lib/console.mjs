// The agent console in a browser: what a user does with it, what it shows, and what it must
// never do (errors in the console, texts that move).
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { consoleErrors } from "./browser.mjs";
import { Page } from "./page.mjs";
import { until } from "./wait.mjs";

/** For people to look at. */
const SCREENSHOTS = fileURLToPath(new URL("../../../target/screenshots/", import.meta.url));

/** A connection that is refused during an outage is the browser's own line, not the page's. */
const isRefusedSocket = (line) => /WebSocket connection to '\S+' failed/.test(line);

export class Console extends Page {
  /** Opens the page in a language; what a browser remembers of other tests is gone. */
  async open(language = "zh-CN") {
    await super.open();
    await this.driver.executeScript("localStorage.clear(); sessionStorage.clear()");
    await this.driver.executeScript("localStorage.setItem('verto-console.language', JSON.stringify(arguments[0]))", language);
    await this.reload();
  }

  async reload() {
    await super.open();
    await until("the page", () => this.isShown("#page"));
    await this.#watch();
  }

  // Notes the texts that move without anybody's doing, and what the call card goes through.
  #watch() {
    return this.driver.executeScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
          if (hadRecentInput) continue;
          const named = (node) => node && (node.id || named(node.parentElement));
          const name = ({ node }) => `${node?.nodeName} in #${named(node)}`;
          window.shifts.push(`${value.toFixed(4)} ${sources.map(name).join(", ")}`);
        }
      }).observe({ type: "layout-shift", buffered: true });
      window.steps = [];
      const call = document.getElementById("call");
      let last;
      new MutationObserver(() => {
        const step = call.dataset.wrapup === "true" ? "wrapup" : call.dataset.step;
        // The card is written anew by events that change no step.
        if (step !== last) window.steps.push(step);
        last = step;
      }).observe(call, { attributes: true });
    });
  }

  /** The steps that the call card has shown since this was last called. */
  takeSteps() {
    return this.driver.executeScript("return window.steps.splice(0)");
  }

  isShown(selector) {
    return this.driver.executeScript("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector);
  }

  /** Signs in as an agent, or connects for the wallboard alone. */
  async signIn(number, { supervisor = false, password = "1234", ...fields } = {}) {
    // The field of the extension is shown only for another phone than this browser.
    if (fields.extn) await this.click("phone-other");
    await this.fill({ login: `${number}@xswitch.cn`, passwd: password, ...fields });
    await this.click(supervisor ? "connect-supervisor" : "connect");
  }

  /** Waits until the texts of an element contain this. */
  async says(id, text) {
    let shown;
    await until(
      () => `#${id} with ${text}, but ${shown}`,
      async () => (shown = await this.text(id)).includes(text),
    );
    return shown;
  }

  /** An agent's line on the wallboard, as `{status, text}`. */
  row(agent) {
    return this.driver.executeScript((number) => {
      const node = document.querySelector(`#rows [data-agent="${number}"]`);
      return node && { ...node.dataset, texts: [...node.children].map((cell) => cell.textContent) };
    }, agent);
  }

  /** The number on a tile of the wallboard. */
  async tile(status) {
    const text = await this.driver.executeScript(
      (name) => document.querySelector(`[data-status="${name}"].tile b`).textContent,
      status,
    );
    return Number(text);
  }

  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await writeFile(`${SCREENSHOTS}${name}.png`, await this.driver.takeScreenshot(), "base64");
  }

  /**
   * The server is back: waits until the page is connected to it. The delay before its next attempt
   * is random and may be long, so it is told each time that the network is there.
   */
  recovers() {
    return until("the connection", () =>
      this.driver.executeScript(() => {
        const { state } = document.getElementById("state").dataset;
        if (state === "reconnecting") window.dispatchEvent(new Event("online"));
        return state === "ready";
      }),
    );
  }

  /** Nothing has moved by itself, and the page has reported no error. */
  async assertCalm() {
    assert.deepEqual(await this.driver.executeScript("return window.shifts.splice(0)"), [], "texts that moved");
    const errors = await consoleErrors(this.driver);
    assert.deepEqual(errors.filter((line) => !isRefusedSocket(line)), []);
  }
}

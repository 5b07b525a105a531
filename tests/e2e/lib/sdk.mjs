// Tests whose scenarios run inside the page of `fixtures/sdk`: one browser and one simulator for
// a file, a fresh page for each test.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { consoleErrors, inPage, leavePage, startBrowser } from "./browser.mjs";
import { FIXTURES, startSim } from "./sim.mjs";

export class Scenarios {
  /** Must be made at the top of a test file: it registers the file's hooks. */
  constructor() {
    before(async () => {
      // The scenarios take the reply to a ping as the sign that all events before it were written. So
      // it is only where the server does not wait for the client's silence.
      this.sim = await startSim({ www: FIXTURES, eventSilence: 0 });
      this.driver = await startBrowser();
    });
    beforeEach(async () => {
      await this.sim.reset();
      await this.driver.get(`${this.sim.url}sdk/index.html`);
    });
    afterEach(async () => {
      const errors = await this.errors();
      await leavePage(this.driver, this.sim);
      assert.deepEqual(errors, [], "errors that the page reported");
    });
    after(async () => {
      await this.driver?.quit();
      await this.sim?.stop();
    });
    /** Runs a function inside the page, with what `fixtures/sdk/page.js` makes as its first argument. */
    this.run = (script, ...args) =>
      inPage(this.driver, (sdk, source, args) => sdk.scenario(source)(sdk, ...args), String(script), args);
  }

  /** Takes the uncaught errors and unhandled rejections; a test takes those that it expects. */
  errors() {
    return consoleErrors(this.driver);
  }
}

// Tests of calls: one browser with a microphone and one simulator for a file, a fresh page for each
// test, which is that of a directory of the fixtures.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { inPage, lacking, startBrowser } from "./browser.mjs";
import { FIXTURES, startSim } from "./sim.mjs";

/** What `left()` gives in the page when nothing is left of a call. */
export const NOTHING = { tracks: 0, connections: 0, elements: 0, rejections: [], errors: [] };

export class CallTests {
  /** For a test's `skip`: why this browser makes no calls, or false. */
  skip = lacking("webrtc");

  /**
   * Must be made at the top of a test file: it registers the file's hooks. `prepare` runs after the
   * page has loaded. With `everywhere` some tests run in a browser that makes no calls.
   */
  constructor(fixture, { speed, prepare, everywhere = false } = {}) {
    const idle = this.skip && !everywhere;
    before(async () => {
      if (idle) return;
      this.sim = await startSim({ www: join(FIXTURES, fixture), speed });
      this.driver = await startBrowser({ microphone: true });
    });
    beforeEach(async () => {
      if (idle) return;
      await this.sim.reset();
      await this.driver.get(this.sim.url);
      await this.sim.noConnection();
      await prepare?.();
    });
    after(async () => {
      await this.driver?.quit();
      await this.sim?.stop();
    });
    /** Runs a function inside the page, with `window.sdk`, which these pages don't have, and `args`. */
    this.run = (script, ...args) => inPage(this.driver, script, ...args);
  }

  /** Nothing is left of the page's calls, here or at the server. */
  async nothingLeft() {
    assert.deepEqual(await this.run(() => left()), NOTHING);
    assert.deepEqual((await this.sim.state()).dialogs, []);
  }
}

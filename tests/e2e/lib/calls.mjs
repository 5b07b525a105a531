// Tests of calls: one browser with a microphone and one simulator for a file, a fresh page for each
// test, which is that of a directory of the fixtures.
//
// The media part and the Dialog were broken on purpose, one at a time, and the pages of call-*.test.mjs
// ran in Chromium. Each made a test red:
//
// | planted | red |
// | --- | --- |
// | candidates are waited for a second | page: without STUN nothing waits |
// | a microphone that is granted after the end stays; a report of an older connection counts | users: cancelled at any moment, by either side |
// | release() stops no track; close() leaves the connection open; a dialog stays in verto.dialogs; max-bundle | sound |
// | the page's element, or one of ours, keeps its stream | sound, users |
// | the call that is left doesn't get the element back | users: two calls with one tag |
// | useStream is stopped; the local picture stays; video comes first | page: the page's own stream, tags, the screen |
// | a granted screen stays when the microphone is refused | page: the screen |
// | two calls have one stream; each opens the microphone | page: two calls share a microphone |
// | what the server sends are settings | server: no say in devices |
// | a ring goes on; what is blocked isn't told | ring |
// | a tag function's exception goes on | page: a tag that throws |
// | mute is no wish; useSpeak none isn't heeded; stereo isn't asked for | page: what a call asks for |
// | an output device isn't kept until there is sound; a stale device ends the call | page: an output device, devices that are gone |
// | onDialogState before the state; onSuccess more than once | page: a call in the tick of connect() |
// | addStream in the place of transceivers | page: the page's own stream, what a call asks for |
// | another microphone is heard though muted; one that comes late stays open; it goes into the page's own stream | devices: what is muted, of two the last, the page's own stream |
// | codecs that the offer lacks are wished for all the same | codecs: an answer has them too |
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { inPage, lacking, startBrowser } from "./browser.mjs";
import { FIXTURES, startSim } from "./sim.mjs";
import { until } from "./wait.mjs";

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
    await this.noCalls();
  }

  /** Waits until the server has no call any more: the last bye may be on its way. */
  async noCalls() {
    let dialogs;
    await until(() => `no call at the server, but ${JSON.stringify(dialogs)}`, async () => !({ dialogs } = await this.sim.state()).dialogs.length);
  }
}

// What `consumers/play.js` must come to.
import assert from "node:assert/strict";
import { ccc, login, subscribe, withoutIds } from "../../e2e/lib/frames.mjs";

export const SHIFT = { login: true, channel: "vcc.default.1001", event: "agentState", code: 200, closed: true };

/** The simulator saw it, and nothing else. */
export async function assertShift(sim) {
  const frames = await sim.requests();
  const { sessid } = frames[0].params;
  assert.deepEqual(withoutIds(frames), [
    login(sessid, "1001@xswitch.cn"),
    subscribe(sessid, SHIFT.channel),
    ccc(sessid, "ccLogin", { queue: "test", agent: "1001", extn: "1001" }),
  ]);
  await sim.noConnection();
}

/** What a test has started, to be ended after it. */
export class Tasks {
  #ends = [];

  add(task, end) {
    this.#ends.push(() => end(task));
    return task;
  }

  async serve(project, ...command) {
    return this.add(await project.serve(...command), (server) => server.stop());
  }

  async end() {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

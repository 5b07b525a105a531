// What a whole shift puts on the wire, whichever page it is worked on.
import assert from "node:assert/strict";
import { ccc, idsRise, login, subscribe, withoutIds } from "./frames.mjs";

/** The recorded frames of one agent's shift: sign in, ready, break for lunch, a dialled call, sign out. */
export async function assertShiftFrames(sim, password) {
  const frames = await sim.requests();
  assert.ok(idsRise(frames), JSON.stringify(frames));
  const { sessid } = frames[0].params;
  assert.match(sessid, /^[0-9a-f-]{36}$/);
  const agent = { queue: "test", agent: "1007" };
  assert.deepEqual(withoutIds(frames), [
    login(sessid, "1007@xswitch.cn"),
    subscribe(sessid, "vcc.default.1007"),
    ccc(sessid, "ccLogin", { ...agent, extn: "1007" }),
    ccc(sessid, "ccGoReady", agent),
    ccc(sessid, "ccGoBreak", { ...agent, reason: "lunch" }),
    ccc(sessid, "ccDial", {
      agent: "1007",
      extn: "1007",
      cidNumber: "4001007",
      destNumber: "13900000001",
      earlyMedia: false,
    }),
    ccc(sessid, "ccLogout", agent),
  ]);
  for (const { text } of await sim.frames()) assert.ok(!text.includes(`"${password}"`), text);
}

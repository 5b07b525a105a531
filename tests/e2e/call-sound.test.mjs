// Calls of the SDK against the simulator: what is heard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("9196: one hears oneself, and afterwards nothing is left", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const call = anna.call("9196", { tag: "audio", userVariables: { order: "7" } });
    await anna.is("active", call);
    await heard(call);
    const element = document.getElementById("audio");
    const plays = !element.paused && !!element.srcObject;
    call.hangup({ cause: "USER_BUSY" });
    await anna.is("destroy", call);
    await new Promise((resolve) => setTimeout(resolve));
    return { history: anna.history(call), plays, left: left(), cause: call.cause, known: Object.keys(anna.verto.dialogs) };
  });
  assert.deepEqual(seen.history, ["requesting", "trying", "active", "hangup", "destroy"]);
  assert.equal(seen.plays, true);
  assert.equal(seen.cause, "USER_BUSY");
  assert.deepEqual(seen.known, []);
  assert.deepEqual(seen.left, NOTHING);
  const [invite] = await calls.sim.requests("verto.invite");
  assert.equal(invite.params.dialogParams.destination_number, "9196");
  assert.deepEqual(invite.params.dialogParams.userVariables, { order: "7" });
  const [bye] = await calls.sim.requests("verto.bye");
  assert.equal(bye.params.cause, "USER_BUSY");
});

// The short form of the calls of `cargo xtask soak`: lost connections and reloads leave nothing behind, and
// the call is heard after each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking } from "./lib/browser.mjs";
import { callSoak } from "../soak/calls.mjs";

test("a call through lost connections and reloads: nothing grows", { skip: lacking("webrtc") || lacking("counts") }, async () => {
  const { problems } = await callSoak({ losses: 10, reloads: 5 });
  assert.deepEqual(problems, []);
});

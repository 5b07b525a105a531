// The short form of `cargo xtask soak`: what comes and goes leaves nothing behind. Planted leaks
// that it found: a listener not removed, a timer not cleared, a socket not closed, a settled call
// kept, an empty object a cycle, 100 bytes of the JS heap a cycle, 1 KB of wasm memory a cycle, an
// unreleased reference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacking } from "./lib/browser.mjs";
import { soak } from "../soak/soak.mjs";

test("logins, events and reconnects leave no socket, timer, listener or memory behind", { skip: lacking("counts") }, async () => {
  const { problems } = await soak({
    warmUp: { cycles: 50, events: 2000, reconnects: 5 },
    work: { cycles: 200, events: 10_000, reconnects: 10 },
  });
  assert.deepEqual(problems, []);
});

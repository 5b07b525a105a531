// A hundred calls one after another, in each of the ways in which calls end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collectGarbage } from "./lib/browser.mjs";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

const ROUND = 10;
const ROUNDS = 10;
/**
 * Bytes in 50 calls. Without a leak they were 57 to 90 KB, less with each round: the last hundred of 300
 * calls were 35 KB. Dialogs that are kept are 193 KB. Heap snapshots after 100, 250 and 400 calls say what grows:
 * machine code of scripts and of the module, which V8 goes on to make better, and what the driver keeps of the
 * results; the functions are as many as before, and the objects but for some dozens.
 */
const TOLERANCE = 128 * 1024;

// Only Chromium tells; and each private field of verto-legacy-min.js is a WeakMap, whose table grows.
const MEASURED = engine === "chromium" && process.env.VERTO_SCRIPT !== "legacy";

// Makes the page's function for ten calls, each of which ends in another way. It is made once, since
// code that is compiled again and again takes memory too.
async function prepare() {
  const [anna, bob] = [await User.login("1001"), await User.login("1002")];
  window.round = async () => {
    const over = async (call) => {
      await anna.is("destroy", call);
      return call.cause;
    };
    const causes = [];
    const answered = async (number, args) => {
      const call = anna.call(number, { tag: "audio", ...args });
      await anna.is("active", call);
      return call;
    };
    let call = await answered("9196");
    call.hangup();
    causes.push(await over(call));
    call = await answered("9664", { useVideo: true, localTag: "local" });
    call.hangup({ cause: "USER_BUSY" });
    causes.push(await over(call));
    for (const number of ["9486", "7777", "1009"]) causes.push(await over(anna.call(number)));
    for (const bobs of ["reject", "hangup", "transfer"]) {
      bob.states = new Told();
      call = anna.call("1002");
      const into = await bob.is("ringing");
      if (bobs === "reject") into.hangup({ cause: "CALL_REJECTED" });
      else {
        into.answer();
        await anna.is("active", call);
        if (bobs === "hangup") into.hangup();
        else {
          await anna.messages.first(({ name, dialog }) => name === "display" && dialog === call);
          await call.transfer("9486");
        }
      }
      causes.push(await over(call));
      await bob.is("destroy", into);
    }
    call = anna.call("9196");
    call.hangup();
    causes.push(await over(call));
    call = anna.call("9196", { useStream: {} });
    causes.push(await over(call));
    anna.states = new Told();
    anna.messages = new Told();
    bob.states = new Told();
    bob.messages = new Told();
    const { tracks, connections, elements } = used;
    const seen = { causes, left: left() };
    // What the test itself keeps isn't the SDK's.
    // Instances of the core are larger than what unpacks it.
    const memory = Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength));
    tracks.length = connections.length = used.asked.length = 0;
    elements.clear();
    used.played.clear();
    return { ...seen, memory };
  };
}

async function heap() {
  for (let i = 0; i < 3; i++) await collectGarbage(calls.driver);
  const { usedSize } = await calls.driver.sendAndGetDevToolsCommand("Runtime.getHeapUsage", {});
  return usedSize;
}

test("a hundred calls one after another leave nothing, and the heap is flat", { skip }, async () => {
  await run(prepare);
  const sizes = [];
  const memories = [];
  for (let i = 0; i < ROUNDS; i++) {
    const { causes, left, memory } = await run(() => round());
    assert.deepEqual(causes, [
      "NORMAL_CLEARING",
      "USER_BUSY",
      "USER_BUSY",
      "NO_ROUTE_DESTINATION",
      "USER_NOT_REGISTERED",
      "CALL_REJECTED",
      "NORMAL_CLEARING",
      "NORMAL_CLEARING",
      "NORMAL_CLEARING",
      "Device or Permission Error",
    ]);
    assert.deepEqual(left, NOTHING);
    await calls.noCalls();
    memories.push(memory);
    if (MEASURED) sizes.push(await heap());
  }
  assert.equal(memories.at(-1), memories[0], `bytes of the module's memory: ${memories}`);
  // The first half makes what lasts: code that is compiled, tables.
  const grown = sizes.at(-1) - sizes[ROUNDS / 2 - 1];
  assert.ok(!(grown > TOLERANCE), `the heap has grown by ${grown} bytes in ${(ROUNDS / 2) * ROUND} calls: ${sizes}`);
});

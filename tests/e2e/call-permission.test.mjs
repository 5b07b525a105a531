// Calls that get no microphone: why, by name.
//
// Planted, each red: the words about iframes wherever a frame is refused; an insecure page is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallTests, NOTHING } from "./lib/calls.mjs";
import { engine } from "./lib/engines.mjs";

const calls = new CallTests("phone");
const { run, skip } = calls;

test("a page that isn't served by https, and a browser without microphones", { skip }, async () => {
  const seen = await run(async () => {
    const { mediaDevices } = navigator;
    const seen = [];
    const anna = await User.login("1001");
    const fails = async (args) => {
      const call = anna.call("9196", args);
      await anna.is("destroy", call);
      seen.push([call.error.kind, call.error.message, call.cause]);
    };
    Object.defineProperty(navigator, "mediaDevices", { value: undefined, configurable: true });
    await fails();
    Object.defineProperty(window, "isSecureContext", { value: false });
    await fails();
    seen.push(await Verto.refreshDevices(), await Verto.init({}));
    // Whoever only listens needs none.
    const call = anna.call("9664", { useMic: "none" });
    await anna.is("active", call);
    seen.push(await call.setMicrophone("any").catch(({ kind }) => kind));
    call.hangup();
    await anna.is("destroy", call);
    Object.defineProperty(navigator, "mediaDevices", { value: mediaDevices });
    return { seen, left: left() };
  });
  const cause = "Device or Permission Error";
  assert.deepEqual(seen.seen, [
    ["unsupported", "this browser gives pages no microphone", cause],
    ["media-insecure", "a page gets the microphone only over https (or on localhost)", cause],
    false,
    false,
    "unsupported",
  ]);
  assert.deepEqual(seen.left, NOTHING);
});

test("an iframe without allow: the words name it; a user who refuses is told without them", { skip }, async () => {
  const seen = await run(async () => {
    const anna = await User.login("1001");
    const refuses = async () => { throw new DOMException("Permission denied", "NotAllowedError"); };
    const framed = async (allow, asked) => {
      const frame = document.createElement("iframe");
      frame.allow = allow;
      // The simulator lets no other page frame its own.
      frame.srcdoc = '<script src="/pkg/verto-min.js"></script><script src="/phone.js"></script>';
      document.body.append(frame);
      await new Promise((resolve) => (frame.onload = resolve));
      const inner = frame.contentWindow;
      if (asked) inner.navigator.mediaDevices.getUserMedia = asked;
      const user = await inner.User.login("1001", { socketUrl: anna.verto.options.socketUrl });
      const call = user.call("9196");
      const state = await Promise.race(["active", "destroy"].map((state) => user.is(state, call).then(() => state)));
      const seen = [state, call.error?.kind ?? null, call.error?.message ?? null];
      user.verto.logout();
      frame.remove();
      return seen;
    };
    const forbidden = await framed("microphone 'none'");
    const allowed = await framed("microphone");
    const inside = await framed("microphone", refuses);
    navigator.mediaDevices.getUserMedia = refuses;
    const call = anna.call("9196");
    await anna.is("destroy", call);
    return { forbidden, allowed, inside, refused: [call.error.kind, call.error.message], left: left() };
  });
  assert.deepEqual(seen.forbidden.slice(0, 2), ["destroy", "media-denied"]);
  assert.match(seen.forbidden[2], /iframe .* allow="microphone"/);
  assert.deepEqual(seen.allowed, ["active", null, null]);
  assert.deepEqual(seen.inside.slice(0, 2), ["destroy", "media-denied"]);
  // Where a browser doesn't tell what its policy allows, either may be meant.
  if (engine === "chromium") assert.equal(seen.inside[2], "Permission denied");
  assert.deepEqual(seen.refused, ["media-denied", "Permission denied"]);
  assert.deepEqual(seen.left, NOTHING);
});

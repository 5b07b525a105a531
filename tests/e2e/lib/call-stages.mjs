// Brings a call to a stage, in the page of one cell (fixtures/phone/cell.html), which is `page`. Anna's
// side of the call is what is tested; the other side is the echo of the simulator (9196), or Bob.

/** The stages of a call, in the order of its life. */
export const STAGES = ["prompt", "gathering", "inviting", "ringing", "early", "active", "held", "recovering"];

/** Which of them a call has that comes in: it is heard by nobody before it is answered. */
export const DIRECTIONS = { out: STAGES, in: STAGES.filter((stage) => stage !== "early") };

/** The states in which the page was told of a call before it is at this stage. */
export function told(stage, direction) {
  const out = [[], [], ["requesting"], ["requesting", "trying"], ["requesting", "trying", "early"], ["requesting", "trying", "active"]];
  const into = [["ringing"], ["ringing"], ["ringing", "answering"], ["ringing"], [], ["ringing", "answering", "active"]];
  const before = (direction === "out" ? out : into)[Math.min(STAGES.indexOf(stage), STAGES.indexOf("active"))];
  return { held: [...before, "held"], recovering: [...before, "recovering"] }[stage] ?? before;
}

/** The states in which it is told of a call that goes on from there as usual. */
export function still(stage, direction) {
  const whole = told("active", direction);
  const before = told(stage, direction);
  const early = stage === "early";
  return { held: [], recovering: ["active"] }[stage] ?? (early ? ["active"] : whole.slice(before.length));
}

/** Whether something is heard at this stage, or was. */
const isHeard = (stage) => STAGES.indexOf(stage) >= STAGES.indexOf("early");

/**
 * Waits until a call is heard: packets that come, and aren't silent. Where `isBlocked()` the page was told
 * that the browser plays nothing, and so it measures no sound.
 */
export async function hears(page, { peer }, isBlocked = () => false) {
  const numbers = async () => [...(await peer.getStats()).values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "audio") ?? {};
  const { packetsReceived = 0, totalAudioEnergy = 0 } = await numbers();
  await page.until(async () => {
    const now = await numbers();
    return now.packetsReceived > packetsReceived + 10 && (isBlocked() || now.totalAudioEnergy > totalAudioEnergy + 1e-4);
  });
}

// What is called where the other side isn't to answer at once.
const DESTINATIONS = { ringing: "", early: "22" };

/**
 * A call of Anna's at a stage: `{page, anna, bob, call, far, stage, direction}`; `bob` and `far` where
 * the other side is Bob. `logins` are theirs, `options` are for Anna's Verto, `voice` is Bob's stream: a
 * microphone of this page would be shared by both. `number` is what is called instead of the echo;
 * with `apart` Bob has a page of his own.
 */
export async function reach({ stage, direction }, { page, logins, options, sim, voice: shared, open, number = "9196", apart }) {
  const { User } = page;
  const [first, second] = logins;
  const voice = apart ? undefined : shared;
  const cell = { page, stage, direction, logins, sim, voice, open, bob: null, far: null };
  const anna = (cell.anna = await User.login(first, { tag: "audio", ...options }));
  // A server that hasn't answered a ping yet isn't judged by its silence; this reply comes after that one.
  await anna.verto.sendMethod("echo", {});
  const byBob = direction === "in" || stage in DESTINATIONS;
  if (byBob) cell.bob = await (apart ? await open() : page).User.login(second, { resume: false });

  // Holds up what the stage waits for; gives what to wait for when the call is on its way.
  const hold = () => {
    if (stage === "prompt") return page.microphone.hold(), () => page.microphone.held;
    if (stage === "gathering") return page.description.hold(), () => page.description.held;
    return () => {};
  };
  // Nothing is read or written at the server any more; what is written now waits there.
  const freeze = async () => {
    if (stage === "inviting") await sim("fault/freeze", { login: first });
  };

  if (direction === "out") {
    await freeze();
    const isThere = hold();
    const { [stage]: prefix } = DESTINATIONS;
    const call = (cell.call = anna.call(prefix === undefined ? number : prefix + second));
    await isThere();
    const state = { inviting: "requesting", ringing: "trying", early: "early", prompt: "", gathering: "" }[stage] ?? "active";
    if (state) await anna.is(state, call);
    if (cell.bob) cell.far = await cell.bob.is("ringing");
  } else {
    cell.far = cell.bob.call(first, { useStream: voice });
    const call = (cell.call = await anna.is("ringing"));
    if (stage !== "ringing") {
      await freeze();
      const isThere = hold();
      call.answer();
      await isThere();
      if (stage === "inviting") await anna.is("answering", call);
      else if (!["prompt", "gathering"].includes(stage)) await Promise.all([anna.is("active", call), cell.bob.is("active", cell.far)]);
    }
  }
  if (isHeard(stage)) await hears(page, cell.call);
  if (isHeard(stage) && cell.far && stage !== "early") await hears(page, cell.far);
  if (stage === "held") {
    await cell.call.hold();
    await anna.is("held", cell.call);
  }
  if (stage === "recovering") {
    page.description.hold();
    await sim("drop", { login: first });
    await anna.is("recovering", cell.call);
    await page.description.held;
  }
  return cell;
}

/** Lets a call that is held up go on, and be answered. */
export async function carryOn({ page, stage, direction, sim, logins, call, far, voice }) {
  page.microphone.release();
  page.description.release();
  await sim("fault/thaw", { login: logins[0] });
  if (stage !== "ringing" && stage !== "early") return;
  if (direction === "out") far.answer({ useStream: voice });
  else call.answer();
}

// Runs cells of the suite of faults, in the page: each in a frame of its own, several at a time.
import { FAULTS } from "./call-faults.mjs";
import { carryOn, hears, reach } from "./call-stages.mjs";

/** How long a cell may take, in ms: on a machine that has other work. */
const PATIENCE = 60_000;

async function sim(path, body) {
  const reply = await fetch(`/sim/${path}`, {
    method: body ? "POST" : "GET",
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  return reply.json();
}

async function frame() {
  const frame = document.createElement("iframe");
  frame.allow = "microphone; camera; autoplay";
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  frame.src = "/fixtures/phone/cell.html";
  document.body.append(frame);
  await loaded;
  return frame;
}

/** What becomes of the call: it has ended, or it is heard, if need be after an unhold. */
async function outcome({ page, anna, call, far, isBlocked }, mute) {
  const over = anna.is("destroy", call).then(() => true);
  const lives = async () => {
    await page.until(() => ["active", "held"].includes(call.state.name) && call.peer?.connectionState === "connected");
    const states = anna.history(call);
    // The server ends no hold of a call whose media are not up.
    while (call.state.name === "held") await call.unhold();
    await Promise.all([hears(page, call, isBlocked), far && !mute && hears(page, far)]);
    return { end: null, states };
  };
  const ended = over.then(() => ({ end: [call.cause, call.causeCode ?? null, call.error?.kind ?? null], states: anna.history(call) }));
  // What fails because the call has just ended is no failure.
  const failed = (error) => (call.state.name === "destroy" ? ended : Promise.reject(error));
  return Promise.race([ended, lives().catch(failed)]);
}

async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`${what()} within ${ms} ms`)), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function play(cell, lane, voice, together) {
  const { options, number, apart, mute, inject } = FAULTS[cell.fault];
  const logins = [1001 + 2 * lane, 1002 + 2 * lane].map(String);
  const boxes = [];
  const open = async () => {
    boxes.push(await frame());
    return boxes.at(-1).contentWindow;
  };
  const page = await open();
  const [box] = boxes;
  const go = async (run) => {
    const loaded = new Promise((resolve) => (box.onload = resolve));
    run();
    await loaded;
    return box.contentWindow;
  };
  const leave = () => go(() => (box.src = "about:blank"));
  const reload = () => go(() => page.location.reload());
  let at = null;
  let step = "the stage isn't reached";
  const run = async () => {
    at = await reach(cell, { page, logins, options: { resume: false, ...options }, sim, voice, open, number: number?.(cell), apart });
    Object.assign(at, { seed: cell.seed, leave, reload, isLeft: false });
    const { bob, far } = at;
    const { written } = page;
    let late = () => [];
    const watch = ({ page: { written }, anna, call }) =>
      anna.is("destroy", call).then(() => {
        const { length } = written;
        late = () => written.slice(length);
      });
    watch(at);
    step = "the fault isn't over";
    await inject(at, together);
    // A page that was left says nothing more.
    const { call, anna, isLeft } = at;
    const seen = { end: null, states: null };
    if (!isLeft) {
      await carryOn(at);
      step = "there is no outcome";
      if (at.page !== page) watch(at);
      Object.assign(seen, await outcome(at, mute));
      step = "the end of a warning isn't told";
      await at.mended;
      step = "the call doesn't end";
      call.hangup();
      await anna.is("destroy", call);
    }
    step = "the other side's call doesn't end";
    if (far) await bob.is("destroy", far);
    step = "the server keeps a call";
    const own = async () => (await sim("state")).dialogs.filter(({ login }) => logins.includes(login.slice(0, 4)));
    // Not in the page, which may be gone. A microphone that is granted late must not stay.
    while ((await own()).length || (!isLeft && at.page.devices.asked)) await new Promise((resolve) => setTimeout(resolve, 20));
    const about = (frames) => frames.filter(({ params }) => params?.dialogParams?.callID === call.callID).map(({ method }) => method);
    return {
      ...seen,
      late: about(late()).filter((method) => method !== "verto.bye"),
      byes: about([...written, ...(at.page === page ? [] : at.page.written)]).filter((method) => method === "verto.bye").length,
      left: isLeft ? {} : at.page.left(),
      dialogs: await own(),
      warnings: (at.quality?.all ?? []).filter(({ kind }) => kind === "no-packets").map(({ kind, over }) => `${kind} ${over}`),
    };
  };
  try {
    return await within(PATIENCE, run(), () => step);
  } catch (error) {
    const call = at?.call;
    return { error: String(error), states: call && at.anna.history(call), state: call?.state.name, peer: call?.peer?.connectionState };
  } finally {
    for (const box of boxes) box.remove();
    for (const login of logins) {
      const target = { login };
      await sim("fault/thaw", target);
      await sim("fault/reorder", { ...target, ms: 0 });
      await sim("fault/delay", { ...target, ms: 0 });
      await sim("fault/media", target);
      for (const method of ["invite", "answer", "attach", "bye", "modify"]) {
        await sim("fault/unanswered", { ...target, method: `verto.${method}`, count: 0 });
      }
      await sim("drop", target);
    }
    for (const { callID, login } of (await sim("state")).dialogs) {
      if (logins.includes(login.slice(0, 4))) await sim("hangup", { call: callID }).catch(() => {});
    }
  }
}

/** Something that happens once, when so many are there. */
function meeting(count) {
  const all = Promise.withResolvers();
  return { all: all.promise, arrive: () => --count || all.resolve() };
}

/** Runs the cells in so many lanes, each of which has two users of its own; `done(cell, seen)` is told of each. */
export async function runCells(cells, lanes, done) {
  const alone = cells.filter(({ fault }) => !FAULTS[fault].together);
  const together = cells.filter(({ fault }) => FAULTS[fault].together);
  const queue = [...alone];
  const voice = await navigator.mediaDevices.getUserMedia({ audio: true });
  const lane = async (number) => {
    for (let cell; (cell = queue.shift()); ) done(cell, await play(cell, number, voice, null));
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  while (together.length) {
    const batch = together.splice(0, lanes);
    const { all, arrive } = meeting(batch.length);
    let first = null;
    const one = async (cell, number) => {
      let arrived = false;
      const meet = async (run) => {
        arrived = true;
        arrive();
        await all;
        await (first ??= run());
      };
      const seen = await play(cell, number, voice, meet);
      if (!arrived) arrive();
      done(cell, seen);
    };
    await Promise.all(batch.map(one));
  }
}

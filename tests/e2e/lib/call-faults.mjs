// The suite of faults: what happens to a call, at which stage, in which direction, and what becomes of it.
// VERTO_CELLS, a regular expression, limits the run to the cells whose names fit.
//
// The SDK was broken on purpose, one at a time, and some of the cells ran in Chromium. Red were:
//
// | planted | red |
// | --- | --- |
// | a call that ends before its answer says no bye | hangup: inviting, ringing, in both directions |
// | a bye is said twice | hangup: all with a call at the server |
// | a call that isn't answered waits for the server after a lost connection | socket: ringing, early |
// | a call that was held is active after an attach | socket: held |
// | dead media are left alone | network and dead: active, held |
// | connect() hangs nothing up | connect: all |
// | a microphone that is granted after the end stays | hangup: prompt |
// | release() stops no track | hangup, remote: all with a microphone |
import { DIRECTIONS, still, told } from "./call-stages.mjs";

const lost = { end: ["DESTINATION_OUT_OF_ORDER", 27, "connection-lost"] };

/** What may become of a call. An end has its cause, causeCode and kind of error. */
export const OUTCOMES = {
  /** It goes on as if nothing had happened. */
  on: {},
  /** It is recovering, and then as before. */
  back: { recovers: true },
  /** So it is, and its media don't come; then once more, by another connection to the server. */
  twice: { recovers: true, again: true },
  /** The media are gone for good. */
  dead: { end: ["MEDIA_TIMEOUT", 804, "media-failed"], lives: true },
  /** So they are, also over another connection to the server. In haste a busy server seems to be silent, and is given up. */
  dead2: { end: ["MEDIA_TIMEOUT", 804, "media-failed"], lives: true, again: true },
  /** It is active, and its media don't come; then once more, by another connection to the server. */
  again: { again: true },
  /** It goes on, and the page is warned. */
  warned: { warnings: ["no-packets true", "no-packets false"] },
  /** The server ends what isn't answered with its socket. */
  lost,
  /**
   * What the server says to the invite or to the answer is given up before it is taken for dead: it may
   * only be busy. Both are due at the same time.
   */
  late: { end: ["NORMAL_CLEARING", null, "timeout"] },
  /** The server says nothing to the invite or to the answer. */
  unheard: { end: ["NORMAL_CLEARING", null, "timeout"], from: "inviting" },
  /** The server has forgotten it. */
  gone: { end: ["RECOVERY_ON_TIMER_EXPIRE", 102, "connection-lost"] },
  /** The page hangs up, or its connect() and logout() do. */
  over: { end: ["NORMAL_CLEARING", null, null] },
  /** The server or the other side hangs up. */
  bye: { end: ["NORMAL_CLEARING", 16, null] },
  /** The server refuses the answer: the call is there no more, and why it says later. */
  refused: { end: ["NORMAL_CLEARING", null, "rejected"] },
  /** Who is called refuses at once. */
  busy: { end: ["USER_BUSY", 17, null], from: "ringing" },
  /** Who calls gives up. */
  cancel: { end: ["ORIGINATOR_CANCEL", 487, null] },
  /** Another page has the session now, and its answered calls. */
  taken: { end: ["NORMAL_CLEARING", null, "taken-over"], purged: true },
  /** The page is gone: what is left of the call is at the server and the other side, and there it ends. */
  left: { states: null },
  /** It comes back in the page that was reloaded. */
  resumed: { fresh: true },
  /** The microphone is refused, or there is none. */
  denied: { end: ["Device or Permission Error", null, "media-denied"] },
  missing: { end: ["Device or Permission Error", null, "media-missing"] },
};

/**
 * What becomes of a call: a line for each fault and direction, a column for each stage; `–` where there is
 * no such case, as `without` of the fault says. Nothing is heard early of a call that comes in.
 */
const TABLE = `
                  prompt  gathering inviting ringing early  active held   recovering
  socket     out  on      on        lost     lost    lost   back   back   on
  socket     in   lost    lost      lost     lost    –      back   back   on
  halfOpen   out  on      on        late|lost lost   lost  back   back   on
  halfOpen   in   lost    lost      late|lost lost   –     back   back   on
  restart    out  on      on        lost     lost    lost   gone   gone   gone
  restart    in   lost    lost      lost     lost    –      gone   gone   gone
  connect    out  over    over      over     over    over   over   over   over
  connect    in   over    over      over     over    –      over   over   over
  takeover   out  taken   taken     taken    taken   taken  taken  taken  taken
  takeover   in   taken   taken     taken    taken   –      taken  taken  taken
  hangup     out  over    over      over     over    over   over   over   over
  hangup     in   over    over      over     over    –      over   over   over
  remote     out  –       –         busy     bye     bye    bye    bye    bye
  remote     in   cancel  cancel    refused  cancel  –      bye    bye    bye
  logout     out  over    over      over     over    over   over   over   over
  logout     in   over    over      over     over    –      over   over   over
  silent     out  unheard unheard   unheard  over    over   on     on     on
  silent     in   unheard unheard   unheard  unheard –      on     on     on
  denied     out  denied  –         –        –       –      –      –      –
  denied     in   denied  –         –        –       –      –      –      –
  network    out  –       –         –        on      on     on     on     again
  network    in   –       on        on       –       –      on     on     again
  dead       out  dead|dead2 dead|dead2 dead|dead2 dead|dead2 dead|dead2 dead|dead2 dead|dead2 dead2
  dead       in   dead|dead2 dead|dead2 dead|dead2 dead|dead2 –     dead|dead2 dead|dead2 dead2
  void       out  –       –         –        –       –      twice  twice  again
  void       in   –       –         –        –       –      twice  twice  again
  mute       out  –       –         –        –       –      warned warned warned
  mute       in   –       –         –        –       –      warned warned warned
  unplug     out  missing on        on       on      on     on     on     on
  unplug     in   missing on        on       missing –      on     on     on
  withdrawn  out  –       on        on       on      on     on     on     on
  withdrawn  in   –       on        on       denied  –      on     on     on
  leave      out  left    left      left     left    left   left   left   left
  leave      in   left    left      left     left    –      left   left   left
  reload     out  left    left      left     left    left   resumed resumed resumed
  reload     in   left    left      left     left    –      resumed resumed resumed
  order      out  on      on        on       on      on     on     on     on
  order      in   on      on        on       on      –      on     on     on
  slow       out  on      on        on       on      on     on     on     on
  slow       in   on      on        on       on      –      on     on     on
`;

const login = ({ logins }) => ({ login: logins[0] });
/** How much faster the page's time goes where it waits. */
const HASTE = 5;

/** Waits for Anna's next login, after `run` has begun, and until the server has offered her call again, or it has ended. */
async function relogin({ anna, call, stage }, run) {
  const { loggedIn, states } = anna;
  const before = [loggedIn.all.length, states.all.length];
  await run();
  await loggedIn.first(() => loggedIn.all.length > before[0]);
  if (stage !== "active" && stage !== "held") return;
  const news = (told) => told.dialog === call && ["recovering", "destroy"].includes(told.state);
  await states.first((told) => news(told) && states.all.indexOf(told) >= before[1]);
}

/** The next time that the page is told this state of the call. */
function next({ anna: { states }, call }, state) {
  const { length } = states.all;
  return states.first((told) => told.dialog === call && told.state === state && states.all.indexOf(told) >= length);
}

/** Nothing comes any more: the fault acts. */
async function deaf({ page, call }) {
  while ((await page.listen(call, 10)).received);
}

/**
 * The faults. `inject` lets it happen and waits until that is over on the wire; `options` are for Anna's
 * Verto; `without` says why there are stages without such a case; `needs` names what not every browser can do (engines.mjs). With `together` it happens to all cells at once.
 */
export const FAULTS = {
  socket: {
    what: "the connection is cut",
    inject: (cell) => relogin(cell, () => cell.sim("drop", login(cell))),
  },
  halfOpen: {
    what: "the server is silent, and the socket looks open",
    options: { keepAlive: { interval: 1000, maxFailed: 2 } },
    async inject(cell) {
      await relogin(cell, async () => {
        await cell.sim("fault/freeze", login(cell));
        cell.page.hasten(HASTE);
      });
      cell.page.hasten(1);
    },
  },
  restart: {
    what: "the server restarts, and knows no call",
    together: true,
    inject: (cell, together) => relogin(cell, () => together(() => cell.sim("fault/restart", { downMs: 100 }))),
  },
  connect: {
    what: "the page calls connect() again",
    async inject({ anna }) {
      await anna.verto.connect();
    },
  },
  takeover: {
    what: "another page takes the session over",
    async inject(cell) {
      const { sessid } = cell.anna.verto;
      const page = await cell.open();
      const other = await page.User.login(cell.logins[0], { sessid, tag: "audio" });
      await cell.sim("fault/thaw", login(cell));
      if (!["active", "held", "recovering"].includes(cell.stage)) return cell.anna.is("destroy", cell.call);
      const call = await other.is("active");
      await page.until(() => call.peer.connectionState === "connected");
      // The server holds the call still, and doesn't say so.
      if (cell.stage === "held") await call.unhold();
      await page.heard(call);
      call.hangup();
      await other.is("destroy", call);
      const left = page.left();
      if (left.tracks + left.connections + left.elements) throw new Error(`left in the other page: ${JSON.stringify(left)}`);
    },
  },
  hangup: {
    what: "the page hangs up",
    inject({ call }) {
      call.hangup();
    },
  },
  remote: {
    what: "the other side hangs up, or is busy at once",
    without: "nobody is called before the invite is sent",
    number: ({ stage }) => (stage === "inviting" ? "9486" : undefined),
    async inject({ anna, call, far, sim, stage }) {
      if (stage === "inviting") return far?.hangup();
      if (far) far.hangup();
      else await sim("hangup", { call: call.callID });
      await anna.is("destroy", call);
    },
  },
  logout: {
    what: "the page logs out",
    inject({ anna }) {
      anna.verto.logout();
    },
  },
  silent: {
    what: "the server doesn't answer the request that is due",
    async inject(cell) {
      const { stage, direction, call } = cell;
      const before = direction === "out" ? "verto.invite" : "verto.answer";
      const due = { active: "verto.modify", held: "verto.modify", recovering: "verto.attach" }[stage];
      const ends = direction === "out" && ["ringing", "early"].includes(stage);
      // A bye that isn't answered was heard all the same.
      const missing = ends ? "reply" : "request";
      await cell.sim("fault/unanswered", { ...login(cell), method: ends ? "verto.bye" : (due ?? before), missing, count: 1 });
      const hasten = () => cell.page.hasten(HASTE);
      if (ends) return call.hangup();
      // In haste the browser isn't given the time that it needs for a description.
      if (!due) return void cell.anna.is(direction === "out" ? "requesting" : "answering", call).then(hasten);
      hasten();
      if (due === "verto.modify") {
        const kind = await call.toggleHold().then(() => "done", (error) => error.kind);
        cell.page.hasten(1);
        if (kind !== "timeout") throw new Error(`toggleHold: ${kind}`);
      }
    },
  },
  denied: {
    what: "the user refuses the microphone",
    without: "the user is asked once; what was granted can only be withdrawn",
    inject({ page }) {
      page.devices.refuses = "NotAllowedError";
    },
  },
  network: {
    what: "the page's network is another one",
    without: "a page without a connection has nothing in the old network; an offer that the server hasn't read is harmed as one that rings is",
    async inject(cell) {
      const { changed } = await cell.sim("fault/network", login(cell));
      if (changed !== 1) throw new Error(`${changed} calls have another network`);
      if (["early", "active", "held"].includes(cell.stage)) await deaf(cell);
    },
  },
  dead: {
    what: "no datagram of the call passes any more",
    async inject(cell) {
      const lost = { lossPercent: 100 };
      await cell.sim("fault/media", { ...login(cell), in: lost, out: lost });
      const hasten = () => cell.page.hasten(HASTE);
      if (cell.stage !== "active" && cell.stage !== "held") return void next(cell, "active").then(hasten);
      hasten();
      await cell.anna.is("destroy", cell.call);
    },
  },
  void: {
    what: "the connection is cut, and what the server offers then is void",
    without: "a call that isn't answered ends with its connection, and is not offered again",
    async inject(cell) {
      await cell.sim("fault/detach-twice", { ...login(cell), count: 1 });
      const hasten = () => cell.page.hasten(HASTE);
      if (cell.stage === "recovering") {
        await relogin(cell, () => cell.sim("drop", login(cell)));
        return void next(cell, "active").then(hasten);
      }
      await relogin(cell, async () => {
        await relogin(cell, () => cell.sim("drop", login(cell)));
        hasten();
      });
      cell.page.hasten(1);
    },
  },
  mute: {
    what: "what the server sends is lost, and ICE lives",
    without: "a page is warned of calls that are talked in; before that nobody need be heard",
    options: { statsInterval: 500 },
    async inject(cell) {
      const { page, anna, sim, stage } = cell;
      const told = (cell.quality = new page.Told());
      anna.verto.callbacks.onQuality = (_, change) => told.push(change);
      await sim("fault/media", { ...login(cell), out: { stopped: true } });
      const packets = (over) => told.first((change) => change.kind === "no-packets" && change.over === over);
      cell.mended = packets(true).then(() => sim("fault/media", login(cell))).then(() => packets(false));
      // A held call is warned of nothing: it is silent anyway.
      if (stage === "active") await cell.mended;
    },
  },
  unplug: {
    what: "the microphone is unplugged; where the call hasn't one yet, there is no other",
    needs: "microphones",
    async inject({ page, anna, stage }) {
      if (!page.used.tracks.length) return void (page.devices.refuses = "NotFoundError");
      const told = new page.Told();
      anna.verto.callbacks.onDeviceChange = (change) => told.push(change);
      page.unplug();
      await told.first(({ kind }) => kind === "microphone");
    },
  },
  withdrawn: {
    what: "the permission for the microphone is withdrawn",
    without: "what isn't granted yet is refused, and not withdrawn",
    // Nobody hears Anna any more; an echo would be silent too.
    number: () => "9664",
    mute: true,
    async inject(cell) {
      const { page, anna, call, stage, direction } = cell;
      // A page that has no microphone may play nothing before a click; what plays already goes on.
      let blocked = false;
      anna.verto.callbacks.onPlaybackBlocked = () => (blocked = true);
      cell.isBlocked = () => blocked;
      page.devices.refuses = "NotAllowedError";
      if (direction === "in" && stage === "ringing") return;
      const told = new page.Told();
      anna.verto.callbacks.onMediaError = (dialog, error) => told.push({ dialog, error });
      page.unplug();
      await told.first(({ dialog, error }) => dialog === call && error.kind === "media-denied");
    },
  },
  leave: {
    what: "the page is left",
    needs: "goodbye",
    apart: true,
    async inject(cell) {
      await cell.leave();
      await cell.sim("fault/thaw", login(cell));
      cell.isLeft = true;
    },
  },
  reload: {
    what: "the page is reloaded",
    apart: true,
    options: { resume: true },
    async inject(cell) {
      const isAnswered = ["active", "held", "recovering"].includes(cell.stage);
      cell.page = await cell.reload();
      await cell.sim("fault/thaw", login(cell));
      cell.anna = await cell.page.User.login(cell.logins[0], { tag: "audio" });
      cell.isLeft = !isAnswered;
      if (isAnswered) cell.call = await cell.anna.is("recovering");
    },
  },
  order: {
    what: "frames overtake one another",
    async inject(cell) {
      await cell.sim("fault/reorder", { ...login(cell), ms: 100, seed: cell.seed });
    },
  },
  slow: {
    what: "each frame of the server takes a third of a second longer",
    async inject(cell) {
      await cell.sim("fault/delay", { ...login(cell), ms: 300 });
    },
  },
};

/** All cells: `{fault, direction, stage, outcome}`. */
export const CELLS = (() => {
  const [head, ...rows] = TABLE.trim().split("\n");
  const stages = head.trim().split(/\s+/);
  return rows.flatMap((row) => {
    const [fault, direction, ...outcomes] = row.trim().split(/\s+/);
    const cells = outcomes.map((outcome, i) => ({ fault, direction, stage: stages[i], outcome }));
    return cells.filter(({ stage, outcome }) => {
      const isCase = outcome !== "–";
      const mayLack = FAULTS[fault].without || !DIRECTIONS[direction].includes(stage);
      if (!isCase && !mayLack) throw new Error(`${fault}, ${stage}, ${direction}: there is no cell, and nothing says why`);
      return isCase;
    });
  });
})();

/** The states in which the page must be told of the call, from its beginning to this outcome. */
function states({ stage, direction }, { end, from, lives, purged, recovers, again, fresh }) {
  const usual = stage === "held" ? "held" : "active";
  if (fresh) return ["recovering", "answering", usual];
  const whole = [...told(from ?? stage, direction), ...(end && !lives ? [] : still(stage, direction))];
  for (const comesBack of [recovers, again]) if (comesBack) whole.push("recovering", usual);
  return end ? [...whole, purged ? "purge" : "hangup", "destroy"] : whole;
}

/** What is wrong with what was seen in a cell (call-cells.mjs); nothing, if all is well. */
export function problems(cell, seen) {
  const each = cell.outcome.split("|").map((outcome) => problemsOf(cell, OUTCOMES[outcome], seen));
  return each.find((found) => !found.length) ?? each[0];
}

function problemsOf(cell, outcome, seen) {
  const found = [];
  const same = (what, is, should) => {
    const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
    if (a !== b) found.push(`${what}: ${a} instead of ${b}`);
  };
  if (seen.error) return [JSON.stringify(seen)];
  same("the end", seen.end, outcome.end ?? null);
  if (outcome.states !== null) same("the states", seen.states, states(cell, outcome));
  same("the warnings", seen.warnings, outcome.warnings ?? []);
  if (seen.late.length) found.push(`after the end the page wrote ${seen.late}`);
  if (seen.byes > 1) found.push(`${seen.byes} byes`);
  for (const [what, left] of Object.entries(seen.left)) if (left !== 0 && !(left.length === 0)) found.push(`left in the page: ${what} ${left}`);
  same("left at the server", seen.dialogs, []);
  return found;
}

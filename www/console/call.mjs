// The current call: who calls, from which queue and for how long, the steps of a call that the
// agent makes, and the wrap-up after it.
import { duration, elapsed, onTick } from "./clock.mjs";
import { announce, element, keepFocus, onClick, setText } from "./dom.mjs";
import { onLanguage, t, word } from "./i18n.mjs";
import { goReady } from "./agent.mjs";
import { me, myRow, onMe } from "./me.mjs";
import { currentLine, isPhone, onPhone, ringingLine } from "./phone.mjs";

const STEPS = [...element("steps").children];
const ORDER = STEPS.map(({ dataset }) => dataset.step);

const isWrapUp = () => myRow()?.callstate === "WRAPUP";

function text(call) {
  return [isWrapUp() && t("callWrapUp"), call && stepText(call)].filter(Boolean).join(" · ");
}

function stepText(call) {
  const { step, direction, queue, talkMs } = call;
  if (step === "ringing") return direction ? t("callRinging", { queue }) : t("ringing");
  if (step === "talking") {
    if (!direction) return currentLine() ? t("line:active") : t("callUnknown");
    return direction === "outbound" ? t("callTalkingOut") : t("callTalking", { queue });
  }
  if (step !== "ended") return t("callDialing");
  if (call.unseen) return t("callEndedUnseen");
  const cause = word("cause", call.cause);
  return talkMs > 0 ? t("callEnded", { cause, duration: duration(talkMs) }) : t("callEndedUnanswered", { cause });
}

/** Shows at which step a dialled call is, or at which it ended. */
function showSteps(call) {
  const shown = call?.direction === "outbound";
  element("steps").classList.toggle("absent", !shown);
  if (!shown) return;
  const ended = call.step === "ended";
  // A call that has ended failed at the step after the last that it reached.
  const at = ended ? ORDER.indexOf(call.reached) + 1 : ORDER.indexOf(call.step);
  STEPS.forEach((item, index) => {
    const stage = index < at ? "done" : index > at ? "next" : ended ? "failed" : "now";
    item.dataset.stage = stage;
    if (stage === "now") item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

function party(call) {
  if (!call) return t("noCall");
  // After a reload the list of agents tells of no number, and the phone does.
  return call.party || (!call.direction && currentLine()?.party) || t("callUnknownParty");
}

function showTimer() {
  const { call } = me;
  let shown = "";
  if (isWrapUp()) shown = elapsed(myRow().since);
  else if (call?.step === "talking") shown = duration(Date.now() - (call.talkingSince ?? call.since));
  else if (call && call.step !== "ended") shown = duration(Date.now() - call.since);
  setText(element("call-timer"), shown);
}

let announced;

function show() {
  const { call } = me;
  const step = call?.step ?? "none";
  const card = element("call");
  card.dataset.call = call?.id ?? "";
  card.dataset.step = step;
  card.dataset.wrapup = isWrapUp();
  setText(element("call-party"), party(call));
  element("call-party").title = party(call);
  setText(element("call-text"), text(call));
  showSteps(call);
  showTimer();
  const done = element("wrap-up-done");
  const focused = document.activeElement === done;
  done.hidden = !isWrapUp();
  if (focused) keepFocus("cc-ready");
  const incoming = step === "ringing";
  showTitle();
  const said = call && `${call.id} ${step}`;
  // Where this browser rings, the phone tells it.
  if (said && said !== announced && !(incoming && isPhone())) announce(incoming ? t("saidIncoming", { party: party(call) }) : text(call));
  announced = said;
}

/** Who calls can be seen while another page is in front. */
function showTitle() {
  const rings = me.call?.step === "ringing" ? party(me.call) : ringingLine()?.party;
  document.title = (rings ? `☎ ${rings} · ` : "") + t("title");
}

onClick("wrap-up-done", () => goReady(element("wrap-up-done")));
onMe(show);
onPhone(show);
onTick(showTimer);
onLanguage(show);

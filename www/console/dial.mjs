// Dialling: the switch calls our extension back first, and then the number.
import { isReady, onConnection, session, vcc } from "./connection.mjs";
import { element, onSubmit, setText, value } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { recall, remember } from "./storage.mjs";
import { isOnCall, myRow, onMe } from "./me.mjs";

let dialing = false;

async function dial() {
  // Enter sends the form of a disabled button's field too in some browsers.
  if (element("cc-dial").disabled) return;
  remember("cid", value("cid"));
  const extn = myRow()?.extn ?? session.extn;
  let lost = false;
  dialing = true;
  show();
  await attempt({ button: element("cc-dial"), place: "dial-message", failure: "failedDial" }, async () => {
    try {
      return await vcc.ccDial(session.agent, extn, value("cid"), value("dest"));
    } catch (error) {
      lost = error.kind === "connection-lost" && error.sent;
      throw error;
    }
  });
  dialing = false;
  show();
  if (lost) say("dial-message", () => t("dialSent"));
}

function showNote() {
  setText(element("dial-note"), isReady() ? "" : t("dialNeedsConnection"));
}

onSubmit("dial-form", dial);
/** A number that is dialled minutes later surprises two people, and so does a second call. */
function show() {
  const button = element("cc-dial");
  const disabled = !isReady() || dialing || isOnCall(myRow());
  // A disabled button would lose the focus to nobody.
  if (disabled && document.activeElement === button) element("dest").focus();
  button.disabled = disabled;
  showNote();
}

onConnection(show);
onMe(show);
onLanguage(showNote);
element("cid").value = recall("cid") ?? element("cid").value;

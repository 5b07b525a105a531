// Dialling: the switch first calls the agent's own extension, and then the number.
import { isReady, onConnection, session, vcc } from "./connection.mjs";
import { element, onSubmit, setText, value } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { onLanguage, t } from "./i18n.mjs";
import { recall, remember } from "./storage.mjs";
import { isOnCall, myRow, onMe } from "./me.mjs";

let dialing = false;

async function dial() {
  // In some browsers Enter in the field sends the form although the button is disabled.
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

/** Dialling needs a connection and an idle agent: a call that is made minutes later surprises two people. */
function show() {
  const button = element("cc-dial");
  const disabled = !isReady() || dialing || isOnCall(myRow());
  // A button that is disabled loses the focus, and then no element has it.
  if (disabled && document.activeElement === button) element("dest").focus();
  button.disabled = disabled;
  showNote();
}

onSubmit("dial-form", dial);
onConnection(show);
onMe(show);
onLanguage(showNote);
element("cid").value = recall("cid") ?? element("cid").value;

// Dialling: the switch calls our extension back first, and then the number.
import { isReady, onConnection, session, vcc } from "./connection.mjs";
import { element, onSubmit, value } from "./dom.mjs";
import { attempt, say } from "./failures.mjs";
import { t } from "./i18n.mjs";
import { recall, remember } from "./storage.mjs";
import { myRow } from "./me.mjs";

async function dial() {
  remember("cid", value("cid"));
  const extn = myRow()?.extn ?? session.extn;
  let lost = false;
  await attempt({ button: element("cc-dial"), place: "dial-message", failure: "failedDial" }, async () => {
    try {
      return await vcc.ccDial(session.agent, extn, value("cid"), value("dest"));
    } catch (error) {
      lost = error.kind === "connection-lost" && error.sent;
      throw error;
    }
  });
  if (lost) say("dial-message", () => t("dialSent"));
}

onSubmit("dial-form", dial);
// A number that is dialled minutes later surprises two people.
onConnection(() => (element("cc-dial").disabled = !isReady()));
element("cid").value = recall("cid") ?? element("cid").value;

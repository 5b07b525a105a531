import { clickToDial } from "./click-to-dial.js";
import { phone } from "./phone.js";
import { pushToTalk } from "./push-to-talk.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

const element = (id) => document.getElementById(id);
const draw = () => {
  const { connection, event, calls } = phone.get();
  element("connection").textContent = connection;
  element("event").textContent = event?.eventType ?? "";
  element("calls").textContent = calls.map(({ party, state }) => `${party} ${state}`).join();
};
const ends = [phone.subscribe(draw)];
let stopTalking = () => {};
const talk = (dialog) => {
  stopTalking();
  window.dialog = dialog;
  stopTalking = pushToTalk(dialog, element("talk"));
};
ends.push(() => stopTalking(), clickToDial((number) => talk(phone.dial(number))));
element("answer").onclick = () => {
  const ringing = phone.get().calls.find(({ state }) => state === "ringing");
  if (!ringing) return;
  ringing.dialog.answer();
  talk(ringing.dialog);
};
element("hangup").onclick = () => dialog.hangup();
window.unmount = () => ends.forEach((end) => end());

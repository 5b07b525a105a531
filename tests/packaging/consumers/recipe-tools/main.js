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
const dial = (number) => {
  window.dialled = phone.dial(number);
  ends.push(pushToTalk(dialled, element("talk")));
};
ends.push(clickToDial(dial));
element("hangup").onclick = () => dialled.hangup();
window.unmount = () => ends.forEach((end) => end());

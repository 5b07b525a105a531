// The telephone of calls.html: one call at a time, two buttons and a number.
const { Verto } = window;
const element = (id) => document.getElementById(id);
const user = new URLSearchParams(location.search).get("user") ?? "1001";
const METER_MS = 100;

// What each state of a call is called, and what there is to be done in it.
const STATES = {
  new: ["请允许使用麦克风", "Allow the microphone"],
  requesting: ["正在呼叫", "Calling"],
  trying: ["正在呼叫", "Calling"],
  early: ["对方振铃", "The other side rings"],
  ringing: ["来电", "A call comes in"],
  answering: ["正在接听", "Answering"],
  active: ["通话中，请说话", "Connected: speak"],
  held: ["已保持", "On hold"],
  recovering: ["正在恢复", "Coming back"],
  hangup: ["已结束", "It is over"],
  destroy: ["已结束", "It is over"],
};
// What the user can do about a failure.
const REMEDIES = {
  "media-denied": ["麦克风被拒绝：请在浏览器的地址栏里允许", "The microphone was refused: allow it in the browser's address bar"],
  "media-missing": ["没有找到麦克风", "No microphone was found"],
  "media-busy": ["麦克风正被其他程序占用", "Another program uses the microphone"],
  "media-insecure": ["请用 https 或 localhost 打开本页", "Open this page by https, or on localhost"],
  unsupported: ["此浏览器没有 WebRTC", "This browser has no WebRTC"],
};

let dialog;

const verto = new Verto(
  { socketUrl: `${location.origin.replace("http", "ws")}/ws`, login: `${user}@xswitch.cn`, passwd: "1234" },
  {
    onStateChange: () => show(),
    onDialogState(changed) {
      // A second call that comes in while one goes on finds a busy telephone.
      if (changed !== dialog && dialog) {
        if (changed.state.name === "ringing") changed.hangup({ cause: "USER_BUSY" });
        return;
      }
      dialog = changed.state.name === "destroy" ? undefined : changed;
      show(changed);
    },
    onMessage: (_, changed) => changed && changed === dialog && show(dialog),
  },
);

function show(call = dialog) {
  const { state } = verto;
  const name = call?.state.name;
  element("state").textContent = name ? STATES[name].join(" ") : state === "ready" ? `${user}: 就绪 Ready` : `${user}: ${state}`;
  element("state").dataset.state = name === "active" ? "READY" : name && dialog ? "connecting" : state;
  element("party").textContent = call?.cause ?? (call?.direction.name === "inbound" ? call.cidString() : (call?.params.destination_number ?? ""));
  element("call").textContent = name === "ringing" ? "接听 Answer" : "呼叫 Call";
  element("call").disabled = state !== "ready" || (!!dialog && name !== "ringing");
  element("hangup").disabled = !dialog;
  const remedy = REMEDIES[call?.error?.kind];
  if (remedy) element("hint").textContent = `${remedy[0]}。 ${remedy[1]}.`;
}

element("phone").onsubmit = (event) => {
  event.preventDefault();
  if (dialog?.state.name === "ringing") dialog.answer({ callee_id_name: user, callee_id_number: user });
  else if (!dialog) {
    const destination_number = element("number").value.trim();
    dialog = verto.newCall({ destination_number, caller_id_name: user, caller_id_number: user });
    show();
  }
};
element("hangup").onclick = () => dialog?.hangup({ cause: dialog.state.name === "ringing" ? "CALL_REJECTED" : "NORMAL_CLEARING" });

setInterval(async () => {
  let level = 0;
  for (const report of (await dialog?.peer?.getStats())?.values() ?? []) {
    if (report.type === "inbound-rtp") level = report.audioLevel ?? 0;
  }
  element("heard").value = level;
}, METER_MS);
show();

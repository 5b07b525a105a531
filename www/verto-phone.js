// <verto-phone>: the telephone of softphone.html as an element, with its style in a shadow tree of
// its own. It isn't part of the npm package: copy this file, and load it after verto-min.js.
//
//   <verto-phone socket-url="wss://your.switch/ws" login="1007@xswitch.cn"></verto-phone>
//   document.querySelector("verto-phone").password = "1234";
//
// A page of modules sets `window.Verto = Verto` before it imports this file. The words are Chinese
// where the element's or the page's `lang` is. Every part can be styled, such as ::part(answer), and
// its colours are the custom properties of ::part(phone): --ink, --soft, --line, --paper, --accent,
// --go, --stop, --note.
(() => {
"use strict";

// Up to "end" this is made of softphone.html by `node tests/docs/verto-phone.mjs`.
const STYLE = String.raw`
[part~=phone] { --ink: #1d2733; --soft: #5b6673; --line: #8a94a0; --paper: #fff; --accent: #1c64c8; --go: #17733f; --stop: #b3261e; --note: #fdf1d2;
  display: grid; gap: .75rem; padding: 1rem; font: 1rem/1.4 system-ui, sans-serif; color-scheme: light dark; color: var(--ink);
  background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { [part~=phone] { --ink: #e8edf2; --soft: #a9b4c0; --line: #6b7683; --paper: #1a2129; --accent: #8ab8ff;
  --go: #1f7d48; --stop: #c23a2c; --note: #4a3b12; } }
[part~=phone] [hidden], [part~=phone] p:empty { display: none !important; }
[part~=phone] :is(p, form) { margin: 0; } [part~=phone] :is(form, label, [part~=note], [part~=pair], [part~=keys]) { display: grid; gap: .5rem; }
[part~=phone] label { gap: .2rem; color: var(--soft); font-size: .875rem; } [part~=phone] summary ~ label { margin-top: .5rem; }
[part~=phone] :is(input, select, button) { box-sizing: border-box; width: 100%; min-width: 0; min-height: 2.75rem; padding: .4rem .7rem;
  font: inherit; font-size: 1rem; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
[part~=phone] :is(button:enabled, summary) { cursor: pointer; } [part~=phone] button:disabled { opacity: .55; }
[part~=phone] :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
[part~=phone] [aria-pressed=true] { background: var(--note); border-color: currentcolor; font-weight: 600; }
[part~=phone] :is([part~=go], [part~=stop]) { color: #fff; background: var(--go); border-color: transparent; }
[part~=phone] [part~=stop] { background: var(--stop); }
[part~=phone] [part~=pair] { grid-template-columns: 1fr 1fr; } [part~=phone] [part~=keys] { grid-template-columns: repeat(3, 1fr); }
[part~=pressed] { grid-column: 1 / -1; text-align: center; } [part~=status], [part~=timer] { color: var(--soft); font-variant-numeric: tabular-nums; }
[part~=incoming], [part~=party] { font-size: 1.4rem; font-weight: 600; } [part~=note] { padding: .5rem .7rem; background: var(--note); border-radius: .5rem; }
`;
const PARTS = String.raw`<div part="phone">
  <p part="status" role="status"></p> <p part="incoming" role="alert" tabindex="-1"></p>
  <p part="problem note" role="alert"></p>
  <div part="blocked note" role="alert" hidden><span data-zh="浏览器拦截了声音。">The browser holds back the sound.</span>
    <button part="sound" data-zh="播放声音">Play the sound</button></div>
  <form part="login" data-in="login">
    <label><span data-zh="服务器">Server</span><input part="server" type="url" required></label>
    <label><span data-zh="用户">User</span><input part="user" autocomplete="username" required></label>
    <label><span data-zh="密码">Password</span><input part="password" type="password" autocomplete="current-password"></label>
    <button part="go" data-zh="登录">Log in</button>
  </form>
  <form part="dial" data-in="idle">
    <label><span data-zh="号码">Number</span><input part="number" inputmode="tel" autocomplete="off" pattern=".*\S.*" required></label>
    <button part="call go" data-zh="呼叫">Call</button>
  </form>
  <p part="party" data-in="calling talking held"></p> <p part="timer" role="timer" data-in="talking held"></p>
  <div part="pair" data-in="ringing"><button part="answer go" data-zh="接听">Answer</button><button part="reject stop" data-zh="拒接">Reject</button></div>
  <div part="pair" data-in="talking held"><button part="mute" data-zh="静音">Mute</button><button part="hold" data-zh="保持">Hold</button></div>
  <button part="hangup stop" data-in="calling talking held" data-zh="挂断">Hang up</button>
  <div part="keys" data-in="talking">
    <button>1</button><button>2</button><button>3</button><button>4</button><button>5</button><button>6</button>
    <button>7</button><button>8</button><button>9</button><button>*</button><button>0</button><button>#</button> <span part="pressed"></span></div>
  <form part="transfer" data-in="talking held">
    <label><span data-zh="转接到">Transfer to</span><input part="target" inputmode="tel" autocomplete="off" pattern=".*\S.*" required></label>
    <button data-zh="转接">Transfer</button>
  </form>
  <details data-in="idle talking held"><summary data-zh="设备">Devices</summary>
    <label><span data-zh="麦克风">Microphone</span><select part="microphone"><option value="any" data-zh="系统默认">The usual one</option></select></label>
    <label><span data-zh="扬声器">Speaker</span><select part="speaker"><option value="any" data-zh="系统默认">The usual one</option></select></label>
  </details>
  <button part="logout" data-in="idle" data-zh="退出登录">Log out</button>
</div>`;
/** A telephone of what `root` holds: the parts above. `options` are those of the Verto as far as they are known. */
function softphone(root, options) {
  const WORDS = { // Of the connection; of a call; why something failed: a VertoError's kind, or the cause of a call's end.
    idle: ["未登录", "Not logged in"], connecting: ["正在连接…", "Connecting…"], authenticating: ["正在登录…", "Logging in…"], ready: ["就绪", "Ready"],
    reconnecting: ["连接断开，正在重连…", "No connection; trying again…"], closed: ["未登录", "Not logged in"],
    new: ["请允许使用麦克风", "Allow the microphone"], requesting: ["正在呼叫…", "Calling…"], trying: ["正在呼叫…", "Calling…"],
    early: ["对方振铃…", "It rings…"], ringing: ["来电", "Incoming call"], answering: ["正在接听…", "Answering…"], active: ["通话中", "Connected"],
    held: ["已保持", "On hold"], recovering: ["正在恢复通话…", "The call is coming back…"], hangup: ["", ""], muted: ["已静音", "muted"],
    missed: ["未接来电：", "Missed call: "], NORMAL_CLEARING: ["", ""], ORIGINATOR_CANCEL: ["", ""], USER_BUSY: ["对方忙。", "Busy."],
    auth: ["用户或密码不正确。", "Wrong user or password."], "taken-over": ["已在别处登录。", "Logged in elsewhere."],
    "media-denied": ["麦克风被拒绝：请在地址栏中允许，然后重试。", "The microphone was refused: allow it in the address bar, then try again."],
    "media-missing": ["没有找到麦克风：请接上后重试。", "No microphone was found: plug one in, then try again."],
    "media-busy": ["麦克风正被其他程序占用。", "Another program uses the microphone."],
    "media-insecure": ["请用 https 打开本页，否则浏览器不提供麦克风。", "Open this page by https: otherwise there is no microphone."],
    unsupported: ["此浏览器不能打电话（没有 WebRTC）。", "This browser cannot make calls (it has no WebRTC)."], NO_ANSWER: ["无人接听。", "No answer."],
    CALL_REJECTED: ["对方拒接。", "The call was rejected."], USER_NOT_REGISTERED: ["对方不在线。", "Nobody is there."],
    NO_ROUTE_DESTINATION: ["没有这个号码。", "There is no such number."],
    waiting: ["通话还在：请登录以继续。", "Your call is still there: log in to take it back."],
  };
  const chinese = /^zh/i.test((root.host ?? root).closest("[lang]")?.lang);
  const words = (name) => WORDS[name]?.[chinese ? 0 : 1] ?? name;
  const why = (error) => error && (WORDS[error.kind] ? words(error.kind) : (error.reason ?? error.message));
  const part = (name) => root.querySelector(`[part~=${name}]`);
  const say = (name, text = "") => { if (part(name).textContent !== text) part(name).textContent = text; }; // Nothing is read aloud twice.
  const failed = (error) => say("problem", why(error));
  const phone = part("phone") ?? root, verto = new Verto();
  // A ring of 450 Hz for 1 s of 5, as a WAV file of 8000 bytes a second.
  const head = new Uint32Array([0x46464952, 40036, 0x45564157, 0x20746d66, 16, 0x10001, 8000, 8000, 0x80001, 0x61746164, 40000]);
  const tone = Uint8Array.from({ length: 40000 }, (_, i) => 128 + (i < 8000 ? 40 * Math.sin(i * 2 * Math.PI * 450 / 8000) : 0));
  const ring = URL.createObjectURL(new Blob([head, tone], { type: "audio/wav" }));
  // After a reload the call comes back to the same user, who this tab keeps while there is a call; never the password.
  const kept = (act, ...record) => { try { return sessionStorage[act](`softphone ${options.login}`, ...record); } catch { /* Not in this frame. */ } };
  let dialog, ended;
  function show() {
    if (ended) return;
    const call = dialog?.state.name, focused = root.getRootNode().activeElement;
    const state = call ? ({ ringing: call, active: "talking", held: call }[call] ?? "calling") : /idle|closed/.test(verto.state) ? "login" : "idle";
    const party = call && String((dialog.direction.name === "outbound" && dialog.params.destination_number) || dialog.cidString());
    const muted = call === "active" && !dialog.getMute();
    phone.dataset.state = state;
    for (const each of root.querySelectorAll("[data-in]")) each.hidden = !each.dataset.in.split(" ").includes(state);
    const status = call ? words(call) + (muted ? ` · ${words("muted")}` : "") : `${part("user").value} ${words(verto.state)}`;
    say("status", state === "ringing" ? "" : status);
    say("incoming", state === "ringing" ? `${status}: ${party}` : "");
    say("party", party);
    part("call").disabled = verto.state !== "ready";
    part("mute").setAttribute("aria-pressed", muted);
    part("hold").setAttribute("aria-pressed", state === "held");
    if (part("timer").hidden) part("timer").textContent = part("pressed").textContent = "";
    // Who works by keyboard goes on where there is something to do; a key meant for something else answers no call.
    if (!phone.contains(focused) || !(focused.disabled || focused.closest("[hidden], p:empty"))) return;
    const usable = [...phone.querySelectorAll("input, button")].find((each) => !each.disabled && !each.closest("[hidden]"));
    (state === "ringing" ? part("incoming") : usable).focus();
  }
  const timer = setInterval(() => {
    const seconds = (Date.now() - dialog?.timings.active) / 1000; // No number where nobody talks.
    if (seconds >= 0) kept("setItem", JSON.stringify([Date.now(), part("server").value, part("user").value]));
    if (seconds >= 0) say("timer", [seconds / 60, seconds % 60].map((each) => String(Math.floor(each)).padStart(2, "0")).join(":"));
  }, 1000);
  const callbacks = {
    onStateChange(_, state, { error }) {
      say("problem", state === "closed" ? why(error) : "");
      if (state === "ready") Verto.refreshDevices(fillDevices);
      show();
    },
    onDialogState(changed) {
      const { state: { name }, cause, direction } = changed;
      // One call at a time: whoever calls now finds the line busy.
      if (dialog && changed !== dialog) return name === "ringing" && changed.hangup({ cause: "USER_BUSY" });
      const missed = /ORIGINATOR_CANCEL|NO_ANSWER/.test(cause) ? words("missed") + changed.cidString() : "";
      say("problem", name === "destroy" ? (why(changed.error) ?? (direction.name === "outbound" ? words(cause) : missed)) : "");
      dialog = name === "destroy" ? undefined : changed;
      if (!dialog) kept("removeItem"), (part("blocked").hidden = true);
      show();
    },
    onMessage: () => show(), // Somebody else may be at the other end now.
    onPlaybackBlocked: () => (part("blocked").hidden = false),
    onMediaError: (_, error) => failed(error),
    onDeviceChange: () => fillDevices(), // Also when their names are known, once the microphone is allowed.
  };
  function fillDevices() {
    for (const [name, devices] of [["microphone", Verto.audioInDevices], ["speaker", Verto.audioOutDevices]]) {
      const { value } = part(name);
      part(name).length = 1; // "any" stays.
      for (const { id, label } of devices) if (id && id !== "default") part(name).add(new Option(label, id, false, id === value));
    }
  }
  const connect = () => {
    const own = { socketUrl: part("server").value, login: part("user").value, passwd: part("password").value || options.passwd };
    verto.connect({ ringFile: ring, ...options, ...own }, callbacks).catch(failed);
  };
  const settings = (side) => {
    const [own] = part("user").value.split("@");
    return { [`${side}_id_name`]: own, [`${side}_id_number`]: own, useMic: part("microphone").value, useSpeak: part("speaker").value };
  };
  const dial = (number) => {
    dialog ??= verto.newCall({ destination_number: number.replace(/\s/g, ""), ...settings("caller") });
    show();
    return dialog;
  };
  const press = (key) => dialog.dtmf(key).then(() => (part("pressed").textContent += key), failed);
  const clicks = {
    answer: () => dialog.answer(settings("callee")), reject: () => dialog.hangup({ cause: "CALL_REJECTED" }), hangup: () => dialog.hangup(),
    mute: () => (dialog.setMute("toggle"), show()), hold: () => dialog.toggleHold().catch(failed),
    keys: ({ target }) => target.matches("button") && press(target.textContent),
    sound: () => (Verto.resumeAudio(), (part("blocked").hidden = true)), logout: () => (kept("removeItem"), verto.logout()),
  };
  const transfer = () => dialog.transfer(part("target").value.replace(/\s/g, "")).catch(failed);
  const submits = { login: connect, dial: () => dial(part("number").value), transfer };
  for (const [name, run] of Object.entries(clicks)) part(name).onclick = run;
  for (const [name, run] of Object.entries(submits)) part(name).onsubmit = (event) => (event.preventDefault(), run());
  part("microphone").onchange = ({ target }) => dialog?.setMicrophone(target.value).catch(failed);
  part("speaker").onchange = ({ target }) => dialog?.setSpeaker(target.value).catch(failed);
  phone.onkeydown = ({ key, target }) => {
    if (phone.dataset.state === "talking" && /^[0-9*#]$/.test(key) && !target.matches("input, select")) press(key);
  };
  if (chinese) for (const each of root.querySelectorAll("[data-zh]")) each.textContent = each.dataset.zh;
  const [left, ...before] = JSON.parse(kept("getItem") ?? "[]");
  const waiting = Date.now() - left < 120_000; // Servers keep a call no longer.
  [part("server").value, part("user").value] = waiting ? before : [options.socketUrl ?? "", options.login ?? ""];
  if (waiting && !options.passwd) say("problem", words("waiting"));
  show();
  const stop = () => ((ended = true), clearInterval(timer), URL.revokeObjectURL(ring), verto.logout());
  return { verto, connect, waiting, dial, dialog: () => dialog, stop };
}
// end

/**
 * Attributes: `socket-url`, the WebSocket's address; `login`, user@domain; `ring-file`, the address of
 * a sound, for pages whose Content-Security-Policy has no `media-src blob:`. The user is asked for
 * what is missing. Another address or user ends what goes on, and begins anew.
 *
 * Events: `statechange` and `dialogstate` with the `detail` that they have at the Verto; they bubble.
 *
 * Taken out of the page it hangs up, logs out and leaves nothing behind; an element that is only moved
 * goes on.
 */
class VertoPhone extends HTMLElement {
  static observedAttributes = ["socket-url", "login", "ring-file"];

  #options = {};
  #password;
  #phone;
  #outdated = false;
  #due = false;

  constructor() {
    super();
    // Not by a style element, which a Content-Security-Policy may refuse.
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.innerHTML = PARTS;
    // What the page has set before this file was loaded hides the setters.
    for (const name of ["password", "options"]) {
      const { [name]: value } = this;
      if (delete this[name] && value !== undefined) this[name] = value;
    }
  }

  /** The password, which is no attribute: with it and both addresses the phone logs in by itself. */
  set password(password) {
    this.#outdated ||= password !== this.#password;
    this.#password = password;
    this.#look();
  }

  /** More options for the Verto, such as `loginParams` or `iceServers`; in use from the next login on. */
  get options() {
    return this.#options;
  }
  set options(options) {
    this.#options = options ?? {};
  }

  /** The Verto; `undefined` while the element is in no page. */
  get verto() {
    return this.#phone?.verto;
  }

  /** The call that goes on, or `undefined`. */
  get dialog() {
    return this.#phone?.dialog();
  }

  /** Calls a number, if no call goes on; gives the call that goes on then. */
  dial(number) {
    return this.#phone?.dial(String(number));
  }

  connectedCallback() {
    this.#look();
  }

  disconnectedCallback() {
    this.#look();
  }

  attributeChangedCallback(name, before, value) {
    this.#outdated ||= value !== before;
    this.#look();
  }

  // Once for all that the page changes together: an element that is moved is taken out and put in.
  #look() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.#phone && this.isConnected && !this.#outdated) return;
      this.#phone?.stop();
      this.#phone = undefined;
      this.#outdated = false;
      if (this.isConnected) this.#begin();
    });
  }

  #begin() {
    const own = { socketUrl: "socket-url", login: "login", ringFile: "ring-file" };
    const options = { ...this.#options, passwd: this.#password };
    for (const [name, attribute] of Object.entries(own)) {
      if (this.hasAttribute(attribute)) options[name] = this.getAttribute(attribute);
    }
    const phone = softphone(this.shadowRoot, options);
    this.#phone = phone;
    for (const type of ["statechange", "dialogstate"]) {
      phone.verto.addEventListener(type, ({ detail }) => {
        this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
      });
    }
    if (options.socketUrl && options.login && (options.passwd || options.loginParams)) phone.connect();
  }
}

customElements.define("verto-phone", VertoPhone);
})();

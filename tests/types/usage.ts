// What must type, and what must not. It is checked and never run.
import verto, { Verto, VertoCallcenter, VertoError, verto as named } from "verto-wasm";
import type {
  CallTimings,
  CommandResult,
  Dialog,
  StrictVertoOptions,
  SubscriptionHandle,
  VertoCallbacks,
  VertoErrorKind,
  VertoEvent,
  VertoEventOf,
  VertoOptions,
  VertoState,
} from "verto-wasm";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assert<_ extends true>(): void {}

// The instances.
const own: Verto = new Verto();
new Verto(null);
new Verto({}, null);
new Verto({ socketUrl: "wss://a.test/ws" }, { onWSLogin: (v, success) => void [v.state, success] });
assert<Same<typeof verto, Verto>>();
assert<Same<typeof named, Verto>>();
assert<Same<typeof own.rpcClient, Verto>>();
const state: VertoState = own.state;
// @ts-expect-error: there is no such state
state === "connected";
// @ts-expect-error: read-only
own.state = "ready";
// @ts-expect-error: an address is no options
new Verto("wss://a.test/ws");

// Devices of a call.
own.callbacks.onDeviceChange = (change) => {
  if (change.kind === "list") void change.added[0]?.label;
  else if (change.kind === "microphone") void change.dialog.setMicrophone(change.from?.id ?? "any").catch(() => {});
  // @ts-expect-error: the usual one has no name
  else if (change.kind === "speaker") void change.to.label;
};
own.callbacks.onMediaError = (dialog, error) => void [dialog.callID, error.kind === "media-missing"];
own.newCall({ destination_number: 1, iceServers: async () => [{ urls: "turn:a" }], codecs: ["opus"], ringDevice: "any" });
own.newCall({ destination_number: 1, iceServers: true })?.setSpeaker("any");
// @ts-expect-error: the lists are the package's
Verto.audioInDevices = [];

// Options.
const params: VertoOptions = {
  login: "1007@xswitch.cn",
  socketUrl: "wss://a.test/ws",
  passwd: () => Promise.resolve("1234"),
  loginParams: async () => ({ xui_sessid: "t", other: 1 }),
  keepAlive: { interval: 5000 },
  logger: console,
  WebSocket: class {
    constructor(public url: string) {}
  },
};
own.connect(params).then((result) => void result);
own.connect();
own.connect({ login: "a@b", socketUrl: "ws://c", passwd: 1234, keepAlive: false });
// @ts-expect-error: without an address
own.connect({ login: "a@b" });
// @ts-expect-error: ms are a number
own.connect({ ...params, timeout: "10s" });
// @ts-expect-error: no class
own.connect({ ...params, WebSocket: "ws" });

// A page's own options pass; whoever wants none of them is told of a typo.
own.connect({ ...params, agentId: 7 });
own.connect({ login: "a@b", socketUrl: "ws://c", keepAlive: { interval: 5000 } } satisfies StrictVertoOptions);
const strict: StrictVertoOptions = { login: "a@b", socketUrl: "ws://c", autoReconnect: false };
own.connect(strict);
assert<Same<typeof strict.timeout, number | undefined>>();
// @ts-expect-error: a typo
own.connect({ login: "a@b", socketUrl: "ws://c", autoReconect: false } satisfies StrictVertoOptions);
// @ts-expect-error: a typo, further in
own.connect({ login: "a@b", socketUrl: "ws://c", keepAlive: { intervall: 5000 } } satisfies StrictVertoOptions);
// @ts-expect-error: without an address
own.connect({ login: "a@b" } satisfies StrictVertoOptions);

// Callbacks.
const callbacks: VertoCallbacks = {
  onWSLogin(v, success, error) {
    assert<Same<typeof success, boolean>>();
    if (!success && error?.kind === "auth") void error.reason?.length;
    v.subscribe("vcc");
  },
  onWSClose: (v, success) => void success,
  onMessage(v, dialog, message, data) {
    assert<Same<typeof dialog, Dialog | null>>();
    if (message === Verto.enum.message.pvtEvent) void data.anything;
    if (message.name === "info") void message.val.toFixed();
    // @ts-expect-error: there is no such message
    if (message.name === "hello") return;
  },
  onStateChange(v, state, { attempt, delayMs, reason, error }) {
    void [attempt + delayMs, reason === "logout", error?.message];
  },
  onSubscribeError: (v, channel, error) => void [channel.length, error.code],
  onGap: (v, { expected, received }) => void (received - expected),
};
own.connect(params, callbacks);
// @ts-expect-error: no function
own.connect(params, { onWSLogin: 42 });

// Events: any, of one type, of a union by `eventType`, of a map.
const handles: SubscriptionHandle[] = own.subscribe("vcc.default", {
  handler(v, event) {
    assert<Same<typeof event, VertoEvent>>();
    void [v.sessid, event.eventChannel, event.eventType?.length, event.data.whatever];
  },
});
own.subscribe(["a", "b"], { userData: { n: 1 }, handler: (v, event, userData) => void userData.n });
own.subscribe("a", { handler: null, readyHandler: (v, channel) => void channel.length, local: true });
own.unsubscribe(handles);
own.unsubscribe(handles[0]);
own.unsubscribe("vcc");
own.unsubscribe(["vcc", ...handles]);
own.unsubscribe();
// @ts-expect-error: no channel
own.subscribe(42);
// @ts-expect-error: no handle
own.unsubscribe({ serno: 1 });
// @ts-expect-error: no function
own.subscribe("vcc", { handler: "x" });

type AgentEvent = VertoEventOf<{
  "agent-state": { agent_id: string; state: "READY" | "UNREADY" };
  "agent-ringing": { caller: string };
}>;
own.subscribe<AgentEvent>("vcc.default.1007", {
  handler(v, event) {
    switch (event.eventType) {
      case "agent-state":
        assert<Same<typeof event.data.state, "READY" | "UNREADY">>();
        // @ts-expect-error: of the other event
        return void event.data.caller;
      case "agent-ringing":
        return void event.data.caller.length;
      default:
        assert<Same<typeof event, never>>();
    }
    // @ts-expect-error: there is no such event
    if (event.eventType === "agent-flying") return;
  },
});
interface MyEvent {
  eventType: "mine";
  data: number;
}
own.subscribe<MyEvent, { row: number }>("vcc", {
  userData: { row: 1 },
  handler: (v, event, userData) => void (event.data + userData.row),
});

async function reading(signal: AbortSignal) {
  for await (const event of own.events<AgentEvent>("vcc", { signal, buffer: 10 })) {
    if (event.eventType === "agent-ringing") void event.data.caller;
  }
  for await (const event of own.events(["a", "b"])) void event.data;
  // @ts-expect-error: there is no such option
  own.events("vcc", { size: 1 });
}

// Requests, with callbacks and promises.
async function requests(signal: AbortSignal) {
  const { n } = await own.sendMethod<{ n: number }>("echo", { n: 1 });
  assert<Same<typeof n, number>>();
  own.call("echo", null, (result) => void result, (error) => void error.kind, { timeout: 500, signal });
  own.broadcast("vcc", { a: 1 }, null, null, { signal });
  own.message({ to: "1008", body: "x" }, (result) => void result);
  own.fsAPI("status");
  own.showFSAPI("calls", null, null, { timeout: 1 });
  // @ts-expect-error: params must be an object
  own.sendMethod("echo", "x");
  // @ts-expect-error: without a body
  own.message({ to: "1008" });
  // @ts-expect-error: no signal
  own.sendMethod("echo", {}, null, null, { signal: 42 });

  const vcc = new VertoCallcenter(own);
  const result: CommandResult = await vcc.ccLogin("test", 1007, "1007");
  assert<Same<typeof result.code, 200>>();
  vcc.ccLogout("test", "1007", () => {}, () => {});
  vcc.ccGoReady("test", "1007", null, null, { signal });
  vcc.ccGoBreak("test", "1007");
  vcc.ccGoBreak("test", "1007", "lunch", (ok) => void ok.code, (failed) => void failed.reason);
  vcc.ccGoBreak("test", "1007", (ok) => void ok.code, (failed) => void failed.reason, { timeout: 1 });
  vcc.ccGoBreak("test", "1007", null, (ok) => void ok.code);
  vcc.ccDial("1007", "1007", "010", "138");
  vcc.ccDial("1007", "1007", "010", "138", true, (ok) => void ok.code);
  vcc.ccDial("1007", "1007", "010", "138", (ok) => void ok.code, (failed) => void failed.kind);
  vcc.ccCall("ccHold", { agent: "1007" });
  vcc.subscribeAgent<AgentEvent>(1007, (v, event) => void event.data);
  vcc.subscribeGroup((v, event) => void event.data, { signal });
  // @ts-expect-error: no extension
  vcc.ccLogin("test", "1007");
  // @ts-expect-error: early media is a boolean
  vcc.ccDial("1007", "1007", "010", "138", "yes");
  // @ts-expect-error: a callback where the extension belongs
  vcc.ccLogin("test", "1007", () => {});
  // @ts-expect-error: not an instance
  new VertoCallcenter({});
}

// Errors, by kind.
function told(error: unknown): string | undefined {
  if (!(error instanceof VertoError)) return;
  assert<Same<typeof error, VertoError>>();
  const kind: VertoErrorKind = error.kind;
  void [kind, error.code.toFixed(), error.message, error.stack, error.toJSON()];
  switch (error.kind) {
    case "rejected":
    case "auth":
      return error.reason ?? String(error.data.code);
    case "timeout":
    case "connection-lost":
    case "closed":
    case "taken-over":
      assert<Same<typeof error.sent, boolean | undefined>>();
      return error.sent ? "perhaps" : "no";
    case "aborted":
      return String(error.cause ?? error.data);
    case "invalid-argument":
    case "too-large":
    case "overflow":
    case "unsupported":
      return error.message;
    case "media-denied":
    case "media-insecure":
    case "media-missing":
    case "media-busy":
    case "media-failed":
      return error.message;
    case "wasm-unavailable":
      return String(error.cause);
    default:
      // Every kind is named above.
      assert<Same<typeof error, never>>();
  }
  // @ts-expect-error: there is no such kind
  if (error.kind === "network") return;
}
// @ts-expect-error: pages make no errors of it
new VertoError("rejected", 1, "x");

// What EventTargets are used to.
const abort = new AbortController();
verto.addEventListener("statechange", ({ type, detail: [state, { delayMs }] }) => void [type, state === "ready", delayMs], {
  signal: abort.signal,
  once: true,
});
verto.addEventListener("wslogin", ({ detail: [success, error] }) => void [success, error?.kind]);
verto.addEventListener("subscribeerror", (event) => void [event.detail[1].reason, event.preventDefault()]);
// @ts-expect-error: there is no such event
verto.addEventListener("click", () => {});

// Constants.
assert<Same<typeof Verto.enum.state.ringing.name, "ringing">>();
void Verto.enum.states.ringing.answering?.toFixed();
// @ts-expect-error: there is no such state
Verto.enum.state.flying;
Verto.refreshDevices((success) => void success);
Verto.init({ skipPermCheck: true }, (granted) => void granted).then((granted) => void granted);
void Verto.audioInDevices[0]?.label.length;

// Calls.
const call = verto.newCall({ destination_number: 9196, useMic: "any", outgoingBandwidth: "default" }, "", (dialog) => void dialog.callID);
// @ts-expect-error: there is none without a connection
call.hangup();
call?.hold().then(() => call.unhold());
call?.setMute("toggle").valueOf();
verto.callbacks.onDialogState = (dialog) => {
  if (dialog.state === Verto.enum.state.ringing) dialog.answer({ useVideo: false });
  if (dialog.state.name === "destroy") void [dialog.cause?.length, dialog.causeCode?.toFixed(), dialog.error?.kind];
  void (dialog instanceof Verto.Dialog);
  const { active = 0, microphone, created }: CallTimings = dialog.timings;
  void [Date.now() - active, microphone?.toFixed(), created?.toFixed()];
  void dialog.stats().then(({ loss, mos, pair }) => [loss?.toFixed(2), mos?.toFixed(1), pair?.remote.address]);
};
verto.callbacks.onStats = (dialog, { levelIn = 0, interval }) => void [dialog.callID, levelIn.toFixed(), interval?.toFixed()];
verto.addEventListener("quality", ({ detail: [dialog, { kind, value, over }] }) => void [dialog.callID, kind === "loss", value?.toFixed(), over]);
void ({ qualityLimits: { loss: 0.1, "no-packets": 0 }, statsInterval: 1000, autoHold: true } satisfies Partial<StrictVertoOptions>);
// @ts-expect-error: there is no such kind
void ({ qualityLimits: { noise: 1 } } satisfies Partial<StrictVertoOptions>);
// @ts-expect-error: whom?
verto.newCall({});
const uuid: string = Verto.genUUID();

function block() {
  using short = new Verto();
  void short.state;
}

// Options of an interface of the page's own.
interface Settings {
  login: string;
  passwd: string;
  socketUrl: string;
}
void ((settings: Settings) => verto.connect(settings));

void [reading, requests, told, uuid, block];

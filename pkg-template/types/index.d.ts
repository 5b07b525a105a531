/// <reference lib="es2018.asyncgenerator" />
/// <reference lib="esnext.disposable" />

// No type of the DOM is used, so that this serves Node.js and workers too.

/** What every {@link VertoError} has. */
export interface VertoErrorBase extends Error {
  /** The same for every kind. */
  readonly name: "VertoError";
  /**
   * The server's code, or ours: -1 timeout, -2 connection-lost, -3 closed, -4 taken-over,
   * -5 invalid-argument, -6 too-large, -7 overflow, -8 unsupported, -9 wasm-unavailable,
   * -12 aborted, -13 media-denied, -14 media-insecure, -15 media-missing, -16 media-busy,
   * -17 media-failed; -10 auth and -11 rejected where the server gave none.
   */
  readonly code: number;
  /** The reason in the server's own words. */
  readonly reason?: string;
  /** What the server, the platform or the page gave as the cause; see each kind. */
  readonly data?: unknown;
  /** The method of the request that failed. */
  readonly method?: string;
  /** Whether the request had been written to a socket. */
  readonly sent?: boolean;
  /**
   * What `JSON.stringify` writes: all of the above.
   *
   * @example
   * report(JSON.stringify(error)); // {"name":"VertoError","kind":"timeout","code":-1,…}
   */
  toJSON(): Record<string, unknown>;
}

/** The server refused a login (`auth`) or a request (`rejected`). */
export interface RefusalError extends VertoErrorBase {
  /** `auth`: the login. `rejected`: the request. */
  readonly kind: "auth" | "rejected";
  /** The server's error object, or the result that is a refusal, whole. */
  readonly data?: any;
}

/** No answer came: in time, before the connection broke, before it ended for good. */
export interface NoAnswerError extends VertoErrorBase {
  /**
   * `timeout`: not in time. `connection-lost`: the connection broke before. `closed`: there was
   * none, or it ended for good. `taken-over`, of `connect()`: the session logged in elsewhere.
   */
  readonly kind: "timeout" | "connection-lost" | "closed" | "taken-over";
  /**
   * Of a request: whether it had been written to a socket. After `true` the server may have
   * carried it out: ask before you repeat it.
   */
  readonly sent?: boolean;
}

/** The page gave the request up, by the `signal` among its options. */
export interface AbortedError extends VertoErrorBase {
  /** The only one here. */
  readonly kind: "aborted";
  /** Whether it had been written to a socket; then the server may have carried it out. */
  readonly sent?: boolean;
  /** The signal's reason. */
  readonly data: any;
  /** The same as `data`. */
  readonly cause: any;
}

/** Nothing was sent: a wrong argument, too large a request, too many that wait. */
export interface UsageError extends VertoErrorBase {
  /**
   * `invalid-argument`: the message names it. `too-large`: above 1,000,000 bytes, or 10,000 in
   * a channel's name. `overflow`: 1000 requests wait already, no memory is left, or more events
   * than `buffer` of `events()`. `unsupported`: this version or this platform can't, or a
   * built-in that the page has replaced threw.
   */
  readonly kind: "invalid-argument" | "too-large" | "overflow" | "unsupported";
  /** What the page's built-in threw. */
  readonly cause?: unknown;
}

/** A call has no microphone, or no media. */
export interface MediaError extends VertoErrorBase {
  /**
   * `media-denied`: the user, or the browser's policy, refused the microphone or the camera.
   * `media-insecure`: the page isn't served by https. `media-missing`: there is no such device.
   * `media-busy`: it is in use elsewhere. `media-failed`: the browser can't make the media, or
   * can't use the server's description.
   */
  readonly kind: "media-denied" | "media-insecure" | "media-missing" | "media-busy" | "media-failed";
}

/** The browser, or the page's Content-Security-Policy, doesn't let WebAssembly start. */
export interface WasmError extends VertoErrorBase {
  /** The only one here; the message names the way out. */
  readonly kind: "wasm-unavailable";
  /** What the browser threw. */
  readonly data?: unknown;
  /** The same as `data`. */
  readonly cause?: unknown;
}

/**
 * The one error of this package; `kind` tells what it is.
 *
 * @example
 * try {
 *   await vcc.ccGoReady("test", "1007");
 * } catch (error) {
 *   if (!(error instanceof VertoError)) throw error;
 *   if (error.kind === "rejected") show(error.reason);
 *   else if (error.kind === "timeout" && error.sent) show("It may have been done.");
 * }
 */
export type VertoError =
  | RefusalError
  | NoAnswerError
  | AbortedError
  | UsageError
  | MediaError
  | WasmError;

/** The class, for `instanceof`. Pages don't make errors of it. */
export const VertoError: (abstract new (...args: never) => VertoError) & {
  /** What `instanceof` looks for. */
  readonly prototype: VertoError;
};

/** A failure's kind; see {@link VertoError}. */
export type VertoErrorKind = VertoError["kind"];

/**
 * An `AbortSignal`.
 *
 * @example
 * const controller = new AbortController();
 * verto.subscribe("vcc.default.1007", { handler, signal: controller.signal });
 * controller.abort();
 */
export interface AbortSignalLike {
  /** Whether it has been aborted. */
  readonly aborted: boolean;
  /** Why, in the words of who aborted it. */
  readonly reason?: any;
  /** Hears of it. */
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  /** Hears of it no more. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What a call-centre server knows a token by. An empty token counts as none. */
export interface LoginParams {
  /** The user's or the extension's token. */
  xui_sessid?: string | null;
  /** Another name for it, which some servers take. */
  xcc_token?: string | null;
}

/**
 * A value, or a function that gives it or a promise of it; asked anew for each login. `null`,
 * `undefined` and an empty text are none, and without a password or a token the session ends: see
 * `onWSLogin`. A function that throws or rejects is asked again later.
 *
 * @example
 * verto.connect({ socketUrl, login, passwd: () => ask("Password?") });
 */
export type Fresh<T> = T | (() => T | PromiseLike<T>);

/**
 * Where a call is heard or seen: the id of an `audio` or `video` element, the element, or a
 * function that gives either. What a function gives by its id is taken out of the page after the
 * call.
 */
export type MediaTag = string | object | (() => string | object | null);

/**
 * A device: its id in `Verto.audioInDevices` and the like, `any` for the browser's choice, or
 * `none`.
 */
export type DeviceId = "any" | "none" | (string & {});

/** What the page hears of the question for the microphone. */
export interface PermissionCallback {
  /** It was granted; the stream is a `MediaStream`. */
  onGranted?(stream: any): void;
  /** It was refused, or there is none; the call ends. */
  onDenied?(): void;
}

/** What the option `iceServers` may be, or give. */
export type IceServers = boolean | object | object[] | string | null | undefined;

/**
 * A call's media. They may be given to `newCall()` and `answer()`, in their `deviceParams`, and as
 * options of the `Verto` for all calls; the nearest counts.
 *
 * @example
 * verto.newCall({ destination_number: "9196", tag: "audio", useMic: "any", iceServers: false });
 */
export interface CallSettings {
  /** Where the other side is heard and seen. Default: an audio element that isn't shown. */
  tag?: MediaTag | null;
  /** Where one sees oneself. Default: nowhere. */
  localTag?: MediaTag | null;
  /** An option of the `Verto`: the address of the sound of a call that comes in. Default: none. */
  ringFile?: string | null;
  /**
   * The `audio` element that rings for a call that comes in, by its own sound where there is no
   * `ringFile`. Default: one that isn't shown.
   */
  ringer_tag?: MediaTag | null;
  /**
   * The output device of the ring, so that it is heard on the speaker while calls are on the headset.
   * Default: the element's.
   */
  ringDevice?: DeviceId | null;
  /**
   * The address of the tone that a caller hears on `useSpeak` from `trying` until the server's own sound
   * comes: servers don't say that the other side rings. Default: none.
   */
  ringbackFile?: string | null;
  /** Whether the call has a picture. Default: false. */
  useVideo?: boolean;
  /** Whether stereo sound is asked for. Default: false. */
  useStereo?: boolean;
  /** Whether the screen is shown in the place of the camera. Default: false. */
  screenShare?: boolean;
  /** The microphone; `none` only listens. Default: `any`. */
  useMic?: DeviceId | null;
  /** The output device; `none` hears nothing. Default: the element's. */
  useSpeak?: DeviceId | null;
  /** The camera of a call with a picture; `none` only looks. Default: `any`. */
  useCamera?: DeviceId | null;
  /** A `MediaStream` of the page's own, which is never stopped. Default: none. */
  useStream?: any;
  /** `MediaTrackConstraints` of the microphone. Default: none. */
  audioParams?: object | null;
  /**
   * `minWidth`, `maxWidth`, `minHeight`, `maxHeight` in pixels, `minFrameRate` and
   * `vertoBestFrameRate` per second, or any `MediaTrackConstraints` of the camera. Default: none.
   */
  videoParams?: object | null;
  /** The same settings again, for pages that have them together. */
  deviceParams?: object | null;
  /**
   * STUN and TURN servers as `RTCConfiguration` has them; `true` for `Verto.defaultIceServers`. A
   * function is asked for them anew for each connection, also for the one after a lost socket, so that
   * TURN may have credentials that don't last; where it fails, or takes longer than 5 s, the call goes
   * on without, with a warning. Default: none.
   */
  iceServers?: IceServers | (() => IceServers | PromiseLike<IceServers>);
  /** One more server, or several. Default: none. */
  turnServer?: object | string | null;
  /** The longest wait for STUN and TURN after the first usable address, in ms. Default: 1000. */
  iceTimeout?: number;
  /**
   * The codecs that are offered or answered, the dearest first, by their names in any case; the server
   * chooses. Names that the browser doesn't know are warned of; without a known one for sound, or for
   * the picture, that has all that the browser has. Where the browser lets no page choose, nothing
   * happens. (W3C WebRTC: `setCodecPreferences`.) Default: the browser's.
   */
  codecs?: string | string[] | null;
  /** Hears of the question for the microphone. */
  permissionCallback?: PermissionCallback | null;
  /**
   * Whether one call at a time is talked in: when the page places, answers or unholds a call, and when
   * one becomes active, the other active ones are held first. None is unheld by itself: when the call
   * ends, the page lets its user choose the next. Default: false.
   */
  autoHold?: boolean;
  /** How often `onStats` is told, in ms, 500 to 60000. Default: 2000. */
  statsInterval?: number;
  /** Whether calls are sampled in a hidden tab too. Default: false. */
  statsWhenHidden?: boolean;
  /** When `onQuality` warns. */
  qualityLimits?: QualityLimits | null;
}

/**
 * How to call.
 *
 * @example
 * verto.newCall({ destination_number: "1002", caller_id_name: "Anna", userVariables: { order: "7" } });
 */
export interface CallArguments extends CallSettings {
  // Whatever else is a string, a number or a boolean goes to the server, such as a bandwidth.
  [name: string]: any;
  /** Whom to call. */
  destination_number: string | number;
  /** One's own name, for the other side. */
  caller_id_name?: string;
  /** One's own number, for the other side. */
  caller_id_number?: string | number;
  /** The call's id at the server. Default: random. */
  callID?: string;
  /** Channel variables of the call, `verto_dvar_<name>` at the server. Default: none. */
  userVariables?: object;
}

/**
 * How to answer.
 *
 * @example
 * dialog.answer({ callee_id_name: "Bob", callee_id_number: "1002" });
 */
export interface AnswerArguments extends CallSettings {
  // Whatever else is a string, a number or a boolean goes to the server.
  [name: string]: any;
  /** One's own name, for the other side. */
  callee_id_name?: string;
  /** One's own number, for the other side. */
  callee_id_number?: string | number;
}

/**
 * How to connect.
 *
 * @example
 * verto.connect({
 *   socketUrl: "wss://pbx.example/ws",
 *   login: "1007@xswitch.cn",
 *   loginParams: async () => ({ xui_sessid: await freshToken() }),
 * });
 */
export interface VertoOptions extends CallSettings {
  // The page's own, which `verto.options` gives back; StrictVertoOptions has no room for them.
  [name: string]: any;
  /**
   * `user@domain`, with the domain that XSwitch shows on its first page. Without a domain it is sent
   * as it is, with a warning in the log: XSwitch and FreeSWITCH refuse it.
   */
  login: string;
  /** The password. With a token it may be left out; then `password` is sent. */
  passwd?: Fresh<string | number>;
  /** The WebSocket's address, usually `wss://host:port/ws`. */
  socketUrl: string;
  /**
   * Another address, or several: they take turns with the first while attempts fail, two attempts
   * each. Default: none.
   */
  wsFallbackURL?: string | string[];
  /** A token instead of a password, and what else the server wants with the login. */
  loginParams?: Fresh<LoginParams & object>;
  /** Sent with the login, names with values. Default: {}. */
  userVariables?: object;
  /** The id under which the server knows the session. Default: random, new at each `connect`. */
  sessid?: string;
  /** Whether a lost connection is made anew. Default: true. */
  autoReconnect?: boolean;
  /**
   * What opening, the login and a request may each take, in ms, 1 or more. Default: 10000, and
   * 60000 for `jsapi`, which call-centre commands are. A login that goes unanswered makes the next
   * twice as patient, up to 32 times this.
   */
  timeout?: number;
  /**
   * What `passwd` and `loginParams` may take where they are functions, in ms, 1 or more: somebody
   * may have to type. Until then they aren't called again, however often the connection is lost.
   * Default: 300000.
   */
  credentialsTimeout?: number;
  /**
   * After `interval` ms of silence the server is asked; after `maxFailed` intervals without
   * any answer the connection is replaced. Default: {interval: 10000, maxFailed: 2}; `false`
   * for none.
   */
  keepAlive?:
    | boolean
    | {
        /** How long a silence, in ms, 1 or more. Default: 10000. */
        interval?: number;
        /** How many intervals, 1 or more. Default: 2. */
        maxFailed?: number;
      };
  /**
   * The class of which sockets are made, such as that of the npm package `ws` in Node.js
   * before 22. Default: the platform's.
   */
  WebSocket?: new (url: string) => any;
  /** Log to the console. Default: false. */
  debug?: boolean;
  /** Where to log. Default: the console. */
  logger?: {
    /** What happens, without `debug: true` as well. */
    debug?(text: string): void;
    /** What nobody else was told, such as a refused channel. */
    warn?(text: string): void;
    /** What the page should mend, such as an option that can't be used. */
    error?(text: string): void;
  };
}

/**
 * {@link VertoOptions} by their names alone, so that a misspelt one is an error of TypeScript.
 * There any name stands, since pages keep options of their own among them.
 *
 * @example
 * verto.connect({ socketUrl, login, passwd, autoReconnect: false } satisfies StrictVertoOptions);
 */
export type StrictVertoOptions = {
  [Name in keyof VertoOptions as string extends Name ? never : number extends Name ? never : Name]: VertoOptions[Name];
};

/**
 * `idle`: never connected. `reconnecting`: waiting before the next attempt. `closed`: ended for
 * good, by `logout()`, a takeover or a refused login; without `autoReconnect` by any failure.
 */
export type VertoState =
  | "idle"
  | "connecting"
  | "authenticating"
  | "ready"
  | "reconnecting"
  | "closed";

/** What {@link VertoCallbacks.onStateChange} tells besides the state. */
export interface StateInfo {
  /** How many attempts have failed since the last login. */
  attempt: number;
  /** In `reconnecting`: how long until the next attempt, in ms. */
  delayMs: number;
  /** Why: `logout`, or the kind of {@link error}. */
  reason?: "logout" | VertoErrorKind;
  /** The failure that led here, if one did. */
  error?: VertoError;
}

/** Events that were lost on their way. */
export interface Gap {
  /** The subscribed channel. */
  eventChannel: string;
  /** The number that should have come. */
  expected: number;
  /** The number that came. */
  received: number;
}

/**
 * An event as the server sent it. `eventType` says what `data` is.
 *
 * @example
 * // Your own events, to be told apart by `eventType`:
 * type AgentEvent =
 *   | VertoEvent<{ agent_id: string; state: "READY" | "UNREADY" }, "agent-state">
 *   | VertoEvent<{ caller: string }, "agent-ringing">;
 * verto.subscribe<AgentEvent>("vcc.default.1007", {
 *   handler(verto, event) {
 *     if (event.eventType === "agent-ringing") show(event.data.caller);
 *   },
 * });
 */
export interface VertoEvent<
  Data = any,
  Type extends string | undefined = string | undefined,
> {
  /** The channel that it was sent to. */
  eventChannel: string;
  /** What happened, in the back end's word. */
  eventType: Type;
  /** What the back end tells of it. */
  data: Data;
  /** Counts the events of the subscribed channel. */
  eventSerno?: number;
  /** The channel whose subscription brought it, where the server says so. */
  subscribedChannel?: string;
  [name: string]: unknown;
}

/**
 * The events of a map from `eventType` to `data`.
 *
 * @example
 * type AgentEvent = VertoEventOf<{
 *   "agent-state": { agent_id: string; state: string };
 *   "agent-ringing": { caller: string };
 * }>;
 */
export type VertoEventOf<EventMap> = {
  [Type in keyof EventMap & string]: VertoEvent<EventMap[Type], Type>;
}[keyof EventMap & string];

/**
 * A constant of `Verto.enum`; compared by identity, by `name` or by `val`.
 *
 * @example
 * verto.callbacks.onMessage = (verto, dialog, message, data) => {
 *   if (message === Verto.enum.message.pvtEvent) show(data);
 * };
 */
export interface EnumValue<Name extends string = string> {
  /** Its name. */
  readonly name: Name;
  /** Its number. */
  readonly val: number;
}

/** The names of `Verto.enum.message`. */
export type MessageName = "display" | "info" | "pvtEvent" | "clientReady";

/**
 * What the page hears. Each runs once for what it tells, and never before the method that
 * caused it has returned. What one throws goes to the page's `error` event and stops nothing.
 *
 * @example
 * verto.connect(params, {
 *   onWSLogin(verto, success, error) { show(success ? "connected" : error?.reason); },
 *   onWSClose(verto, success) { show(success ? "logged out" : "connection lost"); },
 *   onMessage(verto, dialog, message, data) { console.log(message.name, data); },
 *   onEvent(verto, event) { console.log(event.eventType, event.data); },
 *   onStateChange(verto, state, { attempt, delayMs }) { show(state, attempt, delayMs); },
 *   onSubscribeError(verto, channel, error) { show(channel, error.reason); },
 *   onGap(verto, { eventChannel, expected, received }) { reload(eventChannel); },
 * });
 */
export interface VertoCallbacks {
  /**
   * The server answered a login. Also after each reconnect, and once where the page's functions give
   * no credentials: `auth` with the code -10, and the session has ended.
   */
  onWSLogin?(verto: Verto, success: boolean, error?: VertoError): void;
  /** `true`: closed as asked. `false`: lost; once per outage. */
  onWSClose?(verto: Verto, success: boolean): void;
  /**
   * A message that belongs to no request; `message` is of `Verto.enum.message`. With a `dialog` it
   * is about that call: `display` says who is at the other end now, `info` is text or chat.
   */
  onMessage?(verto: Verto, dialog: Dialog | null, message: EnumValue<MessageName>, data: any): void;
  /** An event of a subscription without a handler. */
  onEvent?(verto: Verto, event: VertoEvent, userData?: any): void;
  /** The state changed. */
  onStateChange?(verto: Verto, state: VertoState, info: StateInfo): void;
  /** The server refused a channel. Without this: a warning in the console. */
  onSubscribeError?(verto: Verto, channel: string, error: VertoError): void;
  /** Events were lost on their way. */
  onGap?(verto: Verto, gap: Gap): void;
  /** A call is in another state: `dialog.state`. A call that comes in is first heard of here. */
  onDialogState?(dialog: Dialog): void;
  /** The other side's `MediaStream` of a call is played from now on. */
  onRemoteStream?(stream: any, dialog: Dialog): void;
  /**
   * The browser plays no sound of this element before a click: call `Verto.resumeAudio()` in one.
   * Without this: a warning in the console.
   */
  onPlaybackBlocked?(dialog: Dialog, element: any): void;
  /**
   * The devices are others, or a call uses another. While the `Verto` is connected it hears of the
   * lists, from `Verto.init()`, `Verto.refreshDevices()`, a first call, or a `connect()` with this
   * callback on. (W3C Media Capture: `devicechange`, `ended`; ours is what follows from them.)
   */
  onDeviceChange?(change: DeviceChange): void;
  /**
   * A call goes on without its microphone, its camera or its screen: `media-missing` where no device
   * is left, `media-denied` where the permission was withdrawn. When there is a microphone again the
   * call takes it by itself, and `onDeviceChange` tells; `dialog.setMicrophone()` takes one at once.
   * Without this: a warning in the console.
   */
  onMediaError?(dialog: Dialog, error: VertoError): void;
  /**
   * How a call is heard, every `statsInterval` ms from its first sound to its end. Nothing is measured
   * while nobody listens, nor in a hidden tab without `statsWhenHidden`.
   */
  onStats?(dialog: Dialog, stats: CallStats): void;
  /** Something about a call's sound is bad, or is good again. */
  onQuality?(dialog: Dialog, change: QualityChange): void;
  /** As the option of this name. */
  permissionCallback?: PermissionCallback | null;
}

/**
 * What `onDeviceChange` hears.
 *
 * @example
 * verto.callbacks.onDeviceChange = (change) => {
 *   if (change.kind === "microphone" && change.from) say(`${change.from.label} was unplugged: ${change.to.label} is used`);
 *   if (change.kind === "list") change.added.forEach((device) => offer(device.label, () => dialog.setMicrophone(device.id)));
 * };
 */
export type DeviceChange = DeviceListChange | MicrophoneChange | SpeakerChange | MicrophoneInterruption;

/** The lists, such as `Verto.audioInDevices`, are others; both may be empty where only names are. */
export interface DeviceListChange {
  /** It is this one. */
  kind: "list";
  /** What was plugged in. */
  added: Device[];
  /** What was unplugged. */
  removed: Device[];
}

/**
 * The browser's usual microphone has taken the place of one that is gone. Back to that one, when it
 * is plugged in again, goes only the page, by `dialog.setMicrophone()`.
 */
export interface MicrophoneChange {
  /** It is this one. */
  kind: "microphone";
  /** The call. */
  dialog: Dialog;
  /** What is gone; `null` where there was none left, as `onMediaError` has told. */
  from: Device | null;
  /** What is used now. */
  to: Device;
}

/** The browser's usual output device has taken the place of one that is gone. */
export interface SpeakerChange {
  /** It is this one. */
  kind: "speaker";
  /** The call. */
  dialog: Dialog;
  /** What is gone. */
  from: Device;
  /** The usual one, which browsers don't name. */
  to: null;
}

/**
 * Something else uses the microphone for a while, such as a call of the telephone that the browser
 * runs on, and the other side hears nothing of this call; or it is back.
 */
export interface MicrophoneInterruption {
  /** Which of the two. */
  kind: "interrupted" | "resumed";
  /** The call. */
  dialog: Dialog;
}

/**
 * What {@link Verto.addEventListener} hears: `detail` holds the arguments of the callback of
 * the same name, without `verto`.
 *
 * @example
 * verto.addEventListener("gap", ({ detail: [gap] }) => reload(gap.eventChannel));
 */
export interface VertoEventMap {
  /** As `onWSLogin`. */
  wslogin: [success: boolean, error?: VertoError];
  /** As `onWSClose`. */
  wsclose: [success: boolean];
  /** As `onMessage`. */
  message: [dialog: Dialog | null, message: EnumValue<MessageName>, data: any];
  /** As `onEvent`. */
  event: [event: VertoEvent, userData?: any];
  /** As `onStateChange`. */
  statechange: [state: VertoState, info: StateInfo];
  /** As `onSubscribeError`; `preventDefault()` spares the console its warning as well. */
  subscribeerror: [channel: string, error: VertoError];
  /** As `onGap`. */
  gap: [gap: Gap];
  /** As `onDialogState`. */
  dialogstate: [dialog: Dialog];
  /** As `onDeviceChange`. */
  devicechange: [change: DeviceChange];
  /** As `onMediaError`. */
  mediaerror: [dialog: Dialog, error: VertoError];
  /** As `onStats`. */
  stats: [dialog: Dialog, stats: CallStats];
  /** As `onQuality`. */
  quality: [dialog: Dialog, change: QualityChange];
}

/** A `CustomEvent` of {@link Verto.addEventListener}. */
export interface VertoCustomEvent<Type extends keyof VertoEventMap> {
  /** Which event. */
  readonly type: Type;
  /** The arguments of the callback, without `verto`. */
  readonly detail: VertoEventMap[Type];
  /** Of `subscribeerror`: the page saw to it. */
  preventDefault(): void;
}

/**
 * How to subscribe; all of it may be left out.
 *
 * @example
 * verto.subscribe("vcc.default.1007", {
 *   handler(verto, event, userData) { show(userData, event.eventType); },
 *   userData: "agent 1007",
 *   readyHandler(verto, channel) { console.log("subscribed", channel); },
 * });
 */
export interface SubscribeOptions<Event = VertoEvent, UserData = any> {
  /** Hears the events; without it `onEvent` does. */
  handler?: ((verto: Verto, event: Event, userData: UserData) => void) | null;
  /** Handed to the handler. */
  userData?: UserData;
  /** The server granted the channel. Also after each reconnect. */
  readyHandler?: ((verto: Verto, channel: string) => void) | null;
  /** Sent beside the channel; at most 10,000 bytes as JSON. */
  subParams?: object | null;
  /** Only listen; don't ask the server. Default: false. */
  local?: boolean;
  /**
   * Leave out the events that other clients broadcast: those with a `userid`, which FreeSWITCH's
   * mod_verto adds. Default: false.
   */
  fromServer?: boolean;
  /**
   * Ends the subscription when it is aborted; one that is aborted already makes none. The same
   * handler registered anew has the new registration's signal only, or none.
   */
  signal?: AbortSignalLike | null;
}

/** How to read events; all of it may be left out. */
export interface EventsOptions {
  /** How many events may wait to be read, 1 or more. Default: 1000. */
  buffer?: number;
  /** Ends the loop when it is aborted; what waits to be read is dropped. */
  signal?: AbortSignalLike | null;
  /** Sent beside the channel; at most 10,000 bytes as JSON. */
  subParams?: object | null;
  /** Only listen; don't ask the server. Default: false. */
  local?: boolean;
  /** Leave out the events that other clients broadcast. Default: false. */
  fromServer?: boolean;
}

/** A registration of a handler on a channel, for `unsubscribe`. */
export interface SubscriptionHandle {
  /** The number of the registration, 1 or more. */
  readonly serno: number;
  /** The channel. */
  readonly eventChannel: string;
}

/**
 * The last argument of every request.
 *
 * @example
 * await vcc.ccDial("1007", "1007", "010", "13800000000", false, null, null, {
 *   timeout: 30000,
 *   signal: controller.signal,
 * });
 */
export interface RequestOptions {
  /** How long it may take from now, in ms, 1 or more. Default: {@link VertoOptions.timeout}. */
  timeout?: number;
  /**
   * Gives the request up when it is aborted: it fails with `aborted`. One that waits for the
   * connection is never sent then; of one that was sent (`sent: true`) the answer is ignored.
   */
  signal?: AbortSignalLike | null;
}

/**
 * Runs with the result of a request.
 *
 * @example
 * vcc.ccGoReady("test", "1007", (result) => show(result.message), (error) => show(error.reason));
 */
export type Success<Result = any> = ((result: Result) => void) | null;
/** Runs with the error of a request; the example of {@link Success} has both. */
export type Failure = ((error: VertoError) => void) | null;

/**
 * One connection to a Verto server.
 *
 * Methods with `ok` and `failed` also return a promise of the same outcome and never throw,
 * unless they are taken off their instance; other methods throw a {@link VertoError}. A failure
 * that nobody looks at is never an `unhandledrejection`.
 *
 * @example
 * const verto = new Verto();
 * await verto.connect({ socketUrl, login: "1007@xswitch.cn", passwd: "1234" });
 */
export class Verto {
  /**
   * With a `socketUrl` it connects at once. A failure of that is no exception: the callbacks
   * hear it, and the console where it is a wrong option.
   *
   * @throws VertoError `invalid-argument`; `wasm-unavailable`.
   * @example
   * const verto = new Verto({ socketUrl, login: "1007@xswitch.cn", passwd: "1234" }, callbacks);
   */
  constructor(options?: Partial<VertoOptions> | null, callbacks?: VertoCallbacks | null);

  /** What `connect()` was given last. */
  options: Partial<VertoOptions>;
  /** The callbacks in use; may be changed at any time. */
  callbacks: VertoCallbacks;
  /** The calls that have not ended, by their `callID`. */
  dialogs: Record<string, Dialog>;
  /** Where the connection is. At first: `idle`. */
  readonly state: VertoState;
  /** The id under which the server knows the session; empty before the first `connect()`. */
  readonly sessid: string;
  /** The instance itself, for pages that write `verto.rpcClient.call(…)`. */
  readonly rpcClient: this;
  /** What the server answered last to a login or another request, a result or an error object. */
  readonly last_response: any;

  /**
   * Connects and logs in; without arguments with those of before. Closes silently what was
   * open. The promise settles at the first login or at the end for good: network failures
   * leave it pending, unless `autoReconnect` is false.
   *
   * Fails with: `auth`, refused; `closed`, by `logout()` or a newer `connect()`; `taken-over`;
   * `invalid-argument`; `unsupported`, no WebSocket; `wasm-unavailable`; without `autoReconnect`
   * also `connection-lost` and `timeout`.
   *
   * @returns a promise of the server's answer to the login.
   * @example
   * verto.connect({ socketUrl, login, passwd }, {
   *   onWSLogin(verto, success) { if (success) verto.subscribe("vcc.default.1007", { handler }); },
   *   onStateChange(verto, state, { delayMs }) { show(state, delayMs); },
   * });
   */
  connect(params?: VertoOptions | null, callbacks?: VertoCallbacks | null): Promise<any>;
  /**
   * Logs in again on the live connection, with what `loginData()` was given. Its subscriptions stay,
   * and a refusal changes nothing: `onWSLogin(verto, false, error)` tells it. While a connection is
   * being made this waits for its login; without one it is `connect()`.
   *
   * Fails with: `auth`; on a live connection also as `sendMethod` does.
   *
   * @returns a promise of the server's answer to the login.
   * @example
   * verto.loginData({ loginParams: { xui_sessid: newToken } });
   * verto.login();
   */
  login(): Promise<any>;
  /**
   * Ends the connection, its subscriptions and everything that waits for an answer (`closed`).
   * Nothing reconnects.
   *
   * @param message - Ignored.
   * @example
   * verto.logout();
   */
  logout(message?: unknown): void;
  /**
   * The same as `logout()`.
   *
   * @param code - Ignored.
   */
  closeSocket(code?: number): void;
  /** The same as `logout()`. */
  destroy(): void;
  /**
   * The same as `destroy()`, at the end of a block, where the platform has `Symbol.dispose`.
   *
   * @example
   * using verto = new Verto();
   */
  [Symbol.dispose](): void;
  /**
   * Used at the next login. What is left out stays as it was.
   *
   * @param params - Of these `login`, `passwd`, `loginParams` and `userVariables`.
   * @throws VertoError `invalid-argument`, when no login can be made from it.
   * @example
   * verto.loginData({ loginParams: { xui_sessid: newToken } });
   */
  loginData(params: Partial<VertoOptions>): void;
  /**
   * Whether there is a socket, be it still opening. Whether the login is done says `state`.
   *
   * @example
   * if (!verto.socketReady()) show("not connected");
   */
  socketReady(): boolean;
  /**
   * Ends all subscriptions.
   *
   * @example
   * verto.purge();
   */
  purge(): void;

  /**
   * Subscribes to channels; at any time, before `connect()` as well. It outlives reconnects
   * and ends with `unsubscribe`, the signal, `purge()`, `logout()` or a `connect()` on an open
   * connection. The same handler with the same `userData` on one channel registers once, and
   * what a run of `onWSLogin` subscribes replaces what its previous run did.
   *
   * @param channel - Names with dots: `vcc` is everything, `vcc.default` a group,
   *   `vcc.default.1007` an agent.
   * @returns a handle for each channel, for `unsubscribe`.
   * @throws VertoError `invalid-argument`; `too-large`, a name above 10,000 bytes;
   *   `wasm-unavailable`. That the server refuses a channel is told to `onSubscribeError`.
   * @example
   * const handles = verto.subscribe<AgentEvent>(["vcc.default.1007", "vcc.default.1008"], {
   *   handler: (verto, event) => show(event.eventType, event.data),
   *   signal: controller.signal,
   * });
   */
  subscribe<Event = VertoEvent, UserData = any>(
    channel: string | readonly string[],
    options?: SubscribeOptions<Event, UserData> | null,
  ): SubscriptionHandle[];
  /**
   * Ends what is named; without an argument everything.
   *
   * @param handle - What `subscribe` returned, or a channel with all its handlers.
   * @throws VertoError `invalid-argument`; `too-large`; `wasm-unavailable`.
   * @example
   * verto.unsubscribe("vcc.default.1007");
   */
  unsubscribe(
    handle?: SubscriptionHandle | string | readonly (SubscriptionHandle | string)[] | null,
  ): void;

  /**
   * The events of channels, for a `for await` loop. The subscription begins at the first step
   * and goes on through reconnects. Leaving the loop ends it; what else ends a subscription
   * (`unsubscribe`, `purge()`, `logout()`) ends the loop, after what waits to be read; an
   * aborted signal ends it at once.
   *
   * Throws, at a step: `overflow`, when more than `buffer` events waited: the subscription has
   * ended then, and all events before it have been read; what `subscribe` throws, at the first.
   *
   * @example
   * for await (const event of verto.events<AgentEvent>("vcc.default.1007", { signal })) {
   *   await store(event.data);
   * }
   */
  events<Event = VertoEvent>(
    channel: string | readonly string[],
    options?: EventsOptions | null,
  ): AsyncGenerator<Event, void, undefined>;

  /**
   * What callbacks hear, for more than one listener; see {@link VertoEventMap}. Listeners run
   * before the callback.
   *
   * @example
   * verto.addEventListener("statechange", ({ detail: [state] }) => show(state), { signal });
   */
  addEventListener<Type extends keyof VertoEventMap>(
    type: Type,
    listener: (event: VertoCustomEvent<Type>) => void,
    options?: { once?: boolean; signal?: AbortSignalLike | null } | null,
  ): void;
  /**
   * Ends what `addEventListener` began.
   *
   * @example
   * verto.removeEventListener("statechange", listener);
   */
  removeEventListener<Type extends keyof VertoEventMap>(
    type: Type,
    listener: (event: VertoCustomEvent<Type>) => void,
  ): void;

  /**
   * Any request. While connecting and reconnecting it waits, in order, at most its timeout,
   * 1000 requests at most; it is never sent twice.
   *
   * Fails with: `rejected`; `timeout`; `connection-lost`; `closed`; `aborted`;
   * `invalid-argument`; `too-large`, above 1,000,000 bytes; `overflow`, too many wait or no
   * memory is left; `wasm-unavailable`.
   *
   * @param params - `sessid` is added to it. Default: {}.
   * @returns a promise of the result.
   * @example
   * const result = await verto.sendMethod("echo", { n: 1 }, null, null, { timeout: 5000 });
   */
  sendMethod<Result = any>(
    method: string,
    params?: object | null,
    ok?: Success<Result>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<Result>;
  /** The same as `sendMethod`. */
  call<Result = any>(
    method: string,
    params?: object | null,
    ok?: Success<Result>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<Result>;
  /**
   * A request whose answer nobody looks at: nor is a failure told.
   *
   * @example
   * verto.notify("echo", { n: 1 });
   */
  notify(method: string, params?: object | null): void;
  /**
   * Gives up reconnecting, as `logout()` does; in a state other than `reconnecting` it does
   * nothing.
   *
   * @example
   * verto.callbacks.onStateChange = (verto, state, { attempt }) => {
   *   if (attempt > 20) verto.stopRetrying();
   * };
   */
  stopRetrying(): void;
  /**
   * Measures the line: so many bytes go up and ten times as many come down, during which the server
   * sends nothing else. It measures what goes up; what comes down is measured here. Fails as
   * `sendMethod` does.
   *
   * @param bytes - 1 to 16777216.
   * @param ok - Gets the event of the last frame, and the figures.
   * @example
   * verto.speedTest(256 * 1024, (event, { upKPS, downKPS }) => show(upKPS, downKPS));
   */
  speedTest(
    bytes: number,
    ok?: ((event: any, figures: SpeedTest) => void) | null,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<SpeedTest>;
  /**
   * Sends `params` to a channel; with `localBroadcast: true` in it also on the same server.
   * Fails as `sendMethod` does.
   *
   * @example
   * await verto.broadcast("vcc.default", { text: "lunch", localBroadcast: true });
   */
  broadcast(
    channel: string,
    params?: object | null,
    ok?: Success,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<any>;
  /**
   * Sends a text message to a user. Fails as `sendMethod` does.
   *
   * @example
   * await verto.message({ to: "1008@xswitch.cn", body: "Can you take over?" });
   */
  message(
    message: { to: string; body: string },
    ok?: Success,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<any>;
  /**
   * A command of FreeSWITCH's own, where the user may. Fails as `sendMethod` does.
   *
   * @param arg - What follows the command. Default: empty.
   * @example
   * const { message } = await verto.fsAPI("show", "calls count");
   */
  fsAPI(
    cmd: string,
    arg?: string | null,
    ok?: Success,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<any>;
  /**
   * The same as `fsAPI("status")`.
   *
   * @example
   * const { message } = await verto.fsStatus();
   */
  fsStatus(ok?: Success, failed?: Failure, options?: RequestOptions | null): Promise<any>;
  /**
   * The same as `fsAPI("show", what + " as json")`.
   *
   * @example
   * const { message } = await verto.showFSAPI("calls");
   */
  showFSAPI(
    what?: string,
    ok?: Success,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<any>;

  /**
   * Sets the option `videoParams` for calls to come.
   *
   * @example
   * verto.videoParams({ minWidth: 640, minHeight: 480 });
   */
  videoParams(params: object): void;
  /**
   * Sets the option `iceServers` for calls to come.
   *
   * @example
   * verto.iceServers([{ urls: "stun:stun.pbx.example" }]);
   */
  iceServers(servers: CallSettings["iceServers"]): void;
  /**
   * Sets members of the option `deviceParams` for calls to come. With `useCamera` and `onResCheck`
   * that function hears which pictures the camera has, `{ validRes: [[width, height], …],
   * bestResSupported: [width, height] }` in pixels; the camera is opened for it.
   *
   * @throws VertoError `invalid-argument`: it is no object.
   * @example
   * verto.deviceParams({ useMic: Verto.audioInDevices[0]?.id });
   */
  deviceParams(params: object): void;
  /**
   * Calls a number. The microphone is asked for at once; before the login the call waits for it.
   * Whatever becomes of the call, `onDialogState` tells.
   *
   * @param callbacks - Of this call, in the place of the `Verto`'s.
   * @param onSuccess - Runs when the server has taken the call.
   * @param onError - Runs if the call fails before.
   * @returns `undefined` without a connection, which the console says.
   * @throws VertoError `invalid-argument`: no `destination_number`, or a `callID` in use;
   *   `unsupported`: this is the call centre's own build.
   * @example
   * const dialog = verto.newCall({ destination_number: "9196", tag: "audio" });
   */
  newCall(
    args: CallArguments,
    callbacks?: VertoCallbacks | "" | null,
    onSuccess?: ((dialog: Dialog) => void) | "" | null,
    onError?: ((error: VertoError, dialog: Dialog) => void) | "" | null,
  ): Dialog | undefined;
  /**
   * Hangs up this call, or all of them.
   *
   * @example
   * verto.hangup(dialog.callID);
   */
  hangup(callID?: string | null): void;

  /** The constants that pages compare with; {@link EnumValue} has an example. */
  static readonly enum: {
    /** The states of a call. */
    readonly state: Readonly<{ [Name in CallState]: EnumValue<Name> }>;
    /** Which states of a call may follow each. */
    readonly states: Readonly<Record<CallState, Readonly<Partial<Record<CallState, 1>>>>>;
    /** Who began a call. */
    readonly direction: Readonly<{ [Name in "inbound" | "outbound"]: EnumValue<Name> }>;
    /** What `onMessage` tells apart. */
    readonly message: Readonly<{ [Name in MessageName]: EnumValue<Name> }>;
  };
  /**
   * A random UUID.
   *
   * @example
   * const sessid = Verto.genUUID();
   */
  static genUUID(): string;
  /**
   * Asks for the microphone and the camera, so that the devices' names are known, and lists the
   * devices.
   *
   * @param options - `skipPermCheck`: doesn't ask. `skipDeviceCheck`: doesn't list.
   * @returns What `done` gets: whether they were granted; `null` if it didn't ask.
   * @throws VertoError `invalid-argument`: `done` is no function.
   * @example
   * Verto.init({ skipPermCheck: true }, () => verto.connect(params, callbacks));
   */
  static init(
    options?: {
      /** Don't ask. */
      skipPermCheck?: boolean;
      /** Don't list. */
      skipDeviceCheck?: boolean;
      [name: string]: unknown;
    } | null,
    done?: ((granted: boolean | null) => void) | null,
  ): Promise<boolean | null>;
  /**
   * Lists the devices anew.
   *
   * @returns What `done` gets: `false` where the browser gives pages no devices.
   * @throws VertoError `invalid-argument`: `done` is no function.
   * @example
   * Verto.refreshDevices(() => show(Verto.audioInDevices));
   */
  static refreshDevices(done?: ((success: boolean) => void) | null): Promise<boolean>;
  /**
   * Plays what the browser refused to play before; to be called in a click.
   *
   * @example
   * button.onclick = () => Verto.resumeAudio();
   */
  static resumeAudio(): Promise<unknown>;
  /**
   * Functions that run when the page is left (`beforeunload`).
   *
   * @example
   * Verto.unloadJobs.push(() => save());
   */
  static readonly unloadJobs: (() => void)[];
  /** Runs after them; if it returns a text, the browser asks whether to leave. Default: null. */
  static haltClosure: (() => string | undefined) | null;
  /** The class of calls, for `instanceof`. */
  static readonly Dialog: (abstract new (...args: never) => Dialog) & {
    /** What `instanceof` looks for. */
    readonly prototype: Dialog;
  };
  /** The servers of `iceServers: true`. Default: a public STUN server of Google's. */
  static defaultIceServers: object[];
  /** The cameras; like the other two lists it is made anew whenever devices come or go. */
  static readonly videoDevices: Device[];
  /** The microphones. */
  static readonly audioInDevices: Device[];
  /** The output devices. */
  static readonly audioOutDevices: Device[];
}

/** What `speedTest()` measured. */
export interface SpeedTest {
  /** How long the bytes took up, in ms. */
  upDur: number;
  /** How long ten times as many took down, in ms. */
  downDur: number;
  /** kbit/s up (1,024 bits). */
  upKPS: number;
  /** kbit/s down (1,024 bits). */
  downKPS: number;
}

/** A device of the lists that `Verto.refreshDevices()` fills. */
export interface Device {
  /** For `useMic` and the like. */
  id: string;
  /** What it is. */
  kind: "audio_in" | "audio_out" | "video";
  /** Its name; a word and a number where the browser hides it. */
  label: string;
}

/**
 * A telephone call. What is asked of the server settles a promise, and runs the callbacks that
 * come last; a failure that a page ignores is no `unhandledrejection`.
 *
 * @example
 * verto.callbacks.onDialogState = (dialog) => {
 *   if (dialog.state.name === "ringing") show(dialog.cidString());
 *   if (dialog.state.name === "destroy") show(dialog.cause);
 * };
 */
export interface Dialog {
  /** Its id at the server. */
  readonly callID: string;
  /** Of `Verto.enum.direction`. */
  readonly direction: EnumValue<"inbound" | "outbound">;
  /** Of `Verto.enum.state`. */
  readonly state: EnumValue<CallState>;
  /** What it was before. */
  readonly lastState: EnumValue<CallState>;
  /**
   * The arguments of `newCall()`, or what the server sent; with `remote_caller_id_name` and
   * `remote_caller_id_number`, and `wantVideo` where the caller offers a picture.
   */
  readonly params: Record<string, any>;
  /** The `Verto` of the call. */
  readonly verto: Verto;
  /** Who hears of it; may be changed at any time. */
  callbacks: VertoCallbacks;
  /** Why it ended, in the server's words, such as `USER_BUSY`; from `hangup` on. */
  readonly cause?: string;
  /** The number of the cause (Q.850), where it is known. */
  readonly causeCode?: number;
  /** What failed on this side, or was refused. */
  readonly error?: VertoError;
  /**
   * When what has happened so far happened first, in ms since 1970 (`Date.now()`): see
   * {@link CallTimings}. It outlives a lost connection: `Date.now() - dialog.timings.active` is how
   * long the call has been talked.
   */
  readonly timings: CallTimings;
  /** The `MediaStream` that is sent; `null` before it is granted. */
  readonly localStream: any;
  /** The `RTCPeerConnection`, for `getStats()`; `null` without one. It is another one after a lost connection, or after media that had to be made anew. */
  readonly peer: any;
  /**
   * Whether the call's media flow: the `connectionState` of {@link Dialog.peer}; `closed` where there
   * is none. The state `active` only says that the call is answered. While media are made anew, with
   * the socket alive, `state` stays as it is and this goes from `disconnected` or `failed` by
   * `connecting` to `connected`.
   */
  readonly media: "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

  /**
   * Answers a call that rings.
   *
   * @returns Whether it rings, and was not answered before.
   */
  answer(params?: AnswerArguments | null): boolean;
  /**
   * Ends the call, at whatever moment, or rejects it.
   *
   * @param params - What the other side is told. Default: `NORMAL_CLEARING`.
   * @returns Whether it had not ended yet.
   * @example
   * dialog.hangup({ cause: "CALL_REJECTED" });
   */
  hangup(params?: { /** Its name. */ cause?: string; /** Its number. */ causeCode?: string | number } | null): boolean;
  /**
   * How the call is heard now; the interval is the time since `stats()` was asked before, or since the
   * connection began. It never fails: without a connection nothing is known.
   *
   * @example
   * const { loss, roundTrip, codec, mos } = await dialog.stats();
   */
  stats(): Promise<CallStats>;
  /** Holds the call at the server. */
  hold(ok?: Success, failed?: Failure): Promise<any>;
  /** Ends the hold. */
  unhold(ok?: Success, failed?: Failure): Promise<any>;
  /** The one or the other; a second one is refused until the first is answered. */
  toggleHold(ok?: Success, failed?: Failure): Promise<any>;
  /** Sends the other side to another number; this side's call ends. */
  transfer(destination: string | number, params?: object | null, ok?: Success, failed?: Failure): Promise<any>;
  /** Lets the other sides of this call and of another talk to each other; both end here. */
  replace(callID: string, params?: object | null, ok?: Success, failed?: Failure): Promise<any>;
  /** Sends digits: 0 to 9, `*`, `#`, A to D. */
  dtmf(digits: string | number, ok?: Success, failed?: Failure): Promise<any>;
  /** Sends text as it is typed: `{code}` or `{chars}`. */
  rtt(text: object, ok?: Success, failed?: Failure): Promise<any>;
  /** Sends where in the picture one has clicked: `{x, y, w, h}` in pixels. */
  click(point: object, ok?: Success, failed?: Failure): Promise<any>;
  /** Sends chat. */
  message(message: { /** To whom. */ to: string; /** What. */ body: string; [name: string]: any }, ok?: Success, failed?: Failure): Promise<any>;
  /**
   * Silences the microphone: `off` or `true`; `on` or `false` ends that, `toggle` turns it over.
   *
   * @returns Whether it is silent then; `false` before there is a microphone.
   */
  setMute(what?: "on" | "off" | "toggle" | boolean): boolean;
  /** Whether one is heard: `false` while the microphone is silent. */
  getMute(): boolean;
  /** The same as `setMute`. */
  mute(what?: "on" | "off" | "toggle" | boolean): boolean;
  /** As `setMute`, of the camera. */
  setVideoMute(what?: "on" | "off" | "toggle" | boolean): boolean;
  /** As `getMute`, of the camera. */
  getVideoMute(): boolean;
  /**
   * Sends from another microphone, without a gap and without a word to the server. The new one is as
   * silent as `setMute()` has said, and later connections of the call have it too. Of a call that
   * isn't answered yet it is the one to be opened.
   *
   * @param id - A microphone's, `any`, or `none` until another is chosen.
   * @returns Rejects, and the microphone before goes on: `media-missing`, `media-denied`, `media-busy`,
   * `media-failed` as `MediaError` says; `timeout` where nobody answers the browser's question for 60 s;
   * `aborted` where another was chosen since; `closed` where the call has ended; `unsupported` where
   * it was made without a microphone. If that is ignored it is no `unhandledrejection`.
   * @example
   * dialog.setMicrophone(select.value).catch((error) => show(error.message));
   */
  setMicrophone(id: DeviceId): Promise<void>;
  /**
   * Plays the call on another output device.
   *
   * @param id - Of `Verto.audioOutDevices`, or `any` for the usual one.
   * @returns Rejects, and the one before goes on: `media-missing` or `media-denied`; `aborted` where
   * another was chosen since; `closed` where the call has ended; `unsupported` where the browser
   * chooses the output device itself. If that is ignored it is no `unhandledrejection`.
   * @example
   * dialog.setSpeaker(select.value).catch((error) => show(error.message));
   */
  setSpeaker(id: DeviceId): Promise<void>;
  /**
   * The same as `setSpeaker()`, as the original client has it.
   *
   * @returns Whether it plays there.
   */
  setAudioPlaybackDevice(
    id: string,
    done?: ((success: boolean, label: string | null, arg?: any) => void) | null,
    arg?: any,
  ): Promise<boolean>;
  /**
   * Who is at the other end: `name <number>`.
   *
   * @param escaped - As HTML; the name may hold anything.
   */
  cidString(escaped?: boolean): string;
}

/**
 * When each state of a call was told first, and what lies between them, in ms since 1970. Where the
 * time of a slow call went, the differences show: `created` to `microphone` is the user's or the
 * device's, to `described` the search for addresses, `requesting` to `active` the server's and the
 * other side's, `active` to `heard` the network's.
 */
export type CallTimings = {
  -readonly [Moment in CallState | "created" | "microphone" | "described" | "connected" | "heard"]?: number;
};

/** An address at one end of a connection. */
export interface CandidateAddress {
  /** `host`, its own; `srflx` or `prflx`, as seen from outside; `relay`, a TURN server's. */
  type?: "host" | "srflx" | "prflx" | "relay";
  /** `udp` or `tcp`. */
  protocol?: string;
  /** The IP address, where the browser shows it. */
  address?: string;
}

/**
 * How the audio of a call is heard. What the browser doesn't tell is `undefined`, never 0. Totals are
 * of the connection that is used now: after a lost one they begin anew.
 */
export interface CallStats {
  /** When, in ms since 1970. */
  at: number;
  /**
   * How long the interval is that ends now, in ms; `undefined` where it is all since the connection
   * began.
   */
  interval?: number;
  /** Which share of the packets of the interval was lost on the way here, 0 to 1. */
  loss?: number;
  /** The same of all packets. */
  lossTotal?: number;
  /** How much the packets' times on their way vary, in ms. */
  jitter?: number;
  /** How long a packet takes to the server and back, in ms. */
  roundTrip?: number;
  /** How many packets came in the interval. */
  received?: number;
  /** How many packets came in all. */
  packetsReceived?: number;
  /** How many were sent in all. */
  packetsSent?: number;
  /** How many bytes of sound came in all, without headers. */
  bytesReceived?: number;
  /** How many were sent in all. */
  bytesSent?: number;
  /**
   * Which share of what was heard in the interval the browser has made up, because its packets were
   * missing or late, 0 to 1; without what was silence.
   */
  concealment?: number;
  /** How loud the other side was in the interval, 0 to 1 (root mean square). */
  levelIn?: number;
  /** How loud one's own microphone was. Firefox doesn't tell. */
  levelOut?: number;
  /** What the sound is coded in, such as `opus` or `PCMU`. */
  codec?: string;
  /** The two addresses between which the sound goes. */
  pair?: {
    /** This side's. */
    local: CandidateAddress;
    /** The server's. */
    remote: CandidateAddress;
  };
  /**
   * An estimate of how well the other side was heard in the interval, 1 (bad) to 4.4 (best): nobody
   * was asked. It is the E-model (ITU-T G.107), simplified for packet networks, of this leg to the
   * server alone: R = 93.2 - 0.024 d - 0.11 max(0, d - 177.3) - 95 p / (p + 25.1), where d is half
   * the round trip plus the time in the browser's buffer, in ms, and p is the greater of loss and
   * concealment, in percent; MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7 / 1,000,000. Ie = 0 and
   * Bpl = 25.1 are those of G.711 with concealment (ITU-T G.113), for every codec: Opus has none
   * there. `undefined` where no packet came, or a part isn't known.
   */
  mos?: number;
}

/**
 * What {@link VertoCallbacks.onQuality} warns of: lost packets; their times vary; the way is long;
 * nothing but silence comes, or comes from one's own microphone; no packets come at all.
 */
export type QualityKind = "loss" | "jitter" | "round-trip" | "silence-in" | "silence-out" | "no-packets";

/**
 * What is bad. A kind that is left out has its default; one that nothing reaches, such as a loss
 * of 1, turns its warning off.
 *
 * @example
 * verto.connect({ socketUrl, login, passwd, qualityLimits: { loss: 0.1, "silence-out": 0 } }, callbacks);
 */
export interface QualityLimits {
  /** More than this share of an interval's packets, 0 to 1. Default: 0.03. */
  loss?: number;
  /** More than this, in ms. Default: 30. */
  jitter?: number;
  /** More than this, in ms. Default: 400. */
  "round-trip"?: number;
  /** A level below this, 0 to 1. Default: 0.0005. */
  "silence-in"?: number;
  /** A level below this, 0 to 1. Default: 0.0005. */
  "silence-out"?: number;
  /** Fewer packets in an interval. Default: 1. */
  "no-packets"?: number;
}

/**
 * A warning that comes or goes. It comes after some samples beyond the limit: 2 of `no-packets`, 5 of
 * silence, 3 of the others; it goes after as many on its other side. A call that is held, or whose
 * connection is being made anew, has none, and `silence-out` none while one is muted.
 */
export interface QualityChange {
  /** What it is about. */
  kind: QualityKind;
  /** What was measured last: of loss a share, of silence a level, of `no-packets` a number, else ms. */
  value?: number;
  /** Whether the warning comes; otherwise it goes. */
  over: boolean;
}

/** The states of a call. */
export type CallState =
  | "new"
  | "requesting"
  | "trying"
  | "recovering"
  | "ringing"
  | "answering"
  | "early"
  | "active"
  | "held"
  | "hangup"
  | "destroy"
  | "purge";

/** A name, or a number that stands for one. */
export type Name = string | number;

/** What the back end answers; `code` is 200, every other is a failure. */
export interface CommandResult {
  /** Success. */
  code: 200;
  /** What the back end says of it. */
  message?: string;
  [name: string]: any;
}

/**
 * The call centre's commands on a connection. Each may take 60000 ms unless `timeout` says
 * otherwise, since a back end may answer only when a phone is picked up, and fails as
 * `Verto.sendMethod` does: with `rejected` for every `code` but 200, and with
 * `invalid-argument`, naming the argument, before anything is sent.
 *
 * @example
 * const vcc = new VertoCallcenter(verto);
 * await vcc.ccLogin("test", "1007", "1007");
 * await vcc.ccGoReady("test", "1007");
 */
export class VertoCallcenter {
  /**
   * For the commands of one connection, before `connect()` as well.
   *
   * @throws VertoError `invalid-argument`: no instance of `Verto`.
   * @example
   * const vcc = new VertoCallcenter(verto);
   */
  constructor(verto: Verto);
  /**
   * The group of the agents. Default: `default`. With another, an agent without a dot is sent
   * as `<group>.<agent>`.
   *
   * @throws VertoError `invalid-argument`.
   * @example
   * vcc.setGroup("sales");
   */
  setGroup(group: string): void;

  /**
   * Signs the agent in.
   *
   * @param queue - The queue's name, as in XSwitch.
   * @param agent - The agent's number.
   * @param extn - The agent's extension. A back end may take only the one that is set for the
   *   agent.
   * @example
   * vcc.ccLogin("test", "1007", "1007", (result) => show("signed in"), (error) => show(error.reason));
   */
  ccLogin(
    queue: Name,
    agent: Name,
    extn: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * Signs the agent out.
   *
   * @param queue - The queue's name, as in XSwitch.
   * @param agent - The agent's number.
   * @example
   * await vcc.ccLogout("test", "1007");
   */
  ccLogout(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * The agent takes calls: `READY`.
   *
   * @param queue - The queue's name, as in XSwitch.
   * @param agent - The agent's number.
   * @example
   * await vcc.ccGoReady("test", "1007");
   */
  ccGoReady(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * The agent takes no calls: `UNREADY`.
   *
   * @param queue - The queue's name, as in XSwitch.
   * @param agent - The agent's number.
   * @param reason - Any text, for the statistics; `DND` (do not disturb) and `BRB` (be right
   *   back) are usual. Default: none.
   * @example
   * await vcc.ccGoBreak("test", "1007", "BRB");
   */
  ccGoBreak(
    queue: Name,
    agent: Name,
    reason?: Name | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * The same without a reason.
   *
   * @example
   * vcc.ccGoBreak("test", "1007", (result) => show("on a break"));
   */
  ccGoBreak(
    queue: Name,
    agent: Name,
    ok: (result: CommandResult) => void,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * Rings the agent's extension and, once that answers, dials `destNumber`.
   *
   * @param agent - The agent's number.
   * @param extn - The agent's extension.
   * @param cidNumber - The caller's number that the destination sees.
   * @param destNumber - The number to dial.
   * @param earlyMedia - Whether the agent hears the destination's early media. Default: false.
   * @example
   * await vcc.ccDial("1007", "1007", "01012345678", "13800000000");
   */
  ccDial(
    agent: Name,
    extn: Name,
    cidNumber: Name,
    destNumber: Name,
    earlyMedia?: boolean | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * The same without early media.
   *
   * @example
   * vcc.ccDial("1007", "1007", "01012345678", "13800000000", (result) => show("dialled"));
   */
  ccDial(
    agent: Name,
    extn: Name,
    cidNumber: Name,
    destNumber: Name,
    ok: (result: CommandResult) => void,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * Any other command of the back end.
   *
   * @param func - The command's name.
   * @param data - Its arguments, sent as they are. Default: {}.
   * @example
   * await vcc.ccCall("ccHold", { agent: "1007" });
   */
  ccCall(
    func: string,
    data?: object | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;

  /**
   * The name of a channel: `vcc.<group>`, or `vcc.<group>.<agent>`. An agent with a dot has its
   * group already: `vcc.<agent>`.
   *
   * @throws VertoError `invalid-argument`.
   * @example
   * verto.unsubscribe(vcc.channel("1007"));
   */
  channel(agent?: Name): string;
  /**
   * Subscribes to one agent's events. Throws as `subscribe` does.
   *
   * @example
   * vcc.subscribeAgent<AgentEvent>("1007", (verto, event) => show(event.eventType));
   */
  subscribeAgent<Event = VertoEvent>(
    agent: Name,
    handler: (verto: Verto, event: Event) => void,
    options?: Omit<SubscribeOptions<Event>, "handler"> | null,
  ): SubscriptionHandle[];
  /**
   * Subscribes to the events of the whole group. Throws as `subscribe` does.
   *
   * @example
   * vcc.subscribeGroup<AgentEvent>((verto, event) => show(event.data.agent_id, event.eventType));
   */
  subscribeGroup<Event = VertoEvent>(
    handler: (verto: Verto, event: Event) => void,
    options?: Omit<SubscribeOptions<Event>, "handler"> | null,
  ): SubscriptionHandle[];
}

/**
 * A ready-made instance, also the default export. It compiles nothing until it is used.
 *
 * @example
 * import verto from "verto-wasm";
 * verto.connect(params, callbacks);
 */
export const verto: Verto;
export default verto;

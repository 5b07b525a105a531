/// <reference lib="es2018.asyncgenerator" />
/// <reference lib="esnext.disposable" />

// No type of the DOM is used, so that this serves Node.js and workers too.

/** What every {@link VertoError} has. */
export interface VertoErrorBase extends Error {
  readonly name: "VertoError";
  /**
   * The server's code, or ours: -1 timeout, -2 connection-lost, -3 closed, -4 taken-over,
   * -5 invalid-argument, -6 too-large, -7 overflow, -8 unsupported, -9 wasm-unavailable,
   * -12 aborted; -10 auth and -11 rejected where the server gave none.
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
  /** What `JSON.stringify` writes: all of the above. */
  toJSON(): Record<string, unknown>;
}

/** The server refused a login (`auth`) or a request (`rejected`). */
export interface RefusalError extends VertoErrorBase {
  readonly kind: "auth" | "rejected";
  /** The server's error object, or the result that is a refusal, whole. */
  readonly data?: any;
}

/** No answer came: in time, before the connection broke, before it ended for good. */
export interface NoAnswerError extends VertoErrorBase {
  readonly kind: "timeout" | "connection-lost" | "closed" | "taken-over";
  /**
   * Of a request: whether it had been written to a socket. After `true` the server may have
   * carried it out: ask before you repeat it.
   */
  readonly sent?: boolean;
}

/** The page gave the request up, by the `signal` among its options. */
export interface AbortedError extends VertoErrorBase {
  readonly kind: "aborted";
  /** Whether it had been written to a socket; then the server may have carried it out. */
  readonly sent?: boolean;
  /** The signal's reason. */
  readonly data: any;
  /** The same. */
  readonly cause: any;
}

/** Nothing was sent: a wrong argument, too large a request, too many that wait. */
export interface UsageError extends VertoErrorBase {
  readonly kind: "invalid-argument" | "too-large" | "overflow" | "unsupported";
}

/** The browser, or the page's Content-Security-Policy, doesn't let WebAssembly start. */
export interface WasmError extends VertoErrorBase {
  readonly kind: "wasm-unavailable";
  /** What the browser threw. */
  readonly data?: unknown;
  /** The same. */
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
export type VertoError = RefusalError | NoAnswerError | AbortedError | UsageError | WasmError;

/** The class, for `instanceof`. Pages don't make errors of it. */
export const VertoError: (abstract new (...args: never) => VertoError) & {
  readonly prototype: VertoError;
};

/** A failure's kind; see {@link VertoError}. */
export type VertoErrorKind = VertoError["kind"];

/** An `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What a call-centre server knows a token by. An empty token counts as none. */
export interface LoginParams {
  /** The user's or the extension's token. */
  xui_sessid?: string | null;
  /** Another name for it, which some servers take. */
  xcc_token?: string | null;
}

/** A value, or a function that gives it or a promise of it; asked anew for each login. */
export type Fresh<T> = T | (() => T | PromiseLike<T>);

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
export interface VertoOptions {
  /** `user@domain`, with the domain that XSwitch shows on its first page. */
  login: string;
  /** The password. With a token it may be left out; then `password` is sent. */
  passwd?: Fresh<string | number>;
  /** The WebSocket's address, usually `wss://host:port/ws`. */
  socketUrl: string;
  /** A second address, which takes turns with the first while attempts fail. Default: none. */
  wsFallbackURL?: string;
  /** A token instead of a password, and what else the server wants with the login. */
  loginParams?: Fresh<LoginParams & object>;
  /** Sent with the login. Default: {}. */
  userVariables?: object;
  /** The id under which the server knows the session. Default: random, new at each `connect`. */
  sessid?: string;
  /** Whether a lost connection is made anew. Default: true. */
  autoReconnect?: boolean;
  /**
   * What opening, the credential functions, the login and a request may each take, in ms.
   * Default: 10000, and 60000 for `jsapi`, which call-centre commands are.
   */
  timeout?: number;
  /**
   * After `interval` ms of silence the server is asked; after `maxFailed` intervals without
   * any answer the connection is replaced. Default: {interval: 10000, maxFailed: 2}; `false`
   * for none.
   */
  keepAlive?: boolean | { interval?: number; maxFailed?: number };
  /**
   * The class of which sockets are made, such as that of the npm package `ws` in Node.js
   * before 22. Default: the platform's.
   */
  WebSocket?: new (url: string) => any;
  /** Log to the console. Default: false. */
  debug?: boolean;
  /** Where to log instead of the console. */
  logger?: {
    debug?(text: string): void;
    warn?(text: string): void;
    error?(text: string): void;
  };
  [name: string]: unknown;
}

/**
 * `idle`: never connected. `reconnecting`: waiting before the next attempt. `closed`: ended for
 * good, by `logout()`, a takeover or a refused login.
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
  eventChannel: string;
  eventType: Type;
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

/** A constant of `Verto.enum`; compared by identity, by `name` or by `val`. */
export interface EnumValue<Name extends string = string> {
  readonly name: Name;
  readonly val: number;
}

/** The names of `Verto.enum.message`. */
export type MessageName = "display" | "info" | "pvtEvent" | "clientReady";

/**
 * What the page hears. Each runs once for what it tells, and never before the method that
 * caused it has returned. What one throws goes to the page's `error` event and stops nothing.
 */
export interface VertoCallbacks {
  /** The server answered a login. Also after each reconnect. */
  onWSLogin?(verto: Verto, success: boolean, error?: VertoError): void;
  /** `true`: closed as asked. `false`: lost; once per outage. */
  onWSClose?(verto: Verto, success: boolean): void;
  /** A message that belongs to no request; `message` is of `Verto.enum.message`. */
  onMessage?(verto: Verto, dialog: null, message: EnumValue<MessageName>, data: any): void;
  /** An event of a subscription without a handler. */
  onEvent?(verto: Verto, event: VertoEvent, userData?: any): void;
  /** The state changed. */
  onStateChange?(verto: Verto, state: VertoState, info: StateInfo): void;
  /** The server refused a channel. Without this: a warning in the console. */
  onSubscribeError?(verto: Verto, channel: string, error: VertoError): void;
  /** Events were lost on their way. */
  onGap?(verto: Verto, gap: Gap): void;
  /** Of WebRTC calls, which this version doesn't make. */
  onDialogState?(dialog: any): void;
}

/**
 * What {@link Verto.addEventListener} hears: `detail` holds the arguments of the callback of
 * the same name, without `verto`.
 */
export interface VertoEventMap {
  wslogin: [success: boolean, error?: VertoError];
  wsclose: [success: boolean];
  message: [dialog: null, message: EnumValue<MessageName>, data: any];
  event: [event: VertoEvent, userData?: any];
  statechange: [state: VertoState, info: StateInfo];
  subscribeerror: [channel: string, error: VertoError];
  gap: [gap: Gap];
}

/** A `CustomEvent` of {@link Verto.addEventListener}. */
export interface VertoCustomEvent<Type extends keyof VertoEventMap> {
  readonly type: Type;
  readonly detail: VertoEventMap[Type];
}

/** How to subscribe; all of it may be left out. */
export interface SubscribeOptions<Event = VertoEvent, UserData = any> {
  /** Hears the events; without it `onEvent` does. */
  handler?: ((verto: Verto, event: Event, userData: UserData) => void) | null;
  /** Handed to the handler. */
  userData?: UserData;
  /** The server granted the channel. Also after each reconnect. */
  readyHandler?: ((verto: Verto, channel: string) => void) | null;
  /** Sent beside the channel. */
  subParams?: object | null;
  /** Only listen; don't ask the server. Default: false. */
  local?: boolean;
  /** Ends the subscription when it is aborted; one that is aborted already makes none. */
  signal?: AbortSignalLike | null;
}

/** How to read events; all of it may be left out. */
export interface EventsOptions {
  /** How many events may wait to be read. Default: 1000. */
  buffer?: number;
  /** Ends the loop when it is aborted; what waits to be read is dropped. */
  signal?: AbortSignalLike | null;
  /** Sent beside the channel. */
  subParams?: object | null;
  /** Only listen; don't ask the server. Default: false. */
  local?: boolean;
}

/** A registration of a handler on a channel, for `unsubscribe`. */
export interface SubscriptionHandle {
  readonly serno: number;
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
  /** How long it may take from now, in ms. Default: {@link VertoOptions.timeout}. */
  timeout?: number;
  /**
   * Gives the request up when it is aborted: it fails with `aborted`. One that waits for the
   * connection is never sent then; of one that was sent (`sent: true`) the answer is ignored.
   */
  signal?: AbortSignalLike | null;
}

/** Runs with the result of a request. */
export type Success<Result = any> = ((result: Result) => void) | null;
/** Runs with the error of a request. */
export type Failure = ((error: VertoError) => void) | null;

/**
 * One connection to a Verto server.
 *
 * Methods with `ok` and `failed` also return a promise of the same outcome and never throw;
 * other methods throw a {@link VertoError}. A failure that nobody looks at is never an
 * `unhandledrejection`.
 *
 * @example
 * const verto = new Verto();
 * await verto.connect({ socketUrl, login: "1007@xswitch.cn", passwd: "1234" });
 */
export class Verto {
  /**
   * With a `socketUrl` it connects at once.
   *
   * @throws VertoError `invalid-argument`; `wasm-unavailable`.
   */
  constructor(options?: Partial<VertoOptions> | null, callbacks?: VertoCallbacks | null);

  /** What `connect()` was given last. */
  options: Partial<VertoOptions>;
  /** The callbacks in use; may be changed at any time. */
  callbacks: VertoCallbacks;
  /** Of WebRTC calls, which this version doesn't make: empty. */
  dialogs: Record<string, never>;
  readonly state: VertoState;
  /** The id under which the server knows the session; empty before the first `connect()`. */
  readonly sessid: string;
  /** The instance itself, for pages that write `verto.rpcClient.call(…)`. */
  readonly rpcClient: this;

  /**
   * Connects and logs in; without arguments with those of before. Closes silently what was
   * open. The promise settles at the first login or at the end for good: network failures
   * leave it pending, unless `autoReconnect` is false.
   *
   * Fails with: `auth`, refused; `closed`, by `logout()` or a newer `connect()`; `taken-over`;
   * `invalid-argument`; `unsupported`, no WebSocket; `wasm-unavailable`.
   *
   * @example
   * verto.connect({ socketUrl, login, passwd }, {
   *   onWSLogin(verto, success) { if (success) verto.subscribe("vcc.default.1007", { handler }); },
   *   onStateChange(verto, state, { delayMs }) { show(state, delayMs); },
   * });
   */
  connect(params?: VertoOptions | null, callbacks?: VertoCallbacks | null): Promise<any>;
  /** The same as `connect()`. */
  login(): Promise<any>;
  /**
   * Ends the connection, its subscriptions and everything that waits for an answer (`closed`).
   * Nothing reconnects.
   */
  logout(message?: unknown): void;
  /** The same as `logout()`. */
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
   * Used at the next login.
   *
   * @throws VertoError `invalid-argument`, when no login can be made from it.
   * @example
   * verto.loginData({ loginParams: { xui_sessid: newToken } });
   */
  loginData(params: Partial<VertoOptions>): void;
  /** Whether the socket is open. */
  socketReady(): boolean;
  /** Ends all subscriptions. */
  purge(): void;

  /**
   * Subscribes to channels; at any time, before `connect()` as well. It outlives reconnects
   * and ends with `unsubscribe`, the signal, `purge()`, `logout()` or a `connect()` on an open
   * connection. The same handler with the same `userData` on one channel registers once, and
   * what a run of `onWSLogin` subscribes replaces what its previous run did.
   *
   * @returns a handle for each channel, for `unsubscribe`.
   * @throws VertoError `invalid-argument`; `too-large`, a name above 10,000 bytes. That the
   *   server refuses a channel is told to `onSubscribeError`.
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
   * @throws VertoError `invalid-argument`.
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
   * ended then, and all events before it have been read; `invalid-argument`, at the first step.
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
  /** Ends what `addEventListener` began. */
  removeEventListener<Type extends keyof VertoEventMap>(
    type: Type,
    listener: (event: VertoCustomEvent<Type>) => void,
  ): void;

  /**
   * Any request. While connecting and reconnecting it waits, in order, at most its timeout,
   * 1000 requests at most; it is never sent twice.
   *
   * @param params - An object; `sessid` is added to it.
   * Fails with: `rejected`; `timeout`; `connection-lost`; `closed`; `aborted`;
   * `invalid-argument`; `too-large`, above 1,000,000 bytes; `overflow`, too many wait.
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
  /** A request whose answer nobody looks at. */
  notify(method: string, params?: object | null): void;
  /** Gives up reconnecting; otherwise it does nothing. */
  stopRetrying(): void;
  /** Throws: this version has no speed test. */
  speedTest(bytes?: number, done?: unknown): never;
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
  /** `fsAPI("status")`. */
  fsStatus(ok?: Success, failed?: Failure, options?: RequestOptions | null): Promise<any>;
  /** `fsAPI("show", what + " as json")`. */
  showFSAPI(
    what?: string,
    ok?: Success,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<any>;

  /** Kept for a version that makes calls. */
  videoParams(params: unknown): void;
  /** Kept for a version that makes calls. */
  iceServers(servers: unknown): void;
  /** Kept for a version that makes calls. */
  deviceParams(params: unknown): void;
  /** Throws: this version makes no WebRTC calls; use `ccDial`. */
  newCall(args?: unknown, callbacks?: unknown): never;
  /** Does nothing: this version makes no WebRTC calls. */
  hangup(callID?: string): void;

  /** The constants that pages compare with. */
  static readonly enum: {
    readonly state: Readonly<{ [Name in CallState]: EnumValue<Name> }>;
    readonly states: Readonly<Record<CallState, Readonly<Partial<Record<CallState, 1>>>>>;
    readonly direction: Readonly<{ [Name in "inbound" | "outbound"]: EnumValue<Name> }>;
    readonly message: Readonly<{ [Name in MessageName]: EnumValue<Name> }>;
  };
  /** A random UUID. */
  static genUUID(): string;
  /** Calls `done(false)`: without calls there are no devices. */
  static init(options: unknown, done?: (success: boolean) => void): void;
  /** Calls `done(false)`: without calls there are no devices. */
  static refreshDevices(done?: (success: boolean) => void): void;
  static videoDevices: unknown[];
  static audioInDevices: unknown[];
  static audioOutDevices: unknown[];
}

/** The states of a WebRTC call. */
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
  code: 200;
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
  /** @throws VertoError `invalid-argument`: no instance of `Verto`. */
  constructor(verto: Verto);
  /** The group of the agents. Default: `default`. */
  setGroup(group: string): void;

  /**
   * Signs the agent in.
   *
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
  /** Signs the agent out. */
  ccLogout(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /** The agent takes calls. */
  ccGoReady(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /**
   * The agent takes no calls; `reason` is for the statistics.
   *
   * @example
   * await vcc.ccGoBreak("test", "1007", "lunch");
   */
  ccGoBreak(
    queue: Name,
    agent: Name,
    reason?: Name | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
    options?: RequestOptions | null,
  ): Promise<CommandResult>;
  /** The same without a reason. */
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
   * @param cidNumber - The caller's number that the destination sees.
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
  /** The same without early media. */
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

  /** `vcc.<group>`, or `vcc.<group>.<agent>`. */
  channel(agent?: Name): string;
  /**
   * Subscribes to one agent's events.
   *
   * @example
   * vcc.subscribeAgent<AgentEvent>("1007", (verto, event) => show(event.eventType));
   */
  subscribeAgent<Event = VertoEvent>(
    agent: Name,
    handler: (verto: Verto, event: Event) => void,
    options?: Omit<SubscribeOptions<Event>, "handler"> | null,
  ): SubscriptionHandle[];
  /** Subscribes to the events of the whole group. */
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

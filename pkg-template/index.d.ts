/** A failure's kind; see {@link VertoError}. */
export type VertoErrorKind =
  | "auth"
  | "rejected"
  | "timeout"
  | "connection-lost"
  | "closed"
  | "taken-over"
  | "invalid-argument"
  | "too-large"
  | "overflow"
  | "unsupported"
  | "wasm-unavailable";

/**
 * The one error of this package.
 *
 * @example
 * vcc.ccGoReady("test", "1007").catch((error) => {
 *   if (error instanceof VertoError && error.kind === "rejected") show(error.reason);
 * });
 */
export class VertoError extends Error {
  private constructor();
  readonly name: "VertoError";
  /** What happened, in a word. */
  readonly kind: VertoErrorKind;
  /**
   * The server's code, or ours: -1 timeout, -2 connection-lost, -3 closed, -4 taken-over,
   * -5 invalid-argument, -6 too-large, -7 overflow, -8 unsupported, -9 wasm-unavailable,
   * -10 auth and -11 rejected without a code of the server's.
   */
  readonly code: number;
  /** The reason in the server's own words. */
  readonly reason?: string;
  /** The server's error object, or the result that is a refusal, whole. */
  readonly data?: unknown;
  /** The method of the request that failed. */
  readonly method?: string;
  /**
   * Whether the request had been written to a socket. After `true` the server may have
   * carried it out: ask before you repeat it.
   */
  readonly sent?: boolean;
  /** What `JSON.stringify` writes: all of the above. */
  toJSON(): Record<string, unknown>;
}

/** What a call-centre server knows a token by. An empty token counts as none. */
export interface LoginParams {
  /** The user's or the extension's token. */
  xui_sessid?: string | null;
  xcc_token?: string | null;
}

/** A value, or a function that gives it or a promise of it; asked anew for each login. */
export type Fresh<T> = T | (() => T | PromiseLike<T>);

export interface VertoOptions {
  /** `user@domain`, with the domain that XSwitch shows on its first page. */
  login: string;
  /** The password. With a token it may be left out; then `password` is sent. */
  passwd?: Fresh<string | number>;
  /** The WebSocket's address, usually `wss://host:port/ws`. */
  socketUrl: string;
  /** A second address, which takes turns with the first while attempts fail. */
  wsFallbackURL?: string;
  loginParams?: Fresh<LoginParams & object>;
  userVariables?: object;
  /** The id under which the server knows the session; random unless given. */
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
  /** Log to the console. Default: false. */
  debug?: boolean;
  /** Where to log instead of the console. */
  logger?: Partial<Pick<Console, "debug" | "warn" | "error">>;
  [name: string]: unknown;
}

export type VertoState =
  | "idle"
  | "connecting"
  | "authenticating"
  | "ready"
  | "reconnecting"
  | "closed";

export interface StateInfo {
  /** How many attempts have failed since the last login. */
  attempt: number;
  /** In `reconnecting`: how long until the next attempt, in ms. */
  delayMs: number;
  /** Why: `logout`, or the kind of {@link error}. */
  reason?: "logout" | VertoErrorKind;
  error?: VertoError;
}

export interface Gap {
  /** The subscribed channel. */
  eventChannel: string;
  /** The number that should have come. */
  expected: number;
  /** The number that came. */
  received: number;
}

/** An event as the server sent it. `eventType` says what `data` is. */
export interface VertoEvent<Data = any> {
  eventChannel: string;
  eventType?: string;
  data: Data;
  eventSerno?: number;
  subscribedChannel?: string;
  [name: string]: unknown;
}

/** A constant of `Verto.enum`. */
export interface EnumValue<Name extends string = string> {
  readonly name: Name;
  readonly val: number;
}

export interface VertoCallbacks {
  /** The server answered a login. Also after each reconnect. */
  onWSLogin?(verto: Verto, success: boolean, error?: VertoError): void;
  /** `true`: closed as asked. `false`: lost; once per outage. */
  onWSClose?(verto: Verto, success: boolean): void;
  onMessage?(verto: Verto, dialog: null, message: EnumValue, data: any): void;
  /** An event of a subscription without a handler. */
  onEvent?(verto: Verto, event: VertoEvent, userData?: any): void;
  onStateChange?(verto: Verto, state: VertoState, info: StateInfo): void;
  /** The server refused a channel. Without this: a warning in the console. */
  onSubscribeError?(verto: Verto, channel: string, error: VertoError): void;
  /** Events were lost on their way. */
  onGap?(verto: Verto, gap: Gap): void;
  /** Of WebRTC calls, which this version doesn't make. */
  onDialogState?(dialog: any): void;
}

export interface SubscribeOptions<Data = any, UserData = any> {
  handler?: ((verto: Verto, event: VertoEvent<Data>, userData: UserData) => void) | null;
  /** Handed to the handler. */
  userData?: UserData;
  /** The server granted the channel. Also after each reconnect. */
  readyHandler?: ((verto: Verto, channel: string) => void) | null;
  /** Sent beside the channel. */
  subParams?: object | null;
  /** Only listen; don't ask the server. */
  local?: boolean;
}

/** A registration of a handler on a channel. */
export interface SubscriptionHandle {
  readonly serno: number;
  readonly eventChannel: string;
}

export interface RequestOptions {
  /** How long it may take from now, in ms. */
  timeout?: number;
}

export type Success<Result = any> = ((result: Result) => void) | null;
export type Failure = ((error: VertoError) => void) | null;

/** One connection to a Verto server. */
export class Verto {
  /** With a `socketUrl` it connects at once. */
  constructor(options?: Partial<VertoOptions> | null, callbacks?: VertoCallbacks | null);

  options: Partial<VertoOptions>;
  callbacks: VertoCallbacks;
  dialogs: Record<string, never>;
  readonly state: VertoState;
  readonly sessid: string;
  readonly rpcClient: this;

  /**
   * Connects and logs in; without arguments with those of before. The promise settles at
   * the first login or at the end for good; it never becomes an `unhandledrejection`.
   */
  connect(params?: VertoOptions | null, callbacks?: VertoCallbacks | null): Promise<any>;
  /** The same as `connect()`. */
  login(): Promise<any>;
  /** Ends the connection, its subscriptions and everything that waits for an answer. */
  logout(message?: unknown): void;
  /** The same as `logout()`. */
  closeSocket(code?: number): void;
  /** Ends everything; the same as `logout()`. */
  destroy(): void;
  /** Used at the next login. */
  loginData(params: Partial<VertoOptions>): void;
  /** Whether the socket is open. */
  socketReady(): boolean;
  /** Ends all subscriptions. */
  purge(): void;

  subscribe<Data = any, UserData = any>(
    channel: string | readonly string[],
    options?: SubscribeOptions<Data, UserData> | null,
  ): SubscriptionHandle[];
  /** Ends what is named; without an argument everything. */
  unsubscribe(
    handle?: SubscriptionHandle | string | readonly (SubscriptionHandle | string)[] | null,
  ): void;

  /** Any request. `params` must be an object. */
  sendMethod<Result = any>(
    method: string,
    params?: object | null,
    ok?: Success<Result>,
    failed?: Failure,
    options?: RequestOptions,
  ): Promise<Result>;
  /** The same as `sendMethod`. */
  call<Result = any>(
    method: string,
    params?: object | null,
    ok?: Success<Result>,
    failed?: Failure,
    options?: RequestOptions,
  ): Promise<Result>;
  /** A request whose answer nobody looks at. */
  notify(method: string, params?: object | null): void;
  /** Gives up reconnecting; otherwise it does nothing. */
  stopRetrying(): void;
  /** Throws: this version has no speed test. */
  speedTest(bytes?: number, done?: unknown): never;
  /** Sends `params` to a channel; with `localBroadcast: true` in it also on the same server. */
  broadcast(channel: string, params?: object | null, ok?: Success, failed?: Failure): Promise<any>;
  /** Sends a text message to a user. */
  message(message: { to: string; body: string }, ok?: Success, failed?: Failure): Promise<any>;
  fsAPI(cmd: string, arg?: string | null, ok?: Success, failed?: Failure): Promise<any>;
  fsStatus(ok?: Success, failed?: Failure): Promise<any>;
  showFSAPI(what?: string, ok?: Success, failed?: Failure): Promise<any>;

  videoParams(params: unknown): void;
  iceServers(servers: unknown): void;
  deviceParams(params: unknown): void;
  /** Throws: this version makes no WebRTC calls. */
  newCall(args?: unknown, callbacks?: unknown): never;
  hangup(callID?: string): void;

  static readonly enum: {
    readonly state: Readonly<Record<CallState, EnumValue>>;
    readonly states: Readonly<Record<CallState, Readonly<Partial<Record<CallState, 1>>>>>;
    readonly direction: Readonly<Record<"inbound" | "outbound", EnumValue>>;
    readonly message: Readonly<
      Record<"display" | "info" | "pvtEvent" | "clientReady", EnumValue>
    >;
  };
  static genUUID(): string;
  static init(options: unknown, done?: (success: boolean) => void): void;
  static refreshDevices(done?: (success: boolean) => void): void;
  static videoDevices: unknown[];
  static audioInDevices: unknown[];
  static audioOutDevices: unknown[];
}

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

/** The call centre's commands on a connection. */
export class VertoCallcenter {
  constructor(verto: Verto);
  /** The group of the agents; `default` unless set. */
  setGroup(group: string): void;

  ccLogin(
    queue: Name,
    agent: Name,
    extn: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;
  ccLogout(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;
  ccGoReady(
    queue: Name,
    agent: Name,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;
  ccGoBreak(
    queue: Name,
    agent: Name,
    reason?: Name | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;
  ccGoBreak(
    queue: Name,
    agent: Name,
    ok: (result: CommandResult) => void,
    failed?: Failure,
  ): Promise<CommandResult>;
  /** Rings the agent's extension and, once that answers, dials `destNumber`. */
  ccDial(
    agent: Name,
    extn: Name,
    cidNumber: Name,
    destNumber: Name,
    earlyMedia?: boolean | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;
  ccDial(
    agent: Name,
    extn: Name,
    cidNumber: Name,
    destNumber: Name,
    ok: (result: CommandResult) => void,
    failed?: Failure,
  ): Promise<CommandResult>;
  /** Any other command of the back end. */
  ccCall(
    func: string,
    data?: object | null,
    ok?: Success<CommandResult>,
    failed?: Failure,
  ): Promise<CommandResult>;

  /** `vcc.<group>`, or `vcc.<group>.<agent>`. */
  channel(agent?: Name): string;
  /** Subscribes to one agent's events. */
  subscribeAgent<Data = any>(
    agent: Name,
    handler: (verto: Verto, event: VertoEvent<Data>) => void,
  ): SubscriptionHandle[];
  /** Subscribes to the events of the whole group. */
  subscribeGroup<Data = any>(
    handler: (verto: Verto, event: VertoEvent<Data>) => void,
  ): SubscriptionHandle[];
}

/** A ready-made instance. It compiles nothing until it is used. */
export const verto: Verto;
export default verto;

// What the examples in the declarations take for granted.
import type * as sdk from "../../pkg-template/types/index.js";

declare global {
  const Verto: typeof sdk.Verto;
  const VertoCallcenter: typeof sdk.VertoCallcenter;
  const VertoError: typeof sdk.VertoError;
  type StrictVertoOptions = sdk.StrictVertoOptions;
  type VertoEvent<Data, Type extends string> = sdk.VertoEvent<Data, Type>;
  type VertoEventOf<EventMap> = sdk.VertoEventOf<EventMap>;
  type AgentEvent = sdk.VertoEvent<{ agent_id: string }, "agent-state">;

  const verto: sdk.Verto;
  const vcc: sdk.VertoCallcenter;
  const dialog: sdk.Dialog;
  const button: { onclick: () => void };
  const error: sdk.VertoError;
  const params: sdk.VertoOptions;
  const callbacks: sdk.VertoCallbacks;
  const socketUrl: string;
  const login: string;
  const passwd: string;
  const newToken: string;
  const controller: AbortController;
  const signal: AbortSignal;
  function handler(verto: sdk.Verto, event: sdk.VertoEvent): void;
  function listener(event: sdk.VertoCustomEvent<"statechange">): void;
  function freshToken(): Promise<string>;
  function ask(question: string): Promise<string>;
  function show(...what: unknown[]): void;
  function report(text: string): void;
  function store(data: unknown): Promise<void>;
  function reload(channel: string): void;
}

// Each of these must be refused: where the types are not found, everything is `any` and passes.
import { Verto, VertoCallcenter, VertoError } from "verto-wasm";

const verto = new Verto();
// @ts-expect-error: no such state
verto.state === "open";
// @ts-expect-error: there is no such method
verto.connnect();
// @ts-expect-error: a handler is a function
verto.subscribe("vcc", { handler: 1 });
// @ts-expect-error: the call centre is that of a connection
new VertoCallcenter();
// @ts-expect-error: an extension is missing
new VertoCallcenter(verto).ccLogin("test", "1001");
// @ts-expect-error: no such kind
if (new Error() instanceof VertoError) ((error: VertoError) => error.kind === "lost")(undefined as never);
verto.connect({ login: "1001@xswitch.cn", socketUrl: "wss://switch/ws" }).catch((error: unknown) => {
  if (error instanceof VertoError && error.kind === "auth") return error.code.toFixed();
  // @ts-expect-error: it may be anything else
  return error.code;
});

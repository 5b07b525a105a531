// The call centre's own build: all but telephone calls.
import verto, { Verto, VertoCallcenter, VertoError, type VertoCallbacks } from "verto-wasm/cc";

const own: Verto = new Verto({ socketUrl: "ws://a" });
const vcc = new VertoCallcenter(own);
const callbacks: VertoCallbacks = { onWSLogin: (v, success) => success && v.socketReady() };
void verto.connect({ socketUrl: "ws://a", login: "a@b", passwd: "c" }, callbacks);
void vcc.ccDial("1007", "1007", "1", "2").catch((error: VertoError) => error.kind);
void [Verto.genUUID(), Verto.enum.state, Verto.videoDevices, Verto.init({}), own instanceof Verto];
class Mine extends Verto {}
void new Mine().state;
// @ts-expect-error: it makes no calls
own.newCall({ destination_number: "9196" });
// @ts-expect-error: and so ends none
verto.hangup();
// @ts-expect-error: the class of calls isn't there
void Verto.Dialog;
// @ts-expect-error: nor their sound
Verto.resumeAudio();

import init, { Verto, VertoCallcenter, VertoError } from "@xswitch/rtc";

init().then(
  () => play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report),
  (error) => report({ error: String(error) }),
);

// Where the name leads nowhere, everything is `any` and nothing is refused.
import verto, { VertoCallcenter, type VertoError } from "@xswitch/rtc";

const vcc = new VertoCallcenter(verto);
vcc.ccLogin("test", "1001", "1001", null, (error: VertoError) => void error.kind);
// @ts-expect-error: an extension is missing
vcc.ccLogin("test", "1001");

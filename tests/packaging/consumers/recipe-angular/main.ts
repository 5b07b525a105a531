import "zone.js";
import "@angular/compiler";
import { type ApplicationRef, provideZoneChangeDetection } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { PhoneComponent } from "./phone.component";
import { phone } from "./phone.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

// The test shows the telephone when the package has been compiled, as on a lazy route: it connects at once.
const start = () => bootstrapApplication(PhoneComponent, { providers: [provideZoneChangeDetection()] }).then(started);

function started(app: ApplicationRef) {
  Object.assign(window, { unmount: () => app.destroy(), isStable: false });
  app.isStable.subscribe((isStable) => Object.assign(window, { isStable }));
}
Object.assign(window, { start });

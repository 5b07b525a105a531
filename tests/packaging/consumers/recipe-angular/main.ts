import "zone.js";
import "@angular/compiler";
import { ApplicationRef, provideZoneChangeDetection } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { PhoneComponent } from "./phone.component";
import { phone } from "./phone.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

const app: ApplicationRef = await bootstrapApplication(PhoneComponent, { providers: [provideZoneChangeDetection()] });
Object.assign(window, { unmount: () => app.destroy(), stable: () => app.whenStable() });

import { Injectable, NgZone, type OnDestroy, inject, signal } from "@angular/core";
import { phone } from "./phone.js";

/** What the telephone shows. It connects with the first component that asks for it, and ends with the application. */
@Injectable({ providedIn: "root" })
export class PhoneService implements OnDestroy {
  readonly shown = signal(phone.get());
  // Inside the zone the timer that watches the connection would keep the application from ever being
  // stable. A signal is shown anew from outside as well.
  #zone = inject(NgZone);
  #end = this.#zone.runOutsideAngular(() => phone.subscribe(() => this.shown.set(phone.get())));

  dial(number: string) {
    return this.#zone.runOutsideAngular(() => phone.dial(number));
  }

  ngOnDestroy() {
    this.#end();
  }
}

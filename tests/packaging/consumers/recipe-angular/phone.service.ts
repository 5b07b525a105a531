import { Injectable, NgZone, type OnDestroy, inject, signal } from "@angular/core";
import { phone } from "./phone.js";

/** What the telephone shows. It connects with the first component that asks for it, and ends with the application. */
@Injectable({ providedIn: "root" })
export class PhoneService implements OnDestroy {
  readonly shown = signal(phone.get());
  // A connection that is made inside the zone has its timers and frames there: the application would never
  // be stable. Calls belong to the connection, wherever they are dialled or answered. A signal is shown
  // anew from outside as well.
  #end = inject(NgZone).runOutsideAngular(() => phone.subscribe(() => this.shown.set(phone.get())));

  dial(number: string) {
    return phone.dial(number);
  }

  ngOnDestroy() {
    this.#end();
  }
}

import { Component, inject } from "@angular/core";
import { PhoneService } from "./phone.service";

@Component({
  selector: "app-phone",
  template: `
    <p><span id="connection">{{ shown().connection }}</span> <span id="event">{{ shown().event?.eventType }}</span></p>
    <button id="call" [disabled]="shown().connection !== 'ready'" (click)="phone.dial('9196')">Call</button>
    @for (call of shown().calls; track call.id) {
      <p class="call">
        {{ call.party }} <b>{{ call.state }}</b>
        @if (call.state === "ringing") { <button class="answer" (click)="call.dialog.answer()">Answer</button> }
        <button class="hangup" (click)="call.dialog.hangup()">Hang up</button>
      </p>
    }
  `,
})
export class PhoneComponent {
  readonly phone = inject(PhoneService);
  readonly shown = this.phone.shown;
}

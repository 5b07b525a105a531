import { phone } from "./phone.js";
import { usePhone } from "./usePhone.js";

export function Status() {
  const { connection, event } = usePhone();
  return <p><span id="connection">{connection}</span> <span id="event">{event?.eventType}</span></p>;
}

export function Phone() {
  const { connection, calls } = usePhone();
  return (
    <>
      <button id="call" disabled={connection !== "ready"} onClick={() => phone.dial("9196")}>Call</button>
      {calls.map(({ id, state, party, dialog }) => (
        <p key={id} className="call">
          {party} <b>{state}</b>
          {state === "ringing" && <button className="answer" onClick={() => dialog.answer()}>Answer</button>}
          <button className="hangup" onClick={() => dialog.hangup()}>Hang up</button>
        </p>
      ))}
    </>
  );
}

import { Verto } from "verto-wasm";
import { Shift } from "./shift.jsx";

// Rendered anew for each request.
export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <>
      <p id="server">On the server Verto is a {typeof Verto}.</p>
      <Shift />
    </>
  );
}

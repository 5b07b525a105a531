// A page that is left or reloaded, at each stage of a call: lib/call-faults.mjs says what becomes of it.
import { faultTests } from "./lib/call-fault-tests.mjs";

faultTests(5, "leave", "reload");

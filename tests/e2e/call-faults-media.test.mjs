// Media that die, a microphone that is gone, at each stage of a call: lib/call-faults.mjs says what becomes of it.
import { faultTests } from "./lib/call-fault-tests.mjs";

faultTests(8, "network", "dead", "void", "mute", "unplug", "withdrawn");

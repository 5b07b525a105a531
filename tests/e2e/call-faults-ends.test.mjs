// A call that somebody ends, at each of its stages, and a server that is silent, slow or in another order:
// lib/call-faults.mjs says what becomes of it.
import { faultTests } from "./lib/call-fault-tests.mjs";

faultTests(5, "hangup", "remote", "logout", "silent", "denied", "order", "slow");

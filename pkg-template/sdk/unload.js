// What pages for the ancestors give to be run when the page is left: `Verto.unloadJobs` and
// `Verto.haltClosure`. The page is listened to from their first use on, since importing the package
// does nothing.
import { callBack, safely } from "../host/page-code.js";

let given;

/** The functions to be run, as `jobs`, and as `halt` the one whose result makes the browser ask. */
export function unload() {
  if (!given) {
    given = { jobs: [], halt: null };
    globalThis.addEventListener?.("beforeunload", (event) => {
      for (const job of given.jobs) callBack(job);
      const words = safely(() => given.halt?.());
      // A browser asks its user before it leaves, where this is set.
      if (words) event.returnValue = words;
    });
  }
  return given;
}

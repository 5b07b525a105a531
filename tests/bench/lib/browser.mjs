// The browser that measures, over WebDriver, with nothing else in it.
import { ENGINES } from "../../e2e/lib/engines.mjs";

export const engines = Object.keys(ENGINES);

const SCRIPT_TIMEOUT_MS = 120_000;
const LOAD_TIMEOUT_MS = 60_000;

/** Starts it; `flags` are V8's, where that is in it. */
export async function startBrowser(engine, flags = []) {
  const driver = await ENGINES[engine]([`--js-flags=${["--expose-gc", ...flags].join(" ")}`]);
  await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT_MS, pageLoad: LOAD_TIMEOUT_MS });
  return driver;
}

/** Runs an async function inside the page. */
export async function inPage(driver, run, ...args) {
  const outcome = await driver.executeAsyncScript(
    `const args = [...arguments], done = args.pop();
     (async () => (${run})(...args))().then(
       (value) => done({ value }),
       (error) => done({ error: String(error?.stack ?? error) }));`,
    ...args,
  );
  if (outcome.error) throw new Error(`in the page: ${outcome.error}`);
  return outcome.value;
}

// The browser that measures, over WebDriver, with nothing else in it.
import { ENGINES } from "../../e2e/lib/engines.mjs";

export const engines = Object.keys(ENGINES);

const SCRIPT_TIMEOUT_MS = 300_000;
const LOAD_TIMEOUT_MS = 60_000;

/** Starts it; `v8` are flags for V8, where that is in it. With `microphone` pages have one. */
export async function startBrowser(engine, { v8 = [], microphone } = {}) {
  const driver = await ENGINES[engine]({ microphone, flags: v8.length ? [`--js-flags=${v8.join(" ")}`] : [] });
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

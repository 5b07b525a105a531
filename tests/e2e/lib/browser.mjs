// The browser that the tests drive, over WebDriver. VERTO_BROWSER names it; `cargo xtask test`
// says where it is.
import { logging } from "selenium-webdriver";
import { ENGINES, engine } from "./engines.mjs";

export { lacking } from "./engines.mjs";

/** How long a script in the page may take. */
const SCRIPT_MS = 20_000;

/**
 * Starts the browser with a fresh profile; `quit()` ends it. With `microphone` it has a microphone,
 * and lets pages use it.
 */
export async function startBrowser(options) {
  const driver = await ENGINES[engine](options);
  // WebKit's driver measures the time with a timer of the page's, which tests count and move on.
  await driver.manage().setTimeouts({ script: engine === "webkit" ? null : SCRIPT_MS });
  return driver;
}

/** What the page and the browser reported as errors since the last call. */
export async function consoleErrors(driver) {
  // Only Chromium's driver has the browser's log; see page-errors.js.
  if (engine !== "chromium") return driver.executeScript("return window.takePageErrors?.() ?? []");
  const entries = await driver.manage().logs().get(logging.Type.BROWSER);
  return entries.filter((entry) => entry.level.value >= logging.Level.SEVERE.value).map((entry) => entry.message);
}

/** Collects the page's garbage, as far as the browser lets itself be told. */
export async function collectGarbage(driver) {
  if (engine === "chromium") return driver.sendDevToolsCommand("HeapProfiler.collectGarbage");
  if (engine === "firefox") {
    await driver.setContext("chrome");
    await driver.executeScript(`
      for (const topic of ["child-gc-request", "child-cc-request"]) Services.obs.notifyObservers(null, topic);
    `);
    return driver.setContext("content");
  }
  // WebKit collects when much has been made.
  return driver.executeScript(`
    for (let i = 0; i < 100; i++) window.garbage = new Uint8Array(4e6);
    for (let i = 0; i < 1e6; i++) window.garbage = { i };
    delete window.garbage;
  `);
}

/** Leaves the page, and ends its connections: the back-forward cache may keep them open. */
export async function leavePage(driver, sim) {
  // Firefox closes a page's sockets, and tells it, before the page is gone.
  if (engine !== "chromium") await driver.executeScript("window.endPageErrors?.()");
  await driver.get("about:blank");
  await sim.drop();
  await sim.noConnection();
}

/** Runs an async function inside the page, with `window.sdk` as its first argument. */
export async function inPage(driver, run, ...args) {
  const script = driver.executeAsyncScript(
    `const args = [...arguments], done = args.pop();
     Promise.resolve(window.sdk).then((sdk) => (${run})(sdk, ...args)).then(
       (value) => done({ value }),
       (error) => done({ error: [error, error?.stack].join("\\n") }));`,
    ...args,
  );
  const outcome = await within(SCRIPT_MS * 1.1, script);
  if (outcome.error) throw new Error(`in the page: ${outcome.error}`);
  return outcome.value;
}

function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from the page within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// The browser that the tests drive, over WebDriver. VERTO_BROWSER names it; `cargo xtask test`
// says where it is.
import { Builder, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";

function chromium() {
  const options = new chrome.Options();
  options.setBinaryPath(process.env.CHROME_BIN ?? "/usr/bin/chromium");
  options.addArguments(
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--window-size=1280,1000",
  );
  // Chromium refuses to run its sandbox as root.
  if (process.getuid?.() === 0) options.addArguments("--no-sandbox");
  const levels = new logging.Preferences();
  levels.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  return new Builder()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(process.env.CHROMEDRIVER ?? "/usr/bin/chromedriver"))
    .setLoggingPrefs(levels)
    .build();
}

const BROWSERS = { chromium };

/** Starts the browser with a fresh profile; `quit()` ends it. */
export async function startBrowser() {
  const name = process.env.VERTO_BROWSER ?? "chromium";
  const start = BROWSERS[name];
  if (!start) throw new Error(`VERTO_BROWSER=${name}: known are ${Object.keys(BROWSERS).join(", ")}`);
  const driver = await start();
  await driver.manage().setTimeouts({ script: 20_000 });
  return driver;
}

/** What the page and the browser reported as errors since the last call. */
export async function consoleErrors(driver) {
  const entries = await driver.manage().logs().get(logging.Type.BROWSER);
  return entries.filter((entry) => entry.level.value >= logging.Level.SEVERE.value).map((entry) => entry.message);
}

/** Leaves the page, and ends its connections: the back-forward cache may keep them open. */
export async function leavePage(driver, sim) {
  await driver.get("about:blank");
  await sim.drop();
  await sim.noConnection();
}

/** Runs an async function inside the page, with `window.sdk` as its first argument. */
export async function inPage(driver, run, ...args) {
  const outcome = await driver.executeAsyncScript(
    `const args = [...arguments], done = args.pop();
     Promise.resolve(window.sdk).then((sdk) => (${run})(sdk, ...args)).then(
       (value) => done({ value }),
       (error) => done({ error: String(error?.stack ?? error) }));`,
    ...args,
  );
  if (outcome.error) throw new Error(`in the page: ${outcome.error}`);
  return outcome.value;
}

// The browser that measures, over WebDriver, with nothing else in it.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../package.json", import.meta.url));
const { Builder } = require("selenium-webdriver");
const chrome = require("selenium-webdriver/chrome.js");
const firefox = require("selenium-webdriver/firefox.js");

const SCRIPT_TIMEOUT_MS = 120_000;

const engines = {
  /** `flags` are V8's. */
  chromium(flags) {
    const options = new chrome.Options();
    options.setBinaryPath(process.env.CHROME_BIN ?? "/usr/bin/chromium");
    options.addArguments(
      "--headless=new",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      `--js-flags=${["--expose-gc", ...flags].join(" ")}`,
    );
    // Chromium refuses to run its sandbox as root.
    if (process.getuid?.() === 0) options.addArguments("--no-sandbox");
    return new Builder()
      .forBrowser("chrome")
      .setChromeOptions(options)
      .setChromeService(new chrome.ServiceBuilder(process.env.CHROMEDRIVER ?? "/usr/bin/chromedriver"))
      .build();
  },
  firefox() {
    const options = new firefox.Options();
    options.setBinary(process.env.FIREFOX_BIN ?? "/usr/bin/firefox-esr");
    options.addArguments("-headless");
    return new Builder()
      .forBrowser("firefox")
      .setFirefoxOptions(options)
      .setFirefoxService(new firefox.ServiceBuilder(process.env.GECKODRIVER ?? "geckodriver"))
      .build();
  },
};

export const ENGINES = Object.keys(engines);

/** Starts it, with these flags for V8. */
export async function startBrowser(engine, flags = []) {
  const driver = await engines[engine](flags);
  await driver.manage().setTimeouts({ script: SCRIPT_TIMEOUT_MS, pageLoad: 60_000 });
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

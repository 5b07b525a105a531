// Chromium whose JS heap holds nothing but what the page made.
import { Builder, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";

/**
 * V8 compiles a function again and again, and learns of its calls, as it gets hot: some 200 KB
 * of the heap in the first 1,000 cycles. Without that the heap is still after 50.
 */
const STEADY = "--js-flags=--no-opt --no-maglev --no-sparkplug --no-lazy-feedback-allocation";

export async function startSteadyChromium() {
  const options = new chrome.Options();
  options.setBinaryPath(process.env.CHROME_BIN ?? "/usr/bin/chromium");
  options.addArguments(
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    STEADY,
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

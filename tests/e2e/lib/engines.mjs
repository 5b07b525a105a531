// The three browser engines, each started over WebDriver, and what two of them cannot do.
import { Builder, Capabilities, WebDriver, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";
import firefox from "selenium-webdriver/firefox.js";
import { Executor, HttpClient } from "selenium-webdriver/http/index.js";
import { DriverService } from "selenium-webdriver/remote/index.js";

const SIZE = { width: 1280, height: 1000 };

// A microphone and a camera that nobody has, and nobody asked for permission: the only ways in which
// a browser of these tests is unlike a user's.
const FAKE_DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

function chromium({ microphone = false, flags = [] } = {}) {
  const options = new chrome.Options();
  options.setBinaryPath(process.env.CHROME_BIN ?? "/usr/bin/chromium");
  options.addArguments(
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    `--window-size=${SIZE.width},${SIZE.height}`,
    ...(microphone ? FAKE_DEVICES : []),
    ...flags,
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

function gecko({ microphone = false } = {}) {
  const options = new firefox.Options();
  options.setBinary(process.env.FIREFOX_BIN ?? "/usr/bin/firefox-esr");
  options.addArguments("-headless");
  options.windowSize(SIZE);
  // Firefox makes an address that failed wait, up to a minute; tests of outages would wait too.
  options.setPreference("network.websocket.delay-failed-reconnects", false);
  if (microphone) {
    options.setPreference("media.navigator.streams.fake", true);
    for (const device of ["microphone", "camera"]) options.setPreference(`permissions.default.${device}`, 1);
  }
  return new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    // Its own code can make the pages collect their garbage.
    .setFirefoxService(new firefox.ServiceBuilder(process.env.GECKODRIVER ?? "geckodriver").addArguments("--allow-system-access"))
    .build();
}

/** WebKitGTK's small browser, which needs a display. */
async function webkit() {
  const browser = process.env.MINIBROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
  const service = new DriverService.Builder(process.env.WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver")
    .addArguments("--host=127.0.0.1")
    .setLoopback(true)
    .build();
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": {
      binary: browser,
      args: ["--automation"],
    },
  });
  const executor = new Executor(new HttpClient(await service.start()));
  const driver = WebDriver.createSession(executor, capabilities, () => service.kill());
  // Smaller, and clicks on what must be scrolled into view do nothing.
  await driver.manage().window().setRect({ x: 0, y: 0, ...SIZE });
  return driver;
}

/** Ways to start each engine. */
export const ENGINES = { chromium, firefox: gecko, webkit };

/** The engine that the tests run in. */
export const engine = process.env.VERTO_BROWSER ?? "chromium";
if (!(engine in ENGINES)) throw new Error(`VERTO_BROWSER=${engine}: known are ${Object.keys(ENGINES).join(", ")}`);

/** What tests ask of a browser that not every engine can do, and why it cannot. */
const LACKS = {
  firefox: {
    goodbye: "Firefox closes a page's sockets before it tells the page that it is left: the bye of an answered call doesn't arrive",
    microphones: "Firefox has one fake microphone, without an id, so that none can take its place",
    closing: "Firefox doesn't wait until the server has ended a connection that it closes",
    counts: "Firefox tells WebDriver nothing of its heap and listeners",
    schemes: "Firefox's WebDriver sets no colour scheme",
    levels: "Firefox's getStats() tells nothing of the microphone's level",
    reports: "Firefox tells WebDriver nothing of what it reports itself: a policy's violation, a failed fetch",
  },
  webkit: {
    webrtc: "WebKitGTK 2.50 has no RTCPeerConnection",
    closing: "WebKitGTK shows a connection that the server closes as open until it has ended, for at most 5 s",
    dispose: "WebKitGTK 2.50 has no `using` and no Symbol.dispose",
    counts: "WebKit tells WebDriver nothing of its heap and listeners",
    schemes: "WebKit's WebDriver sets no colour scheme",
    reports: "WebKit tells WebDriver nothing of what it reports itself: a policy's violation, a failed fetch",
  },
};

/** The same for verto-legacy-min.js, which `cargo xtask test --legacy` puts in the place of the others. */
const SCRIPT_LACKS = {
  legacy: {
    wasm: "verto-legacy-min.js has no WebAssembly that could be refused",
    slim: "slim.mjs has no form without WebAssembly",
  },
};

/** For a test's `skip`: why this engine, or this script, cannot do what the test asks for, or false. */
export const lacking = (what) => LACKS[engine]?.[what] ?? SCRIPT_LACKS[process.env.VERTO_SCRIPT]?.[what] ?? false;

// calls.html, the telephone of `cargo xtask demo`: two buttons and a number.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { By } from "selenium-webdriver";
import { consoleErrors, lacking, startBrowser } from "./lib/browser.mjs";
import { Page } from "./lib/page.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const skip = lacking("webrtc");
let sim, driver, page;

before(async () => {
  sim = await startSim();
  driver = await startBrowser({ microphone: true });
  page = new Page(driver, `${sim.url}calls.html`);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const shows = (id, text) => until(`${id}: ${text}`, async () => (await page.text(id)).includes(text));

test("a newcomer calls the echo, and hears it", { skip }, async () => {
  await page.open();
  await shows("state", "就绪 Ready");
  await page.click("call");
  await shows("state", "通话中，请说话 Connected: speak");
  await until("something is heard", () => driver.executeScript("return document.getElementById('heard').value > 0"));
  await page.click("hangup");
  await shows("party", "NORMAL_CLEARING");
  await shows("call", "呼叫 Call");
  assert.equal(await driver.findElement(By.id("hangup")).isEnabled(), false);
});

test("a second window is another user", { skip }, async () => {
  await page.open();
  await shows("state", "就绪 Ready");
  const first = await driver.getWindowHandle();
  await driver.switchTo().newWindow("tab");
  await driver.get(`${page.url}?user=1002`);
  await shows("state", "1002: 就绪 Ready");
  const second = await driver.getWindowHandle();
  await driver.switchTo().window(first);
  await page.fill({ number: "1002" });
  await page.click("call");
  await driver.switchTo().window(second);
  await shows("call", "接听 Answer");
  await shows("party", "1001 <1001>");
  await page.click("call");
  await shows("state", "Connected");
  await driver.switchTo().window(first);
  await shows("state", "Connected");
  await driver.switchTo().window(second);
  await page.click("hangup");
  await driver.switchTo().window(first);
  await shows("party", "NORMAL_CLEARING");
});

test("without a microphone, or without WebRTC, it says what to do", async () => {
  await page.open();
  await shows("state", "就绪 Ready");
  const calls = (prepare) => {
    const script = `${prepare}; document.getElementById("call").click()`;
    return driver.executeScript(script);
  };
  await calls("navigator.mediaDevices && (navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError') })");
  await shows("hint", skip ? "此浏览器没有 WebRTC" : "麦克风被拒绝");
  assert.deepEqual(await consoleErrors(driver), []);
});

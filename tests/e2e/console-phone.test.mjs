// The agent's phone is the console: a shift of two agents in two browsers, with real sound on both
// sides. Screenshots of each state are in target/screenshots/.
//
// Planted, and each made a test red: nothing is told of a ring (a customer rings), a warning stays
// (one sign), blocked sound isn't told (sound that the browser holds back), SDP isn't folded (the
// drawer), the time of the answer isn't kept (a reload), no autoHold (a colleague is asked).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { By, Key } from "selenium-webdriver";
import { violations } from "./lib/axe.mjs";
import { lacking, leavePage, startBrowser } from "./lib/browser.mjs";
import { Phone } from "./lib/phone.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const CUSTOMER = "13800001111";
const skip = lacking("webrtc") || lacking("levels");

let sim, agent, colleague;

before(async () => {
  if (skip) return;
  // Slow enough that no customer hangs up, and no wrap-up ends, by itself.
  sim = await startSim({ speed: 0.1 });
  const browsers = await Promise.all([1, 2].map(() => startBrowser({ microphone: true })));
  [agent, colleague] = browsers.map((driver) => new Phone(driver, sim.url));
});

after(async () => {
  for (const page of [agent, colleague]) {
    if (page) await leavePage(page.driver, sim).finally(() => page.driver.quit());
  }
  await sim?.stop();
});

const found = {};

/** How else a state is looked at: in the other language, in the dark, and on a narrow page. */
const LOOKS = { "": {}, dark: { dark: true }, other: { other: true }, narrow: { dark: true, other: true, width: 400 } };

/** Pictures for people, and what axe-core says of them. The page is afterwards as it was. */
async function look(page, state) {
  const { driver } = page;
  const shifts = await driver.executeScript("return window.shifts");
  let turned = false;
  const show = async ({ dark, other = false, width }) => {
    const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
    await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { features });
    const size = { width, height: 1000, deviceScaleFactor: 1, mobile: false };
    if (width) await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", size);
    else await driver.sendDevToolsCommand("Emulation.clearDeviceMetricsOverride");
    // By the page's function: a click would move the focus, and be one that lets the sound play.
    const turn = (done) => import("./console/i18n.mjs").then(({ switchLanguage }) => done(switchLanguage()));
    if (turned !== other) await driver.executeAsyncScript(turn);
    turned = other;
    // It is drawn, and the browser has told of what has moved.
    await driver.executeAsyncScript((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
  };
  for (const [name, way] of Object.entries(LOOKS)) {
    await show(way);
    await page.screenshot(["phone", ...state.split(" "), name].filter(Boolean).join("-"));
    const problems = await violations(driver);
    if (problems.length > 0) found[`${state} ${name}`] = problems;
  }
  await show({});
  await driver.executeScript("window.shifts = arguments[0]", shifts);
}

const row = (number, probe) => until(`agent ${number}`, async () => (await sim.agent(number)).find(probe));
const legOf = async (number) => (await sim.state()).dialogs.find(({ login }) => login.startsWith(`${number}@`));

/** Both agents begin: one takes calls, the other has a break, and is asked. */
async function begin(language = "en") {
  await sim.reset();
  await sim.browserPhones(true);
  for (const page of [agent, colleague]) await page.open(language);
  await agent.startShift("1007");
  await colleague.startShift("1008");
  await colleague.click("cc-break");
  await colleague.shows("#agent-state", { state: "UNREADY" });
}

/** A customer calls and is answered. */
async function talk() {
  const { call } = await sim.caller("test", CUSTOMER);
  await agent.states("ringing");
  await agent.press("answer");
  await agent.states("active");
  return call;
}

describe("a shift", { skip }, () => {
  test("the agent signs in with this browser as the phone", async () => {
    await begin();
    await agent.says("phone-note", "this browser · extension 1007");
    await agent.states();
    assert.equal(await agent.text("banner-text"), "");
    await look(agent, "01 idle");
  });

  test("a customer rings: who calls and for which queue, told to a screen reader at once", async () => {
    await sim.caller("test", CUSTOMER);
    await agent.states("ringing");
    const { who, about, queue } = await agent.lineSays(0, "queue test");
    assert.deepEqual([who, about, queue], [CUSTOMER, "Incoming call · queue test", "test"]);
    const ring = await agent.driver.executeScript("const { role, textContent } = document.getElementById('ring'); return [role, textContent]");
    assert.deepEqual(ring, ["alert", `Incoming call from ${CUSTOMER}, queue test. Alt+A answers.`]);
    assert.match(await agent.driver.getTitle(), new RegExp(`☎ ${CUSTOMER}`));
    await agent.lineSays(0, "00:01");
    await look(agent, "02 ringing");
  });

  test("it is answered: the customer is heard, and the level shows that one speaks", async () => {
    await agent.press("answer");
    await agent.states("active");
    await agent.talks();
    await row("1007", ({ callstate }) => callstate === "TALKING");
    await until("the level", () => agent.driver.executeScript("return document.getElementById('level').value > 0"));
    assert.equal(await agent.text("ring"), "");
    await look(agent, "03 talking");
  });

  test("muted: packets go on, and there is no sound in them", async () => {
    await agent.press("mute");
    await agent.lineSays(0, "microphone off");
    let before = await agent.sound();
    await until("packets without sound", async () => {
      const now = await agent.sound();
      // The browser's figures may be those of a moment before.
      if (now.spoken - before.spoken > 1e-4) before = now;
      return now.sent > before.sent + 30;
    });
    await look(agent, "04 muted");
    await agent.press("mute");
    await agent.talks();
  });

  test("the keypad: digits by click and by key", async () => {
    await agent.press("keypad");
    await agent.driver.findElement(By.css('[data-digit="4"]')).click();
    await agent.driver.actions().sendKeys("2", "#").perform();
    await agent.says("pad-digits", "42#");
    await until("the digits", async () => (await legOf("1007")).digits === "42#");
    await look(agent, "05 keypad");
    await agent.driver.actions().sendKeys(Key.ESCAPE).perform();
    await until("the keypad to close", async () => !(await agent.isShown("#pad")));
  });

  test("held: nothing is heard any more, until it is resumed", async () => {
    await agent.press("hold");
    await agent.states("held");
    const before = await agent.sound();
    const now = await until("packets out", async () => {
      const sound = await agent.sound();
      return sound.sent > before.sent + 30 && sound;
    });
    // Some may have been on their way.
    assert.ok(now.received - before.received < 10, `${before.received}, then ${now.received}`);
    await look(agent, "06 held");
    await agent.press("hold");
    await agent.states("active");
    await agent.talks();
  });

  test("a colleague is asked, whose state is shown; the customer waits", async () => {
    await agent.press("transfer");
    const item = '#colleague-list [data-agent="1008"]';
    await agent.shows(item, { status: "break" });
    await look(agent, "07 transfer");
    await agent.driver.findElement(By.css(item)).click();
    await agent.click("to-consult");
    await colleague.states("ringing");
    assert.equal((await colleague.lines())[0].who, "1007");
    await agent.lineSays(0, "Waits to be transferred");
    await look(agent, "08 asking");
    await colleague.press("answer");
    await agent.states("held", "active");
    await colleague.states("active");
    await agent.talks(1);
    await colleague.talks();
    await agent.lineSays(1, `about ${CUSTOMER}`);
    await look(agent, "09 two calls");
  });

  test("the customer talks to the colleague, and the agent has a wrap-up", async () => {
    await agent.press("complete", 1);
    await agent.states();
    await agent.says("phone-message", `${CUSTOMER} has been transferred to 1008`);
    await agent.shows("#call", { step: "ended", wrapup: "true" });
    await row("1007", ({ callstate }) => callstate === "WRAPUP");
    await colleague.lineSays(0, CUSTOMER);
    await colleague.talks();
    // The customer is simulated: what the colleague says is counted where it arrives.
    const leg = await legOf("1008");
    const customer = (await sim.state()).dialogs.find(({ callID }) => callID === leg.partner);
    assert.equal(customer.login, "");
    await until("the colleague's packets", async () => (await legOf("1008")).received > leg.received + 20);
    await look(agent, "10 wrap-up");
    await look(colleague, "11 the colleague");
    await agent.click("wrap-up-done");
    await agent.shows("#call", { wrapup: "false" });
    await colleague.press("hangUp");
    await colleague.states();
    await until("no call", async () => (await sim.state()).dialogs.length === 0);
  });

  test("an outage in the middle: the call is there again, with its timer", async () => {
    await talk();
    await agent.lineSays(0, "00:01");
    await agent.talks();
    // The first attempt comes at once, and would hardly be seen.
    await sim.request("POST", "sim/fault/refuse", { how: "http" });
    await sim.drop({ login: "1007@xswitch.cn" });
    await agent.shows("#state", { state: "reconnecting" });
    await agent.lineSays(0, "disconnected, the call goes on");
    await look(agent, "20 outage");
    await sim.request("POST", "sim/fault/clear");
    await agent.recovers();
    await agent.states("active");
    await agent.talks();
    const { time, queue } = (await agent.lines())[0];
    assert.notEqual(time, "00:00");
    assert.equal(queue, "test");
    await agent.press("hangUp");
    await agent.shows("#call", { wrapup: "true" });
    await agent.click("wrap-up-done");
    await agent.shows("#call", { wrapup: "false" });
  });

  test("a reload in the middle: the page connects again, and the call is there with its timer", async () => {
    await talk();
    await agent.lineSays(0, "00:02");
    await agent.reload();
    await agent.shows("#state", { state: "ready" });
    await agent.states("active");
    await agent.talks();
    const { time, queue, who } = (await agent.lines())[0];
    assert.ok(time >= "00:02", time);
    assert.deepEqual([queue, who], ["test", CUSTOMER]);
    await agent.shows("#call", { step: "talking" });
    await agent.says("call-party", CUSTOMER);
    // The password is nowhere, and the token no longer than the call.
    const kept = () => agent.driver.executeScript("return JSON.stringify([{ ...localStorage }, { ...sessionStorage }])");
    assert.doesNotMatch(await kept(), /\b1234\b/);
    await look(agent, "21 after a reload");
    await agent.press("hangUp");
    await agent.shows("#call", { wrapup: "true" });
    await until("the token to be gone", async () => !(await kept()).includes("token"));
    await agent.click("wrap-up-done");
    await agent.shows("#call", { wrapup: "false" });
  });

  test("a second call: the first is held when it is answered; either is resumed", async () => {
    await talk();
    await colleague.click("new-call");
    await colleague.fill({ to: "1007" });
    await colleague.click("to-call");
    await agent.states("active", "ringing");
    await look(agent, "12 a second call");
    await agent.press("answer", 1);
    await agent.states("held", "active");
    await agent.talks(1);
    await agent.press("hold", 0);
    await agent.states("active", "held");
    await agent.talks(0);
    await agent.press("hangUp", 1);
    await agent.states("active");
    await colleague.states();
  });

  test("a caller is transferred without asking", async () => {
    await agent.press("transfer");
    await agent.fill({ to: "1008" });
    await agent.click("to-transfer");
    await agent.states();
    await agent.says("phone-message", `${CUSTOMER} has been transferred to 1008`);
    await colleague.states("ringing");
    assert.equal((await colleague.lines())[0].who, CUSTOMER);
    await colleague.press("answer");
    await colleague.talks();
    await colleague.press("hangUp");
    await agent.shows("#call", { wrapup: "true" });
    await agent.click("wrap-up-done");
  });

  test("a rejected caller waits again, and the agent has a break", async () => {
    await sim.caller("test", CUSTOMER);
    await agent.states("ringing");
    await agent.press("reject");
    await agent.states();
    await agent.shows("#agent-state", { state: "UNREADY" });
    assert.equal((await sim.state()).calls[0].state, "waiting");
  });

  test("the echo test, with the devices that are chosen", async () => {
    await agent.click("open-devices");
    await until("the devices", () => agent.driver.executeScript("return document.querySelectorAll('#microphone option').length > 1"));
    await look(agent, "13 devices");
    await agent.click("echo-test");
    await agent.states("active");
    await agent.talks();
    const choose = (id) => agent.driver.findElement(By.css(`#${id} option:last-child`)).click();
    const label = await agent.driver.executeScript("return document.querySelector('#microphone option:last-child').textContent");
    await choose("microphone");
    const inUse = () => agent.driver.executeAsyncScript((done) => import("./console/phone.mjs").then(({ lines }) => done([...lines.values()][0].dialog.localStream.getAudioTracks()[0].label)));
    await until("the other microphone", async () => (await inUse()) === label);
    await agent.talks();
    assert.equal(await agent.text("phone-message"), "");
    await agent.press("hangUp");
    await agent.states();
  });

  test("one sign says how it is heard, and the figures are behind it", async () => {
    await agent.click("cc-ready");
    await agent.states("ringing");
    await agent.press("answer");
    // On a machine with other work the sound may have gaps, and the sign says so.
    const isHeard = () => until("a grade", async () => ["good", "fair"].includes((await agent.data("#quality")).grade));
    await isHeard();
    await agent.click("quality");
    await until("the figures", async () => (await agent.text("quality-figures")).includes("opus"));
    await look(agent, "16 quality");
    await sim.request("POST", "sim/fault/media", { login: "1007@xswitch.cn", out: { stopped: true } });
    await agent.says("quality-text", "No sound arrives");
    await agent.shows("#quality", { grade: "poor" });
    await sim.request("POST", "sim/fault/media", { login: "1007@xswitch.cn" });
    await isHeard();
    await agent.click("quality");
  });

  test("the developer's drawer: states, timings, statistics and addresses; SDP folded; code to copy", async () => {
    await agent.click("developer");
    await agent.click("tab-calls");
    const card = (selector) => agent.driver.executeScript((selector) => [...document.querySelectorAll(`#call-records section:first-child ${selector}`)].map((each) => each.textContent || each.getAttribute("d")), selector);
    await until("the statistics", async () => (await card("[data-plot=mos] b"))[0] > "1");
    assert.deepEqual((await card(".timeline li")).map((text) => text.split(" ")[0]), ["ringing", "answering", "active"]);
    assert.ok((await card(".timings th")).includes("heard"));
    assert.match((await card("[data-plot=levelIn] path"))[0], /^M[\d.]+,[\d.]+L/);
    assert.match((await card(".addresses"))[0], /host udp .+ ↔ .+ udp/);
    await look(agent, "17 drawer");
    await agent.click("tab-frames");
    await agent.driver.executeScript("[...document.querySelectorAll('#frames button')].findLast((each) => each.innerText.includes('verto.answer') && each.dataset.direction === 'out').click()");
    assert.match(await agent.text("frame-text"), /"sdp": "… \d+ bytes, see below …"/);
    assert.match(await agent.text("sdp-summary"), /^SDP: \d+ lines, codecs opus/);
    assert.equal(await agent.text("frame-code"), 'dialog.answer({\n  callee_id_name: "1007",\n  callee_id_number: "1007",\n});');
    await look(agent, "18 frame");
    await agent.click("tab-faults");
    await until("the faults", () => agent.isShown("[data-fault=media-loss]"));
    await look(agent, "19 faults");
    await agent.click("developer");
    await agent.press("hangUp");
    await agent.states();
  });

  test("axe-core finds nothing serious, nothing moved by itself, no error was reported", async () => {
    assert.deepEqual(found, {});
    await agent.assertCalm();
    await colleague.assertCalm();
  });
});

describe("what keeps one from being heard or from hearing", { skip }, () => {
  test("sound that the browser holds back: a banner says so, and its button turns it on", async () => {
    await begin();
    // As browsers do before a click, and after a long time without one.
    await agent.driver.executeScript(() => {
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = async function () {
        if (!window.allowed) throw new DOMException("no click yet", "NotAllowedError");
        return play.call(this);
      };
      document.addEventListener("click", ({ target }) => (window.allowed ||= target.id === "banner-button"), true);
    });
    await sim.caller("test", CUSTOMER);
    await agent.states("ringing");
    await agent.says("banner-text", "The browser plays no sound before a click");
    await look(agent, "14 blocked");
    await agent.press("answer");
    await agent.states("active");
    await agent.says("banner-text", "The browser plays no sound before a click");
    await agent.click("banner-button");
    await until("the banner to go", async () => (await agent.text("banner-text")) === "");
    await agent.talks();
    assert.deepEqual(found, {});
    await agent.press("hangUp");
    await agent.states();
  });

  test("a microphone that is refused: what to do is said at once, and it is over when it is allowed", async () => {
    // The others' browsers give every page the microphone, whatever the permission says.
    const driver = await startBrowser({ flags: ["--use-fake-device-for-media-stream"] });
    try {
      const page = new Phone(driver, sim.url);
      const setPermission = (setting) =>
        driver.sendDevToolsCommand("Browser.setPermission", { permission: { name: "microphone" }, setting, origin: new URL(sim.url).origin });
      const gone = () => until("the banner to go", async () => (await page.text("banner-text")) === "");
      await setPermission("denied");
      await colleague.open("en");
      await colleague.startShift("1010");
      await page.open("zh-CN");
      await page.signIn("1009");
      await page.says("banner-text", "麦克风被禁止");
      await look(page, "15 refused");
      // Sound that is held back is told when the microphone is no trouble any more, and not before.
      const blocked = "浏览器在点击之前不播放声音";
      await driver.executeScript("HTMLMediaElement.prototype.play = async () => { throw new DOMException('no click yet', 'NotAllowedError') }");
      await colleague.click("new-call");
      await colleague.fill({ to: "1009" });
      await colleague.click("to-call");
      await page.states("ringing");
      await page.says("banner-text", "麦克风被禁止");
      await setPermission("granted");
      await page.says("banner-text", blocked);
      await page.press("reject");
      await page.click("banner-button");
      await gone();
      // It may be allowed, and not be there.
      await setPermission("denied");
      await page.says("banner-text", "麦克风被禁止");
      await driver.executeScript(() => {
        const { mediaDevices } = navigator;
        mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError"); };
        mediaDevices.enumerateDevices = async () => [];
      });
      await setPermission("granted");
      await page.says("banner-text", "没有找到麦克风");
      await look(page, "22 missing");
      await driver.executeScript(() => {
        const { mediaDevices } = navigator;
        mediaDevices.dispatchEvent(new Event("devicechange"));
        delete mediaDevices.getUserMedia;
        delete mediaDevices.enumerateDevices;
        setTimeout(() => mediaDevices.dispatchEvent(new Event("devicechange")));
      });
      await gone();
      assert.deepEqual(found, {});
      await page.assertCalm();
    } finally {
      await driver.quit();
    }
  });
});

test("the ring has a device of its own, which is remembered; the call has another", { skip }, async () => {
  await begin();
  await agent.click("open-devices");
  await until("the devices", () => agent.driver.executeScript("return document.querySelectorAll('#ringer option').length > 2"));
  const choose = (id, which) => agent.driver.findElement(By.css(`#${id} option:${which}`)).getAttribute("value").then(async (device) => {
    await agent.driver.findElement(By.css(`#${id} option:${which}`)).click();
    return device;
  });
  const ringer = await choose("ringer", "last-child");
  const speaker = await choose("speaker", "nth-child(2)");
  assert.notEqual(ringer, speaker);
  await agent.reload();
  await agent.signIn("1007");
  await agent.shows("#agent-state", { state: "READY" });
  await agent.driver.executeScript(() => {
    window.played = [];
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      window.played.push([this.srcObject ? "call" : "ring", this.muted, this.sinkId]);
      return play.call(this);
    };
  });
  await talk();
  await agent.talks();
  const played = await agent.driver.executeScript("return window.played.filter(([, muted]) => !muted).map(([what, , sink]) => [what, sink])");
  assert.deepEqual(played, [["ring", ringer], ["call", speaker]]);
  await agent.press("hangUp");
  await agent.states();
});

describe("by keyboard alone", { skip }, () => {
  const keys = (page, ...pressed) => page.driver.actions().sendKeys(...pressed).perform();
  const alt = (page, key) => page.driver.actions().keyDown(Key.ALT).sendKeys(key).keyUp(Key.ALT).perform();
  const focused = (page) => page.driver.executeScript("const { id, dataset } = document.activeElement; return id || dataset.action || ''");
  const focusOn = async (page, id) => {
    let now;
    await until(() => `the focus on ${id}, but ${now}`, async () => (now = await focused(page)) === id);
  };

  test("the whole shift", async () => {
    await sim.reset();
    await sim.browserPhones(true);
    for (const [page, number] of [[agent, "1007"], [colleague, "1008"]]) {
      await page.open("en");
      for (let presses = 0; (await focused(page)) !== "login"; presses++) {
        assert.ok(presses < 10);
        await keys(page, Key.TAB);
      }
      await page.driver.actions().keyDown(Key.CONTROL).sendKeys("a").keyUp(Key.CONTROL).perform();
      await keys(page, `${number}@xswitch.cn`, Key.ENTER);
      await page.shows("#agent-state", { state: "LOGIN" });
      await focusOn(page, "cc-ready");
    }
    await keys(agent, Key.ENTER);
    await agent.shows("#agent-state", { state: "READY" });
    await sim.caller("test", CUSTOMER);
    await agent.states("ringing");
    await alt(agent, "a");
    await agent.states("active");
    await agent.talks();
    await alt(agent, "m");
    await agent.lineSays(0, "microphone off");
    await alt(agent, "m");
    await alt(agent, "k");
    await focusOn(agent, "");
    await keys(agent, "7");
    await agent.says("pad-digits", "7");
    await keys(agent, Key.ESCAPE);
    await focusOn(agent, "keypad");
    await alt(agent, "o");
    await agent.states("held");
    await alt(agent, "o");
    await agent.states("active");
    // A second call: the key answers the one that rings.
    await alt(colleague, "n");
    await focusOn(colleague, "to");
    await keys(colleague, "1007", Key.ENTER);
    await agent.states("active", "ringing");
    await alt(agent, "a");
    await agent.states("held", "active");
    await alt(agent, "q");
    await agent.states("held");
    await alt(agent, "o");
    await agent.states("active");
    await colleague.states();
    await alt(agent, "x");
    await focusOn(agent, "to");
    await keys(agent, "1008", Key.ENTER);
    await colleague.states("ringing");
    await alt(colleague, "a");
    await agent.states("held", "active");
    await colleague.talks();
    await alt(agent, "j");
    await agent.states();
    await agent.shows("#call", { wrapup: "true" });
    await colleague.lineSays(0, CUSTOMER);
    await colleague.talks();
    await alt(colleague, "q");
    await colleague.states();
    // A call of one's own.
    await alt(agent, "n");
    await focusOn(agent, "to");
    await keys(agent, "9196", Key.ENTER);
    await agent.states("active");
    await alt(agent, "q");
    await agent.states();
    await agent.assertCalm();
  });
});

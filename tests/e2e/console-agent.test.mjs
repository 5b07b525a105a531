// The console, single cases: signing in and its refusals, queues, outages, the drawer.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { Key } from "selenium-webdriver";
import { lacking, leavePage, startBrowser } from "./lib/browser.mjs";
import { Console } from "./lib/console.mjs";
import { assertShiftFrames } from "./lib/shift.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const PASSWORD = "1234";

let sim, driver, page;

before(async () => {
  sim = await startSim();
  driver = await startBrowser();
  page = new Console(driver, sim.url);
});

beforeEach(async () => {
  await sim.reset();
  await page.open("en");
});

afterEach(async () => {
  await page.assertCalm();
  await leavePage(driver, sim);
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const press = (selector) => driver.executeScript("document.querySelector(arguments[0]).click()", selector);
const frameTitles = () => driver.executeScript("return [...document.querySelectorAll('#frames span')].map((each) => each.textContent)");

async function signIn() {
  await page.signIn("1007");
  await page.shows("#agent-state", { state: "LOGIN" });
}

/** Connects for the wallboard alone and shows the agent's view, signed out. */
async function connect() {
  await page.signIn("1007", { supervisor: true });
  await page.shows("#state", { state: "ready" });
  await page.click("view-agent");
  await page.shows("#agent-state", { state: "LOGOUT" });
}

describe("signing in", () => {
  test("the frames of a whole shift are those of the specification", async () => {
    await signIn();
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    await press("[data-reason=lunch]");
    await page.shows("#agent-state", { state: "UNREADY", reason: "lunch" });
    await page.fill({ dest: "13900000001" });
    await page.click("cc-dial");
    await page.shows("#call", { step: "ended" });
    await page.click("cc-logout");
    await page.shows("#agent-state", { state: "LOGOUT" });
    await page.click("logout");
    await page.shows("#state", { state: "closed" });
    await sim.noConnection();
    await assertShiftFrames(sim, PASSWORD);
  });

  test("a wrong password is said, and the right one works afterwards", async () => {
    await page.signIn("1007", { password: "not-the-password" });
    await page.says("sign-in-message", "Not connected: the login was refused: Authentication Failure");
    await sim.noConnection();
    const stored = await driver.executeScript("return JSON.stringify(localStorage) + document.documentElement.outerHTML");
    assert.ok(!stored.includes("not-the-password"));
    await signIn();
    assert.equal(await page.text("sign-in-message"), "");
  });

  test("a token instead of the password", async () => {
    await page.click("auth-token");
    await page.click("get-token");
    const token = await until("the token", () => driver.executeScript("return document.getElementById('token').value"));
    await page.click("connect");
    await page.shows("#agent-state", { state: "LOGIN" });
    const [frame] = await sim.requests("login");
    assert.deepEqual([frame.params.passwd, frame.params.loginParams], ["***", { xui_sessid: "***" }]);
    assert.ok(!JSON.stringify(await sim.frames()).includes(token));
    await page.click("developer");
    await page.click("hide-pings");
    await until("the login's frame", async () => (await frameTitles()).includes("login"));
    assert.ok(!(await driver.executeScript("return document.documentElement.outerHTML")).includes(token));
  });

  test("an address that is no WebSocket address is named", async () => {
    await page.click("more-settings");
    await page.fill({ "socket-url": "not a url" });
    await page.click("connect");
    await page.says("sign-in-message", "Not connected: something is missing or wrong");
    await page.says("sign-in-message", "socketUrl");
    assert.deepEqual((await sim.state()).connections, []);
    // The SDK says it in the console too: this error, and no other.
    await assert.rejects(page.assertCalm(), /verto: connect: socketUrl/);
  });

  test("an attempt that finds no server can be cancelled", async () => {
    await sim.request("POST", "sim/fault/refuse", { how: "http" });
    await page.click("connect");
    await page.says("state-text", "(attempt ");
    await page.click("cancel");
    await page.shows("#state", { state: "closed" });
    assert.equal(await page.isShown("#connect"), true);
    assert.equal(await page.text("sign-in-message"), "");
    await sim.request("POST", "sim/fault/clear");
    await signIn();
  });

  test("a session taken over elsewhere says so and stays away", async () => {
    await signIn();
    await sim.request("POST", "sim/fault/punt", { login: "1007" });
    await page.says("why-closed", "This session was taken over elsewhere");
    assert.equal(await page.isShown("#agent-view"), false);
    await sim.noConnection();
  });

  test("what was filled in is remembered, the password is not, and the language is", async () => {
    await page.signIn("1008", { queue: "q1", extn: "1008" });
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.click("language");
    await page.says("agent-state-text", "已签入");
    await page.reload();
    const remembered = await driver.executeScript(
      "return [document.documentElement.lang, login.value, queue.value, extn.value, JSON.stringify(localStorage).includes('1234')]",
    );
    assert.deepEqual(remembered, ["zh-CN", "1008@xswitch.cn", "q1", "1008", false]);
    assert.equal(await page.text("sign-in-title"), "签入");
  });
});

describe("queues", () => {
  test("a second queue has a state of its own", async () => {
    await signIn();
    await page.click("add-queue");
    await page.fill({ "post-queue": "q1" });
    await page.click("cc-login");
    await page.shows("#my-queues [aria-pressed=true]", { queue: "q1" });
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    await press("#my-queues [data-queue=test]");
    await page.shows("#agent-state", { state: "LOGIN" });
    assert.deepEqual((await sim.agent("1007")).map((each) => [each.queue_id, each.state]).toSorted(), [
      ["q1", "READY"],
      ["test", "LOGIN"],
    ]);
    await page.click("cc-logout");
    await page.shows("#my-queues [aria-pressed=true]", { queue: "q1" });
  });

  test("a queue that doesn't exist is refused with the back end's reason", async () => {
    await connect();
    await page.fill({ "post-queue": "q9" });
    await page.click("cc-login");
    const shown = await page.says("agent-message", "Not signed in: the back end refused (404): ");
    const [request] = await sim.requests("jsapi");
    const { result } = await sim.reply(request.id);
    assert.ok(shown.includes(result.message), shown);
  });
});

test("during a call there is no second one: a second Enter sends nothing, and the note says why", async () => {
  await signIn();
  await page.click("cc-ready");
  await page.says("agent-note", "Calls come to you");
  await page.fill({ dest: "13900000001" });
  await driver.findElement({ id: "dest" }).sendKeys(Key.ENTER, Key.ENTER);
  await page.shows("#call", { step: "talking" });
  await page.says("agent-note", "On a call");
  assert.equal(await driver.executeScript("return document.getElementById('cc-dial').disabled"), true);
  await driver.findElement({ id: "dest" }).sendKeys(Key.ENTER);
  await page.shows("#call", { step: "ended" });
  await page.shows("#agent-state", { callstate: "IDLE" });
  await page.says("agent-note", "Calls come to you");
  assert.equal(await driver.executeScript("return document.getElementById('cc-dial').disabled"), false);
  const dials = (await sim.requests("jsapi")).filter(({ params }) => params.data.func === "ccDial" || params.data.method === "ccDial");
  assert.equal(dials.length, 1);
});

describe("outages", () => {
  test("a dial whose answer is lost is told as one that may have been placed", async () => {
    await signIn();
    await sim.request("POST", "sim/fault/freeze", { what: "answers" });
    await page.fill({ dest: "13900000001" });
    await page.click("cc-dial");
    await until("the dial on the wire", async () => (await sim.requests("jsapi")).length === 2);
    await sim.drop();
    await page.says("dial-message", "look at your phone before you dial again");
  });

  test("a page that is loaded during a call shows the call", async () => {
    await signIn();
    await page.fill({ dest: "13900000001" });
    await page.click("cc-dial");
    await page.shows("#call", { step: "talking" });
    const { call } = await page.data("#call");
    await page.reload();
    await page.click("connect-supervisor");
    await page.click("view-agent");
    await page.shows("#agent-state", { state: "LOGIN" });
    const rows = await sim.agent("1007");
    // At this speed it may have ended meanwhile.
    if (rows[0].agent_uuid === call) await page.shows("#call", { call });
  });

  test("a call that began during an outage is shown, and not the one before", async () => {
    await signIn();
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    const first = await sim.caller("test", "13800000001");
    await page.shows("#call", { step: "talking", call: first.call });
    await sim.request("POST", "sim/hangup", { call: first.call });
    await page.shows("#call", { step: "ended", wrapup: "false" });
    await page.shows("#agent-state", { state: "READY", callstate: "IDLE" });
    await sim.request("POST", "sim/fault/refuse", { how: "http" });
    await sim.drop();
    await page.shows("#state", { state: "reconnecting" });
    const second = await sim.caller("test", "13800000002");
    await until("the talk", async () => (await sim.agent("1007"))[0].callstate === "TALKING");
    await sim.request("POST", "sim/fault/clear");
    await page.recovers();
    await page.shows("#call", { step: "talking", call: second.call });
    await page.says("call-text", "begun while disconnected");
    await sim.request("POST", "sim/hangup", { call: second.call });
    await page.shows("#call", { step: "ended", call: second.call });
  });

  test("after a lost connection there is one subscription, and each event is one frame", async () => {
    await connect();
    await page.click("developer");
    assert.equal((await sim.drop()).dropped, 1);
    await until("the new connection's subscriptions", async () =>
      (await sim.state()).connections.some(({ channels }) => channels.length === 2),
    );
    await page.shows("#state", { state: "ready" });
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    await until("its events", async () => (await frameTitles()).some((title) => title.startsWith("agentState")));
    // One for each of the two channels.
    assert.equal((await frameTitles()).filter((title) => title.startsWith("agentState")).length, 2);
  });
});

describe("the developer's drawer", () => {
  test("a frame, its latency and the call that made it in both languages", async () => {
    await signIn();
    await press("[data-reason=BRB]");
    await page.shows("#agent-state", { state: "UNREADY", reason: "BRB" });
    await page.click("developer");
    await until("the reply", async () => (await frameTitles()).includes("ccGoBreak → result 200"));
    const entry = await driver.executeScript(
      "return [...document.querySelectorAll('#frames button')].map((each) => each.innerText).find((text) => text.includes('ccGoBreak →'))",
    );
    assert.match(entry, /↓\s+ccGoBreak → result 200\s+\d+ ms\s*$/);
    await press("#frames [data-direction=out][title*=ccGoBreak]");
    await page.says("frame-text", '"reason": "BRB"');
    await page.says("frame-code", 'vcc.ccGoBreak(\n  "test",\n  "1007",\n  "BRB",\n  function (result)');
    await page.click("code-es6");
    assert.equal(await page.text("frame-code"), 'const result = await vcc.ccGoBreak("test", "1007", "BRB");\nconsole.log(result);');
    await page.screenshot("12-drawer-agent");
  });

  test("the faults are buttons: a drop, and the connection comes back", async () => {
    await signIn();
    await page.click("developer");
    await page.click("tab-faults");
    await until("the buttons", () => page.isShown("[data-fault=drop]"));
    const before = (await sim.state()).connections[0].id;
    await press("[data-fault=drop]");
    await page.says("faults-message", "Done: Drop");
    await until("another connection", async () => (await sim.state()).connections.some(({ id, channels }) => id > before && channels.length === 1));
    await page.shows("#state", { state: "ready" });
    await press("[data-fault=hangup]");
    await page.says("faults-message", "not found");
    await page.screenshot("13-faults-agent");
    // The browser notes the refusal.
    if (!lacking("reports")) await assert.rejects(page.assertCalm(), /404/);
  });
});

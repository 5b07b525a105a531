// An agent's whole shift on each of the two pages: what the page shows, and what the simulator recorded.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { Key } from "selenium-webdriver";
import { consoleErrors, leavePage, startBrowser } from "./lib/browser.mjs";
import { ccc, idsRise, login, subscribe, withoutIds } from "./lib/frames.mjs";
import { Page } from "./lib/page.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const PASSWORD = "1234";
const DIAL_STEPS = ["agentRinging", "agentAnswered", "destRinging", "talking", "ended"];

let sim, driver;

before(async () => {
  sim = await startSim();
  driver = await startBrowser();
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const agentIs = (expected) =>
  until(`agent 1007 ${JSON.stringify(expected)}`, async () =>
    (await sim.agent("1007")).some((row) => Object.entries(expected).every(([name, value]) => row[name] === value)),
  );
/** The end of each line that reports a step of an outbound call, oldest first. */
const dialSteps = (lines) =>
  lines.filter((line) => line.includes("dialProgress")).map((line) => /"step":"(\w+)"/.exec(line)?.[1]);

/** The frames of a shift that differ between the pages in their subscriptions only. */
async function assertShiftFrames(channels) {
  const frames = await sim.requests();
  assert.ok(idsRise(frames), JSON.stringify(frames));
  const { sessid } = frames[0].params;
  assert.match(sessid, /^[0-9a-f-]{36}$/);
  const agent = { queue: "test", agent: "1007" };
  assert.deepEqual(withoutIds(frames), [
    login(sessid, "1007@xswitch.cn"),
    ...channels.map((channel) => subscribe(sessid, channel)),
    ccc(sessid, "ccLogin", { ...agent, extn: "1007" }),
    ccc(sessid, "ccGoReady", agent),
    ccc(sessid, "ccGoBreak", { ...agent, reason: "lunch" }),
    ccc(sessid, "ccDial", {
      agent: "1007",
      extn: "1007",
      cidNumber: "4001007",
      destNumber: "13900000001",
      earlyMedia: false,
    }),
    ccc(sessid, "ccLogout", agent),
  ]);
  for (const { text } of await sim.frames()) assert.ok(!text.includes(`"${PASSWORD}"`), text);
}

async function open(path) {
  await sim.reset();
  const page = new Page(driver, sim.url + path);
  await page.open();
  return page;
}

async function leave() {
  assert.deepEqual(await consoleErrors(driver), []);
  await leavePage(driver, sim);
}

describe("es5.html, a whole shift", () => {
  let page;

  before(async () => (page = await open("es5.html")));
  after(leave);

  test("connect and subscribe", async () => {
    await page.click("connect");
    await page.logged("logged in");
    await until("the subscription", async () =>
      (await sim.state()).connections.some(({ channels }) => channels.includes("vcc.default.1007")),
    );
  });

  test("sign in", async () => {
    await page.click("cc-login");
    await page.logged("ccLogin 成功");
    await page.logged("agentState", '"state":"LOGIN"');
    await agentIs({ state: "LOGIN", queue_id: "test" });
  });

  test("ready", async () => {
    await page.click("cc-ready");
    await page.logged("ccGoReady 成功");
    await page.logged("agentState", '"state":"READY"');
    await agentIs({ state: "READY", callstate: "IDLE" });
  });

  test("a call comes and goes", async () => {
    const { call } = await sim.caller("test", "13800000001");
    await page.logged("callOffered", call, "13800000001");
    await page.logged("callAnswered", call);
    await page.logged("callEnded", call, '"cause"');
    await page.logged("agentState", '"callstate":"TALKING"', call);
    await agentIs({ state: "READY", callstate: "IDLE", agent_uuid: "" });
  });

  test("break with a reason", async () => {
    await page.fill({ reason: "lunch" });
    await page.click("cc-break");
    await page.logged("ccGoBreak 成功");
    await page.logged("agentState", '"state":"UNREADY"', '"reason":"lunch"');
    await agentIs({ state: "UNREADY", reason: "lunch" });
  });

  test("dial with its call-back", async () => {
    await page.fill({ dest: "13900000001" });
    await page.click("cc-dial");
    await page.logged("ccDial 成功");
    await page.logged("dialProgress", '"step":"ended"', "13900000001");
    assert.deepEqual(dialSteps(await page.log()), DIAL_STEPS);
  });

  test("sign out and log out", async () => {
    await page.click("cc-logout");
    await page.logged("ccLogout 成功");
    await page.logged("agentState", '"state":"LOGOUT"');
    await agentIs({ state: "LOGOUT" });
    await page.click("logout");
    await page.logged("logged out");
    await sim.noConnection();
  });

  test("the recorded frames", () => assertShiftFrames(["vcc.default.1007"]));
});

describe("es5.html, single cases", () => {
  let page;

  beforeEach(async () => (page = await open("es5.html")));
  afterEach(leave);

  test("a wrong password is said, and the right one works afterwards", async () => {
    await page.fill({ passwd: "not-the-password" });
    await page.click("connect");
    await page.logged("login failed");
    await page.logged("not connected", "Authentication Failure");
    await sim.noConnection();
    assert.ok(!(await page.log()).some((line) => line.includes("not-the-password")));
    assert.ok(!JSON.stringify(await sim.frames()).includes("not-the-password"));
    await page.fill({ passwd: PASSWORD });
    await page.click("connect");
    await page.logged("已登录 logged in");
  });

  test("a wrong extension is refused with the back end's reason", async () => {
    await page.click("connect");
    await page.logged("logged in");
    await page.fill({ extn: "1008" });
    await page.click("cc-login");
    const shown = await page.logged("ccLogin 失败");
    const [request] = await sim.requests("jsapi");
    const { result } = await sim.reply(request.id);
    assert.equal(result.code, 403);
    assert.ok(shown.includes(result.message), shown);
    await agentIs({ state: "LOGOUT" });
  });

  test("a token instead of the password", async () => {
    const token = await sim.userToken("1007@xswitch.cn", PASSWORD);
    await page.fill({ token });
    await page.click("connect");
    await page.logged("已登录 logged in");
    const [frame] = await sim.requests("login");
    assert.deepEqual(frame.params.loginParams, { xui_sessid: "***" });
    assert.ok(!JSON.stringify(await sim.frames()).includes(token));
  });
});

/** Connects on index.html, until the table is there too. */
async function connect(page) {
  await page.click("connect");
  await page.shows("#state", { state: "ready" });
  await page.shows('#agents tr[data-agent="1010"]', { state: "LOGOUT" });
}

/** The text of an agent's line in the table. */
const row = (page, agent) =>
  page.driver.executeScript(
    "return [...document.querySelectorAll(arguments[0])].map((cell) => cell.innerText).join(' ').trim()",
    `#agents tr[data-agent="${agent}"] td`,
  );

describe("index.html, a whole shift", () => {
  let page;

  before(async () => (page = await open("")));
  after(leave);

  test("connect: the badge and the table", async () => {
    assert.deepEqual(await page.data("#state"), { state: "idle" });
    await connect(page);
    assert.match(await page.text("state"), /已登录/);
    await page.shows("#agent-state", { state: "LOGOUT", callstate: "IDLE" });
    assert.match(await row(page, "1007"), /^1007 1007 test 未签入 LOGOUT 空闲 IDLE/);
    const { connections } = await sim.state();
    assert.deepEqual(connections.map((each) => each.channels.toSorted()), [["vcc.default", "vcc.default.1007"]]);
  });

  test("sign in", async () => {
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.shows('#agents tr[data-agent="1007"]', { state: "LOGIN" });
    await page.logged("ccLogin 成功");
    await agentIs({ state: "LOGIN", queue_id: "test" });
  });

  test("ready", async () => {
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    assert.match(await row(page, "1007"), /示闲 READY 空闲 IDLE/);
    await agentIs({ state: "READY", callstate: "IDLE" });
  });

  test("a call comes and goes", async () => {
    const { call } = await sim.caller("test", "13800000001");
    await page.shows("#call", { call });
    assert.match(await page.text("call"), /13800000001/);
    await page.shows("#call", { call, step: "callEnded" });
    for (const event of ["callOffered", "callAnswered", "callEnded"]) {
      const lines = (await page.log()).filter((line) => line.includes(event));
      assert.equal(lines.length, 1, `${event} is shown once`);
      assert.ok(lines[0].includes(call));
    }
    await page.logged("agentState", '"callstate":"TALKING"', call);
    await page.logged("queueState", '"waiting":1');
    await page.shows('#queues [data-queue="test"]', { waiting: "0" });
    await page.shows("#agent-state", { state: "READY", callstate: "IDLE" });
    await agentIs({ state: "READY", callstate: "IDLE", agent_uuid: "" });
  });

  test("break with a reason", async () => {
    await page.fill({ reason: "lunch" });
    await page.click("cc-break");
    await page.shows("#agent-state", { state: "UNREADY" });
    assert.match(await page.text("agent-state"), /lunch/);
    await until("the reason in the table", async () => (await row(page, "1007")).endsWith("lunch"));
    await agentIs({ state: "UNREADY", reason: "lunch" });
  });

  test("dial with its call-back", async () => {
    await page.fill({ dest: "13900000001" });
    await page.click("cc-dial");
    await page.shows("#call", { step: "ended" });
    assert.match(await page.text("call"), /13900000001/);
    assert.deepEqual(dialSteps(await page.log()).toReversed(), DIAL_STEPS);
  });

  test("sign out and log out", async () => {
    await page.click("cc-logout");
    await page.shows("#agent-state", { state: "LOGOUT" });
    await page.shows('#agents tr[data-agent="1007"]', { state: "LOGOUT" });
    await agentIs({ state: "LOGOUT" });
    await page.click("logout");
    await page.shows("#state", { state: "closed" });
    await page.logged("logged out");
    await sim.noConnection();
    assert.deepEqual(await page.data("#message"), {});
    assert.equal(await page.text("message"), "", "no error was shown");
  });

  test("the recorded frames", () => assertShiftFrames(["vcc.default.1007", "vcc.default"]));
});

describe("index.html, single cases", () => {
  let page;

  beforeEach(async () => (page = await open("")));
  afterEach(leave);

  test("a wrong password is said, and the right one works afterwards", async () => {
    await page.fill({ passwd: "not-the-password" });
    await page.click("connect");
    await page.shows("#state", { state: "closed" });
    await until("the message", async () => (await page.text("message")).includes("Authentication Failure"));
    await sim.noConnection();
    const html = await driver.executeScript("return document.getElementById('log').textContent");
    assert.ok(!html.includes("not-the-password"));
    assert.ok(!JSON.stringify(await sim.frames()).includes("not-the-password"));
    await page.fill({ passwd: PASSWORD });
    await connect(page);
    assert.equal(await page.text("message"), "");
  });

  test("a wrong extension is refused with the back end's reason", async () => {
    await connect(page);
    await page.fill({ extn: "1008" });
    await page.click("cc-login");
    const shown = await until("the message", () => page.text("message"));
    const [request] = await sim.requests("jsapi");
    const { result } = await sim.reply(request.id);
    assert.equal(result.code, 403);
    assert.ok(shown.includes(result.message), shown);
    await agentIs({ state: "LOGOUT" });
    await page.fill({ extn: "1007" });
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    assert.equal(await page.text("message"), "");
  });

  test("a busy destination is told with its cause", async () => {
    await connect(page);
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.fill({ dest: "13900000000" });
    await page.click("cc-dial");
    await page.shows("#call", { step: "ended" });
    assert.match(await page.text("call"), /13900000000.*USER_BUSY/);
  });

  test("an address that is no WebSocket address is named", async () => {
    await page.fill({ "socket-url": "not a url" });
    await page.click("connect");
    await until("the message", async () => (await page.text("message")).includes("socketUrl"));
    assert.deepEqual((await sim.state()).connections, []);
    // The SDK says it in the console too: this error, and no other.
    const [error, ...others] = await consoleErrors(driver);
    assert.match(error, /verto: connect: socketUrl/);
    assert.deepEqual(others, []);
  });

  test("a token instead of the password", async () => {
    await page.click("auth-token");
    await page.click("get-token");
    const token = await until("the token", () =>
      driver.executeScript("return document.getElementById('token').value"),
    );
    await connect(page);
    const [frame] = await sim.requests("login");
    assert.deepEqual(frame.params.loginParams, { xui_sessid: "***" });
    assert.ok(!JSON.stringify(await sim.frames()).includes(token));
  });

  test("the table follows another agent", async () => {
    await connect(page);
    const console = await driver.getWindowHandle();
    await driver.switchTo().newWindow("tab");
    const tab = await driver.getWindowHandle();
    try {
      const other = new Page(driver, `${sim.url}es5.html`);
      await other.open();
      await other.fill({ login: "1008@xswitch.cn", agent: "1008", extn: "1008", reason: "DND" });
      await other.click("connect");
      await other.logged("logged in");
      for (const command of ["cc-login", "cc-ready", "cc-break"]) await other.click(command);
      await other.logged("ccGoBreak 成功");

      await driver.switchTo().window(console);
      await page.shows('#agents tr[data-agent="1008"]', { state: "UNREADY" });
      assert.match(await row(page, "1008"), /^1008 1008 test 示忙 UNREADY 空闲 IDLE DND/);
      await page.shows('#agents tr[data-agent="1007"]', { state: "LOGOUT" });
      await page.shows("#agent-state", { state: "LOGOUT" });
    } finally {
      await driver.switchTo().window(tab);
      await driver.close();
      await driver.switchTo().window(console);
    }
  });

  test("another queue shows its own states", async () => {
    await connect(page);
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    // Leaving the field is what makes the change.
    await page.fill({ queue: `q1${Key.TAB}` });
    await until("no state of the other queue", async () => (await page.data("#agent-state")).state !== "LOGIN");
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.click("cc-ready");
    await page.shows("#agent-state", { state: "READY" });
    await page.fill({ queue: `test${Key.TAB}` });
    await page.shows("#agent-state", { state: "LOGIN" });
    assert.deepEqual((await sim.agent("1007")).map((each) => [each.queue_id, each.state]).toSorted(), [
      ["q1", "READY"],
      ["test", "LOGIN"],
    ]);
  });

  test("after a lost connection each event is shown once", async () => {
    await connect(page);
    const before = await sim.drop();
    assert.equal(before.dropped, 1);
    await page.logged("connection lost");
    await until("the new connection's subscriptions", async () =>
      (await sim.state()).connections.some(({ channels }) => channels.length === 2),
    );
    await page.shows("#state", { state: "ready" });
    await page.click("cc-login");
    await page.shows("#agent-state", { state: "LOGIN" });
    await page.logged("ccLogin 成功");
    const lines = (await page.log()).filter((line) => line.includes("agentState"));
    assert.equal(lines.length, 1, lines.join("\n"));
  });
});

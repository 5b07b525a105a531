// An agent's whole shift on the smallest page, es5.html: what it shows, and what the simulator
// recorded. The console's is in console-shift and console-agent.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { consoleErrors, leavePage, startBrowser } from "./lib/browser.mjs";
import { assertShiftFrames } from "./lib/shift.mjs";
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

  test("the recorded frames", () => assertShiftFrames(sim, PASSWORD));
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

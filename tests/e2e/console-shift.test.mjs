// A whole shift on the console as agent and supervisor at once, through two outages. The
// screenshots of each state are in target/screenshots/.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { leavePage, startBrowser } from "./lib/browser.mjs";
import { Console } from "./lib/console.mjs";
import { startSim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const CALLER = "13800000001";
/** As long as the field lets it be. */
const LONG_REASON = "a training on the new forms ".repeat(3).slice(0, 60);

let sim, agent, supervisor;

before(async () => {
  // Slow enough for each state to be seen.
  sim = await startSim({ speed: 3 });
  const browsers = await Promise.all([startBrowser(), startBrowser()]);
  [agent, supervisor] = browsers.map((driver) => new Console(driver, sim.url));
  await Promise.all([agent.open("zh-CN"), supervisor.open("en")]);
});

after(async () => {
  for (const page of [agent, supervisor]) {
    if (page) await leavePage(page.driver, sim).finally(() => page.driver.quit());
  }
  await sim?.stop();
});

const agentShows = (state, more = {}) => agent.shows("#agent-state", { state, ...more });
const supervisorShows = (status) => supervisor.shows('#rows [data-agent="1007"]', { status });
const screenshots = (name) => Promise.all([agent.screenshot(`${name}-agent`), supervisor.screenshot(`${name}-supervisor`)]);

describe("a whole shift", () => {
  test("the supervisor opens the wallboard, where nobody is signed in", async () => {
    await supervisor.screenshot("01-sign-in-supervisor");
    await supervisor.signIn("1001", { supervisor: true });
    await until("ten agents", async () => (await supervisor.tile("out")) === 10);
    await supervisor.says("shown", "10 of 10");
    assert.equal(await supervisor.isShown("#agent-view"), false);
  });

  test("the agent's wrong extension is told beside the button, and the right one signs in", async () => {
    await agent.signIn("1007", { extn: "1008" });
    await agent.says("agent-message", "没有签入：后台拒绝（403）：extension 1008 belongs to another agent");
    await agent.screenshot("02-refused-agent");
    await agent.fill({ "post-extn": "1007" });
    await agent.click("cc-login");
    await agentShows("LOGIN");
    assert.equal(await agent.text("agent-message"), "");
    await supervisorShows("login");
    assert.equal(await supervisor.tile("login"), 1);
  });

  test("ready, and a call: both see who calls, its length and the wrap-up", async () => {
    await agent.click("cc-ready");
    await agentShows("READY", { callstate: "IDLE" });
    await supervisorShows("ready");
    await agent.takeSteps();
    const { call } = await sim.caller("test", CALLER);
    await agent.shows("#call", { step: "ringing", call });
    assert.match(await agent.driver.getTitle(), new RegExp(`☎ ${CALLER}`));
    await agent.says("call-party", CALLER);
    await agent.says("call-text", "来电振铃 · 队列 test");
    await screenshots("03-ringing");
    await agent.shows("#call", { step: "talking" });
    await supervisorShows("talking");
    assert.ok((await supervisor.row("1007")).texts.includes(CALLER));
    await screenshots("04-talking");
  });

  test("a break asked for during the call begins after it", async () => {
    await agent.fill({ reason: LONG_REASON });
    await agent.driver.executeScript("document.querySelector('#reason-form button').click()");
    await agent.says("agent-note", "本次通话结束后示忙");
    assert.equal((await agent.data("#agent-state")).state, "READY");
    await sim.request("POST", "sim/hangup", { call: (await sim.state()).calls[0].call });
    await agent.shows("#call", { step: "ended", wrapup: "true" });
    await agent.says("call-text", "话后处理 · 已结束：正常挂断 · 通话 00:0");
    await screenshots("05-wrap-up");
    await agentShows("UNREADY", { reason: LONG_REASON });
    assert.equal(await agent.driver.executeScript("return document.getElementById('agent-state-text').title"), `示忙：${LONG_REASON}`);
    await agent.screenshot("05-long-reason-agent");
    assert.deepEqual(await agent.takeSteps(), ["ringing", "talking", "ended", "wrapup"]);
    await supervisorShows("wrapup");
    await supervisorShows("break");
    assert.equal(await agent.text("today-answered"), "1");
  });

  test("breaks: a usual reason by one press, or an own one", async () => {
    await agent.driver.executeScript("document.querySelector('[data-reason=lunch]').click()");
    await agentShows("UNREADY", { reason: "lunch" });
    await agent.says("agent-state-text", "示忙：吃饭");
    await until("the reason on the wallboard", async () => (await supervisor.row("1007")).texts.includes("Lunch"));
    await screenshots("06-break");
    await agent.fill({ reason: "培训 training" });
    await agent.driver.executeScript("document.querySelector('#reason-form button').click()");
    await agentShows("UNREADY", { reason: "培训 training" });
    await until("the own reason", async () => (await supervisor.row("1007")).texts.includes("培训 training"));
    await agent.click("cc-ready");
    await agentShows("READY");
  });

  test("dialling with call-back, step by step", async () => {
    await agent.takeSteps();
    await agent.fill({ dest: "13912345678" });
    await agent.click("cc-dial");
    await agent.shows("#call", { step: "destRinging" });
    await agent.screenshot("07-dialling-agent");
    await agent.shows("#call", { step: "talking" });
    await supervisorShows("talking");
    assert.ok((await supervisor.row("1007")).texts.includes("13912345678"));
    await sim.request("POST", "sim/hangup", { call: (await sim.state()).calls[0].call });
    await agent.shows("#call", { wrapup: "true" });
    await agent.click("wrap-up-done");
    await agent.shows("#call", { step: "ended", wrapup: "false" });
    assert.deepEqual(await agent.takeSteps(), [
      "agentRinging",
      "agentAnswered",
      "destRinging",
      "talking",
      "ended",
      "wrapup",
      "ended",
    ]);
    assert.equal(await agent.text("today-dialled"), "1");
  });

  test("a busy number: the step at which it ended, and why", async () => {
    await agent.fill({ dest: "13900000000" });
    await agent.click("cc-dial");
    await agent.shows("#call", { step: "ended" });
    await agent.says("call-text", "已结束：对方忙");
    const stages = await agent.driver.executeScript("return [...document.querySelectorAll('#steps li')].map((each) => each.dataset.stage)");
    assert.deepEqual(stages, ["done", "done", "failed", "next"]);
    await agent.screenshot("08-busy-agent");
  });

  test("an outage is told with its next attempt; what is pressed meanwhile is done afterwards", async () => {
    await sim.request("POST", "sim/fault/restart", { downMs: 60_000 });
    await Promise.all([agent, supervisor].map((page) => page.shows("#state", { state: "reconnecting" })));
    await agent.says("state-text", "正在重连");
    await supervisor.says("state-text", "Reconnecting");
    await supervisor.says("state-text", "(attempt ");
    assert.equal(await agent.driver.executeScript("return document.getElementById('cc-dial').disabled"), true);
    await agent.driver.executeScript("document.querySelector('[data-reason=BRB]').click()");
    await agent.says("agent-message", "连接恢复后执行");
    await agent.says("agent-note", "这是断线前的状态");
    await screenshots("09-reconnecting");
    await sim.request("POST", "sim/fault/clear");
    await Promise.all([agent.recovers(), supervisor.recovers()]);
    await agentShows("UNREADY", { reason: "BRB" });
    await supervisorShows("break");
    assert.equal(await agent.text("agent-message"), "");
    assert.equal(await agent.text("state-text"), "已连接");
    assert.equal(await supervisor.text("state-text"), "Connected");
  });

  test("after a restart that forgot everything the agent sees that and signs in again", async () => {
    await sim.request("POST", "sim/fault/restart", { downMs: 300, forget: true });
    await agentShows("LOGOUT");
    await agent.screenshot("10-forgotten-agent");
    await supervisorShows("out");
    await agent.click("cc-login");
    await agentShows("LOGIN");
    await supervisorShows("login");
  });

  test("sign out and disconnect", async () => {
    await agent.click("cc-logout");
    await agentShows("LOGOUT");
    await supervisorShows("out");
    await agent.click("logout");
    await agent.shows("#state", { state: "closed" });
    assert.equal(await agent.isShown("#sign-in"), true);
    assert.equal(await agent.text("why-closed"), "");
    await agent.screenshot("11-signed-out-agent");
  });

  test("nothing moved by itself and no error was reported", async () => {
    await agent.assertCalm();
    await supervisor.assertCalm();
  });
});

// The simulator as a child process, and its control API.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { withPageErrors } from "./page-errors.mjs";
import { until } from "./wait.mjs";

const root = new URL("../../../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));
const binary = process.env.VERTO_SIM ?? path("target/debug/sim");
const START_TIMEOUT_MS = 10_000;

/** The package that is tested. */
export const PKG = process.env.VERTO_PKG ?? path("pkg");

/** The fixtures' directory, for `www`. */
export const FIXTURES = path("tests/e2e/fixtures");

/**
 * Starts a simulator on a port of its own. `eventSilence` is the time in ms for which a client must
 * be silent before it gets events; without it, it is that of a real server. `config` is the path of a
 * configuration in the place of the simulator's own.
 */
export async function startSim({ www = path("www"), pkg = PKG, speed = 20, eventSilence, config } = {}) {
  const options = ["--port", "0", "--no-callers", "--speed", String(speed), "--www", withPageErrors(www), "--pkg", pkg];
  if (eventSilence !== undefined) options.push("--event-silence", String(eventSilence));
  if (config) options.push("--config", config);
  const child = spawn(binary, options, { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill();
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${binary} ended with ${code} before it listened`);
  });
  const [line] = await Promise.race([once(lines, "line", { signal: AbortSignal.timeout(START_TIMEOUT_MS) }), ended]);
  const url = /^listening on (http:\S+)$/.exec(line)?.[1];
  if (!url) throw new Error(`unexpected first line of ${binary}: ${line}`);
  return new Sim(url, child);
}

class Sim {
  #child;

  constructor(url, child) {
    this.url = url;
    this.socketUrl = `${url.replace(/^http/, "ws")}ws`;
    this.#child = child;
  }

  async request(method, path, body, headers = {}) {
    const reply = await fetch(new URL(path, this.url), {
      method,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: HTTP ${reply.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  state() {
    return this.request("GET", "sim/state");
  }

  reset() {
    return this.request("POST", "sim/reset");
  }

  caller(queue, caller) {
    return this.request("POST", "sim/caller", { queue, caller });
  }

  /** How long a user's browsers ring and a call may be without its socket: `{ringMs, detachMs}`. */
  callTimes(times) {
    return this.request("POST", "sim/call-times", times);
  }

  /** Whether the call centre rings the browsers of agents. */
  browserPhones(on) {
    return this.request("POST", "sim/browser-phones", { on });
  }

  event(event) {
    return this.request("POST", "sim/event", event);
  }

  drop(target = {}) {
    return this.request("POST", "sim/drop", target);
  }

  /** Waits until nobody is connected. */
  noConnection() {
    return until("no connection", async () => (await this.state()).connections.length === 0);
  }

  /** A user token, as a page's own back end would get it. */
  async userToken(login, password) {
    return (await this.request("POST", "api/sessions", { login, password })).token;
  }

  /** An extension token; `token` is a user token. */
  async extensionToken(extn, token) {
    return (await this.request("POST", "api/xcc/sessions/getExtnToken", { extn }, { token })).token;
  }

  /** The recorded frames: `{conn, login, dir, text}`. */
  frames() {
    return this.request("GET", "sim/frames");
  }

  /** What clients have requested, parsed, without the pings, whose number depends on the time taken. */
  async requests(method) {
    const all = (await this.frames()).filter((each) => each.dir === "in").map((each) => JSON.parse(each.text));
    return all.filter((each) => each.method !== "verto.ping" && (method === undefined || each.method === method));
  }

  /** The reply to the request of this id on the only connection. */
  async reply(id) {
    const all = (await this.frames()).filter((each) => each.dir === "out").map((each) => JSON.parse(each.text));
    return all.find((each) => each.id === id && !each.method);
  }

  /** An agent's rows. */
  async agent(id) {
    return (await this.state()).agents.filter((row) => row.agent_id === id);
  }

  /** The memory that it has now, in bytes; 0 where the system doesn't say so. */
  memory() {
    try {
      const [, kilobytes] = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"));
      return Number(kilobytes) * 1024;
    } catch {
      return 0;
    }
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill();
    await exit;
  }
}
